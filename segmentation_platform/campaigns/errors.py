"""What can be wrong with a campaign."""

from segmentation_platform.errors import BadInputError


class CampaignError(BadInputError, ValueError):
    """A playbook, an audience or a list of addresses can't be used; the message says where and what to do."""

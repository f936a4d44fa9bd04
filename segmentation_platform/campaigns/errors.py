"""What can be wrong with a campaign."""


class CampaignError(ValueError):
    """A playbook, an audience or a list of addresses can't be used; the message says where and what to do."""

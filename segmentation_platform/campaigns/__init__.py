"""Campaigns: who is offered what, from when on and why, by a playbook; and what came of it.

Belongs here: the playbook, choosing audiences, holding some back, comparing afterwards. Does not belong here:
sending anything to anybody.
"""

from segmentation_platform.campaigns.errors import CampaignError
from segmentation_platform.campaigns.playbook import Campaign, Playbook, built_in_playbook, read_playbook

__all__ = ["Campaign", "CampaignError", "Playbook", "built_in_playbook", "read_playbook"]

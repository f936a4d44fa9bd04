"""Contracts of campaigns, and of the checks that were made."""

import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, flag, share, text, whole
from segmentation_platform.contracts.shown import Bars, Chapter, Counts, Published, Shown


class Campaigns(
    Contract,
    published=Published(
        Chapter.CAMPAIGNS, 1, "campaign of the playbook: audience in words, offer, days and why then, size"
    ),
    shown=Shown("today", Bars("Customers by campaign", "campaign", "customers", order="priority")),
):
    """The campaigns of the playbook with their days and the size of their audience, the most urgent first."""

    class Config:
        """Name and key."""

        name = "campaigns"
        unique = ["campaign"]

    campaign: str = text("Short name", unique=True)
    priority: int = whole("Place in the playbook: of campaigns at one time a customer is in the first", ge=1)
    title: str = text("What it is, in words")
    audience: str = text("Who is meant, in words")
    offer: str = text("What is offered")
    channel: str = text("By which channel")
    starts_on: pa.DateTime = day("First day")
    ends_on: pa.DateTime = day("Last day")
    timing: str = text("Why then; with a season, the ledger's evidence")
    customers: int = whole("Customers in the audience, those held out included")
    held_out: int = whole("Customers who are not to be contacted, so that there is somebody to compare with")
    holdout_share: float = share("Share of customers that is held out, before the draw")


class CampaignAudiences(
    Contract,
    published=Published(
        Chapter.CAMPAIGNS, 2, "campaign and customer: the reason, and whether held out for measuring"
    ),
    shown=Shown("today", Counts("Held out for measuring, by campaign", "campaign", only="is_holdout")),
):
    """Who is in which campaign, why, and whether held out for measuring."""

    class Config:
        """Name and key."""

        name = "campaign_audiences"
        unique = ["campaign", "customer_id"]

    campaign: str = text("Short name of the campaign (see campaigns)")
    customer_id: str = text("Customer number")
    segment: str = text("Segment of the customer")
    offer: str = text("What is offered")
    channel: str = text("By which channel")
    starts_on: pa.DateTime = day("First day of the campaign")
    ends_on: pa.DateTime = day("Last day of the campaign")
    reason: str = text("Why this customer, in his or her own figures")
    is_holdout: bool = flag("Held out: must not be contacted, and is compared with the others afterwards")


class Checks(
    Contract,
    published=Published(Chapter.EVIDENCE, 1, "data check of the run: passed, or what was found"),
    is_working=False,
):
    """The data checks of the run that published the snapshot."""

    class Config:
        """Name and key."""

        name = "checks"
        unique = ["asset", "check_name"]

    asset: str = text("Asset that was checked")
    check_name: str = text("Name of the check")
    passed: bool = flag("Whether it passed; nothing is published when a blocking one did not")
    severity: str = text("What a failure means: ERROR or WARN", isin=("ERROR", "WARN"))
    description: str = text("What was found; null if the check says nothing", nullable=True)

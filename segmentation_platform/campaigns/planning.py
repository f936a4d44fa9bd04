"""The plan of a night: every campaign with its days, and everybody who is in one."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.campaigns.audience import fitting, in_words
from segmentation_platform.campaigns.holdout import held_out
from segmentation_platform.campaigns.playbook import Campaign, Playbook
from segmentation_platform.campaigns.timing import CampaignDays, campaign_days
from segmentation_platform.contracts import CampaignAudiences, Campaigns

CUSTOMERS = (
    "customer_id",
    "segment",
    "previous_segment",
    "changed_on",
    "monetary",
    "frequency",
    "recency_days",
    "first_purchase",
    "last_purchase",
    "region",
    "orders",
    "cancellations",
)
"""What is known of each customer: columns of `contracts.CustomerSegments`, and two of `contracts.RfmFeatures`."""


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        campaigns: columns of `contracts.Campaigns`, in the order of the playbook
        audiences: columns of `contracts.CampaignAudiences`
        left_out: campaigns that are over, or whose season the ledger does not show, by name

    """

    campaigns: pd.DataFrame
    audiences: pd.DataFrame
    left_out: tuple[str, ...]


def plan(playbook: Playbook, customers: pd.DataFrame, seasonality: pd.DataFrame, as_of: date, seed: int) -> Plan:
    """Give customers to campaigns; of campaigns that run at the same time each is in the first that fits.

    Args:
        playbook: the campaigns
        customers: `CUSTOMERS`, one row per customer
        seasonality: columns of `contracts.Seasonality`
        as_of: reporting date
        seed: of the draw of those who are held out

    """
    known = with_ranks(customers[list(CUSTOMERS)]).assign(as_of=pd.Timestamp(as_of))
    taken: list[tuple[CampaignDays, pd.Index]] = []
    rows, audiences, left_out = [], [CampaignAudiences.no_rows()], []
    for priority, campaign in enumerate(playbook.campaigns, 1):
        days = campaign_days(campaign.timing, seasonality, as_of)
        if days is None:
            left_out.append(campaign.name)
            continue
        free = known.drop(index=_busy(days, taken))
        audience = _audience(campaign, free, days, seed)
        taken.append((days, audience.index))
        audiences.append(audience)
        rows.append(_summary(campaign, audience, days) | {"priority": priority})
    return Plan(
        _typed(Campaigns, pd.DataFrame(rows)), _typed(CampaignAudiences, pd.concat(audiences)), tuple(left_out)
    )


def customers_of(segmented: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """`CUSTOMERS` from the tables `customer_segments` and `rfm_features`."""
    return segmented.merge(features[["customer_id", "orders", "cancellations"]], on="customer_id", validate="1:1")


def with_ranks(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers with `spent_more_than` and `spent_at_most`: the shares of all who spent less, and no more."""
    spent = customers["monetary"]
    less = (spent.rank(method="min") - 1) / max(len(spent), 1)
    return customers.assign(spent_more_than=less, spent_at_most=spent.rank(method="max", pct=True))


def _busy(days: CampaignDays, taken: list[tuple[CampaignDays, pd.Index]]) -> pd.Index:
    """Those who are in a campaign of these days already."""
    busy = pd.Index([])
    for other, customers in taken:
        busy = busy.union(customers) if days.overlaps(other) else busy
    return busy


def _audience(campaign: Campaign, customers: pd.DataFrame, days: CampaignDays, seed: int) -> pd.DataFrame:
    reasons = fitting(customers, campaign.audience)
    chosen = customers.loc[reasons.index].assign(reason=reasons)
    if campaign.size is not None:
        chosen = chosen.sort_values(["monetary", "customer_id"], ascending=[False, True]).head(campaign.size)
    return chosen[["customer_id", "segment", "reason"]].assign(
        campaign=campaign.name,
        offer=campaign.offer,
        channel=campaign.channel,
        starts_on=pd.Timestamp(days.starts_on),
        ends_on=pd.Timestamp(days.ends_on),
        is_holdout=held_out(campaign.name, chosen["customer_id"], campaign.holdout_share, seed),
    )


def _summary(campaign: Campaign, audience: pd.DataFrame, days: CampaignDays) -> dict[str, object]:
    return {
        "campaign": campaign.name,
        "title": campaign.title,
        "audience": in_words(campaign.audience),
        "offer": campaign.offer,
        "channel": campaign.channel,
        "starts_on": pd.Timestamp(days.starts_on),
        "ends_on": pd.Timestamp(days.ends_on),
        "timing": days.words,
        "customers": len(audience),
        "held_out": int(audience["is_holdout"].sum()),
        "holdout_share": campaign.holdout_share,
    }


def _typed(contract: type[Campaigns] | type[CampaignAudiences], frame: pd.DataFrame) -> pd.DataFrame:
    empty = contract.no_rows()
    return frame.reindex(columns=contract.column_names()).astype(empty.dtypes).reset_index(drop=True)

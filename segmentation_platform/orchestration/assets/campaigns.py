"""Delivery: who is in which campaign of the playbook, and who is held out."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from segmentation_platform.campaigns.planning import customers_of, plan
from segmentation_platform.contracts import CampaignAudiences, Campaigns
from segmentation_platform.orchestration.bad_input import refuse_bad_input
from segmentation_platform.orchestration.inputs import playbook
from segmentation_platform.orchestration.metadata import preview, table_out
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.settings import Settings

GROUP = "delivery"


_KINDS = {"pandas", "postgres"}


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "campaigns": table_out(
            Campaigns, "The campaigns of the playbook, with their days and the size of their audience.", kinds=_KINDS
        ),
        "campaign_audiences": table_out(
            CampaignAudiences,
            "Who is in which campaign, why, and who is held out so that it can be measured.",
            kinds=_KINDS,
        ),
    },
)
def planned_campaigns(
    context: dg.AssetExecutionContext,
    customer_segments: pd.DataFrame,
    rfm_features: pd.DataFrame,
    seasonality: pd.DataFrame,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Give customers to the campaigns of the playbook."""
    with refuse_bad_input():
        campaigns = playbook(settings)
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    customers = customers_of(customer_segments, rfm_features)
    planned = plan(campaigns, customers, seasonality, as_of, settings.campaigns.seed)
    for name in planned.left_out:
        context.log.warning(
            f"Campaign {name} is left out: its days are over, or the ledger shows no beginning of its season."
        )
    for name in planned.campaigns.loc[planned.campaigns["customers"] == 0, "campaign"]:
        context.log.warning(f"Nobody is in the campaign {name}.")
    shown = planned.campaigns[["campaign", "customers", "held_out", "starts_on", "ends_on"]]
    days = {name: shown[name].dt.strftime("%Y-%m-%d") for name in ("starts_on", "ends_on")}
    yield dg.Output(
        planned.campaigns,
        "campaigns",
        metadata={
            "held_out": int(planned.campaigns["held_out"].sum()),
            "campaigns": preview(shown.assign(**days)),
            "left_out": ", ".join(planned.left_out) or "none",
        },
    )
    yield dg.Output(
        planned.audiences,
        "campaign_audiences",
        metadata={
            "customers": int(planned.audiences["customer_id"].nunique()),
            "held_out": int(planned.audiences["is_holdout"].sum()),
            "first_reasons": preview(planned.audiences.groupby("campaign").head(2)[["campaign", "reason"]]),
        },
    )

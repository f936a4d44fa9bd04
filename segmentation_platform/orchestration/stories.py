"""What every asset's page shows at a glance: one picture, and where to go on."""

import dagster as dg
import pandas as pd

from segmentation_platform.reporting.thumbnails.tables import picture
from segmentation_platform.settings import LinkSettings

PAGES = {
    "raw_sales": "today",
    "clean_sales": "today",
    "rejected_sales": "today",
    "rfm_features": "segment",
    "product_catalog": "products",
    "customer_tastes": "customer",
    "kmeans_model": "quality",
    "segment_drift": "quality",
    "model_selection": "quality",
    "segment_history": "movement",
    "customer_segments": "customer",
    "segment_moves": "movement",
    "segment_profiles": "segment",
    "segment_regions": "segment",
    "segment_recs": "segment",
    "customer_recs": "customer",
    "similar_items": "products",
    "models": "score",
    "product_demand": "products",
    "regional_demand": "products",
    "item_weights": "score",
    "rec_backtest": "quality",
    "seasonality": "season",
    "cancellations": "cancellations",
    "countries": "season",
    "cohorts": "season",
    "campaigns": "today",
    "campaign_audiences": "today",
    "published_snapshot": "today",
    "segment_report": "today",
    "platform_storage": "today",
}
"""The page of the app on which people see what an asset makes."""


def story(
    name: str, table: pd.DataFrame, links: LinkSettings, snapshot_id: int | None = None
) -> dict[str, dg.MetadataValue]:
    """Metadata of an asset: its picture, and links to the report and the app where there are such.

    Args:
        name: of the asset
        table: what is drawn (see `reporting.stories`)
        links: where people reach report and app
        snapshot_id: whose report is linked; without it that of the snapshot that is served

    """
    told: dict[str, dg.MetadataValue] = {"picture": dg.MetadataValue.md(picture(name, table))}
    if links.reports:
        told["report"] = dg.MetadataValue.url(f"{links.reports}/reports/{snapshot_id or 'latest'}")
    if links.app:
        told["app"] = dg.MetadataValue.url(f"{links.app}/{PAGES[name]}")
    return told

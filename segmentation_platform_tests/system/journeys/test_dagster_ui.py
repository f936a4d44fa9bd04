"""A data engineer's first minutes in Dagster's UI, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database

GROUPS = ("ingest", "features", "segmentation", "recommendation", "delivery")
ASSETS = (
    "sales_ledger",
    "raw_sales",
    "clean_sales",
    "rejected_sales",
    "rfm_features",
    "products",
    "customer_tastes",
    "kmeans_model",
    "segment_drift",
    "model_selection",
    "customer_segment_history",
    "customer_segments",
    "segment_moves",
    "segments",
    "segment_regions",
    "segment_recommendations",
    "customer_recommendations",
    "similar_items",
    "bundles",
    "models",
    "product_demand",
    "regional_demand",
    "item_weights",
    "recommendation_methods",
    "recommendation_quality",
    "quality_by_segment",
    "seasonality",
    "cancellations",
    "countries",
    "cohorts",
    "campaigns",
    "campaign_audiences",
    "published_snapshot",
    "segment_report",
)
RUN_SECONDS = 240_000


def _shows_picture(page: Page, words: str) -> None:
    picture = page.get_by_alt_text(words)
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100


@pytest.mark.slow
@pytest.mark.browser
def test_all_assets_are_materialized_from_the_lineage_page_and_tell_their_story(
    page: Page, dagster_ui: str, empty_database: Database
) -> None:
    page.set_viewport_size({"width": 1400, "height": 2600})
    page.goto(f"{dagster_ui}/assets")
    for name in ASSETS:
        expect(page.get_by_text(name, exact=True).first).to_be_visible()

    # Of the graph only what is in sight is drawn.
    expanded = "%2C".join(f"global%40global%3A{name}" for name in GROUPS)
    page.goto(f"{dagster_ui}/asset-groups?expanded={expanded}")
    for name in GROUPS:
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    page.get_by_role("button", name=re.compile("Materialize all")).click()
    expect(page.get_by_text(re.compile("Launched run"))).to_be_visible()
    page.goto(f"{dagster_ui}/runs")
    expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=RUN_SECONDS)
    assert snapshots.served_snapshot(empty_database) is not None

    page.goto(f"{dagster_ui}/assets/clean_sales?view=checks")
    for check in ("keeps_contract", "revenue_reconciles", "rows_are_conserved"):
        expect(page.get_by_text(check, exact=True).first).to_be_visible()
    page.get_by_text("keeps_contract", exact=True).first.click()
    expect(page.get_by_text("Every row keeps the contract of clean_sales.")).to_be_visible()

    page.goto(f"{dagster_ui}/assets/clean_sales?view=overview")
    expect(page.get_by_text("Units that were never cancelled later; 0 on cancellations")).to_be_visible()
    expect(page.get_by_text("warehouse.clean_sales").first).to_be_visible()

    page.goto(f"{dagster_ui}/assets/kmeans_model?view=events")
    _shows_picture(page, "Stability and predictive validity by k, the chosen transform")
    page.goto(f"{dagster_ui}/assets/recommendation_quality?view=events")
    _shows_picture(page, "NDCG@10 of every list with its interval")

    page.goto(f"{dagster_ui}/automation")
    expect(page.get_by_text("nightly", exact=True).first).to_be_visible()
    expect(page.get_by_text(re.compile("11:59"))).to_be_visible()

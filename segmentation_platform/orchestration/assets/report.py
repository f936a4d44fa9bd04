"""Delivery: the report of the snapshot that is served."""

import dagster as dg

from segmentation_platform.client import Client
from segmentation_platform.orchestration.metadata import OWNERS, picture, reading_on
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.reporting.report.render import render
from segmentation_platform.reporting.report.tables import read_tables
from segmentation_platform.reporting.thumbnails import drawn
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import reports

GROUP = "delivery"
_MEGA = 1e6


@dg.asset(
    group_name=GROUP,
    kinds={"plotly", "postgres"},
    owners=OWNERS,
    code_version="1",
    deps=["published_snapshot"],
    metadata={"dagster/table_name": "serving.reports"},
)
def segment_report(warehouse: WarehouseResource, settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[None]:
    """The report of the served snapshot: one HTML file with all charts, kept with it and printable."""
    database = warehouse.database()
    with Client(database.url).pinned() as client:
        snapshot_id = client.snapshot().snapshot_id
        tables = read_tables(client)
    html = render(tables, settings.segmentation)
    size = reports.keep_report(database, snapshot_id, html)
    return dg.MaterializeResult(
        metadata={
            "snapshot_id": snapshot_id,
            "megabytes": round(len(html.encode()) / _MEGA, 3),
            "megabytes_kept": round(size / _MEGA, 3),
            **picture("segment_report", lambda: drawn.revenue_shares(tables["segments"])),
            **reading_on("today", settings.links, snapshot_id),
        }
    )

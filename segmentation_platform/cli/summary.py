"""What a run ends with: the segments in short, and where to go from here."""

import shlex

import pandas as pd
from rich.table import Table

from segmentation_platform.cli.console import command_line, console
from segmentation_platform.contracts import SegmentRecommendations, Segments
from segmentation_platform.contracts.agreement import NO_PRODUCTS
from segmentation_platform.contracts.recommendations import leading
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import read_served, served_snapshot

_FIRST = 3


def print_summary(database: Database, settings: Settings, seconds: float) -> None:
    """Print the published segments, and the commands to go on with."""
    snapshot = served_snapshot(database)
    if snapshot is None:
        return
    console.print(
        f"\n[bold]Snapshot {snapshot.snapshot_id}[/], as of {snapshot.as_of}: {snapshot.customers:,} customers, "
        f"{snapshot.lines:,} sales lines from {snapshot.first_sale:%Y-%m-%d} to {snapshot.last_sale:%Y-%m-%d}"
    )
    if snapshot.data_note:
        console.print(snapshot.data_note, style="yellow", markup=False)
    segments = read_served(database, Segments).sort_values("rank")
    console.print(_segments(segments))
    recommended = read_served(database, SegmentRecommendations)
    console.print(NO_PRODUCTS if recommended.empty else _recommendations(segments, recommended))
    next_steps(database, settings, seconds)


def _segments(segments: pd.DataFrame) -> Table:
    table = Table(box=None, padding=(0, 1))
    table.add_column("Segment", no_wrap=True)
    for name in ("Customers", "Revenue", "Last bought", "Orders", "Spent"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in segments.to_dict("records"):
        table.add_row(
            f"[{row['color']}]●[/] {row['segment']}",
            f"{row['customers']:,} ({row['customer_share']:.0%})",
            f"{row['revenue_share']:.0%}",
            f"{row['recency_days_median']:.0f} days ago",
            f"{row['frequency_median']:.0f}",
            f"{row['monetary_median']:,.0f}",
        )
    table.caption = "Last bought, orders and spent are medians."
    table.caption_justify = "left"
    return table


def _recommendations(segments: pd.DataFrame, recommended: pd.DataFrame) -> Table:
    first = leading(recommended)
    first = first[first["rank"] <= _FIRST]
    table = Table(box=None, padding=(0, 1))
    table.add_column("Segment", no_wrap=True)
    table.add_column("First recommendations")
    for row in segments.to_dict("records"):
        products = first.loc[first["segment_id"] == row["segment_id"], "description"]
        table.add_row(f"[{row['color']}]●[/] {row['segment']}", " · ".join(products.fillna("?")))
    return table


_GO_ON = (
    ("db psql", "the same, with the psql that is included"),
    ("app", "segments, customers and products in the browser (make app installs it)"),
    ("report", "what is new, as one HTML file"),
    ("campaigns list", "who is to be offered what, and when"),
    ("ui", "Dagster: assets, lineage, checks, schedule"),
)


def next_steps(database: Database, settings: Settings, seconds: float) -> None:
    """Print the commands to go on with, without a password."""
    me = command_line()
    query = "select * from serving.segments order by rank"
    # Of a server that was named psql asks for the password: it is not ours to show.
    url = shlex.quote(database.safe_url.replace(":***@", "@")) if settings.database_url else f'"$({me} db url)"'
    same = ", with DATABASE_URL set or the same --database-url" if settings.database_url else ""
    console.print(f"\nDone in {seconds:.1f} s. Go on with{same}:")
    console.print(f'  psql {url} -c "{query}"', markup=False, soft_wrap=True)
    for command, words in _GO_ON:
        console.print(f"  {me} {command:<16}{words}", markup=False, soft_wrap=True)

"""Movement: who went from which segment to which, and what those were worth who left one."""

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.show import Name, chart, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import counted, money
from segmentation_platform.client import Page
from segmentation_platform.reporting.charts.movement import movement_sankey
from segmentation_platform.reporting.charts.segments import segments_over_time
from segmentation_platform.reporting.charts.style import listed

MOST = 1_000
"""Customers who are shown at once."""

_COLUMNS = (
    "customer_id",
    "segment",
    "previous_segment",
    "changed_on",
    "monetary",
    "frequency",
    "recency_days",
    "country",
    "next_step",
)


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Movement")
    moves = shop.table("segment_moves")
    if moves.empty:
        st.info("Nothing is known of movement yet: the ledger has no month before this one.")
    else:
        periods = [f"{period:%Y-%m}" for period in sorted(moves["period"].unique(), reverse=True)]
        period = address.select("Month", "period", periods)
        drawn = movement_sankey(moves, pd.Timestamp(period), shop.colors())
        chart(drawn, Name("segment_moves", shop.as_of, (period,)))
    _left(shop)
    chart(segments_over_time(shop.segments_so_far()), Name("segments_over_time", shop.as_of))


def _left(shop: SnapshotReader) -> None:
    st.header("Who left")
    segment = address.select("Segment that they left", "left", list(shop.colors()))
    left = shop.who_left(segment)
    if left.empty:
        st.write(f"Nobody has left {segment}.")
        return
    month = left["changed_on"].dt.strftime("%Y-%m")
    since = address.select_or_all("Left in", "in", sorted(month.unique(), reverse=True))
    left = left if since == address.ANY else left[month == since]
    st.write(said_of(segment, left))
    wanted = {"previous_segment": segment, "changed_on": tuple(left["changed_on"].dt.date.unique())}
    page = Page(order_by=("-monetary",), limit=MOST)
    rows = shop.table("customer_segments", wanted, columns=_COLUMNS, page=page)
    if len(rows) < left["customers"].sum():
        st.caption(f"Shown are the {MOST:,} who spent most.")
    shown = tuple(name for name in _COLUMNS if name != "previous_segment")
    table(rows, Name("customers_who_left", shop.as_of, (segment, since)), shown=shown)


def said_of(segment: str, left: pd.DataFrame) -> str:
    """How many left a segment at their last change, what they had spent, and where they are.

    Args:
        segment: that they left
        left: `segment`, `customers` and `revenue` of groups of them

    """
    sizes = left.groupby("segment")["customers"].sum().sort_values(ascending=False)
    where = listed(f"{number:,} are now in {name}" for name, number in sizes.items())
    spent = money(float(left["revenue"].sum()))
    customers = counted(int(left["customers"].sum()), "customer")
    return f"{customers} left {segment} at their last change; they have spent {spent} in all. {where}."

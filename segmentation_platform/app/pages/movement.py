"""Movement: who went from which segment to which, and what those were worth who left one."""

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.shop import Shop
from segmentation_platform.app.show import Name, chart, table
from segmentation_platform.app.words import counted, money
from segmentation_platform.client import Page
from segmentation_platform.reporting.charts.movement import movement_sankey
from segmentation_platform.reporting.charts.segments import segments_over_time
from segmentation_platform.reporting.charts.style import listed

_MOST = 1_000
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


def show(shop: Shop) -> None:
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
    chart(segments_over_time(shop.table("segments_history")), Name("segments_over_time", shop.as_of))


def _left(shop: Shop) -> None:
    st.header("Who left")
    segment = address.select("Segment that they left", "left", list(shop.colors()))
    page = Page(order_by=("-monetary",), limit=_MOST)
    rows = shop.table("customer_segments", {"previous_segment": segment}, columns=_COLUMNS, page=page)
    if rows.empty:
        st.write(f"Nobody has left {segment}.")
        return
    months = sorted(rows["changed_on"].dt.strftime("%Y-%m").unique(), reverse=True)
    since = address.select_or_all("Left in", "in", months)
    rows = rows if since == address.ANY else rows[rows["changed_on"].dt.strftime("%Y-%m") == since]
    st.write(_said(segment, rows))
    shown = tuple(name for name in _COLUMNS if name != "previous_segment")
    table(rows, Name("customers_who_left", shop.as_of, (segment, since)), shown=shown)


def _said(segment: str, rows: pd.DataFrame) -> str:
    sizes = rows["segment"].value_counts()
    where = listed(f"{number:,} are now in {name}" for name, number in sizes.items())
    most = f" Shown are the {_MOST:,} who spent most." if len(rows) == _MOST else ""
    spent = money(float(rows["monetary"].sum()))
    return f"{counted(len(rows), 'customer')} left {segment}; they have spent {spent} in all. {where}.{most}"

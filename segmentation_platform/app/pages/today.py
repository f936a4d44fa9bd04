"""Today: which segments there are, what they bring, what has changed, which campaigns run."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from segmentation_platform.app import address, links
from segmentation_platform.app.campaigns import running_campaigns
from segmentation_platform.app.show import Click, Name, chart, segment_badge, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import Size, counted, day, money, portrait, sizes
from segmentation_platform.reporting.charts.segments import customers_and_revenue, segment_sizes

_CARDS = 4
_SHOWN = (
    "segment",
    "customers",
    "customer_share",
    "revenue",
    "revenue_share",
    "recency_days_median",
    "frequency_median",
    "monetary_median",
    "stability",
)


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Today")
    segments = shop.segments()
    st.write(_said(shop, segments))
    chosen = address.pills("Segment", "segment", segments["segment"].tolist())
    changed = sizes(segments, shop.segments_so_far(), shop.as_of)
    shown = segments[segments["segment"] == chosen] if chosen else segments
    _cards(shown, changed)
    _charts(shop, segments, Click(chosen, _choose))
    running_campaigns(shop, chosen)
    st.header("All figures")
    table(shown, Name("segments", shop.as_of, (chosen,)), shown=_SHOWN)


def _said(shop: SnapshotReader, segments: pd.DataFrame) -> str:
    since, until = day(shop.snapshot.first_sale.date()), day(shop.snapshot.last_sale.date())
    customers, revenue = int(segments["customers"].sum()), float(segments["revenue"].sum())
    return (
        f"{counted(customers, 'customer')} in {counted(len(segments), 'segment')} spent {money(revenue)} from "
        f"{since} to {until}. Click on a segment to see only that one."
    )


def _cards(segments: pd.DataFrame, changed: Mapping[str, Size]) -> None:
    rows = segments.to_dict("records")
    for first in range(0, len(rows), _CARDS):
        of_row = rows[first : first + _CARDS]
        for place, row in zip(st.columns(min(_CARDS, max(len(of_row), 2))), of_row, strict=False):
            with place, st.container(border=True, height="stretch"):
                _card(row, changed.get(str(row["segment"])))


def _card(row: Mapping[Hashable, Any], changed: Size | None) -> None:
    segment = str(row["segment"])
    segment_badge(segment, str(row["color"]))
    st.markdown(f"**{counted(row['customers'], 'customer')}**")
    st.write(f"{portrait(row)}" + (f"; {changed.words()}." if changed else "."))
    links.link("segment", f"More about {segment}", segment=segment)


def _charts(shop: SnapshotReader, segments: pd.DataFrame, click: Click) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        chart(segment_sizes(segments), Name("segment_sizes", shop.as_of), click)
    with right:
        chart(customers_and_revenue(segments), Name("segment_revenue", shop.as_of), click)


def _choose(segment: str) -> None:
    address.choose("segment", segment)

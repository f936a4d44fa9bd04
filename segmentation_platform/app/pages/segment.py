"""Segment: what its customers are like, what to offer them, and how."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.address import ANY
from segmentation_platform.app.campaigns import running_campaigns
from segmentation_platform.app.show import Name, chart, numbers, segment_badge, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import counted, list_name, money, plain
from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.agreement import NO_PRODUCTS
from segmentation_platform.contracts.recommendations import LISTS
from segmentation_platform.reporting.charts.segments import segment_against_all
from segmentation_platform.reporting.charts.style import listed, percent

_TYPICAL = 5
_SHOWN = ("rank", "stock_code", "description", "category", "product_type", "share", "lift", "trend", "reason")
_CUSTOMERS = ("region", "customers", "customer_share", "revenue", "revenue_share", "monetary_median")


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Segment")
    segments = shop.segments()
    segment = address.select("Segment", "segment", segments["segment"].tolist())
    row = segments[segments["segment"] == segment].to_dict("records")[0]
    _portrait(row)
    left, right = st.columns(2, gap="large")
    with left:
        chart(segment_against_all(segments, segment), Name("segment_against_all", shop.as_of, (segment,)))
    with right:
        _typical(shop, segment)
        _regions(shop, segment)
    _recommended(shop, segment)
    running_campaigns(shop, segment)


def _portrait(row: Mapping[Hashable, Any]) -> None:
    segment_badge(str(row["segment"]), str(row["color"]))
    st.write(str(row["description"]))
    numbers(
        {
            "Customers": f"{row['customers']:,}",
            "Last order, median": f"{counted(row['recency_days_median'], 'day')} ago",
            "Orders, median": f"{row['frequency_median']:,.0f}",
            "Spent, median": money(row["monetary_median"]),
        }
    )


def _typical(shop: SnapshotReader, segment: str) -> None:
    st.header("Typical products")
    rows = _rows(shop, segment)
    everywhere = (rows["region"] == EVERYWHERE) & (rows["taste"] == EVERYWHERE)
    typical = rows[everywhere & (rows["list"] == "signature")].head(_TYPICAL)
    if typical.empty:
        st.write("No product sets this segment apart.")
        return
    st.write("Bought more often here than by other customers:")
    for row in typical.to_dict("records"):
        name = row["description"] if isinstance(row["description"], str) else row["stock_code"]
        st.markdown(
            f"- {plain(name)}: {percent(row['share'])} bought it, {row['lift']:.1f} times as often as all customers"
        )


def _regions(shop: SnapshotReader, segment: str) -> None:
    rows = shop.table("segment_regions", {"segment": segment}).sort_values("customers", ascending=False)
    st.header("Where they are")
    first = [f"{row['region']} ({row['customers']:,})" for row in rows.head(3).to_dict("records")]
    st.write(f"Most are in {listed(first)}.")
    with st.expander("All regions"):
        table(rows, Name("segment_regions", shop.as_of, (segment,)), shown=_CUSTOMERS)


def _recommended(shop: SnapshotReader, segment: str) -> None:
    st.header("What to offer")
    rows = _rows(shop, segment)
    if rows.empty:
        st.write(NO_PRODUCTS)
        return
    with st.container(horizontal=True):
        region = address.select("Region", "region", _first_all(rows["region"]), shown=_any)
        rows = rows[rows["region"] == region]
        taste = address.select("Taste", "taste", _first_all(rows["taste"]), shown=_any)
        rows = rows[rows["taste"] == taste]
        lists = [name for name in LISTS if name in set(rows["list"])]
        chosen = address.select("List", "list", lists, shown=list_name)
        rows = rows[rows["list"] == chosen]
        category = address.select_or_all("Category", "category", sorted(rows["category"].unique()))
        rows = rows if category == ANY else rows[rows["category"] == category]
        kind = address.select_or_all("Type", "type", sorted(rows["product_type"].unique()))
        rows = rows if kind == ANY else rows[rows["product_type"] == kind]
    filters = (segment, region, taste, chosen, category, kind)
    table(rows, Name("segment_recommendations", shop.as_of, filters), shown=_SHOWN)


def _rows(shop: SnapshotReader, segment: str) -> pd.DataFrame:
    return shop.table("segment_recommendations", {"segment": segment})


def _first_all(values: pd.Series) -> list[str]:
    """The values, all of them first: a list for everybody is always there."""
    return sorted(values.unique(), key=lambda value: (value != EVERYWHERE, value))


def _any(value: str) -> str:
    return "All" if value == EVERYWHERE else value

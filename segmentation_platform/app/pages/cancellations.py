"""Cancellations: how much is cancelled, when, by whom and of what."""

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.show import Name, chart, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import money
from segmentation_platform.reporting.charts.cancellations import cancellations_by_month, most_cancelled
from segmentation_platform.reporting.charts.style import between_percent, percent

_KINDS = {
    "segment": "Segments",
    "category": "Categories",
    "product": "Products",
    "region": "Regions",
    "buyers": "Customers and guests",
    "month": "Months",
}
_SHOWN = (
    "subject",
    "description",
    "money_sold",
    "money_cancelled",
    "money_rate",
    "largest_share",
    "lines_sold",
    "lines_taken_back",
    "line_rate_shrunk",
    "line_rate_low",
    "line_rate_high",
)


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Cancellations")
    whole = shop.table("cancellations", {"subject_kind": "all"})
    if whole.empty:
        st.info("Nothing is known of cancellations.")
        return
    st.write(said(whole.iloc[0]))
    months = shop.table("cancellations", {"subject_kind": "month"})
    chart(cancellations_by_month(months), Name("cancellations_by_month", shop.as_of))
    kind = address.select("Compare", "by", list(_KINDS), shown=lambda name: _KINDS[name])
    rows = shop.table("cancellations", {"subject_kind": kind})
    chart(most_cancelled(rows), Name("most_cancelled", shop.as_of, (kind,)))
    st.header(f"{_KINDS[kind]}: all figures")
    st.caption(
        "Rates of few lines are drawn to that of the whole, so that a product with one sale and one cancellation is "
        "not first. The interval holds 95 % of what the rate may be."
    )
    ordered = rows.sort_values("line_rate_shrunk", ascending=False, ignore_index=True)
    shown = _SHOWN if kind == "product" else tuple(name for name in _SHOWN if name != "description")
    table(ordered, Name("cancellations", shop.as_of, (kind,)), shown=shown)


def said(whole: pd.Series) -> str:
    """What is cancelled of everything, in words."""
    share = percent(whole["money_rate"], 1)
    words = f"{money(whole['money_cancelled'])} of {money(whole['money_sold'])} ordered was cancelled, {share}."
    if pd.notna(whole["largest_share"]):
        words += (
            f" The two largest cancellations alone are {percent(whole['largest_share'])} of it; without them it is "
            f"{percent(whole['money_rate_usual'], 1)}."
        )
    if pd.notna(whole["line_rate"]):
        interval = between_percent(whole["line_rate_low"], whole["line_rate_high"], 1)
        words += f" Of the lines of known customers {percent(whole['line_rate'], 1)} were taken back{interval}."
    return words

"""What columns are called on a page, and how their values are shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

_LABELS: Mapping[str, str] = {
    "stock_code": "Product",
    "similar_stock_code": "Product",
    "similar_description": "Description",
    "customer_id": "Customer",
    "product_type": "Type",
    "is_offered": "Still sold",
    "is_wholesale": "Wholesale",
    "is_home": "Home",
    "recency_days": "Days since last order",
    "frequency": "Orders",
    "monetary": "Money spent",
    "average_order_value": "Money per order",
    "recency_days_median": "Days since last order, median",
    "frequency_median": "Orders, median",
    "monetary_median": "Money spent, median",
    "orders_per_customer": "Orders per customer",
    "valid_from": "From",
    "valid_to": "Until",
    "price_median": "Usual price",
    "cancellation_rate": "Cancelled",
    "customer_share": "Share of customers",
    "revenue_share": "Share of revenue",
    "recent_share": "Share of recent purchases",
    "repurchase_rate": "Bought again",
    "lift": "Times as often as others",
    "lift_low": "at least",
    "lift_high": "at most",
    "trend": "Trend (1 = as ever)",
    "share": "Share who bought it",
    "rank": "No.",
    "reason": "Why",
    "next_step": "What would move them up",
    "previous_segment": "Before",
    "changed_on": "Changed on",
    "season_start": "Season starts",
    "season_share": "Season done",
    "home_overlap": "Top products shared with home",
    "customer_value_index": "Revenue per customer, home = 1",
    "order_value_index": "Order value, home = 1",
    "line_rate_shrunk": "Lines taken back, share",
    "line_rate_low": "Lines, at least",
    "line_rate_high": "Lines, at most",
    "money_rate": "Money cancelled, share",
    "money_rate_usual": "Without the two largest",
    "largest_share": "The two largest, share",
    "held_out": "Held out for measuring",
    "holdout_share": "Share held out for measuring",
    "is_holdout": "Held out for measuring",
    "check_name": "Check",
}
_SHARES = ("share", "rate", "retention", "confidence", "overlap", "cancelled later", "active")


def shown_as(frame: pd.DataFrame) -> "dict[str, ColumnConfig | str | None]":
    """How Streamlit shows each column of a frame: its heading and the form of its values."""
    return {str(name): _column(str(name), frame[name]) for name in frame.columns}


def label_of(name: str) -> str:
    """The heading of a column."""
    return _LABELS.get(name, name.replace("_", " ").capitalize() if name.islower() else name)


def _column(name: str, values: pd.Series) -> "ColumnConfig":
    label = label_of(name)
    if pd.api.types.is_bool_dtype(values):
        return st.column_config.CheckboxColumn(label)
    if pd.api.types.is_datetime64_any_dtype(values):
        return st.column_config.DateColumn(label, format="YYYY-MM-DD")
    if pd.api.types.is_integer_dtype(values):
        return st.column_config.NumberColumn(label, format="localized")
    if pd.api.types.is_float_dtype(values):
        return st.column_config.NumberColumn(label, format=_form(name, values))
    return st.column_config.TextColumn(label, width=_width(name))


def _form(name: str, values: pd.Series) -> str:
    if any(word in name.lower() for word in _SHARES):
        return "percent"
    if name.endswith(("_median", "units")) and (values.dropna() % 1 == 0).all():
        return "localized"
    return "accounting" if values.abs().max() >= 1000 else "%.2f"


def _width(name: str) -> int | None:
    return {"reason": 340, "next_step": 320, "description": 260, "similar_description": 260}.get(name)

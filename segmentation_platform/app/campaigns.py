"""Campaigns where they belong on other pages: today, in a segment, at a customer."""

import pandas as pd
import streamlit as st

from segmentation_platform.app.headings import label_of
from segmentation_platform.app.shop import Shop
from segmentation_platform.app.show import Name, table
from segmentation_platform.app.words import counted, day
from segmentation_platform.client.views import VIEWS

_SHOWN = ("title", "audience", "offer", "channel", "starts_on", "ends_on", "customers", "held_out", "timing")


def running_campaigns(shop: Shop, segment: str = "") -> None:
    """All campaigns, or those of a segment, in the order of their priority."""
    if "campaigns" not in VIEWS:  # until merged
        return
    st.header(f"Campaigns for {segment}" if segment else "Campaigns")
    rows = shop.table("campaigns").sort_values(["priority", "campaign"], ignore_index=True)
    if segment:
        rows = _of_segment(shop, rows, segment)
    if rows.empty:
        st.write("There is no campaign for it." if segment else "There are no campaigns.")
        return
    st.write(_said(rows, shop))
    table(rows, Name("campaigns", shop.as_of, (segment,)), shown=_SHOWN)


def campaigns_of_customer(shop: Shop, customer_id: str) -> None:
    """The campaigns that a customer is in, and why."""
    if "campaign_audiences" not in VIEWS:  # until merged
        return
    st.header("Campaigns it is in")
    rows = shop.table("campaign_audiences", {"customer_id": customer_id})
    if rows.empty:
        st.write("None.")
        return
    shown = ("campaign", "offer", "channel", "starts_on", "ends_on", "reason", "is_holdout")
    if rows["is_holdout"].any():
        st.caption(f"{label_of('is_holdout')}: is sent nothing, so that the campaign's effect can be told.")
    table(rows, Name("campaign_audiences", shop.as_of, (customer_id,)), shown=shown)


def _of_segment(shop: Shop, campaigns: pd.DataFrame, segment: str) -> pd.DataFrame:
    """The campaigns with customers of a segment, their numbers those of the segment."""
    members = shop.table("campaign_audiences", {"segment": segment}, columns=("campaign", "is_holdout"))
    figures = {"customers": ("is_holdout", "size"), "held_out": ("is_holdout", "sum")}
    sizes = members.groupby("campaign", as_index=False).agg(**figures)
    return campaigns.drop(columns=list(figures)).merge(sizes, on="campaign")


def _said(rows: pd.DataFrame, shop: Shop) -> str:
    starts = rows["starts_on"].min()
    held_out = int(rows["held_out"].sum())
    words = f"{counted(len(rows), 'campaign')} for {counted(int(rows['customers'].sum()), 'customer')}"
    held = f", {held_out:,} of them held out for measuring" if held_out else ""
    return f"{words}{held}; the first starts on {day(starts)} (the data is as of {day(shop.as_of)})."

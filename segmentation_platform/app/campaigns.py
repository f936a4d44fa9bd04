"""Campaigns where they belong on other pages: today, in a segment, at a customer."""

from datetime import date

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.headings import label_of
from segmentation_platform.app.shop import Shop
from segmentation_platform.app.show import Name, table
from segmentation_platform.app.words import counted, day
from segmentation_platform.client.views import VIEWS

_SHOWN = ("title", "audience", "offer", "channel", "starts_on", "ends_on", "customers", "held_out", "timing")
_AUDIENCE = ("customer_id", "segment", "offer", "channel", "starts_on", "ends_on", "reason", "is_holdout")
_OF_CUSTOMER = ("campaign", "offer", "channel", "starts_on", "ends_on", "reason", "is_holdout")
_NONE = "none"


def running_campaigns(shop: Shop, segment: str = "") -> None:
    """All campaigns, or those of a segment, in the order of their priority; and the customers of one."""
    if "campaigns" not in VIEWS:  # until merged
        return
    st.header(f"Campaigns for {segment}" if segment else "Campaigns")
    rows = shop.table("campaigns").sort_values(["priority", "campaign"], ignore_index=True)
    if segment:
        rows = of_segment(rows, shop.table("campaign_audiences", {"segment": segment}))
    if rows.empty:
        st.write("There is no campaign for it." if segment else "There are no campaigns.")
        return
    st.write(said(rows, shop.as_of))
    table(rows, Name("campaigns", shop.as_of, (segment,)), shown=_SHOWN)
    _audience(shop, rows, segment)


def campaigns_of_customer(shop: Shop, customer_id: str) -> None:
    """The campaigns that a customer is in, and why."""
    if "campaign_audiences" not in VIEWS:  # until merged
        return
    st.header("Campaigns it is in")
    rows = shop.table("campaign_audiences", {"customer_id": customer_id})
    if rows.empty:
        st.write("None.")
        return
    if rows["is_holdout"].any():
        st.caption(f"{label_of('is_holdout')}: is sent nothing, so that the campaign's effect can be told.")
    table(rows, Name("campaign_audiences", shop.as_of, (customer_id,)), shown=_OF_CUSTOMER)


def of_segment(campaigns: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """The campaigns in which a segment has customers, their numbers those of the segment.

    Args:
        campaigns: all of them
        members: the rows of `campaign_audiences` of the segment

    """
    figures = {"customers": ("is_holdout", "size"), "held_out": ("is_holdout", "sum")}
    sizes = members.groupby("campaign", as_index=False).agg(**figures)
    return campaigns.drop(columns=list(figures)).merge(sizes, on="campaign")


def said(campaigns: pd.DataFrame, as_of: date) -> str:
    """How many campaigns and customers there are, and when the first starts."""
    held_out = int(campaigns["held_out"].sum())
    places = counted(int(campaigns["customers"].sum()), "place")
    held = f", {held_out:,} of them held out for measuring" if held_out else ""
    return (
        f"{counted(len(campaigns), 'campaign')} with {places} for customers{held}; the first starts on "
        f"{day(campaigns['starts_on'].min())} (the data is as of {day(as_of)})."
    )


def _audience(shop: Shop, campaigns: pd.DataFrame, segment: str) -> None:
    titles = dict(zip(campaigns["campaign"], campaigns["title"], strict=True))
    options = [_NONE, *titles]
    campaign = address.select("Customers of", "campaign", options, shown=lambda name: titles.get(name, "No campaign"))
    if campaign == _NONE:
        return
    of = {"campaign": campaign, "segment": segment} if segment else {"campaign": campaign}
    table(
        shop.table("campaign_audiences", of),
        Name("campaign_audiences", shop.as_of, (campaign, segment)),
        shown=_AUDIENCE,
    )

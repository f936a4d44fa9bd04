"""Campaigns where they belong on other pages: today, in a segment, at a customer."""

from datetime import date

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.headings import label_of
from segmentation_platform.app.show import Name, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import counted, day
from segmentation_platform.client import Page

_SHOWN = ("title", "starts_on", "ends_on", "customers", "held_out", "channel", "audience", "offer", "timing")
_AUDIENCE = ("customer_id", "segment", "offer", "channel", "starts_on", "ends_on", "reason", "is_holdout")
_OF_CUSTOMER = ("campaign", "offer", "channel", "starts_on", "ends_on", "reason", "is_holdout")
_NONE = "none"
_MOST = 1_000


def running_campaigns(shop: SnapshotReader, segment: str = "") -> None:
    """All campaigns, or those of a segment, in the order of their priority; and the customers of one."""
    st.header(f"Campaigns for {segment}" if segment else "Campaigns")
    rows = shop.table("campaigns").sort_values(["priority", "campaign"], ignore_index=True)
    if segment:
        rows = rows.drop(columns=["customers", "held_out"]).merge(shop.audience_sizes(segment), on="campaign")
    if rows.empty:
        st.write("There is no campaign for it." if segment else "There are no campaigns.")
        return
    st.write(said(rows, shop.as_of))
    table(rows, Name("campaigns", shop.as_of, (segment,)), shown=_SHOWN)
    _audience(shop, rows, segment)


def campaigns_of_customer(shop: SnapshotReader, customer_id: str) -> None:
    """The campaigns that a customer is in, and why."""
    st.header("Campaigns it is in")
    rows = shop.table("campaign_audiences", {"customer_id": customer_id})
    if rows.empty:
        st.write("None.")
        return
    if rows["is_holdout"].any():
        st.caption(f"{label_of('is_holdout')}: is sent nothing, so that the campaign's effect can be told.")
    table(rows, Name("campaign_audiences", shop.as_of, (customer_id,)), shown=_OF_CUSTOMER)


def said(campaigns: pd.DataFrame, as_of: date) -> str:
    """How many campaigns run, when the next begins, and how many customers are held out."""
    today = pd.Timestamp(as_of)
    running = int(((campaigns["starts_on"] <= today) & (today <= campaigns["ends_on"])).sum())
    later = campaigns.loc[campaigns["starts_on"] > today, "starts_on"]
    words = f"{counted(running, 'campaign')} on {day(as_of)}"
    words += f"; the next begins on {day(later.min())}" if len(later) else ""
    held_out = int(campaigns["held_out"].sum())
    return f"{words}. {counted(held_out, 'customer')} held out for measuring." if held_out else f"{words}."


def _audience(shop: SnapshotReader, campaigns: pd.DataFrame, segment: str) -> None:
    rows = campaigns.set_index("campaign")
    titles = dict(rows["title"])
    options = [_NONE, *titles]
    campaign = address.select("Customers of", "campaign", options, shown=lambda name: titles.get(name, "No campaign"))
    if campaign == _NONE:
        return
    of = {"campaign": campaign, "segment": segment} if segment else {"campaign": campaign}
    members = shop.table("campaign_audiences", of, page=Page(limit=_MOST))
    if len(members) == _MOST < int(rows["customers"][campaign]):
        st.caption(
            f"The first {_MOST:,}. All of them, as a file: `segmentation-platform campaigns export {campaign}`"
        )
    table(members, Name("campaign_audiences", shop.as_of, (campaign, segment)), shown=_AUDIENCE)

"""Campaigns in words, and those of a segment."""

from datetime import date

import pandas as pd

from segmentation_platform.app.campaigns import said
from segmentation_platform.client import Client
from segmentation_platform_tests.integration.app.conftest import Opened

CAMPAIGNS = pd.DataFrame(
    {
        "held_out": [10, 0],
        "starts_on": pd.to_datetime(["2011-12-01", "2011-12-15"]),
        "ends_on": pd.to_datetime(["2011-12-31", "2012-01-15"]),
    }
)


def test_campaigns_are_told_by_those_that_run_the_next_one_and_who_is_held_out() -> None:
    words = said(CAMPAIGNS, date(2011, 12, 10))
    assert (
        words
        == "1 campaign on 10 December 2011; the next begins on 15 December 2011. 10 customers held out for measuring."
    )
    assert "held out" not in said(CAMPAIGNS.tail(1), date(2011, 12, 10))
    assert "next" not in said(CAMPAIGNS, date(2012, 1, 1))


def test_the_campaigns_of_a_segment_count_its_customers_only(shop: Client, open_page: Opened) -> None:
    segment = str(shop.segments()["segment"].iloc[0])
    expected = shop.count_audiences("campaign", segment=segment).set_index("campaign")
    page = open_page("segment", segment=segment)
    (shown,) = (table.value for table in page.dataframe if {"audience", "held_out"} <= set(table.value))
    found = shown.set_index("campaign")
    assert found["customers"].to_dict() == expected["customers"].to_dict()
    assert found["held_out"].to_dict() == expected["held_out"].to_dict()

"""Campaigns in words, and those of a segment."""

from datetime import date

import pandas as pd

from segmentation_platform.app.campaigns import of_segment, said

CAMPAIGNS = pd.DataFrame(
    {
        "campaign": ["win_back", "christmas"],
        "customers": [100, 50],
        "held_out": [10, 0],
        "starts_on": pd.to_datetime(["2011-12-12", "2011-12-15"]),
    }
)
MEMBERS = pd.DataFrame({"campaign": ["win_back"] * 3, "is_holdout": [True, False, False]})


def test_the_campaigns_of_a_segment_count_its_customers_only() -> None:
    found = of_segment(CAMPAIGNS, MEMBERS)
    assert found[["campaign", "customers", "held_out"]].to_dict("records") == [
        {"campaign": "win_back", "customers": 3, "held_out": 1}
    ]


def test_a_segment_without_campaigns_has_none() -> None:
    assert of_segment(CAMPAIGNS, MEMBERS.head(0)).empty


def test_customers_who_are_sent_nothing_are_called_held_out_for_measuring() -> None:
    words = said(CAMPAIGNS, date(2011, 12, 10))
    assert words.startswith("2 campaigns with 150 places for customers, 10 of them held out for measuring;")
    assert "starts on 12 December 2011" in words
    assert "held out" not in said(CAMPAIGNS.tail(1), date(2011, 12, 10))

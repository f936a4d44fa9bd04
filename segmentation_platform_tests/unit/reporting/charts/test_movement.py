"""The chart of movement counts who went where."""

import pandas as pd
import pytest

from segmentation_platform.reporting.charts.movement import movement_sankey
from segmentation_platform_tests.support.report_frames import COLORS, moves
from segmentation_platform_tests.unit.reporting.charts.drawn import assert_drawn

NOVEMBER = pd.Timestamp("2011-11-01")


def test_the_sentence_counts_who_changed_and_who_came() -> None:
    chart = movement_sankey(moves(), NOVEMBER, COLORS)
    assert_drawn(chart)
    assert chart.takeaway == (
        "In November 2011 21 of 101 customers (21 %) changed segment, the largest group of them from Champions to "
        "At risk, valuable (20); 7 were new."
    )


def test_a_month_that_is_not_over_is_told_with_its_days() -> None:
    said = movement_sankey(moves(), pd.Timestamp("2011-12-01"), COLORS).takeaway
    assert said.startswith("From 1 to 9 December 2011 ")


def test_both_sides_stand_in_the_order_of_the_colours_within_the_picture() -> None:
    sankey = movement_sankey(moves(), NOVEMBER, COLORS).figure.data[0]
    assert list(sankey.node.label) == [
        "Champions 100",
        "At risk, valuable 1",
        "New customers 7",
        "Champions 80",
        "At risk, valuable 20",
        "Hibernating 7",
        "Nothing left 1",
    ]
    assert all(0 < place < 1 for place in (*sankey.node.x, *sankey.node.y))
    assert sum(sankey.link.value) == 108


def test_links_have_the_colour_of_where_they_come_from() -> None:
    sankey = movement_sankey(moves(), NOVEMBER, COLORS).figure.data[0]
    assert sankey.link.color[0] == "rgba(0,114,178,0.38)"


@pytest.mark.parametrize("period", [pd.Timestamp("2010-01-01"), pd.Timestamp("2010-01-01").date()])
def test_a_month_without_customers_is_said_to_be_unknown(period: pd.Timestamp) -> None:
    chart = movement_sankey(moves(), period, COLORS)
    assert chart.takeaway == "Nothing is known of movement in January 2010."


def test_a_month_in_which_all_stayed_says_so() -> None:
    stayed = moves().query("from_segment == to_segment")
    assert (
        movement_sankey(stayed, NOVEMBER, COLORS).takeaway == "In November 2011 none of 80 customers changed segment."
    )

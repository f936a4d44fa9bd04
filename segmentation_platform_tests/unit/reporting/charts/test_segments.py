"""The charts of the segments name and count them, whatever segments there are."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.reporting.charts.segments import (
    customers_and_revenue,
    segment_against_all,
    segment_sizes,
    segments_over_time,
)
from segmentation_platform.reporting.charts.style import readable_on
from segmentation_platform_tests.support.report_frames import COLORS, profiles
from segmentation_platform_tests.unit.reporting.charts.drawn import assert_drawn


def on(day: str, snapshot: int, sizes: dict[str, int]) -> pd.DataFrame:
    """The segments of a snapshot."""
    return profiles(sizes).assign(snapshot_id=snapshot, as_of=pd.Timestamp(day))


def test_a_tile_is_as_large_as_its_segment_and_says_which_one_was_chosen() -> None:
    chart = segment_sizes(profiles())
    assert_drawn(chart)
    tiles = chart.figure.data[0]
    assert list(tiles.values) == [600, 300, 100]
    assert list(tiles.labels) == list(tiles.customdata) == ["Hibernating", "At risk, valuable", "Champions"]
    assert list(tiles.marker.colors) == [COLORS[name] for name in tiles.labels]
    assert chart.takeaway == (
        "1,000 customers are in 3 segments: the largest is Hibernating with 600 (60 %), the smallest Champions with "
        "100 (10 %)."
    )


def test_the_one_segment_of_a_small_shop_is_called_that() -> None:
    only = profiles({"Champions": 5})
    assert segment_sizes(only).takeaway == "All 5 customers are in one segment, Champions."
    assert "one segment" in customers_and_revenue(only).takeaway
    assert "only segment" in segment_against_all(only, "Champions").takeaway


@pytest.mark.parametrize("draw", [segment_sizes, customers_and_revenue])
def test_no_segments_are_said_to_be_none(draw: object) -> None:
    assert callable(draw)
    chart = draw(profiles({}))
    assert_drawn(chart)
    assert chart.takeaway == "There are no segments."


def test_bars_of_customers_and_revenue_are_told_apart_without_colour() -> None:
    chart = customers_and_revenue(profiles())
    assert_drawn(chart)
    revenue, customers = chart.figure.data
    assert revenue.marker.pattern.shape != customers.marker.pattern.shape
    assert revenue.text[-1] == "57 % of revenue"
    assert customers.customdata[-1] == "Champions"
    assert chart.takeaway == "Champions bring most: 57 % of revenue from 10 % of customers."


def test_a_segment_is_compared_with_the_mean_of_all_customers() -> None:
    chart = segment_against_all(profiles(), "Champions")
    assert_drawn(chart)
    orders = chart.table.set_index("Habit").loc["Orders"]
    assert orders["Champions"] == 8
    assert orders["All customers"] == pytest.approx((8 * 100 + 4 * 300 + 8 / 3 * 600) / 1000)
    assert "order 2.2 times as often" in chart.takeaway


def test_a_habit_that_nobody_has_is_left_out_of_the_picture_and_kept_in_the_table() -> None:
    chart = segment_against_all(profiles().assign(wholesale_share=0.0), "Champions")
    assert len(chart.figure.data[0].y) == 5
    assert len(chart.table) == 6


def test_a_segment_that_is_not_there_is_said_to_be_missing() -> None:
    assert segment_against_all(profiles(), "Nobody").takeaway == "There is no segment Nobody."


def test_a_reporting_date_that_was_done_again_is_told_once() -> None:
    history = pd.concat(
        [
            on("2011-12-09", 1, {"Champions": 10}),
            on("2011-12-09", 2, {"Champions": 12}),
            on("2011-12-10", 3, {"Champions": 15}),
        ]
    )
    chart = segments_over_time(history)
    assert_drawn(chart)
    assert list(chart.figure.data[0].y) == [12, 15]
    assert chart.takeaway == "From 2011-12-09 to 2011-12-10 Champions grew by 3 customers to 15."


def test_one_reporting_date_is_no_development() -> None:
    assert "lines begin with the next" in segments_over_time(on("2011-12-10", 1, {"Champions": 10})).takeaway


def test_a_segment_that_is_gone_and_one_that_came_are_counted_as_such() -> None:
    history = pd.concat([on("2011-12-09", 1, {"Hibernating": 10}), on("2011-12-10", 2, {"Champions": 15})])
    said = segments_over_time(history).takeaway
    assert "Champions grew by 15 customers to 15" in said
    assert "Hibernating shrank by 10 customers to 0" in said


@given(st.integers(0, 0xFFFFFF))
def test_words_on_any_colour_have_the_contrast_that_is_asked_for(color: int) -> None:
    code = f"#{color:06x}"
    channels = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    contrast = (luminance + 0.05) / 0.05 if readable_on(code) == "#000000" else 1.05 / (luminance + 0.05)
    assert contrast >= 4.5

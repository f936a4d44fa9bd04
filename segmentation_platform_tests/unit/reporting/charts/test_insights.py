"""The charts of season, cohorts, countries and cancellations say what their intervals allow."""

import pandas as pd

from segmentation_platform.contracts.insights import NO_SEGMENT
from segmentation_platform.reporting.charts.cancellations import cancellations_by_month, most_cancelled
from segmentation_platform.reporting.charts.cohorts import retention
from segmentation_platform.reporting.charts.countries import countries_against_home
from segmentation_platform.reporting.charts.season import monthly_index
from segmentation_platform_tests.support.report_frames import cancelled, cohorts, countries, season
from segmentation_platform_tests.unit.reporting.charts.drawn import assert_drawn


def test_the_strongest_whole_month_is_told_with_its_interval_and_the_last_one_is_hatched() -> None:
    chart = monthly_index(season([0.9, 1.0, 2.0, 3.0]))
    assert_drawn(chart)
    assert chart.takeaway == (
        "Of all sales, March 2011 was the strongest whole month: 2.00 times the sales per trading day of the quiet "
        "months 2011-03 to 2011-08 (95 % interval 1.80 to 2.20)."
    )
    assert list(chart.figure.data[0].marker.pattern.shape) == ["", "", "", "/"]


def test_a_month_whose_interval_holds_one_may_be_chance() -> None:
    assert "that may be chance" in monthly_index(season([1.0, 1.05, 1.0])).takeaway


def test_without_an_index_nothing_is_said_of_a_season() -> None:
    for months in (season([None, None]), season([])):
        chart = monthly_index(months)
        assert_drawn(chart)
        assert "nothing is said of a season" in chart.takeaway


def test_a_month_without_an_interval_has_no_whisker() -> None:
    months = season([1.0, 2.0, 1.0])
    months.loc[1, ["index_low", "index_high"]] = float("nan")
    chart = monthly_index(months)
    assert chart.figure.data[0].error_y.array[1] == 0
    assert "too few days for an interval" in chart.takeaway


def test_many_months_leave_the_naming_to_the_picture() -> None:
    few, many = (monthly_index(season([1.0] * n)).figure.layout.xaxis for n in (13, 40))
    assert len(few.ticktext) == 13
    assert many.ticktext is None


def test_who_came_in_the_ledgers_first_month_is_not_taken_for_new() -> None:
    chart = retention(cohorts([[0.5, 0.4], [0.2], [0.3]]))
    assert_drawn(chart)
    assert "25 % of 200 customers bought again" in chart.takeaway
    assert "from 20 % (February 2011) to 30 % (March 2011)" in chart.takeaway


def test_one_cohort_is_told_with_its_interval() -> None:
    assert "(95 % interval 15 to 25 %)" in retention(cohorts([[0.2]])).takeaway


def test_months_that_are_not_over_are_left_out() -> None:
    assert retention(cohorts([[0.2]]).assign(is_complete=False)).takeaway.startswith("No month after")


def test_countries_are_counted_by_intervals_that_are_clear_of_home() -> None:
    chart = countries_against_home(
        countries({"Home": (100, 90, 110), "Dear": (300, 200, 400), "Like": (120, 80, 160), "One": (90, None, None)})
    )
    assert_drawn(chart)
    assert chart.takeaway == (
        "3 other countries bring 20 % of revenue; of the 3 shown the interval lies above the mean of Home for 1, "
        "highest for Dear with 3.0 times the value (95 % interval 2.0 to 4.0)."
    )


def test_a_shop_that_sells_at_home_only_is_told_so() -> None:
    assert countries_against_home(countries({"Home": (100, 90, 110)})).takeaway == "All orders come from Home."
    assert countries_against_home(countries({})).takeaway == "There are no orders."


def test_cancellations_by_month_draw_months_only() -> None:
    rows = pd.concat(
        [cancelled("month", {"2011-09": (4, 100), "2011-10": (2, 100)}), cancelled("all", {"all": (6, 200)})]
    )
    chart = cancellations_by_month(rows)
    assert_drawn(chart)
    assert len(chart.figure.data[0].x) == 2
    assert chart.takeaway.startswith(
        "3.0 % of known customers' lines were cancelled later; most of those sold in Sept"
    )


def test_the_most_cancelled_products_are_named_and_counted() -> None:
    rows = cancelled("product", {"A": (50, 100), "B": (1, 100), "C": (0, 0)}, {"A": "LAMP <b>", "C": "NEVER SOLD"})
    chart = most_cancelled(rows)
    assert_drawn(chart)
    assert chart.takeaway == (
        "Of LAMP <b> (A) 50 of 100 lines were cancelled later, by which a share of 50.0 % is to be expected (95 % "
        "interval 40.0 to 60.0 %), the most of 2 products; the interval lies above the 25.5 % of all for 1 of them."
    )
    assert chart.figure.data[0].y[-1] == "LAMP &lt;b&gt; (A)"


def test_those_who_kept_nothing_are_no_segment_that_cancels_most() -> None:
    chart = most_cancelled(cancelled("segment", {NO_SEGMENT: (10, 10), "Champions": (1, 10)}))
    assert chart.takeaway.startswith("Of Champions 1 of 10 lines were cancelled later")


def test_no_lines_of_known_customers_leave_nothing_to_tell() -> None:
    for chart in (
        most_cancelled(cancelled("product", {})),
        cancellations_by_month(cancelled("month", {"2011-01": (0, 0)})),
    ):
        assert_drawn(chart)
        assert chart.takeaway == "No lines of known customers can be told of."

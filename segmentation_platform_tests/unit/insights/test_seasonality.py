"""Months against the quiet ones: per trading day, as ordered, with every month and subject in its place."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from segmentation_platform.insights.baseline import WHOLE, baselines, whole_months
from segmentation_platform.insights.rules import InsightRules
from segmentation_platform.insights.seasonality import monthly_indices
from segmentation_platform_tests.unit.insights.shops import about, at, cancelled, sale, told

YEAR = [f"2011-{month:02}-{day:02}" for month in range(1, 12) for day in (1, 11, 21)]


def shop(**by_day: float) -> pd.DataFrame:
    """The whole shop's months where ten is sold on three days a month, but for the days that are named otherwise."""
    money = {day.replace("_", "-").removeprefix("d"): value for day, value in by_day.items()}
    lines = [sale(day, quantity=money.get(day, 10.0)) for day in sorted({*YEAR, *money})]
    return about(told(lines).seasonality, "all").set_index("period")


def test_a_month_that_sells_twice_as_much_a_day_has_index_2() -> None:
    found = shop(d2011_11_01=20.0, d2011_11_11=20.0, d2011_11_21=20.0)
    november = found.loc["2011-11-01"]
    assert november["season_index"] == pytest.approx(2)
    assert (november["index_low"], november["index_high"]) == (pytest.approx(2), pytest.approx(2))
    assert (november["sales"], november["sales_per_day"], november["trading_days"]) == (60, 20, 3)
    assert found.loc["2011-05-01", "season_index"] == pytest.approx(1)
    assert set(found["baseline"]) == {"2011-03 to 2011-08"}


def test_more_trading_days_alone_make_no_season() -> None:
    found = shop(d2011_10_02=10.0, d2011_10_03=10.0, d2011_10_04=10.0)
    assert found.loc["2011-10-01", "trading_days"] == 6
    assert found.loc["2011-10-01", "season_index"] == pytest.approx(1)


def test_a_month_of_one_great_day_has_a_wide_interval() -> None:
    found = shop(d2011_10_11=1_000.0)
    assert found.loc["2011-10-01", "season_index"] == pytest.approx(34)
    assert found.loc["2011-10-01", "index_low"] == pytest.approx(1)


def test_the_index_is_of_what_was_ordered_and_the_revenue_is_net_of_cancellations() -> None:
    lines = [*(sale(day) for day in YEAR), cancelled("2011-11-22", quantity=-4.0)]
    november = about(told(lines).seasonality, "all").set_index("period").loc["2011-11-01"]
    assert (november["sales"], november["revenue"]) == (30, 26)
    assert november["season_index"] == pytest.approx(1)


def test_customers_guests_categories_and_regions_each_have_every_month() -> None:
    lines = [sale(day) for day in YEAR]
    lines.append(sale("2011-06-01", customer_id=None, product_category="Pets", stock_code="22222", region="France"))
    found = told(lines).seasonality
    assert (found.groupby(["subject_kind", "subject"]).size() == 11).all()
    pets = about(found, "category", "Pets").set_index("period")
    assert at(pets, "2011-06-01", ["orders", "customers", "sales"]).tolist() == [1, 0, 10]
    assert pets["trading_days"].unique().tolist() == [3]
    assert pets.loc["2011-11-01", "season_index"] == 0
    assert (
        about(found, "buyers", "guests")["revenue"].sum() == about(found, "region", "France")["revenue"].sum() == 10
    )


def test_a_subject_that_sells_nothing_in_the_quiet_months_has_no_index() -> None:
    lines = [*(sale(day) for day in YEAR), sale("2011-10-01", stock_code="22222", product_category="Halloween")]
    found = about(told(lines).seasonality, "category", "Halloween")
    assert found[["season_index", "index_low", "index_high"]].isna().all(axis=None)
    assert found["sales"].sum() == 10


def test_a_month_without_trading_is_there_with_no_figures_per_day() -> None:
    lines = [sale(day) for day in YEAR if not day.startswith("2011-10")]
    october = about(told(lines).seasonality, "all").set_index("period").loc["2011-10-01"]
    assert (october["trading_days"], october["sales"], october["revenue"]) == (0, 0, 0)
    assert october[["sales_per_day", "season_index", "index_low", "index_high"]].isna().all()


def test_the_month_of_the_reporting_date_is_not_complete() -> None:
    found = about(told([sale(day) for day in [*YEAR, "2011-12-01"]]).seasonality, "all").set_index("period")
    assert found.index[~found["is_complete"]].tolist() == [pd.Timestamp("2011-12-01")]
    assert about(told([sale("2011-11-30")], date(2011, 12, 1)).seasonality, "all")["is_complete"].tolist() == [False]


def quiet(first: str, last: str, as_of: str, rules: InsightRules | None = None) -> dict[str, str]:
    days = pd.date_range(first, last, unit="us")
    found = baselines(whole_months(days, pd.Timestamp(as_of)), days, rules or InsightRules())
    return {f"{month:%Y-%m}": base.name for month, base in found.items()}


def test_each_month_is_compared_with_the_quiet_stretch_of_its_own_or_the_nearest_year() -> None:
    found = quiet("2009-10-01", "2012-05-31", "2012-06-01")
    assert found["2009-12"] == found["2010-11"] == "2010-03 to 2010-08"
    assert found["2011-01"] == found["2012-05"] == "2011-03 to 2011-08"


@pytest.mark.parametrize(
    ("first", "last", "as_of"),
    [("2011-04-01", "2011-12-09", "2011-12-10"), ("2011-01-01", "2011-08-31", "2011-08-31")],
)
def test_without_a_whole_quiet_stretch_the_whole_ledger_is_compared_with(first: str, last: str, as_of: str) -> None:
    assert set(quiet(first, last, as_of).values()) == {WHOLE}


def test_the_quiet_months_can_be_set_and_lie_within_a_year() -> None:
    assert set(quiet("2011-01-01", "2011-04-30", "2011-05-01", InsightRules(base_from=1, base_until=2)).values()) == {
        "2011-01 to 2011-02"
    }
    with pytest.raises(ValidationError, match="within one year"):
        InsightRules(base_from=11, base_until=2)


def test_intervals_of_a_month_do_not_hang_on_how_many_months_there_are() -> None:
    days = pd.date_range("2011-01-01", "2011-12-31", name="sold_on")
    money = np.random.default_rng(1).lognormal(5, 1, len(days))
    subjects = pd.MultiIndex.from_tuples([("all", "all")], names=["subject_kind", "subject"])
    daily = pd.DataFrame(money.reshape(-1, 1), days, subjects)
    whole, early = (
        at(monthly_indices(table, as_of, InsightRules()).set_index("period"), "2011-09-01")
        for table, as_of in ((daily, date(2012, 1, 1)), (daily[:"2011-10-15"], date(2011, 10, 16)))
    )
    assert whole.equals(early)


def test_the_season_of_a_category_for_an_occasion_is_told_with_the_share_done() -> None:
    usual = [sale(f"{day:%Y-%m-%d}", stock_code="22222") for day in pd.date_range("2011-01-01", "2011-12-09")]
    christmas = [
        sale(f"{day:%Y-%m-%d}", product_category="Christmas", quantity=1.0 if day.month < 10 else 9.0)
        for day in pd.date_range("2011-01-01", "2011-12-09")
    ]
    found = told([*usual, *christmas]).seasonality
    season = about(found, "category", "Christmas").set_index("period")
    assert season["season_start"].unique().tolist() == [pd.Timestamp("2011-10-02")]
    assert season["season_share"].dropna().is_monotonic_increasing
    assert season.loc["2011-12-01", "season_share"] == 1
    assert season.loc["2011-10-01", "season_share"] == pytest.approx((31 * 9 + 182) / (70 * 9 + 182), abs=0.01)
    others = found[found["subject"] != "Christmas"]
    assert others[["season_start", "season_share"]].isna().all(axis=None)

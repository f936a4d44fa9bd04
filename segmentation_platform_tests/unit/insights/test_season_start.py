"""A season begins when sales leave the ordinary for good; one season is all that is told of."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.insights.season_start import season_start, seasonal_categories, share_done

DAYS = pd.date_range("2010-12-01", "2011-12-09")
AS_OF = date(2011, 12, 10)


def selling(*stretches: tuple[str, str, float], usual: float = 10.0) -> "pd.Series[float]":
    """Daily sales of the usual, but for stretches from a day to a day."""
    sales = pd.Series(usual, DAYS)
    for first, last, money in stretches:
        sales[first:last] = money
    return sales


def test_it_begins_on_the_first_day_whose_week_is_worth_so_many_ordinary_ones() -> None:
    found = season_start(selling(("2011-09-05", "2011-11-30", 100.0)), AS_OF)
    assert found is not None
    # On 5 September 6 × 10 + 100, on 6 September 5 × 10 + 200, which is more than 3 × 70.
    assert found.starts_on == date(2011, 9, 6)
    assert (found.ordinary_week, found.busiest_week) == (70, 700)
    assert found.peak_on == date(2011, 9, 11)


def test_a_single_rush_months_before_is_not_the_beginning() -> None:
    sales = selling(("2011-04-04", "2011-04-05", 400.0), ("2011-09-05", "2011-11-30", 160.0))
    found = season_start(sales, AS_OF)
    assert found is not None
    assert found.starts_on == date(2011, 9, 5)


def test_a_higher_multiple_begins_later() -> None:
    rising = pd.Series(np.where(pd.Timestamp("2011-07-01") <= DAYS, np.arange(len(DAYS)) - 200.0, 10.0), DAYS)
    days = [found.starts_on for m in (2.0, 4.0, 8.0) if (found := season_start(rising, AS_OF, m)) is not None]
    assert days == sorted(set(days), key=str)
    assert None not in days


def test_sales_that_never_leave_the_ordinary_have_no_beginning() -> None:
    found = season_start(selling(("2011-09-05", "2011-11-30", 20.0)), AS_OF)
    assert found is not None
    assert found.starts_on is None


def test_a_season_that_was_on_when_the_ledger_began_has_no_known_beginning() -> None:
    found = season_start(selling(("2010-12-01", "2011-01-20", 100.0)), AS_OF)
    assert found is not None
    assert (found.starts_on, found.is_over) == (None, True)


@pytest.mark.parametrize("sales", [selling()[:181], selling(usual=0.0), pd.Series(dtype="float64", index=DAYS[:0])])
def test_of_less_than_half_a_year_or_of_nothing_sold_nothing_is_told(sales: "pd.Series[float]") -> None:
    until = sales.index[-1].date() if len(sales) else AS_OF
    assert season_start(sales, until) is None


def test_a_multiple_that_is_no_more_than_an_ordinary_week_is_refused() -> None:
    with pytest.raises(ValueError, match="above 1"):
        season_start(selling(), AS_OF, 1.0)


def test_what_comes_on_the_day_or_later_changes_nothing() -> None:
    sales = selling(("2011-05-02", "2011-06-30", 60.0), ("2011-09-10", "2011-12-09", 9_000.0))
    early = season_start(sales, date(2011, 9, 10))
    alone = season_start(sales[:"2011-09-09"], date(2011, 9, 10))
    assert early is not None
    assert alone is not None
    assert early.done.equals(alone.done)
    assert early.starts_on == alone.starts_on == date(2011, 5, 4)


def test_the_share_done_is_of_the_sales_between_the_quietest_quarters() -> None:
    sales = selling(("2011-10-01", "2011-10-10", 50.0), ("2011-11-01", "2011-11-10", 50.0), usual=0.0)
    found = season_start(sales, AS_OF)
    assert found is not None
    assert found.done_by(date(2011, 10, 31)) == pytest.approx(0.5)
    assert found.done_by(date(2011, 12, 9)) == 1
    assert found.done_by(date(2010, 12, 24)) is None


@given(st.lists(st.floats(0, 1e6), min_size=200, max_size=420))
@settings(deadline=None, max_examples=50)
def test_whatever_is_sold_the_days_are_in_order_and_shares_only_rise(money: list[float]) -> None:
    sales = pd.Series(money, pd.date_range("2011-01-01", periods=len(money)))
    found = season_start(sales, (sales.index[-1] + pd.Timedelta(days=1)).date())
    if found is None:
        return
    assert found.since <= found.peak_on <= found.until
    assert found.starts_on is None or found.starts_on <= found.peak_on
    assert found.done.is_monotonic_increasing
    assert found.done.iloc[-1] == pytest.approx(1)


def test_without_sales_no_share_is_done() -> None:
    assert share_done(pd.Series([0.0, 0.0])).isna().all()


def test_categories_for_an_occasion_are_seasonal() -> None:
    assert {"Christmas", "Easter", "Halloween"} <= set(seasonal_categories())

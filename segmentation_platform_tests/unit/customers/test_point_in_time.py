"""Earlier customers are told by what was known then, and their spending by the days that are looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pandas as pd
import pytest

from segmentation_platform.contracts import RfmFeatures
from segmentation_platform.customers.point_in_time import (
    Outlook,
    OutlookWindow,
    PastCustomers,
    outlook,
    past_customers,
)
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.point_in_time import COLUMNS
from segmentation_platform_tests.support.ledgers import features, sales_lines, simulated

DAY = date(2011, 9, 1)


@contextmanager
def opened(clean: pd.DataFrame) -> Iterator[PastCustomers]:
    with past_customers(DuckDBEngine(), clean[list(COLUMNS)], CustomerRules()) as ledger:
        yield ledger


def window(clean: pd.DataFrame, start: date = DAY, days: int = 30) -> OutlookWindow:
    with opened(clean) as ledger:
        return ledger.window(start, days)


def poisoned(clean: pd.DataFrame, from_day: date) -> pd.DataFrame:
    """The same ledger with other lines from a day on, and with all sales before it cancelled then."""
    before = clean[clean["sold_at"] < pd.Timestamp(from_day)]
    later = clean[clean["sold_at"] >= pd.Timestamp(from_day)].assign(unit_price=1e6, region="POISON")
    cancelled = before[before["status"] == "completed"].assign(
        invoice=lambda lines: "C" + lines["invoice"],
        status="cancelled",
        quantity=lambda lines: -lines["quantity"],
        sold_at=pd.Timestamp(from_day),
        load_id=2,
    )
    return pd.concat([before, later, cancelled], ignore_index=True)


def same(one: OutlookWindow, other: OutlookWindow) -> None:
    pd.testing.assert_frame_equal(one.customers, other.customers)
    pd.testing.assert_series_equal(one.spent, other.spent)


# --- a window ---


def test_customers_are_those_of_the_ledger_that_ends_before_the_day() -> None:
    clean = simulated().clean
    found = window(clean).customers
    RfmFeatures.validate(found, lazy=True)
    pd.testing.assert_frame_equal(found, features(clean[clean["sold_at"] < pd.Timestamp(DAY)], DAY))


def test_several_days_can_be_looked_at_in_any_order() -> None:
    clean = simulated().clean
    with opened(clean) as ledger:
        for day in (date(2011, 11, 1), DAY, date(2011, 10, 1), DAY):
            pd.testing.assert_frame_equal(ledger.features(day), features(clean, day))
        same(ledger.window(DAY, 30), window(clean))


def test_nothing_from_the_day_on_changes_the_customers() -> None:
    clean = simulated().clean
    pd.testing.assert_frame_equal(window(poisoned(clean, DAY)).customers, window(clean).customers)


def test_nothing_from_the_end_of_the_window_on_changes_anything() -> None:
    clean = simulated().clean
    assert (window(clean).spent > 0).sum() > 10
    same(window(poisoned(clean, DAY + timedelta(days=30))), window(clean))


def test_spending_is_what_pandas_adds_up_in_the_days_of_the_window() -> None:
    clean, found = simulated().clean, window(simulated().clean)
    start, end = pd.Timestamp(DAY), pd.Timestamp(DAY) + pd.Timedelta(days=30)
    lines = clean[(clean["status"] == "completed") & (clean["sold_at"] >= start) & (clean["sold_at"] < end)]
    money = (lines["quantity"] * lines["unit_price"]).groupby(lines["customer_id"]).sum()
    expected = found.customers["customer_id"].map(money).fillna(0.0)
    assert found.spent.index.equals(found.customers.index)
    assert found.spent.tolist() == pytest.approx(expected.tolist(), abs=0.00501)


def test_the_first_moment_of_the_window_counts_and_the_first_after_it_does_not() -> None:
    moments = {"known": "2011-08-31 23:59:59", "first": "2011-09-01 00:00:00", "last": "2011-09-30 23:59:59"}
    moments["after"] = "2011-10-01 00:00:00"
    lines = [{"sold_at": pd.Timestamp(at), "invoice": name, "unit_price": 1.0} for name, at in moments.items()]
    found = window(sales_lines(lines))
    assert found.customers["monetary"].tolist() == [6]
    assert found.spent.tolist() == [12]


def test_who_is_new_in_the_window_and_guests_are_not_among_the_customers_and_who_stays_away_spends_nothing() -> None:
    before, then = pd.Timestamp("2011-08-01"), pd.Timestamp("2011-09-02")
    lines: list[dict[str, object]] = [
        {"customer_id": "stays away", "sold_at": before, "invoice": "1"},
        {"customer_id": "new", "sold_at": then, "invoice": "2"},
        {"customer_id": None, "sold_at": then, "invoice": "3"},
    ]
    found = window(sales_lines(lines))
    assert found.customers["customer_id"].tolist() == ["stays away"]
    assert found.spent.tolist() == [0]


def test_a_cancellation_in_the_window_or_later_takes_nothing_from_what_was_spent_in_it() -> None:
    def cancellation(at: str) -> dict[str, object]:
        return {"sold_at": pd.Timestamp(at), "quantity": -6.0, "status": "cancelled", "invoice": "C9"}

    bought: list[dict[str, object]] = [
        {"sold_at": pd.Timestamp("2011-08-01"), "invoice": "1", "stock_code": "22633"},
        {"sold_at": pd.Timestamp("2011-09-02"), "invoice": "2"},
    ]
    for at in ("2011-09-03", "2011-12-03"):
        same(window(sales_lines([*bought, cancellation(at)])), window(sales_lines(bought)))


def test_a_ledger_that_begins_with_the_window_has_no_customers_to_look_at() -> None:
    found = window(sales_lines([{"sold_at": pd.Timestamp(DAY)}]))
    RfmFeatures.validate(found.customers, lazy=True)
    assert (len(found.customers), len(found.spent), str(found.spent.dtype)) == (0, 0, "float64")


# --- the outlook ---


def looked(clean: pd.DataFrame, as_of: date, days: int) -> Outlook | None:
    with opened(clean) as ledger:
        return outlook(ledger, clean["sold_at"].min().date(), as_of, days)


def test_the_two_windows_follow_one_another_and_end_on_the_reporting_date() -> None:
    clean, as_of = simulated().clean, simulated().as_of
    found = looked(clean, as_of, 60)
    assert found is not None
    same(found.learned, window(clean, as_of - timedelta(days=120), 60))
    same(found.judged, window(clean, as_of - timedelta(days=60), 60))


def test_nothing_that_is_judged_on_is_learned_from_and_nothing_after_the_reporting_date_is_used() -> None:
    clean, as_of = simulated().clean, date(2011, 11, 1)
    found = looked(clean, as_of, 60)
    assert found is not None
    other = looked(poisoned(clean, as_of - timedelta(days=60)), as_of, 60)
    assert other is not None
    same(other.learned, found.learned)
    assert (other.judged.spent != found.judged.spent).any()
    later = looked(poisoned(clean, as_of), as_of, 60)
    assert later is not None
    same(later.learned, found.learned)
    same(later.judged, found.judged)


@pytest.mark.parametrize(("days_before", "is_long_enough"), [(210, True), (209, False), (1, False)])
def test_a_ledger_that_is_not_a_month_longer_than_both_windows_tells_nothing(
    days_before: int, is_long_enough: bool
) -> None:
    clean = sales_lines([{"sold_at": pd.Timestamp(DAY) - pd.Timedelta(days=days_before)}])
    assert (looked(clean, DAY, 90) is not None) is is_long_enough


def test_a_day_without_sales_in_the_middle_is_a_day_like_others() -> None:
    lines = [{"sold_at": pd.Timestamp(day), "invoice": day} for day in ("2011-08-01", "2011-09-05")]
    clean = sales_lines(lines)
    empty = [window(clean, date(2011, 8, day), 7) for day in (10, 11, 12)]
    assert [found.customers["recency_days"].tolist() for found in empty] == [[9], [10], [11]]
    assert [found.spent.tolist() for found in empty] == [[0], [0], [0]]

"""Who bought what: orders, ages, and what was cancelled."""

from datetime import date

import pytest

from segmentation_platform.recommendations.sales import offered_products
from segmentation_platform.recommendations.weights import HALF_LIVES, recent
from segmentation_platform_tests.unit.recommendations.shops import bought, cancelled, line, opened, pairs_of


def test_a_pair_has_its_orders_units_and_ages() -> None:
    lines = [line("1", "A", "2010-12-01"), line("1", "A", "2010-12-25", quantity=2.0)]
    row = pairs_of(lines).iloc[0]
    assert row[["customer_id", "stock_code", "orders", "units"]].tolist() == ["1", "A", 2, 8.0]
    assert row[["first_age", "last_age"]].tolist() == [31, 7]
    for half_life in HALF_LIVES:
        assert row[recent(half_life)] == pytest.approx(0.5 ** (7 / half_life) + 0.5 ** (31 / half_life)), half_life


def test_two_lines_in_an_invoice_are_one_order() -> None:
    assert pairs_of([line("1", "A"), line("1", "A")])["orders"].tolist() == [1]


def test_what_was_cancelled_whole_has_no_orders_and_what_is_left_of_others_counts() -> None:
    lines = [
        *bought({"1": "AB"}, "2010-12-01"),
        line("1", "B", "2010-12-02"),
        cancelled("1", "A"),
        cancelled("1", "B"),
    ]
    assert pairs_of(lines).set_index("stock_code")["orders"].to_dict() == {"A": 0, "B": 1}


def test_guests_are_left_out() -> None:
    assert pairs_of([line(None, "A"), line("1", "B")])["stock_code"].tolist() == ["B"]


def offered(*sold: str, as_of: date = date(2011, 1, 1)) -> list[str]:
    """Which of A, sold on some days, and B, sold on the last one, are still offered."""
    lines = [*(line("1", "A", day) for day in sold), line("2", "B", "2010-12-31")]
    with opened(lines, as_of) as sales:
        return offered_products(sales.catalog, as_of, 60)["stock_code"].tolist()


def test_what_is_seldom_sold_is_offered_until_it_is_missed_for_three_times_as_long_as_usual() -> None:
    assert offered("2010-03-01", "2010-06-01", "2010-09-01") == ["A", "B"], "every 92 days, and 122 days ago"
    assert offered("2010-08-01", "2010-08-11", "2010-08-21") == ["B"], "every ten days, and 133 days ago"
    assert offered("2010-08-21") == ["B"], "once, which says nothing of how often"
    assert offered("2010-11-10") == ["A", "B"], "within sixty days"
    assert offered("2009-01-01", "2009-02-15", "2009-04-01") == ["B"], "every 45 days, and long ago"

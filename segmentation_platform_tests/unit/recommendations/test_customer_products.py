"""Who bought what: orders, ages, and what was cancelled."""

import pytest

from segmentation_platform.recommendations.weights import HALF_LIVES, recent
from segmentation_platform_tests.unit.recommendations.shops import bought, cancelled, line, pairs_of


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

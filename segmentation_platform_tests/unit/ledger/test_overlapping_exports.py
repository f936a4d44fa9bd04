"""Exports that overlap come out as the ledger that they were cut from: nothing twice, and no true repeat lost."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.profile.model import Cancellations, Dates, LedgerColumn, Lines, Profile, Statuses
from segmentation_platform_tests.support.ledgers import Line, cleaned, raw_lines
from segmentation_platform_tests.support.variants import examples

COLUMNS: dict[LedgerColumn, str] = {
    "invoice": "Order", "stock_code": "Item", "description": "Name", "quantity": "Units", "invoice_date": "Day",
    "unit_price": "Price", "customer_id": "Customer", "country": "Country", "status": "Status",
}  # fmt: skip
PIECES = Profile(
    columns=COLUMNS,
    dates=Dates(formats=("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")),
    lines=Lines(identical="pieces"),
    cancellations=Cancellations(by="sign"),
    status=Statuses(counted=("paid",), not_counted=("cancelled",)),
)
ERRORS = PIECES.but("lines", identical="errors")
FIRST_DAY = date(2024, 3, 1)


def order(number: int, day: int, *lines: tuple[str, str, str], status: str = "paid") -> list[Line]:
    """The lines of an order, of item, units and price each."""
    return [
        {
            "invoice": str(number), "stock_code": item, "description": item, "quantity": units, "unit_price": price,
            "invoice_date": f"{FIRST_DAY + timedelta(days=day)} 10:00:00", "customer_id": f"K{number % 3}",
            "status": status,
        }
        for item, units, price in lines
    ]  # fmt: skip


def loads(*exports: Sequence[Line]) -> pa.Table:
    return pa.concat_tables(raw_lines(*lines, load_id=number) for number, lines in enumerate(exports, 1))


def sold(raw: pa.Table, profile: Profile) -> Counter[tuple[object, ...]]:
    clean, _ = cleaned(raw, Understanding(profile))
    return Counter(clean[["invoice", "stock_code", "sold_at", "quantity", "unit_price"]].itertuples(index=False))


def superseded(raw: pa.Table, profile: Profile) -> int:
    _, rejected = cleaned(raw, Understanding(profile))
    return int((rejected["reason"] == "superseded_line").sum())


ITEMS = st.tuples(
    st.sampled_from(["A", "B"]), st.integers(-2, 3).filter(bool).map(str), st.sampled_from(["1.5", "2", "2.25"])
)


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[int, list[Line]]]:
    """Orders with their day, in the order of the days."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        day = draw(st.integers(0, 6))
        found.append((day, order(100 + number, day, *draw(st.lists(ITEMS, min_size=1, max_size=4)))))
    return sorted(found, key=lambda each: each[0])


@given(orders=orders(), windows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=4), data=st.data())
@settings(deadline=None, max_examples=examples(50))
def test_any_exports_that_hold_all_days_together_give_the_ledger_they_were_cut_from(
    orders: list[tuple[int, list[Line]]], windows: list[tuple[int, int]], data: st.DataObject
) -> None:
    edge = data.draw(st.integers(0, 6))
    cuts = data.draw(st.permutations([*windows, (0, edge), (edge, 6)]))
    whole = [line for _, lines in orders for line in lines]
    exports = [[line for day, lines in orders if first <= day <= last for line in lines] for first, last in cuts]
    filled = [lines for lines in exports if lines]
    assert sold(loads(*filled), PIECES) == sold(loads(whole), PIECES)


def test_true_repeats_stay_as_many_as_the_export_with_the_most_has() -> None:
    twice = order(1, 0, ("A", "1", "2"), ("A", "1", "2"))
    assert sold(loads(twice, twice), PIECES).total() == 2
    assert superseded(loads(twice, twice), PIECES) == 2
    assert sold(loads(twice, twice[:1]), PIECES).total() == 2


def test_a_line_that_is_written_twice_by_mistake_counts_once_in_whatever_export() -> None:
    twice = order(1, 0, ("A", "1", "2"), ("A", "1", "2"))
    assert sold(loads(twice, twice[:1]), ERRORS).total() == 1
    assert sold(loads(twice[:1], twice), ERRORS).total() == 1


@pytest.mark.parametrize("profile", [PIECES, ERRORS], ids=["pieces", "errors"])
def test_numbers_and_times_may_be_written_otherwise(profile: Profile) -> None:
    before = order(1, 0, ("A", "1", "12.5"))
    after = [{**line, "unit_price": "12.50", "invoice_date": "2024-03-01", "description": "a"} for line in before]
    assert sold(loads(before, after), profile).total() == 1


def test_what_has_changed_of_an_order_since_is_as_the_later_export_says() -> None:
    before = [*order(1, 0, ("A", "1", "2")), *order(2, 0, ("B", "1", "2"), status="cancelled")]
    after = [*order(1, 0, ("A", "1", "2"), status="cancelled"), *order(2, 0, ("B", "1", "2"))]
    assert [invoice for invoice, *_ in sold(loads(before, after), PIECES)] == ["2"]


def test_the_same_purchase_in_two_orders_is_two() -> None:
    assert sold(loads(order(1, 0, ("A", "1", "2")), order(2, 0, ("A", "1", "2"))), PIECES).total() == 2


def test_without_order_numbers_a_customers_day_with_a_product_is_the_same_in_both_exports() -> None:
    profile = PIECES.model_copy(update={"columns": {**COLUMNS, "invoice": ""}})
    lines = [{**line, "invoice": None} for line in order(1, 0, ("A", "1", "2"), ("B", "2", "2"))]
    guests = [{**line, "customer_id": ""} for line in lines]
    assert sold(loads(lines, lines), profile).total() == 2
    assert sold(loads(guests, guests), profile).total() == 2


@pytest.mark.parametrize(("earlier", "units"), [("kept", 4), ("replaced", 3)])
def test_an_order_that_was_corrected_since_is_as_the_later_export_says_where_that_is_set(
    earlier: str, units: int
) -> None:
    before = [*order(1, 0, ("A", "1", "2"), ("B", "1", "2")), *order(2, 0, ("A", "1", "2"))]
    after = order(1, 0, ("A", "1", "2"), ("C", "1", "2"))
    assert sold(loads(before, after), PIECES.but("lines", earlier=earlier)).total() == units


def test_an_order_that_comes_in_parts_on_several_days_keeps_them_all() -> None:
    first, second = order(1, 0, ("A", "1", "2")), order(1, 1, ("B", "1", "2"))
    assert sold(loads(first, second), PIECES.but("lines", earlier="replaced")).total() == 2

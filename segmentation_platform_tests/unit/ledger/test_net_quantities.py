"""Cancellations take back what was bought last, as a stack would."""

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.clean import NET_QUANTITIES
from segmentation_platform_tests.support.ledgers import cleaned, raw_lines, simulated
from segmentation_platform_tests.support.variants import examples


@dataclass(frozen=True)
class Event:
    """A line: tenths of units, more than 0 for a purchase, less for a cancellation."""

    tenths: int
    minute: int = 0
    customer: str | None = "A"
    product: str = "22633"
    load: int = 1


def left_by_a_stack(events: list[Event]) -> dict[int, float]:
    """Units of each line that are never cancelled, by line number; told with stacks."""
    left = dict.fromkeys((n for n, event in enumerate(events, 1) if event.customer is not None), 0)
    stacks: dict[tuple[str, str], list[int]] = defaultdict(list)
    in_order = sorted(enumerate(events, 1), key=lambda item: (item[1].minute, item[1].load, item[0]))
    for number, event in in_order:
        if event.customer is None:
            continue
        stack = stacks[event.customer, event.product]
        if event.tenths > 0:
            left[number] = event.tenths
            stack.append(number)
        to_cancel = max(0, -event.tenths)
        while to_cancel and stack:
            taken = min(to_cancel, left[stack[-1]])
            left[stack[-1]] -= taken
            to_cancel -= taken
            if not left[stack[-1]]:
                stack.pop()
    return {number: tenths / 10 for number, tenths in left.items()}


def netted(events: list[Event], cancelled_sign: int = 1) -> dict[int, float]:
    """What the SQL says of lines; cancelled units are written with a minus, or without one for a sign of -1."""
    lines = pd.DataFrame(
        {
            "load_id": pd.Series([event.load for event in events], dtype="int64"),
            "line_number": pd.Series(range(1, len(events) + 1), dtype="int64"),
            "customer_id": pd.Series([event.customer for event in events], dtype="str"),
            "stock_code": pd.Series([event.product for event in events], dtype="str"),
            "sold_at": pd.Timestamp("2011-01-01") + pd.to_timedelta([event.minute for event in events], unit="min"),
            "status": ["cancelled" if event.tenths < 0 else "completed" for event in events],
            "quantity": [event.tenths / 10 * (cancelled_sign if event.tenths < 0 else 1) for event in events],
        }
    )
    with DuckDBEngine().session() as session:
        session.add("product_lines", lines)
        session.run(NET_QUANTITIES)
        found = session.frame(NET_QUANTITIES.name)
    assert found["line_number"].is_unique
    return dict(zip(found["line_number"], found["net_quantity"], strict=True))


def left_by_sql(events: list[Event], cancelled_sign: int = 1) -> dict[int, float]:
    """The same as `left_by_a_stack`, by the SQL."""
    found = netted(events, cancelled_sign)
    # What is not there keeps its units; of guests nothing is there.
    assert all(events[number - 1].customer is not None for number in found)
    return {
        number: found.get(number, event.tenths / 10)
        for number, event in enumerate(events, 1)
        if event.customer is not None
    }


@pytest.mark.parametrize(
    ("tenths", "left"),
    [
        ([60, -20], [4, 0]),
        ([60, 40, -50], [5, 0, 0]),
        ([60, -60, 40], [0, 0, 4]),
        ([60, -100, 40], [0, 0, 4]),
        ([-100, 60], [0, 6]),
        ([30, -50, -50, 20, 10, -15], [0, 0, 0, 1.5, 0, 0]),
        ([3, -1, -2], [0, 0, 0]),
        ([1, 2, -2, -1], [0, 0, 0, 0]),
    ],
)
def test_the_last_purchase_is_cancelled_first_and_no_more_than_is_held(tenths: list[int], left: list[float]) -> None:
    events = [Event(change, minute) for minute, change in enumerate(tenths)]
    assert list(left_by_sql(events).values()) == left


EVENTS = st.lists(
    st.builds(
        Event,
        tenths=st.integers(-60, 90).filter(bool),
        minute=st.integers(0, 6),
        customer=st.sampled_from(["A", "B", "C", None]),
        product=st.sampled_from(["22633", "85123A"]),
    ),
    min_size=1,
    max_size=60,
)


@given(EVENTS)
@example([Event(-5), Event(3), Event(-3), Event(2)])
@settings(deadline=None, max_examples=examples(60))
def test_what_is_left_is_what_a_stack_leaves(events: list[Event]) -> None:
    assert left_by_sql(events) == pytest.approx(left_by_a_stack(events), abs=1e-6)


@given(EVENTS)
@settings(deadline=None, max_examples=examples(15))
def test_it_makes_no_difference_whether_cancelled_units_are_written_with_a_minus(events: list[Event]) -> None:
    assert left_by_sql(events, cancelled_sign=-1) == left_by_sql(events)


def test_of_lines_in_the_same_minute_the_later_load_and_line_is_the_later_one() -> None:
    events = [Event(10, load=2), Event(20, load=1), Event(-5, load=3)]
    assert left_by_sql(events) == {1: 0.5, 2: 2, 3: 0}


def test_guests_are_not_matched() -> None:
    assert left_by_sql([Event(10, customer=None), Event(-10, customer=None)]) == {}


def test_customers_and_products_are_kept_apart() -> None:
    events = [Event(10), Event(10, customer="B"), Event(10, product="85123A"), Event(-10, minute=1)]
    assert left_by_sql(events) == {1: 0, 2: 1, 3: 1, 4: 0}


def test_only_products_of_which_a_customer_cancelled_something_are_looked_at() -> None:
    events = [Event(10), Event(5, product="85123A"), Event(-4, minute=1, product="85123A"), Event(7, customer="B")]
    assert set(netted(events)) == {2, 3}


def test_in_a_whole_ledger_no_more_is_left_than_was_bought_and_cancellations_leave_nothing() -> None:
    clean = simulated().clean
    is_sale = clean["status"] == "completed"
    assert (clean.loc[~is_sale, "net_quantity"] == 0).all()
    assert (clean.loc[is_sale, "net_quantity"] <= clean.loc[is_sale, "quantity"]).all()
    guests = clean[is_sale & clean["customer_id"].isna()]
    assert (guests["net_quantity"] == guests["quantity"]).all()
    known = clean[clean["customer_id"].notna()]
    bought = known.loc[known["status"] == "completed", "quantity"].sum()
    taken_back = bought - known["net_quantity"].sum()
    assert 0 < taken_back <= -known.loc[known["status"] == "cancelled", "quantity"].sum()


def test_a_later_purchase_is_not_touched_by_an_earlier_cancellation() -> None:
    early = {"invoice": "C1", "quantity": "-6", "invoice_date": "2010-11-30 00:00:00"}
    clean, _ = cleaned(raw_lines(early, {}))
    assert clean["net_quantity"].tolist() == [0, 6]

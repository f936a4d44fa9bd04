"""The lift's interval: against counting by hand, and against how often it holds the true lift."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from segmentation_platform.recommendations.baskets import GUEST
from segmentation_platform.recommendations.lift import buyers_of, variance_by_buyer, with_interval, with_lift

Flags = npt.NDArray[np.bool_]


def rule(one: Flags, other: Flags) -> pd.DataFrame:
    """The row of a rule in baskets of which each holds its sides or not."""
    both = one & other
    return pd.DataFrame({"baskets": [both.sum()], "antecedent": [one.sum()], "consequent": [other.sum()]})


def by_buyer(one: Flags, other: Flags, buyers: npt.NDArray[np.int64]) -> float:
    """The variance of the log lift of one rule."""
    both, first, second = (sparse.csr_array(side[None, :].astype(np.float32)) for side in (one & other, one, other))
    return float(variance_by_buyer(both, first, second, buyers)[0])


def delta_method(cells: dict[tuple[bool, bool], int]) -> float:
    """Var(log lift) as in the books: the gradient by cell, its variance under the multinomial distribution."""
    every = sum(cells.values())
    shares = {cell: count / every for cell, count in cells.items()}
    one = shares[True, True] + shares[True, False]
    other = shares[True, True] + shares[False, True]
    slopes = {
        (a, b): (1 / shares[True, True] if a and b else 0) - (1 / one if a else 0) - (1 / other if b else 0)
        for a, b in cells
    }
    mean = sum(shares[cell] * slopes[cell] for cell in cells)
    return sum(shares[cell] * (slopes[cell] - mean) ** 2 for cell in cells) / every


COUNTS = st.integers(0, 40)


@given(st.integers(1, 40), COUNTS, COUNTS, COUNTS)
def test_the_variance_is_that_of_the_delta_method(both: int, first: int, second: int, neither: int) -> None:
    cells = {(True, True): both, (True, False): first, (False, True): second, (False, False): neither}
    one, other = (np.repeat([cell[side] for cell in cells], list(cells.values())) for side in (0, 1))
    found = with_lift(rule(one, other), len(one)).iloc[0]
    expected = delta_method(cells)
    assert found["lift"] == pytest.approx(one[other].mean() / one.mean())
    assert found["confidence"] == pytest.approx(other[one].mean())
    assert found["support"] == pytest.approx((one & other).mean())
    assert found["variance"] == pytest.approx(expected, abs=1e-12)
    assert by_buyer(one, other, np.arange(len(one))) == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 4)), min_size=1, max_size=30))
@settings(deadline=None)
def test_baskets_of_one_buyer_move_the_lift_together(rows: list[tuple[bool, bool, int]]) -> None:
    one, other = (np.array([True, *(row[side] for row in rows)]) for side in (0, 1))
    buyers = np.array([0, *(row[2] for row in rows)])
    both, every = one & other, len(one)
    moves = [
        both[buyers == buyer].sum() / both.sum()
        - one[buyers == buyer].sum() / one.sum()
        - other[buyers == buyer].sum() / other.sum()
        + (buyers == buyer).sum() / every
        for buyer in range(5)
    ]
    assert by_buyer(one, other, buyers) == pytest.approx(sum(move**2 for move in moves), abs=1e-6)


def test_ninety_five_of_a_hundred_intervals_hold_the_true_lift() -> None:
    shares = np.array([0.02, 0.04, 0.06, 0.88])  # of baskets with both sides, one, the other, neither
    truth = 0.02 / (0.06 * 0.08)
    drawn = np.random.default_rng(5).multinomial(2000, shares, 4000)
    counts = {"baskets": drawn[:, 0], "antecedent": drawn[:, 0] + drawn[:, 1], "consequent": drawn[:, [0, 2]].sum(1)}
    found = with_interval(with_lift(pd.DataFrame(counts), 2000))
    held = (found["lift_low"] <= truth) & (truth <= found["lift_high"])
    assert held.mean() == pytest.approx(0.95, abs=0.015)


def test_so_they_do_where_customers_order_the_same_again_and_taking_invoices_for_independent_does_not() -> None:
    random, truth, held = np.random.default_rng(6), 0.05 / (0.15 * 0.2), {"buyers": 0, "invoices": 0}
    for _ in range(400):
        orders = random.geometric(0.2, 400)
        kinds = random.choice(4, 400, p=[0.05, 0.1, 0.15, 0.7])  # each customer always orders one kind of basket
        buyers = np.repeat(np.arange(400), orders)
        one, other = np.isin(kinds[buyers], (0, 1)), np.isin(kinds[buyers], (0, 2))
        plain = with_lift(rule(one, other), len(one))
        for name, variance in (("invoices", plain["variance"]), ("buyers", by_buyer(one, other, buyers))):
            row = with_interval(plain.assign(variance=variance)).iloc[0]
            held[name] += bool(row["lift_low"] <= truth <= row["lift_high"])
    assert held["buyers"] / 400 == pytest.approx(0.95, abs=0.04)
    assert held["invoices"] / 400 < 0.7


def test_every_customer_is_one_buyer_and_every_guest_is_one() -> None:
    buyers = buyers_of(np.array([7, GUEST, 7, GUEST, 3]))
    assert buyers[0] == buyers[2]
    assert len(set(buyers.tolist())) == 4
    assert set(buyers.tolist()) == set(range(4))

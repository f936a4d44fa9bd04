"""Drift is zero for the same customers, grows with their change, and is never infinite."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.segments.drift import Shift, psi, reference, shift
from segmentation_platform.segments.transforms import FEATURES
from segmentation_platform_tests.support.ledgers import simulated_customers, simulated_fit
from segmentation_platform_tests.unit.segments.shops import customers_of, model_of

SHARES = st.lists(st.integers(0, 50), min_size=5, max_size=5).filter(any).map(lambda n: np.array(n) / sum(n))


@given(SHARES)
def test_equal_distributions_have_an_index_of_zero(shares: np.ndarray) -> None:
    assert psi(shares, shares) == 0


@given(SHARES, SHARES)
def test_the_index_is_finite_never_negative_and_the_same_in_both_directions(
    one: np.ndarray, other: np.ndarray
) -> None:
    assert 0 <= psi(one, other) < 30
    assert psi(one, other) == pytest.approx(psi(other, one))
    assert (psi(one, other) > 0) == bool((one != other).any())


def test_the_index_is_that_of_the_formula() -> None:
    expected = (0.5 - 0.4) * np.log(0.5 / 0.4) + (0.5 - 0.6) * np.log(0.5 / 0.6)
    assert psi(np.array([0.4, 0.6]), np.array([0.5, 0.5])) == pytest.approx(expected)


@pytest.mark.filterwarnings("error")
def test_a_bin_in_which_nobody_was_or_is_counts_as_one_in_ten_thousand() -> None:
    full, empty = np.array([0.5, 0.5]), np.array([1.0, 0.0])
    assert psi(full, empty) == psi(full, np.array([1.0, 1e-4]))
    assert psi(empty, full) == psi(np.array([1.0, 1e-4]), full)


@pytest.mark.parametrize("k", [2, 5])
def test_the_same_customers_have_not_shifted(k: int) -> None:
    fitted, customers = simulated_fit(k), simulated_customers()
    assert shift(fitted.model, fitted.reference, customers) == Shift(dict.fromkeys(FEATURES, 0.0), 0.0)
    assert shift(fitted.model, fitted.reference, customers.sample(frac=1, random_state=1)).largest == 0


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_that_doubles_shifts_itself_and_the_segments_but_no_other_feature(feature: str) -> None:
    fitted, customers = simulated_fit(), simulated_customers()
    found = shift(fitted.model, fitted.reference, customers.assign(**{feature: customers[feature] * 2}))
    assert found.features[feature] > 0.1
    assert {found.features[other] for other in set(FEATURES) - {feature}} == {0}
    assert found.segments > 0
    assert found.largest == max(found.features[feature], found.segments)


def test_a_larger_change_is_a_larger_shift() -> None:
    fitted, customers = simulated_fit(), simulated_customers()

    def later(days: int) -> float:
        moved = customers.assign(recency_days=customers["recency_days"] + days)
        return shift(fitted.model, fitted.reference, moved).features["recency_days"]

    shifts = [later(days) for days in (0, 3, 10, 40, 200)]
    assert shifts == sorted(shifts)
    assert shifts[1] < 0.1 < 0.25 < shifts[-1]


def test_the_reference_tells_ten_bins_of_equally_many_customers_and_the_segments_shares() -> None:
    customers = simulated_customers()
    fitted = simulated_fit()
    told = fitted.reference
    assert [len(shares) for shares in told.shares] == [len(edges) + 1 for edges in told.edges]
    assert len(told.shares[2]) == 10
    assert told.shares[2] == pytest.approx([0.1] * 10, abs=0.01)
    counted = fitted.model.assign(customers)["segment_id"].value_counts(normalize=True)
    assert told.segment_shares == pytest.approx([counted[s.segment_id] for s in fitted.model.segments])


def test_values_that_repeat_have_fewer_bins_whose_shares_add_up() -> None:
    model = model_of((1.0, 1.0, 1.0), (9.0, 9.0, 9.0))
    orders = customers_of(*[(1, 1, 5)] * 81, *[(1, 2, 5)] * 15, *[(1, 9, 5)] * 5)
    told = reference(model, orders)
    assert told.edges == ((1.0,), (1.0, 2.0), (5.0,))
    assert told.shares[0] == (1.0, 0.0)
    assert told.shares[1] == pytest.approx((81 / 101, 15 / 101, 5 / 101))
    assert shift(model, told, orders) == Shift(dict.fromkeys(FEATURES, 0.0), 0.0)
    assert 0 < shift(model, told, orders.assign(frequency=1.0)).features["frequency"] < 10


def test_where_nobody_is_in_a_segment_its_share_is_zero_and_the_shift_finite() -> None:
    model = model_of((0.0, 0.0, 0.0), (99.0, 99.0, 99.0))
    told = reference(model, customers_of((1, 1, 1), (2, 2, 2)))
    assert told.segment_shares == (1.0, 0.0)
    moved = shift(model, told, customers_of((99, 99, 99)))
    assert np.isfinite(moved.largest)
    assert moved.segments > 5


def test_a_single_customer_can_be_compared() -> None:
    fitted = simulated_fit()
    one = shift(fitted.model, fitted.reference, simulated_customers().head(1))
    assert np.isfinite([*one.features.values(), one.segments]).all()
    assert one.largest > 0.25


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 9), st.floats(0, 1e9)), min_size=1, max_size=20))
def test_whoever_comes_the_shift_is_finite(rows: list[tuple[float, float, float]]) -> None:
    fitted = simulated_fit()
    found = shift(fitted.model, fitted.reference, customers_of(*rows))
    assert np.isfinite(found.largest)
    assert min(*found.features.values(), found.segments) >= 0


def test_customers_are_not_changed() -> None:
    customers = simulated_customers().copy()
    shift(simulated_fit().model, reference(simulated_fit().model, customers), customers)
    pd.testing.assert_frame_equal(customers, simulated_customers())

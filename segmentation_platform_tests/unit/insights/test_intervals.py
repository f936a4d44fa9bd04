"""Intervals hold their estimate, narrow with more data, and say nothing where nothing is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.insights.intervals import block_weights, ratio_interval, wilson

_COUNTS = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def sums(buyers: list[tuple[float, float]]) -> pd.DataFrame:
    """The sums of buyers with their orders and revenue."""
    orders, revenue = (np.array(values) for values in zip(*buyers, strict=True))
    row = {
        "buyers": len(buyers),
        "orders": orders.sum(),
        "revenue": revenue.sum(),
        "orders_squared": (orders**2).sum(),
        "revenue_times_orders": (orders * revenue).sum(),
        "revenue_squared": (revenue**2).sum(),
    }
    return pd.DataFrame([row])


@given(_COUNTS)
def test_the_wilson_interval_holds_the_share_and_stays_between_0_and_1(counts: tuple[int, int]) -> None:
    hits, trials = counts
    low, high = wilson(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1


def test_the_wilson_interval_is_that_of_the_textbooks() -> None:
    low, high = wilson([0, 81], [10, 263])
    assert low == pytest.approx([0, 0.2553], abs=1e-4)
    assert high == pytest.approx([0.2775, 0.3662], abs=1e-4)


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0.01, 1e6)), min_size=2, max_size=30))
def test_the_interval_of_a_ratio_holds_it_and_is_above_0(buyers: list[tuple[float, float]]) -> None:
    found = ratio_interval(sums(buyers)).iloc[0]
    assert found["ratio"] == pytest.approx(sum(r for _, r in buyers) / sum(o for o, _ in buyers))
    if pd.notna(found["low"]):
        assert 0 < found["low"] <= found["ratio"] <= found["high"]


def test_one_buyer_has_a_ratio_but_no_interval_and_nothing_sold_has_neither() -> None:
    one = ratio_interval(sums([(2, 30.0)])).iloc[0]
    assert one["ratio"] == 15
    assert one[["low", "high"]].isna().all()
    assert ratio_interval(sums([(1, 0.0), (1, 0.0)])).isna().all(axis=None)


def test_the_interval_of_a_ratio_is_about_that_of_a_bootstrap_over_buyers() -> None:
    generator = np.random.default_rng(1)
    orders = generator.integers(1, 8, 400)
    revenue = orders * generator.lognormal(5, 0.8, 400)
    found = ratio_interval(sums(list(zip(orders.astype(float), revenue, strict=True)))).iloc[0]
    drawn = generator.integers(400, size=(4_000, 400))
    ends = np.quantile(revenue[drawn].sum(axis=1) / orders[drawn].sum(axis=1), [0.025, 0.975])
    assert [found["low"], found["high"]] == pytest.approx(ends, rel=0.02)


@given(st.integers(1, 200), st.integers(0, 1_000))
@settings(deadline=None)
def test_every_draw_of_days_is_a_mean_over_as_many_days(days: int, seed: int) -> None:
    weights = block_weights(days, 50, np.random.default_rng(seed))
    assert weights.shape == (50, days)
    assert weights.sum(axis=1) == pytest.approx(1)
    assert np.round(weights * days) == pytest.approx(weights * days)


def test_neighbouring_days_are_drawn_together() -> None:
    drawn = block_weights(125, 2_000, np.random.default_rng(1)) > 0
    both = (drawn & np.roll(drawn, 1, axis=1)).mean()
    apart = (drawn & np.roll(drawn, 40, axis=1)).mean()
    assert both > apart + 0.1


def test_days_that_are_alike_in_runs_have_a_wider_interval_than_in_any_order() -> None:
    runs = np.repeat(np.random.default_rng(3).normal(100, 20, 25), 6)
    mixed = np.random.default_rng(4).permutation(runs)
    spread = [np.std(block_weights(150, 2_000, np.random.default_rng(5)) @ values) for values in (runs, mixed)]
    assert spread[0] > 1.4 * spread[1]

"""Ranking metrics are those of the textbook, and their intervals cover what they should."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.recommendations.backtest.metrics import (
    GROUPS,
    NAMES,
    Bootstrap,
    left_out_interval,
    of_lists,
    per_customer,
)


def at(hits: list[int], relevant: int, name: str) -> float:
    places = np.zeros((1, 20), dtype=bool)
    places[0, : len(hits)] = hits
    return float(per_customer(places, np.array([relevant]))[0, NAMES.index(name)])


def test_a_perfect_list_has_everything_at_its_best() -> None:
    for name in NAMES:
        assert at([1, 1, 1], 3, name) == 1


def test_a_list_without_a_hit_has_nothing() -> None:
    for name in NAMES:
        assert at([0] * 20, 3, name) == 0


def test_figures_worked_out_by_hand() -> None:
    hits, relevant = [0, 1, 0, 1], 4
    ideal = sum(1 / np.log2(place + 1) for place in (1, 2, 3, 4))
    assert at(hits, relevant, "hit_rate@10") == 1
    assert at(hits, relevant, "recall@10") == pytest.approx(2 / 4)
    assert at(hits, relevant, "ndcg@10") == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / ideal)
    assert at(hits, relevant, "map@10") == pytest.approx((1 / 2 + 2 / 4) / 4)


def test_what_comes_after_the_cut_counts_at_the_longer_cut_only() -> None:
    hits = [0] * 10 + [1]
    assert at(hits, 1, "hit_rate@10") == 0
    assert at(hits, 1, "hit_rate@20") == 1


def test_the_ideal_is_no_longer_than_the_list() -> None:
    assert at([1] * 10, 50, "ndcg@10") == pytest.approx(1)
    assert at([1] * 10, 50, "map@10") == pytest.approx(1)
    assert at([1] * 10, 50, "recall@10") == pytest.approx(10 / 50)


@given(st.lists(st.booleans(), min_size=20, max_size=20), st.integers(0, 5))
def test_all_metrics_are_shares_and_nobody_is_judged_without_a_purchase(hits: list[bool], missed: int) -> None:
    relevant = sum(hits) + missed
    found = per_customer(np.array([hits]), np.array([relevant]))
    assert np.isnan(found).all() if relevant == 0 else ((found >= 0) & (found <= 1 + 1e-12)).all()


def test_customers_without_a_value_are_left_out_of_the_mean() -> None:
    values = np.array([[1.0], [np.nan], [0.0], [np.nan]])
    (interval,) = Bootstrap(4, 500, 7).intervals(values)
    assert interval.value == 0.5
    assert 0 <= interval.low <= 0.5 <= interval.high <= 1


def test_draws_are_the_same_every_time() -> None:
    values = np.random.default_rng(1).random((50, 3))
    assert Bootstrap(50, 100, 7).intervals(values) == Bootstrap(50, 100, 7).intervals(values)


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=20)
def test_the_interval_is_about_two_standard_errors_to_either_side(seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(400, 1))
    (interval,) = Bootstrap(400, 2000, 7).intervals(values)
    error = values.std() / np.sqrt(400)
    assert interval.low == pytest.approx(values.mean() - 1.96 * error, abs=0.5 * error)
    assert interval.high == pytest.approx(values.mean() + 1.96 * error, abs=0.5 * error)


def test_one_customer_is_an_interval_of_no_width() -> None:
    (interval,) = Bootstrap(1, 100, 7).intervals(np.array([[0.3]]))
    assert (interval.value, interval.low, interval.high) == pytest.approx((0.3, 0.3, 0.3))


@given(st.lists(st.lists(st.integers(0, 5), max_size=12, unique=True), min_size=1, max_size=5))
def test_novelty_and_diversity_are_what_counting_by_hand_says(lists: list[list[int]]) -> None:
    buyers, types, customers = np.array([1, 2, 4, 8, 16, 16]), np.array([0, 0, 1, 1, 2, 2]), 16
    listed = np.full((len(lists), 20), -1)
    for row, products in enumerate(lists):
        listed[row, : len(products)] = products
    found = of_lists(listed, buyers, types, customers)
    for row, products in enumerate(lists):
        first = products[:10]
        if not first:
            assert np.isnan(found[row]).all()
            continue
        rarity = [math.log2(customers / buyers[product]) / math.log2(customers) for product in first]
        assert found[row, 0] == pytest.approx(sum(rarity) / len(first))
        pairs = list(itertools.combinations(first, 2))
        if not pairs:
            assert np.isnan(found[row, 1])
            continue
        assert found[row, 1] == pytest.approx(sum(types[a] != types[b] for a, b in pairs) / len(pairs))


def test_the_interval_by_leaving_out_groups_is_that_of_a_mean() -> None:
    """Of a mean the jackknife gives the usual standard error."""
    values = np.random.default_rng(3).random(2000)
    groups = np.arange(2000) % GROUPS
    without = [values[groups != group].mean() for group in range(GROUPS)]
    found = left_out_interval(np.array([values.mean(), *without]))
    error = 1.96 * values.std() / math.sqrt(2000)
    assert found.value == pytest.approx(values.mean())
    assert (found.high - found.low) / 2 == pytest.approx(error, rel=0.4)

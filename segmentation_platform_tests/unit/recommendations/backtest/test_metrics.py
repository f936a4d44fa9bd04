"""Ranking metrics are those of the textbook, and their intervals cover what they should."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.recommendations.backtest.metrics import NAMES, Bootstrap, per_customer


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

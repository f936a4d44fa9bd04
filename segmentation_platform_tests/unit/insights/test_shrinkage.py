"""Rates of few lines are drawn to the whole, those of many keep their own."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.insights.shrinkage import Prior, fit_prior, shrunk_rates, whole_rate

_SUBJECT = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
_SUBJECTS = st.lists(_SUBJECT, min_size=1, max_size=30)


def rated(subjects: list[tuple[int, int]]) -> tuple[pd.DataFrame, Prior]:
    hits, trials = (pd.Series(counts, dtype="int64") for counts in zip(*subjects, strict=True))
    prior = fit_prior(hits, trials, whole_rate(int(hits.sum()), int(trials.sum())))
    return shrunk_rates(hits, trials, prior), prior


@given(_SUBJECTS)
@settings(deadline=None)
def test_a_shrunk_rate_lies_between_its_own_and_that_of_the_whole_within_its_interval(
    subjects: list[tuple[int, int]],
) -> None:
    rates, prior = rated(subjects)
    for (hits, trials), row in zip(subjects, rates.to_dict("records"), strict=True):
        if trials == 0:
            assert all(pd.isna(value) for value in row.values())
            continue
        low, high = sorted((hits / trials, prior.mean))
        assert low - 1e-12 <= row["shrunk"] <= high + 1e-12
        assert 0 <= row["low"] <= row["shrunk"] <= row["high"] <= 1
        weight = trials / (trials + prior.strength)
        assert row["shrunk"] == pytest.approx(weight * hits / trials + (1 - weight) * prior.mean)


@given(_SUBJECTS)
@settings(deadline=None)
def test_the_whole_counts_for_one_line_at_least_and_never_for_more_than_it_was_learned_from(
    subjects: list[tuple[int, int]],
) -> None:
    prior = rated(subjects)[1]
    assert 1 <= prior.strength <= max(1, sum(trials for _, trials in subjects)) * (1 + 1e-9)


def test_the_strength_is_found_again_that_rates_were_drawn_with() -> None:
    generator = np.random.default_rng(5)
    trials = generator.integers(5, 400, 3_000)
    hits = generator.binomial(trials, generator.beta(0.05 * 40, 0.95 * 40, 3_000))
    prior = fit_prior(hits, trials, 0.05)
    assert prior.strength == pytest.approx(40, rel=0.1)


def test_nine_intervals_in_ten_hold_the_rate_that_lines_were_drawn_with() -> None:
    generator = np.random.default_rng(6)
    trials = generator.integers(1, 300, 2_000)
    truth = generator.beta(0.03 * 60, 0.97 * 60, 2_000)
    hits = pd.Series(generator.binomial(trials, truth))
    rates = shrunk_rates(hits, pd.Series(trials), fit_prior(hits, trials, 0.03))
    held = ((rates["low"] <= truth) & (truth <= rates["high"])).mean()
    assert held == pytest.approx(0.95, abs=0.015)


def test_one_line_taken_back_of_one_does_not_top_thirty_of_a_hundred() -> None:
    rates, _ = rated([(1, 1), (30, 100), *[(2, 100)] * 20])
    assert rates["rate"].idxmax() == 0
    assert rates["shrunk"].idxmax() == 1


def test_where_subjects_differ_by_chance_only_all_have_about_the_rate_of_the_whole() -> None:
    trials = np.full(300, 50)
    hits = np.random.default_rng(8).binomial(trials, 0.04)
    rates, prior = rated(list(zip(hits.tolist(), trials.tolist(), strict=True)))
    assert rates["shrunk"].std() < 0.2 * rates["rate"].std()
    assert rates["shrunk"].mean() == pytest.approx(prior.mean, rel=0.01)


def test_without_any_cancellation_rates_are_almost_nothing() -> None:
    rates, _ = rated([(0, 100), (0, 300), (0, 500)])
    assert (rates["shrunk"] < 0.001).all()

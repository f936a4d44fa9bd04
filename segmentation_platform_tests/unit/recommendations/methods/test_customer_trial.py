"""A trial of a past day scores as the lists of that day do, and its figures are those of the backtest."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.arrays import Matrix
from segmentation_platform.recommendations.backtest import BacktestWindow, TrainingData, training_data
from segmentation_platform.recommendations.backtest.metrics import NAMES
from segmentation_platform.recommendations.backtest.models import customer_lists
from segmentation_platform.recommendations.backtest.outcomes import measure, truth_of
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.histories import Codes
from segmentation_platform.recommendations.methods.customer_trial import CustomerTrial, customer_trial
from segmentation_platform.recommendations.methods.learning import VALUES
from segmentation_platform.recommendations.methods.past_day import past_day
from segmentation_platform.recommendations.ranker import Ranker
from segmentation_platform.recommendations.rules import LearningRules, RecommendationRules
from segmentation_platform.recommendations.weights import COUNTING, ScoreWeights
from segmentation_platform_tests.support.ledgers import simulated
from segmentation_platform_tests.support.ranking import EVERYTHING
from segmentation_platform_tests.support.session import once
from segmentation_platform_tests.unit.recommendations.backtest.pasts import past_of

RULES = RecommendationRules(learning=LearningRules(customers=10_000))
WINDOW = BacktestWindow(simulated().as_of - timedelta(days=60), simulated().as_of - timedelta(days=30))


@once
def trial() -> CustomerTrial:
    return customer_trial(past_day(past_of(simulated().clean), WINDOW, RULES), RULES)


def any_weights() -> st.SearchStrategy[ScoreWeights]:
    values = {name: st.sampled_from(values) for name, values in VALUES.items()}
    return st.fixed_dictionaries(values).map(ScoreWeights.model_validate)


@pytest.mark.parametrize("weights", [COUNTING, EVERYTHING], ids=["counting", "everything"])
def test_its_figures_are_those_of_the_backtest(weights: ScoreWeights) -> None:
    rules = RULES.with_weights(weights)
    past = past_of(simulated().clean)
    training = training_data(past, WINDOW.origin, rules)
    judged = measure(customer_lists, training, truth_of(past, WINDOW, training, rules.backtest))
    for task in ("all", "new", "repeat"):
        told = np.nanmean(judged[task].metrics[:, NAMES.index("ndcg@10")])
        assert np.nanmean(trial().ndcg(weights, task)) == pytest.approx(told, abs=0.002), task


@settings(max_examples=15)
@given(any_weights())
def test_its_scores_are_those_of_the_lists_for_any_weights(weights: ScoreWeights) -> None:
    found = trial()
    theirs = scores_of(weights)[found.rows, found.columns]
    np.testing.assert_allclose(found.score(weights), theirs, rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize("weights", [COUNTING, EVERYTHING], ids=["counting", "everything"])
def test_what_a_customer_would_be_offered_first_is_among_its_cells(weights: ScoreWeights) -> None:
    found = trial()
    cells = set(zip(found.rows.tolist(), found.columns.tolist(), strict=True))
    best = np.argsort(-scores_of(weights), axis=1, kind="stable")[:, :10]
    missing = sum((row, column) not in cells for row, columns in enumerate(best.tolist()) for column in columns)
    assert missing <= 0.01 * best.size


def test_a_day_after_which_nobody_came_again_is_told() -> None:
    late = BacktestWindow(date(2030, 1, 1), date(2030, 2, 1))
    with pytest.raises(RecommendationError):
        past_day(past_of(simulated().clean), late, RULES)


def test_customers_are_drawn_where_there_are_many_the_same_ones_each_time() -> None:
    few = RULES.model_copy(update={"learning": LearningRules(customers=20)})
    day = past_day(past_of(simulated().clean), WINDOW, few)
    first, second = (customer_trial(day, few) for _ in range(2))
    assert len(first.wanted) == 20
    np.testing.assert_array_equal(first.score(EVERYTHING), second.score(EVERYTHING))


@once
def known() -> TrainingData:
    return training_data(past_of(simulated().clean), WINDOW.origin, RULES)


@once
def customers() -> Codes:
    return truth_of(past_of(simulated().clean), WINDOW, known(), RULES.backtest).customers


def scores_of(weights: ScoreWeights) -> Matrix:
    """The scores of the lists of that day."""
    regions, offered = known().people["region"], known().ranker.demand.index[known().ranker.is_offered]
    ranker = Ranker.fit(known().pairs, regions, pd.Series(offered), RULES.with_weights(weights))
    histories = ranker.histories(known().pairs).for_customers(customers())
    return ranker.scores(histories, regions.reindex(customers()).fillna(EVERYWHERE).tolist()).values

"""The figures of the real ledger: trained before November 2011, tested up to its end; chosen on October only."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts import RecommendationMethods
from segmentation_platform.recommendations.backtest import BASELINES, MODELS, BacktestWindow, backtest
from segmentation_platform.recommendations.backtest.metrics import NAMES
from segmentation_platform.recommendations.backtest.models import customer_lists
from segmentation_platform.recommendations.backtest.outcomes import measure, truth_of
from segmentation_platform.recommendations.backtest.training import training_data
from segmentation_platform.recommendations.ease import item_weights
from segmentation_platform.recommendations.histories import Histories
from segmentation_platform.recommendations.methods import walk_forward, with_methods
from segmentation_platform.recommendations.rules import CustomerListRules, RecommendationRules
from segmentation_platform.recommendations.weights import CellWeights
from segmentation_platform_tests.support.ledgers import real
from segmentation_platform_tests.support.real_ledger import needs_real_ledger
from segmentation_platform_tests.support.session import once
from segmentation_platform_tests.unit.recommendations.backtest.pasts import past_of

pytestmark = [pytest.mark.slow, pytest.mark.real_ledger, needs_real_ledger]

RULES = RecommendationRules()
NOVEMBER = BacktestWindow(date(2011, 11, 1), date(2011, 12, 10))


@once
def chosen() -> pd.DataFrame:
    """What serves the lists as of November, learned on the months before."""
    clean = real()[1]
    first = clean["sold_at"].min().date()
    return walk_forward(past_of(clean), first, NOVEMBER.origin, RULES, RecommendationMethods.no_rows())


@once
def judged() -> pd.DataFrame:
    return backtest(past_of(real()[1]), [NOVEMBER], with_methods(RULES, chosen()))


def test_what_is_learned_on_the_months_before_serves_both_lists() -> None:
    own = chosen().set_index("list").loc[["buy_again", "new_to_you"]]
    assert set(own["method"]) == {"learned"}
    assert (own["delta_low"] > 0).all()


def ndcg(model: str, task: str) -> pd.DataFrame:
    found = judged()
    return found[(found["model"] == model) & (found["task"] == task) & (found["metric"] == "ndcg@10")]


@pytest.mark.parametrize(("task", "least"), [("all", 0.380), ("new", 0.172)])
def test_customer_lists_reach_their_figures_and_beat_every_baseline(task: str, least: float) -> None:
    own = ndcg("customer_lists", task)
    assert own["value"].iloc[0] >= least
    assert (own["delta_low"] > 0).all()


def require_segment_lists(own: pd.DataFrame, least: float) -> None:
    assert own["value"].iloc[0] >= least
    # What customers bought themselves is no baseline of a list for all of a segment.
    assert (own.loc[own["baseline"] != "counting", "delta_low"] > 0).all()


@pytest.mark.parametrize(("task", "least"), [("all", 0.18), ("new", 0.09)])
def test_segment_lists_reach_their_figures_and_beat_every_baseline(task: str, least: float) -> None:
    require_segment_lists(ndcg("segment_lists", task), least)


@once
def judged_by_a_week() -> pd.DataFrame:
    """By the numbers that served every ledger before they were learned: chosen on this one's October."""
    rules = RULES.model_copy(update={"cells": CellWeights(half_life=7, shrinkage=500.0)})
    models = {name: MODELS[name] for name in ("segment_lists", *BASELINES)}
    return backtest(past_of(real()[1]), [NOVEMBER], rules, models)


@pytest.mark.parametrize(("task", "least"), [("all", 0.18), ("new", 0.10)])
def test_segment_lists_by_a_week_and_five_hundred_purchases_are_as_good_as_they_were(task: str, least: float) -> None:
    found = judged_by_a_week()
    own = found[(found["model"] == "segment_lists") & (found["task"] == task) & (found["metric"] == "ndcg@10")]
    require_segment_lists(own, least)


@pytest.mark.parametrize(
    ("model", "task", "published"),
    [
        ("global_popularity", "all", 0.087),
        ("recent_popularity", "all", 0.136),
        ("personal_frequency", "all", 0.345),
        ("global_popularity", "new", 0.038),
        ("recent_popularity", "new", 0.081),
    ],
)
def test_the_baselines_are_as_good_as_elsewhere(model: str, task: str, published: float) -> None:
    """So that no figure is good because a baseline is bad."""
    assert ndcg(model, task)["value"].iloc[0] == pytest.approx(published, abs=0.005)


def test_the_weights_that_are_kept_recommend_as_well_as_all_of_them() -> None:
    """Few enough to be published; measured on the origin of the published figures."""
    known = training_data(past_of(real()[1]), NOVEMBER.origin, RULES)
    truth = truth_of(past_of(real()[1]), NOVEMBER, known, RULES.backtest)
    orders = Histories.of(known.pairs, known.demand.index).orders
    whole = CustomerListRules(neighbours=len(known.demand))
    every = known.with_ranker(replace(known.ranker, weights=item_weights(orders, whole)))
    kept, all_of_them = (measure(customer_lists, each, truth) for each in (known, every))
    for task in ("all", "new"):
        place = NAMES.index("ndcg@10")
        lost = np.nanmean(all_of_them[task].metrics[:, place]) - np.nanmean(kept[task].metrics[:, place])
        assert lost < 0.002, task
    # Of all pairs of products, as EASE has them where none is too rare for it.
    assert known.ranker.weights.nnz < 0.03 * len(known.demand) ** 2

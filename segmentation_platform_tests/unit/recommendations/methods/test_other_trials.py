"""Trials of segment lists and of similar items rank as the published lists of that day do."""

import math
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from segmentation_platform.recommendations.backtest import BacktestWindow, training_data
from segmentation_platform.recommendations.backtest.metrics import NAMES
from segmentation_platform.recommendations.backtest.models import segment_lists
from segmentation_platform.recommendations.backtest.outcomes import measure, truth_of
from segmentation_platform.recommendations.baskets import baskets_of
from segmentation_platform.recommendations.methods.past_day import PastDay, hits_of, past_day
from segmentation_platform.recommendations.methods.segment_trial import SegmentTrial, segment_trial
from segmentation_platform.recommendations.methods.similarity_trial import SimilarityTrial, similarity_trial
from segmentation_platform.recommendations.rules import LearningRules, RecommendationRules, SimilarItemRules
from segmentation_platform.recommendations.similar_items import similar_items
from segmentation_platform.recommendations.weights import CellWeights, SimilarityWeights
from segmentation_platform_tests.support.ledgers import simulated
from segmentation_platform_tests.support.session import once
from segmentation_platform_tests.unit.recommendations.backtest.pasts import past_of

RULES = RecommendationRules(learning=LearningRules(customers=10_000))
WINDOW = BacktestWindow(simulated().as_of - timedelta(days=60), simulated().as_of - timedelta(days=30))


@once
def day() -> PastDay:
    return past_day(past_of(simulated().clean), WINDOW, RULES)


@once
def of_segments() -> SegmentTrial:
    return segment_trial(day(), RULES)


@once
def of_similar() -> SimilarityTrial:
    found = similarity_trial(day(), RULES)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "weights",
    [CellWeights(), CellWeights(half_life=7, shrinkage=500.0), CellWeights(half_life=90, shrinkage=30.0)],
    ids=["counting", "week", "months"],
)
def test_the_figures_of_segment_lists_are_those_of_the_backtest(weights: CellWeights) -> None:
    rules, past = RULES.model_copy(update={"cells": weights}), past_of(simulated().clean)
    training = training_data(past, WINDOW.origin, rules)
    truth = truth_of(past, WINDOW, training, rules.backtest)
    judged = measure(segment_lists, training, truth)["all"].metrics[:, NAMES.index("ndcg@10")]
    told = pd.Series(judged, truth.customers).reindex(of_segments().customers)
    assert len(told) > 30
    np.testing.assert_allclose(of_segments().ndcg(weights), told, atol=1e-6)


@settings(max_examples=5)
@given(st.sampled_from([0.0, 0.15, 0.3, 0.5]), st.sampled_from([0.0, 20.0, 100.0]))
def test_the_lists_of_similar_items_are_the_published_ones(penalty: float, shrinkage: float) -> None:
    weights = SimilarityWeights(popularity_penalty=penalty, shrinkage=shrinkage)
    published = similar_items(day().baskets, day().products, SimilarItemRules(weights=weights))
    # What is filled up by type hangs on no numbers, and is not tried.
    published = published[published["baskets"] > 0]
    found, codes = of_similar().lists(weights), np.sort(day().products["stock_code"].unique())
    by_product = published.sort_values("rank").groupby("stock_code")["similar_stock_code"].agg(list)
    asked = np.unique(of_similar().product).tolist()
    assert len(asked) > 30
    for product in asked:
        assert codes[found[product][found[product] >= 0]].tolist() == by_product.get(codes[product], [])


def test_similar_items_are_judged_by_what_else_was_in_the_basket() -> None:
    """A was with B three times and with C twice; later baskets hold A and C, and A, B and C."""
    contents = ["AB", "AB", "AB", "AC", "AC", "C"]
    lines = pd.DataFrame(
        [(number, code) for number, codes in enumerate(contents) for code in codes], columns=["basket", "stock_code"]
    ).astype({"stock_code": "str"})
    lines = lines.assign(amount=1.0, customer=lines["basket"])
    later = pd.DataFrame(
        [("1", "A", "x"), ("1", "C", "x"), ("2", "A", None), ("2", "B", None), ("2", "C", None), ("3", "A", None)],
        columns=["invoice", "stock_code", "customer_id"],
    )
    products = pd.DataFrame({"stock_code": ["A", "B", "C"]})
    nobody = pd.DataFrame({"customer_id": [], "stock_code": [], "orders": []})
    found = similarity_trial(
        PastDay(nobody, nobody, products, baskets_of(lines), later),
        RecommendationRules(similar=SimilarItemRules(baskets=1)),
    )
    assert found is not None
    assert found.buyers.tolist() == ["2", "x"], "a basket of one tells nothing, and a guest's stands for itself"
    # x: A's list is B, C, and C is second; C's list is A, which is first. 2: A's list holds both; B's and C's only A.
    second = 1 / math.log2(3)
    ideal = 1 + second
    assert found.ndcg(SimilarityWeights()) == pytest.approx([(1 + 1 / ideal + 1 / ideal) / 3, (second + 1) / 2])


def test_a_day_after_which_no_basket_held_two_products_is_no_trial() -> None:
    alone = day().later.drop_duplicates("invoice")
    assert similarity_trial(PastDay(day().pairs, day().people, day().products, day().baskets, alone), RULES) is None


def test_lists_of_which_nothing_was_wanted_hit_nothing() -> None:
    lists = np.array([[0, 2], [1, -1], [2, -1]])
    nothing = sparse.csr_array((3, 3))
    assert not hits_of(lists, nothing).any()
    last = sparse.csr_array(([1.0], ([2], [2])), (3, 3))
    np.testing.assert_array_equal(hits_of(lists, last), [[False, False], [False, False], [True, False]])

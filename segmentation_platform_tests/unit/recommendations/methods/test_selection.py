"""What serves each list: counting, unless past days say with certainty that what was learned is better."""

import warnings
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from segmentation_platform.contracts import RecommendationMethods
from segmentation_platform.recommendations import methods
from segmentation_platform.recommendations.backtest import BacktestWindow, PastLedger, backtest
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.methods.customer_trial import CustomerTrial, Products
from segmentation_platform.recommendations.methods.learning import START, learn_weights
from segmentation_platform.recommendations.methods.selection import choose
from segmentation_platform.recommendations.methods.table import table
from segmentation_platform.recommendations.rules import LearningRules, RecommendationRules, SimilarItemRules
from segmentation_platform.recommendations.weights import (
    COUNTING,
    HALF_LIVES,
    CellWeights,
    ScoreWeights,
    SimilarityWeights,
    recent,
)
from segmentation_platform_tests.support.ledgers import simulated
from segmentation_platform_tests.unit.recommendations.backtest.pasts import past_of

AS_OF = date(2011, 12, 1)
NONE = RecommendationMethods.no_rows()
"""There was no night before."""
RULES = LearningRules(draws=300)
ALL = RecommendationRules(learning=RULES)
LEARNED = START.model_copy(update={"affinity_new": 1.0})


def made(seed: int, *, affinity_tells: bool, customers: int = 120, products: int = 60) -> CustomerTrial:
    """A day on which customers own the first ten products, and are drawn to what they buy next, or to anything."""
    random = np.random.default_rng(seed)
    rows = np.repeat(np.arange(customers), products)
    columns = np.tile(np.arange(products), customers)
    owned = columns < 10
    drawn = random.random((customers, products))
    bought = np.zeros((customers, products), bool)
    # Everybody takes the most popular new products, or those to which they are drawn most.
    popular = np.tile(-np.arange(float(products)), (customers, 1))
    new = drawn.copy() if affinity_tells else popular
    new[:, :10] = -np.inf
    np.put_along_axis(bought, np.argsort(-new, axis=1)[:, :5], values=True, axis=1)
    frequency = random.integers(1, 9, (customers, products)) * (np.arange(products) < 10)
    bought |= frequency >= 6
    share = np.sort(random.random(products))[::-1] / products
    lately = dict.fromkeys(HALF_LIVES, share * 1000)
    flat = frequency.ravel().astype(float)
    counts = bought.sum(axis=1)
    return CustomerTrial(
        pd.Index([f"{number:03}" for number in range(customers)]),
        Products(share / share.sum(), lately, np.full(products, 0.3), 0.3),
        rows,
        columns,
        owned,
        {"orders": flat, **{recent(half_life): flat for half_life in HALF_LIVES}},
        drawn.ravel(),
        {half_life: np.tile(share, customers) for half_life in HALF_LIVES},
        bought.ravel(),
        counts,
        counts - (bought & (np.arange(products) < 10)).sum(axis=1),
    )


def chosen(*, affinity_tells: bool, in_force: pd.DataFrame = NONE, as_of: date = AS_OF) -> pd.DataFrame:
    trials = [made(seed, affinity_tells=affinity_tells) for seed in range(3)]
    found = table(choose(trials, as_of, RULES, in_force), as_of)
    RecommendationMethods.validate(found, lazy=True)
    return found.set_index("list")


def whole(found: pd.DataFrame, as_of: date = AS_OF) -> pd.DataFrame:
    """The table with the lists of no customer, too: counted, and compared as of the same day."""
    others = methods.counted("So.", as_of, ALL, NONE).assign(compared_on=pd.Timestamp(as_of).as_unit("us"))
    return pd.concat([found, others[~others["list"].isin(found["list"])]], ignore_index=True)


OWNED = (
    RecommendationRules(learning=RULES, cells=CellWeights(half_life=30, shrinkage=5.0))
    .model_copy(update={"similar": SimilarItemRules(weights=SimilarityWeights(popularity_penalty=0.3))})
    .with_weights(LEARNED)
)
"""All is set by the owner."""


def owned(rules: RecommendationRules, as_of: date, in_force: pd.DataFrame) -> pd.DataFrame:
    """What serves where the owner has set everything: nothing is read for it."""
    never = PastLedger(opened=lambda _: pytest.fail("opened"), segmented=lambda *_: pytest.fail("segmented"))
    return methods.walk_forward(never, as_of, as_of, rules, in_force)


def test_where_affinity_tells_what_is_bought_it_serves_and_the_table_says_why() -> None:
    found = chosen(affinity_tells=True).loc["new_to_you"]
    assert found["method"] == "learned"
    assert found["delta_low"] > 0
    assert found["ndcg"] > found["ndcg_counting"]
    assert "Better than counting" in str(found["why"])
    assert ScoreWeights.model_validate_json(str(found["weights"])).affinity_new > 0


def test_where_everybody_buys_what_is_popular_counting_serves() -> None:
    found = chosen(affinity_tells=False)
    assert set(found["method"]) == {"counting"}
    assert "not surely better" in str(found.loc["new_to_you", "why"])
    weights = ScoreWeights.model_validate_json(str(found.loc["new_to_you", "weights"]))
    assert (weights.affinity_new, weights.affinity_owned, weights.trend_evidence) == (0.0, 0.0, None)


def test_a_method_that_still_wins_keeps_serving_since_the_day_that_it_took_over() -> None:
    first = chosen(affinity_tells=True).reset_index()
    later = chosen(affinity_tells=True, in_force=first, as_of=AS_OF + timedelta(days=7)).loc["new_to_you"]
    assert later["since"] == pd.Timestamp(AS_OF)
    assert later["compared_on"] == pd.Timestamp(AS_OF) + pd.Timedelta(days=7)
    assert "Still better than counting" in str(later["why"])


def test_a_method_that_falls_behind_counting_is_replaced_by_it_and_not_silently() -> None:
    first = chosen(affinity_tells=True).reset_index()
    later = chosen(affinity_tells=False, in_force=first, as_of=AS_OF + timedelta(days=7)).loc["new_to_you"]
    assert later["method"] == "counting"
    assert later["since"] == pd.Timestamp(AS_OF) + pd.Timedelta(days=7)
    assert "Counting serves" in str(later["why"])


def test_a_comparison_is_due_at_first_and_then_every_week() -> None:
    found = whole(chosen(affinity_tells=False).reset_index())
    assert methods.is_due(NONE, AS_OF, ALL)
    assert not methods.is_due(found, AS_OF + timedelta(days=6), ALL)
    assert methods.is_due(found, AS_OF + timedelta(days=7), ALL)


def test_a_list_that_is_new_to_the_platform_is_compared_at_once() -> None:
    found = whole(chosen(affinity_tells=False).reset_index())
    assert methods.is_due(found[found["list"] != "similar_items"], AS_OF + timedelta(days=1), ALL)


def test_what_the_owner_has_set_is_not_compared() -> None:
    found = owned(OWNED, AS_OF, NONE)
    RecommendationMethods.validate(found, lazy=True)
    assert set(found["method"]) == {"set"}
    assert methods.with_methods(ALL, found) == OWNED
    later = owned(OWNED, AS_OF + timedelta(days=1), found)
    assert set(later["since"]) == {pd.Timestamp(AS_OF)}
    other = owned(OWNED.with_weights(COUNTING), AS_OF + timedelta(days=1), found).set_index("list")
    assert other.loc["buy_again", "since"] == pd.Timestamp(AS_OF) + pd.Timedelta(days=1)
    assert other.loc["similar_items", "since"] == pd.Timestamp(AS_OF)


def test_what_the_owner_sets_or_sets_free_counts_the_same_night() -> None:
    night, found = AS_OF + timedelta(days=1), whole(chosen(affinity_tells=False).reset_index())
    assert methods.is_due(found, night, ALL.with_weights(LEARNED))
    assert methods.is_due(found, night, ALL.model_copy(update={"cells": CellWeights()}))
    own = owned(OWNED, AS_OF, NONE)
    assert not methods.is_due(own, night, OWNED)
    assert methods.is_due(own, night, OWNED.model_copy(update={"cells": CellWeights(half_life=365)}))
    assert methods.is_due(own, night, OWNED.model_copy(update={"cells": None}))


def test_a_table_from_before_a_list_was_ranked_counts_that_list() -> None:
    found = methods.with_methods(ALL, chosen(affinity_tells=True).reset_index())
    assert (found.cells, found.similar.weights) == (CellWeights(), SimilarityWeights())
    assert found.customers.score.affinity_new > 0


def test_where_nothing_was_compared_the_next_night_does() -> None:
    found = methods.counted("It is short.", AS_OF, ALL, NONE)
    RecommendationMethods.validate(found, lazy=True)
    assert found["compared_on"].isna().all()
    assert methods.is_due(found, AS_OF + timedelta(days=1), ALL)


def test_where_nothing_may_be_learned_any_more_what_was_learned_goes_at_once() -> None:
    found = whole(chosen(affinity_tells=True).reset_index())
    never = RecommendationRules(learning=LearningRules(origins=0))
    assert methods.is_due(found, AS_OF + timedelta(days=1), never)


def test_a_table_that_was_not_made_yet_is_told_with_what_to_do() -> None:
    with pytest.raises(RecommendationError, match="Materialize recommendation_methods first"):
        methods.with_methods(ALL, NONE)


def test_a_customer_of_several_days_counts_once() -> None:
    trials = [made(seed, affinity_tells=True) for seed in (1, 2)]
    apart = [replace(trials[0], customers=trials[0].customers + " of another town"), trials[1]]
    for days, customers in ((trials, 120), (apart, 240)):
        found = table(choose(days, AS_OF, RULES, NONE), AS_OF).set_index("list")
        assert found.loc["new_to_you", "customers"] == customers


def test_what_is_bought_again_is_ranked_by_the_trend_that_serves_what_is_new() -> None:
    """Each list is compared as it will be ranked: the trend belongs to what is new, and is one for both."""
    weights = methods.chosen_weights(chosen(affinity_tells=False).reset_index())
    assert weights.trend_evidence is None
    first = chosen(affinity_tells=True).reset_index()
    # On these days trends say nothing, so whichever served goes on.
    kept = methods.chosen_weights(first).model_copy(update={"trend_half_life": 30, "trend_evidence": 30.0})
    first["weights"] = kept.model_dump_json()
    later = chosen(affinity_tells=True, in_force=first, as_of=AS_OF + timedelta(days=7)).reset_index()
    assert later.set_index("list").loc["new_to_you", "since"] == pd.Timestamp(AS_OF)
    weights = methods.chosen_weights(later)
    assert (weights.trend_half_life, weights.trend_evidence) == (30, 30.0)


def test_a_ledger_that_is_too_short_is_counted_and_says_so() -> None:
    shop = simulated()
    first = shop.clean["sold_at"].min().date()
    with pytest.raises(RecommendationError, match=r"too short to learn from\. It takes 90 days"):
        methods.walk_forward(past_of(shop.clean), first, first + timedelta(days=80), RecommendationRules(), NONE)
    found = methods.counted("It is.", AS_OF, ALL, NONE)
    RecommendationMethods.validate(found, lazy=True)
    assert methods.chosen_weights(found) == COUNTING


def test_learning_finds_numbers_that_do_at_least_as_well_as_where_it_began() -> None:
    trials = [made(seed, affinity_tells=True) for seed in range(2)]
    found = learn_weights(trials)
    for task in ("new", "repeat"):
        assert np.nanmean([t.ndcg(found, task) for t in trials]) >= np.nanmean([t.ndcg(START, task) for t in trials])


def test_on_days_that_nothing_was_learned_from_no_list_of_a_simulated_shop_is_behind_counting() -> None:
    shop = simulated()
    first, origin = shop.clean["sold_at"].min().date(), shop.as_of - timedelta(days=30)
    rules = RecommendationRules(learning=LearningRules(customers=200, draws=300))
    past = past_of(shop.clean)
    found = methods.walk_forward(past, first, origin, rules, NONE)
    RecommendationMethods.validate(found, lazy=True)
    serving = methods.with_methods(rules, found)
    judged = backtest(past, [BacktestWindow(origin, shop.as_of)], serving)
    against = judged[(judged["baseline"] == "counting") & (judged["metric"] == "ndcg@10")]
    lists = (("customer_lists", "all"), ("new_to_you", "new"), ("buy_again", "repeat"))
    for model, task in lists:
        row = against[(against["model"] == model) & (against["task"] == task)].iloc[0]
        assert row["delta_high"] >= 0, f"{model} is behind counting by {row['delta']}"


def test_a_shop_where_nobody_buys_a_product_again_is_counted_without_a_complaint() -> None:
    trials = []
    for seed in range(2):
        trial = made(seed, affinity_tells=True)
        trials.append(replace(trial, bought=trial.bought & ~trial.owned, wanted=trial.wanted_new))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = table(choose(trials, AS_OF, RULES, NONE), AS_OF).set_index("list")
    assert found.loc["buy_again", "method"] == "counting"
    assert found.loc["buy_again", "customers"] == 0
    assert found.loc["new_to_you", "method"] == "learned"


def test_where_nothing_may_be_tried_counting_serves_and_the_setting_is_named() -> None:
    shop = simulated()
    rules = RecommendationRules(learning=LearningRules(origins=1))
    with pytest.raises(RecommendationError, match="origins = 2 or more"):
        methods.walk_forward(past_of(shop.clean), date(2010, 1, 1), shop.as_of, rules, NONE)


@pytest.mark.parametrize("name", ["trend_smoothing", "affinity_weight", "affinity_weight_owned", "popularity_weight"])
def test_a_weight_of_before_is_refused_with_what_to_set_instead(name: str) -> None:
    with pytest.raises(
        ValidationError, match=rf"{name}: the weights of the score are learned .* Take the setting out"
    ):
        RecommendationRules.model_validate({"customers": {name: 0.2}})


def test_a_shop_whose_orders_have_one_line_is_not_compared_every_night() -> None:
    clean = simulated().clean
    alone = clean.drop_duplicates("invoice")
    first, as_of = alone["sold_at"].min().date(), simulated().as_of
    rules = RecommendationRules(learning=LearningRules(customers=50, draws=100))
    found = methods.walk_forward(past_of(alone), first, as_of, rules, NONE)
    RecommendationMethods.validate(found, lazy=True)
    similar = found.set_index("list").loc["similar_items"]
    assert similar["method"] == "counting"
    assert "no basket held two products" in str(similar["why"])
    assert not methods.is_due(found, as_of + timedelta(days=1), rules)


def test_where_past_days_do_not_tell_it_is_said_why() -> None:
    clean = simulated().clean
    few = clean[clean["customer_id"].isin(sorted(clean["customer_id"].dropna().unique())[:3])]
    first = few["sold_at"].min().date()
    with pytest.raises(RecommendationError, match=r"Counting serves: \d of 3 past days tell something\. \w+"):
        methods.walk_forward(past_of(few), first, simulated().as_of, RecommendationRules(), NONE)

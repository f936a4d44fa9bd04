"""On shops of every nature no published list is behind the best of the simple ways to rank, by more than noise.

What ranks the lists is chosen on the days before an origin; they are judged by the month after it, which nothing was
chosen by. On twenty shops are some 300 comparisons, of which a few are below any interval of 95 % by chance alone:
the noise is three standard errors.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts import RecommendationMethods
from segmentation_platform.ledger.simulate import ShopPlan
from segmentation_platform.ledger.simulation.natures import KINDS, Kind
from segmentation_platform.recommendations.backtest import BacktestWindow, PastLedger, backtest
from segmentation_platform.recommendations.methods import walk_forward, with_methods
from segmentation_platform.recommendations.methods.past_day import past_day
from segmentation_platform.recommendations.methods.similarity_trial import similarity_trial
from segmentation_platform.recommendations.rules import BacktestRules, LearningRules, RecommendationRules
from segmentation_platform.recommendations.weights import COUNTING_OF_SIMILAR
from segmentation_platform_tests.support.ledgers import SimulatedLedger
from segmentation_platform_tests.unit.recommendations.backtest.pasts import past_of

RULES = RecommendationRules(learning=LearningRules(customers=400, draws=500), backtest=BacktestRules(draws=500))
DAYS = timedelta(days=30)
LISTS = {"customer_lists": "all", "new_to_you": "new", "buy_again": "repeat", "segment_lists": "all"}
_STANDARD_ERRORS = 3.0
_OF_INTERVAL = 1.96


def plans(kind: Kind) -> Iterator[ShopPlan]:
    """Five shops of a nature: as usual, with a hundred products, and with very many."""
    yield ShopPlan(kind=kind, lines=30_000, seed=1)
    yield ShopPlan(kind=kind, lines=30_000, products=100, seed=2)
    yield ShopPlan(kind=kind, lines=30_000, seed=3)
    yield ShopPlan(kind=kind, lines=30_000, seed=4)
    yield ShopPlan(kind=kind, lines=40_000, products=50_000, seed=5)


def name(plan: ShopPlan) -> str:
    return f"{plan.kind}-{plan.products or 'usual'}-{plan.seed}"


@pytest.mark.slow
@pytest.mark.variants
@pytest.mark.parametrize("plan", [plan for kind in KINDS for plan in plans(kind)], ids=name)
def test_no_published_list_is_behind_the_best_simple_way(plan: ShopPlan) -> None:
    shop = SimulatedLedger(plan)
    past, first, origin = past_of(shop.clean), shop.clean["sold_at"].min().date(), shop.as_of - DAYS
    chosen = walk_forward(past, first, origin, RULES, RecommendationMethods.no_rows())
    RecommendationMethods.validate(chosen, lazy=True)
    rules, window = with_methods(RULES, chosen), BacktestWindow(origin, shop.as_of)
    judged = backtest(past, [window], rules)
    judged = judged[judged["metric"] == "ndcg@10"]
    for model, task in LISTS.items():
        own = judged[(judged["model"] == model) & (judged["task"] == task)]
        assert not own.empty
        for row in fair(own).itertuples():
            error = (float(str(row.delta_high)) - float(str(row.delta))) / _OF_INTERVAL
            said = f"{model} {row.value:.3f} against {row.baseline}: {row.delta:+.3f} on {row.customers} customers"
            assert float(str(row.delta)) >= -_STANDARD_ERRORS * error - 1e-9, said
    assert gain_of_similar_items(past, window, rules) >= -_STANDARD_ERRORS


def fair(own: pd.DataFrame) -> pd.DataFrame:
    """What a customer bought is no baseline of a list that all of a segment are shown."""
    return own[(own["model"] != "segment_lists") | (own["baseline"] != "counting")]


def gain_of_similar_items(past: PastLedger, window: BacktestWindow, rules: RecommendationRules) -> float:
    """How far similar items are above what is most often in the same basket, in standard errors."""
    trial = similarity_trial(past_day(past, window, rules), rules)
    assert trial is not None
    gains = trial.ndcg(rules.similar.score) - trial.ndcg(COUNTING_OF_SIMILAR)
    return float(gains.mean() / max(gains.std() / np.sqrt(len(gains)), 1e-9))


def test_shops_of_every_nature_sell_as_they_are_said_to() -> None:
    again = {kind: share_bought_again(SimulatedLedger(ShopPlan(kind=kind, lines=20_000)).clean) for kind in KINDS}
    assert again["grocery"] > again["gift"] > again["fashion"]
    assert again["trade"] > again["gift"]
    assert again["fashion"] < 0.15


def share_bought_again(clean: pd.DataFrame) -> float:
    """Share of the customers' lines whose product the customer had bought before."""
    lines = clean.dropna(subset="customer_id").drop_duplicates(["customer_id", "invoice", "stock_code"])
    return 1 - len(lines.drop_duplicates(["customer_id", "stock_code"])) / len(lines)


def test_products_of_a_fashion_shop_go_and_those_of_a_grocer_stay() -> None:
    def days_on_sale(kind: Kind) -> float:
        clean = SimulatedLedger(ShopPlan(kind=kind, lines=20_000, seed=3)).clean
        sold = clean.groupby("stock_code")["sold_at"].agg(["min", "max", "size"])
        often = sold[sold["size"] >= 20]
        return float((often["max"] - often["min"]).dt.days.median())

    assert days_on_sale("fashion") < 200
    assert days_on_sale("grocery") > 300


def test_a_shop_has_as_many_products_as_it_is_told_to() -> None:
    for products in (100, 50_000):
        shop = SimulatedLedger(ShopPlan(lines=5_000, products=products, last_day=date(2024, 6, 30)))
        assert len(shop.truth.products) == products

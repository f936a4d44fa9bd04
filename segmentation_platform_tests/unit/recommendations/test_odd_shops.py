"""Shops at the edge: one customer, one product, empty regions, nameless products, very many products."""

import resource

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts import SegmentRecommendations, SimilarItems
from segmentation_platform.recommendations.basket_recommender import BasketRecommender, Bought
from segmentation_platform.recommendations.baskets import Baskets
from segmentation_platform.recommendations.ranker import Ranker, best
from segmentation_platform.recommendations.ranking_artifacts import learn
from segmentation_platform.recommendations.rules import RecommendationRules, SimilarItemRules
from segmentation_platform.recommendations.sales import Sales
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.recommendations.similar_items import similar_items
from segmentation_platform.recommendations.tastes import MIXED, fit_tastes
from segmentation_platform.recommendations.weights import HALF_LIVES, recent
from segmentation_platform_tests.support.ranking import EVERYTHING, RULES, customer_lists_of
from segmentation_platform_tests.unit.recommendations.shops import (
    AS_OF,
    bought,
    codes,
    customer_lists,
    known_baskets_of,
    line,
    opened,
    pairs_of,
)


def test_one_customer_is_offered_what_they_bought_and_has_nothing_new() -> None:
    found = customer_lists(bought({"1": "AB"}))
    assert codes(found, "1", "buy_again") == ["A", "B"]
    assert codes(found, "1", "new_to_you") == []


def test_one_customer_without_anything_left_to_offer_has_no_lists() -> None:
    with opened([*bought({"1": "A"}), line(None, "G")]) as sales:
        gone = Sales(sales.pairs, sales.segments, sales.catalog[sales.catalog["stock_code"] == "G"])
        artifacts = learn(gone, SegmentRecommendations.no_rows(), AS_OF, RULES)
        found = customer_lists_of(gone.segments, gone.pairs, artifacts)
    assert found.empty


def test_one_product_makes_a_list_of_one() -> None:
    lines = bought({"1": "A", "2": "A"})
    found = customer_lists(lines)
    assert found["stock_code"].tolist() == ["A", "A"]
    with opened(lines) as sales:
        similar = similar_items(known_baskets_of(lines), sales.catalog, SimilarItemRules())
        assert set(
            fit_tastes(pairs_of(lines), sales.catalog, RULES.tastes).assign(pairs_of(lines), RULES.tastes)
        ) == {MIXED}
    SimilarItems.validate(similar)
    assert similar.empty


def test_a_product_bought_by_all_is_new_to_nobody_and_hides_no_other() -> None:
    found = customer_lists(bought({name: ["ALL", name] for name in "abcdef"}))
    assert "ALL" not in set(found.loc[found["list"] == "new_to_you", "stock_code"])
    assert len(codes(found, "a", "new_to_you")) == 5


def test_a_segment_of_three_customers_has_lists_over_all_regions_and_tastes_only() -> None:
    lines = bought({**{f"s{n}": "AB" for n in range(3)}, **{f"t{n}": "BC" for n in range(20)}})
    segment = [1] * 3 + [2] * 20
    with opened(lines, segment_id=segment, segment=[f"Segment {number}" for number in segment]) as sales:
        found = segment_recommendations(sales, AS_OF, RULES)
    small = found[found["segment_id"] == 1]
    assert set(small["region"]) == set(small["taste"]) == {"all"}
    assert set(small["list"]) == {"popular"}


def test_a_region_without_a_customer_is_offered_what_all_regions_buy() -> None:
    with opened(bought({"1": "AB", "2": "B"})) as sales:
        recommender = BasketRecommender(learn(sales, SegmentRecommendations.no_rows(), AS_OF, RULES))
    assert recommender.recommend([], "Antarctica")["stock_code"].tolist() == ["B", "A"]


def test_a_customer_with_one_purchase_and_one_with_none_get_lists() -> None:
    lines = bought({f"c{n}": ["POT", "LID"] for n in range(10)})
    with opened(lines) as sales:
        recommender = BasketRecommender(learn(sales, SegmentRecommendations.no_rows(), AS_OF, RULES))
    assert recommender.recommend([Bought("POT")])[["list", "stock_code"]].to_numpy().tolist() == [
        ["buy_again", "POT"],
        ["new_to_you", "LID"],
    ]
    assert recommender.recommend([])["stock_code"].tolist() == ["LID", "POT"]


def test_an_item_that_only_guests_bought_is_not_recommended_to_customers_but_has_similar_items() -> None:
    lines = [*bought({"1": "AB", "2": "AB"}), line(None, "G", invoice="guest"), line(None, "A", invoice="guest")]
    assert "G" not in set(customer_lists(lines)["stock_code"])
    with opened(lines) as sales:
        found = similar_items(known_baskets_of(lines), sales.catalog, SimilarItemRules(baskets=1))
    assert found.loc[found["stock_code"] == "G", "similar_stock_code"].iloc[0] == "A"


@pytest.mark.slow
def test_fifty_thousand_products_are_ranked_in_bounded_memory() -> None:
    random = np.random.default_rng(1)
    products, customers, lines = 50_000, 3_000, 150_000
    # Few products sell much and most sell little, as in a shop.
    popularity = 1 / np.arange(1, products + 1) ** 0.8
    drawn = random.choice(products, lines, p=popularity / popularity.sum())
    drawn[:products] = np.arange(products)
    rows = {"customer_id": random.integers(0, customers, lines).astype(str), "stock_code": drawn}
    pairs = pd.DataFrame(rows).drop_duplicates()
    pairs["stock_code"] = pairs["stock_code"].map("{:05}".format)
    ages = random.integers(1, 300, len(pairs))
    lately = {recent(half_life): 0.5 ** (ages / half_life) for half_life in HALF_LIVES}
    pairs = pairs.assign(orders=1, units=1.0, **lately, first_age=ages, last_age=ages)
    pairs = pairs.sort_values(["customer_id", "stock_code"], ignore_index=True)
    regions = pd.Series("UK", pairs["customer_id"].unique())
    rules = RecommendationRules.model_validate({"customers": {"ease_products": 1000, "weights": EVERYTHING}})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ranker = Ranker.fit(pairs, regions, pairs["stock_code"], rules)
    histories = ranker.histories(pairs)
    for batch in list(ranker.batches(customers))[:3]:
        picks = best(ranker.scores(histories.rows(batch), ["UK"] * (batch.stop - batch.start)).values, 20)
        assert len(picks.rows) == 20 * (batch.stop - batch.start)
    baskets = Baskets(ranker.demand.index, histories.orders, histories.orders, np.arange(customers))
    offered = pd.DataFrame(
        {"stock_code": ranker.demand.index, "description": "X", "product_type": "T", "category": "C"}
    )
    assert similar_items(baskets, offered, SimilarItemRules())["stock_code"].nunique() == products
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_500_000, "kilobytes"

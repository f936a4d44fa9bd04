"""Popularity, trend, repurchase rate and regional shares of products."""

import pandas as pd
import pytest

from segmentation_platform.recommendations.demand import product_demand, regional_shares
from segmentation_platform.recommendations.rules import CustomerListRules, RecommendationRules
from segmentation_platform.recommendations.weights import ScoreWeights
from segmentation_platform_tests.unit.recommendations.shops import bought, line, pairs_of

TOLD = ScoreWeights(repurchase_power=1.0, popularity_half_life=7, trend_evidence=1e-12)
"""Everything that a product tells of itself counts."""

PLAIN = CustomerListRules(repurchase_prior=1e-9, weights=TOLD)


def test_products_are_ordered_by_customers_then_code() -> None:
    pairs = pairs_of(bought({"1": "CAB", "2": "B"}))
    assert product_demand(pairs, PLAIN).index.tolist() == ["B", "A", "C"]


def test_the_repurchase_rate_is_the_share_of_earlier_buyers_who_bought_again() -> None:
    early = bought({"1": "AB", "2": "AB", "3": "A", "away": "AB"}, "2010-11-01")
    late = [line("1", "A"), line("2", "B"), line("2", "A"), line("3", "C")]
    rates = product_demand(pairs_of([*early, *late]), PLAIN)["repurchase_rate"]
    assert rates["A"] == pytest.approx(2 / 3), "who was away says nothing"
    assert rates["B"] == pytest.approx(1 / 2)


def test_a_product_with_few_earlier_buyers_is_drawn_to_the_rate_of_all() -> None:
    early = bought({"1": "AB", "2": "A", "3": "A"}, "2010-11-01")
    late = bought({"1": "A", "2": "A", "3": "Z"})
    rates = product_demand(pairs_of([*early, *late]), CustomerListRules(repurchase_prior=3.0, weights=TOLD))[
        "repurchase_rate"
    ]
    of_all = 2 / 4
    assert rates["A"] == pytest.approx((2 + 3 * of_all) / (3 + 3))
    assert rates["B"] == pytest.approx((0 + 3 * of_all) / (1 + 3))
    assert rates["Z"] == pytest.approx(of_all)


def test_where_nobody_could_come_back_yet_all_rates_are_equal() -> None:
    assert set(product_demand(pairs_of(bought({"1": "AB", "2": "A"})), PLAIN)["repurchase_rate"]) == {1.0}


def test_trend_is_the_recent_share_by_the_usual_one() -> None:
    pairs = pairs_of([*bought({"1": "AB"}, "2010-12-11"), *bought({"2": "A", "3": "A"}, "2010-12-25")])
    demand = product_demand(pairs, PLAIN)
    recent = 2 * 0.5 + 0.5**3
    assert demand["trend"]["A"] == pytest.approx(recent / (recent + 0.5**3) / (3 / 4))
    for evidence in (1e9, None):
        drawn = PLAIN.with_weights(TOLD.model_copy(update={"trend_evidence": evidence}))
        assert product_demand(pairs, drawn)["trend"].tolist() == pytest.approx([1, 1])


def test_a_trend_is_drawn_to_one_by_as_much_as_its_product_is_expected_to_sell() -> None:
    pairs = pairs_of([*bought({"1": "AB"}, "2010-12-11"), *bought({"2": "A", "3": "A"}, "2010-12-25")])
    recent_a, recent_b = 2 * 0.5 + 0.5**3, 0.5**3
    demand = product_demand(pairs, PLAIN.with_weights(TOLD.model_copy(update={"trend_evidence": 2.0})))
    assert demand["trend"]["A"] == pytest.approx((recent_a + 2) / (3 / 4 * (recent_a + recent_b) + 2))


def test_a_repurchase_rate_is_drawn_to_that_of_all_products_as_far_as_the_weights_have_it() -> None:
    early = bought({"1": "AB", "2": "AB", "3": "A"}, "2010-11-01")
    late = [line("1", "A"), line("2", "B"), line("2", "A"), line("3", "C")]
    half = PLAIN.with_weights(TOLD.model_copy(update={"repurchase_power": 0.5}))
    assert product_demand(pairs_of([*early, *late]), half)["repurchase_rate"]["A"] == pytest.approx(
        (2 / 3) ** 0.5 * (3 / 5) ** 0.5
    )
    none = PLAIN.with_weights(TOLD.model_copy(update={"repurchase_power": 0.0}))
    assert set(product_demand(pairs_of([*early, *late]), none)["repurchase_rate"].round(9)) == {0.6}


def test_many_half_lives_after_the_last_sale_all_is_as_usual() -> None:
    demand = product_demand(pairs_of(bought({"1": "AB", "2": "A"}, "1995-01-01")), PLAIN)
    assert demand["trend"].tolist() == [1, 1]


def test_a_region_is_drawn_to_all_regions_and_shares_add_up() -> None:
    pairs = pairs_of(bought({"1": "A", "2": "B", "3": "B"}))
    demand = product_demand(pairs, PLAIN)
    regions = pd.Series({"1": "Germany", "2": "France", "3": "France"})
    shares = regional_shares(pairs, regions, demand, RecommendationRules(shrinkage=1e-9, customers=PLAIN))
    assert shares["Germany"].to_dict() == pytest.approx({"B": 0, "A": 1}, abs=1e-6)
    assert shares["all"].to_dict() == pytest.approx({"B": 2 / 3, "A": 1 / 3})
    drawn = regional_shares(pairs, regions, demand, RecommendationRules(shrinkage=1e9, customers=PLAIN))
    assert drawn["Germany"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert drawn.sum().tolist() == pytest.approx([1, 1, 1])

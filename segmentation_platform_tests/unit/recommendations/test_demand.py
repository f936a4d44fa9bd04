"""Popularity, trend, repurchase rate and regional shares of products."""

import pandas as pd
import pytest

from segmentation_platform.recommendations.demand import product_demand, regional_shares
from segmentation_platform.recommendations.rules import CustomerListRules
from segmentation_platform_tests.unit.recommendations.shops import bought, line, pairs_of

PLAIN = CustomerListRules(trend_smoothing=0, repurchase_prior=1e-9)


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
    rates = product_demand(pairs_of([*early, *late]), CustomerListRules(repurchase_prior=3.0))["repurchase_rate"]
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
    smooth = product_demand(pairs, CustomerListRules(trend_smoothing=1e9))["trend"]
    assert smooth.tolist() == pytest.approx([1, 1])


def test_many_half_lives_after_the_last_sale_all_is_as_usual() -> None:
    demand = product_demand(pairs_of(bought({"1": "AB", "2": "A"}, "1995-01-01")), PLAIN)
    assert demand["trend"].tolist() == [1, 1]


def test_a_region_is_drawn_to_all_regions_and_shares_add_up() -> None:
    pairs = pairs_of(bought({"1": "A", "2": "B", "3": "B"}))
    demand = product_demand(pairs, PLAIN)
    regions = pd.Series({"1": "Germany", "2": "France", "3": "France"})
    shares = regional_shares(pairs, regions, demand, 1e-9)
    assert shares["Germany"].to_dict() == pytest.approx({"B": 0, "A": 1}, abs=1e-6)
    assert shares["all"].to_dict() == pytest.approx({"B": 2 / 3, "A": 1 / 3})
    drawn = regional_shares(pairs, regions, demand, 1e9)
    assert drawn["Germany"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert drawn.sum().tolist() == pytest.approx([1, 1, 1])

"""Ranking artifacts that are read back from their published tables make the lists of the night, to the last digit."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import (
    Contract,
    ItemWeights,
    ProductDemand,
    RegionalDemand,
    SegmentRecommendations,
)
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.recommendations.ranking_artifacts import (
    RankingArtifacts,
    learn,
    ranking_tables,
    read_ranking,
)
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales, customer_products
from segmentation_platform_tests.support.ledgers import catalog, segmented, simulated
from segmentation_platform_tests.support.ranking import EVERYTHING, RULES, customer_lists_of
from segmentation_platform_tests.unit.recommendations.shops import AS_OF, Line, bought, line, opened

CONTRACTS: tuple[type[Contract], ...] = (ProductDemand, RegionalDemand, ItemWeights)


def learnt(
    lines: Sequence[Line], rules: RecommendationRules = RULES
) -> tuple[RankingArtifacts, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The artifacts of a shop, what was bought, the customers and the products."""
    with opened(lines) as sales:
        artifacts = learn(sales, SegmentRecommendations.no_rows(), AS_OF, rules)
        return artifacts, sales.pairs, sales.segments, sales.catalog


def test_the_tables_keep_their_contracts_and_hold_what_is_offered() -> None:
    lines = [*bought({"1": "AB", "2": "ABC", "3": "C"}), *bought({"1": ["OLD"]}, "2010-10-01")]
    found = ranking_tables(learnt(lines)[0])
    for contract in CONTRACTS:
        contract.validate(found[contract.table()], lazy=True)
    demand = found["product_demand"].set_index("stock_code")
    assert demand["is_offered"].to_dict() == {"A": True, "B": True, "C": True, "OLD": False}
    assert demand["customers"].to_dict() == {"A": 2, "B": 2, "C": 2, "OLD": 1}
    assert found["regional_demand"]["stock_code"].tolist() == ["A", "B", "C"]
    assert found["item_weights"]["stock_code"].tolist() == ["A", "B", "C"]
    speaks = json.loads(found["item_weights"]["weights"].iloc[0])
    assert "OLD" in speaks, "what is no longer sold still says what its buyers like"


def test_a_partner_that_is_no_longer_sold_is_called_by_its_name() -> None:
    lines = bought({f"c{n}": ["OLD"] for n in range(9)}, "2010-10-01") + bought({f"c{n}": "A" for n in range(8)})
    drawn = RecommendationRules.model_validate(
        {"customers": {"weights": EVERYTHING.model_copy(update={"affinity_new": 1.0}), "ease_penalty": 1.0}}
    )
    artifacts, pairs, people, _ = learnt([*lines, line("new", "Z")], drawn)
    found = customer_lists_of(people, pairs, artifacts)
    own = found[(found["customer_id"] == "c8") & (found["stock_code"] == "A")]
    assert own["reason"].tolist() == ["Goes with THE OLD, which you bought"]


_SHOPS = st.dictionaries(
    st.sampled_from("123456789"), st.sets(st.sampled_from('ABCDEFGH"é'), min_size=1), min_size=1, max_size=9
)


@settings(max_examples=25, deadline=None)
@given(_SHOPS, st.sampled_from(["2010-12-30", "2010-11-20"]))
def test_any_shop_read_back_makes_the_same_lists(shop: dict[str, set[str]], earlier: str) -> None:
    kept = {customer: sorted(products) for customer, products in shop.items()}
    artifacts, pairs, people, products = learnt([*bought(kept), *bought(dict(list(kept.items())[:3]), earlier)])
    tables = {name: table.sample(frac=1, random_state=1) for name, table in ranking_tables(artifacts).items()}
    again = read_ranking(tables, products, RULES.customers, AS_OF)
    pd.testing.assert_frame_equal(
        customer_lists_of(people, pairs, again), customer_lists_of(people, pairs, artifacts)
    )


@pytest.mark.slow
def test_a_whole_shop_read_back_makes_the_same_lists() -> None:
    shop = simulated()
    products = catalog(shop.clean, shop.as_of)
    with known_sales(DuckDBEngine(), shop.clean[list(COLUMNS)], shop.as_of) as session:
        pairs = customer_products(session, shop.as_of)
    artifacts = learn(Sales(pairs, segmented(), products), SegmentRecommendations.no_rows(), shop.as_of, RULES)
    again = read_ranking(ranking_tables(artifacts), products, RULES.customers, shop.as_of)
    pd.testing.assert_frame_equal(
        customer_lists_of(segmented(), pairs, again), customer_lists_of(segmented(), pairs, artifacts)
    )
    assert np.diff(artifacts.ranker.weights.tocsc().indptr).max() <= RULES.customers.neighbours

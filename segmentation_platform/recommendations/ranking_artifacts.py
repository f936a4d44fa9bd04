"""What list makers need: learnt from the ledger every night, published as tables, and read again by who scores.

Read back from their tables they give the lists of the night to the last digit, so that a customer scored on demand
gets what the night would have given.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from segmentation_platform.contracts import EVERYWHERE, ItemWeights, ProductDemand, RegionalDemand
from segmentation_platform.recommendations.arrays import Indices
from segmentation_platform.recommendations.families import families_of
from segmentation_platform.recommendations.histories import Codes, Sparse
from segmentation_platform.recommendations.ranker import Ranker
from segmentation_platform.recommendations.rules import CustomerListRules, RecommendationRules
from segmentation_platform.recommendations.sales import Sales, offered_products

_WORDS = ["description", "category", "product_type"]


@dataclass(frozen=True)
class RankingArtifacts:
    """What list makers need beside a customer's purchases.

    Attributes:
        ranker: scores products
        products: `description`, `category` and `product_type` of the ranker's products, in its order
        families: the family of each of them, as from `families.families_of`
        seasons: when each of them is bought; None where that is all year
        rising: segment id and code of every product that rises in a segment
        as_of: reporting date

    """

    ranker: Ranker
    products: pd.DataFrame
    families: Indices
    seasons: list[str | None]
    rising: frozenset[tuple[int, str]]
    as_of: date

    @cached_property
    def columns(self) -> dict[str, Any]:
        """Code, description, category and type as arrays over the ranker's products."""
        return {str(name): column.to_numpy(object) for name, column in self.products.reset_index().items()}

    @cached_property
    def names(self) -> list[str]:
        """What each product is called; its code where it has no description."""
        described = self.products["description"]
        return described.where(described.notna(), pd.Series(self.products.index, self.products.index)).tolist()


def learn(sales: Sales, segment_lists: pd.DataFrame, as_of: date, rules: RecommendationRules) -> RankingArtifacts:
    """Learn from the known sales.

    Args:
        sales: what was bought, segments and products
        segment_lists: columns of `contracts.SegmentRecommendations` of the same day, for the words
        as_of: reporting date
        rules: all settings

    Raises:
        RecommendationError: when nothing was sold lately.

    """
    return replace(fit_ranking(sales, as_of, rules), rising=rising_products(segment_lists))


def fit_ranking(sales: Sales, as_of: date, rules: RecommendationRules) -> RankingArtifacts:
    """Learn from what each customer bought; nothing is said to be rising.

    Raises:
        RecommendationError: when nothing was sold lately.

    """
    offered = offered_products(sales.catalog, as_of, rules.sold_within_days)
    regions = sales.segments.set_index("customer_id")["region"]
    ranker = Ranker.fit(sales.pairs, regions, offered["stock_code"], rules)
    return _with_words(ranker, sales.catalog, as_of)


def rising_products(segment_lists: pd.DataFrame) -> frozenset[tuple[int, str]]:
    """Segment id and code of what rises in a segment over all regions and tastes.

    Args:
        segment_lists: columns of `contracts.SegmentRecommendations`; without rows if there are none

    """
    is_whole = (segment_lists["region"] == EVERYWHERE) & (segment_lists["taste"] == EVERYWHERE)
    rises = segment_lists[is_whole & (segment_lists["list"] == "rising")]
    return frozenset(zip(rises["segment_id"].astype(int), rises["stock_code"], strict=True))


def ranking_tables(artifacts: RankingArtifacts) -> dict[str, pd.DataFrame]:
    """Ranking artifacts as the tables of `contracts.ProductDemand`, `RegionalDemand` and `ItemWeights`, by name."""
    ranker = artifacts.ranker
    demand = ranker.demand.reset_index().assign(is_offered=ranker.is_offered)
    regions = ranker.popular.loc[ranker.is_offered].drop(columns=EVERYWHERE)
    regional = regions.reset_index().melt("stock_code", var_name="region", value_name="share")
    regional = regional.sort_values(["region", "stock_code"], ignore_index=True)
    return {
        ProductDemand.table(): _typed(ProductDemand, demand.sort_values("stock_code", ignore_index=True)),
        RegionalDemand.table(): _typed(RegionalDemand, regional),
        ItemWeights.table(): _weights_table(ranker),
    }


def read_ranking(
    tables: Mapping[str, pd.DataFrame], catalog: pd.DataFrame, rules: CustomerListRules, as_of: date
) -> RankingArtifacts:
    """Ranking artifacts from their tables; nothing is said to be rising.

    Args:
        tables: as from `ranking_tables`, rows in any order
        catalog: columns of `contracts.Products`
        rules: by which they were made
        as_of: reporting date

    """
    demand = tables[ProductDemand.table()].sort_values(["customers", "stock_code"], ascending=[False, True])
    demand = demand.set_index("stock_code")
    regional = tables[RegionalDemand.table()].pivot(index="stock_code", columns="region", values="share")
    popular = regional.reindex(demand.index).fillna(0.0)
    popular.insert(0, EVERYWHERE, demand["recent_share"])
    weights = _read_weights(tables[ItemWeights.table()], demand.index)
    ranker = Ranker(
        demand, weights, popular, demand["is_offered"].to_numpy(bool), RecommendationRules(customers=rules)
    )
    return _with_words(ranker, catalog, as_of)


def _with_words(ranker: Ranker, catalog: pd.DataFrame, as_of: date) -> RankingArtifacts:
    products = catalog.set_index("stock_code").reindex(ranker.demand.index)
    seasons = [season if isinstance(season, str) else None for season in products["season"]]
    return RankingArtifacts(ranker, products[_WORDS], families_of(products), seasons, frozenset(), as_of)


def _typed(contract: type[ProductDemand | RegionalDemand | ItemWeights], frame: pd.DataFrame) -> pd.DataFrame:
    return frame[contract.column_names()].astype(contract.no_rows().dtypes)


def _weights_table(ranker: Ranker) -> pd.DataFrame:
    codes = ranker.demand.index.to_numpy(object)
    by_column = ranker.weights.tocsc()
    by_column.sort_indices()
    # In float64 a weight of three digits is written as such, and not as the nearest single-precision number.
    texts = [f"{value:.3g}" for value in by_column.data.tolist()]
    rows = [
        {"stock_code": codes[column], "weights": _object(codes[by_column.indices[cells]], texts[cells])}
        for column in np.flatnonzero(ranker.is_offered)
        for cells in [slice(by_column.indptr[column], by_column.indptr[column + 1])]
    ]
    found = pd.DataFrame(rows, columns=["stock_code", "weights"])
    return _typed(ItemWeights, found.sort_values("stock_code", ignore_index=True))


def _object(codes: Any, numbers: list[str]) -> str:
    """A JSON object; json.dumps would write the numbers' full digits."""
    return "{" + ",".join(f"{json.dumps(code)}:{number}" for code, number in zip(codes, numbers, strict=True)) + "}"


def _read_weights(table: pd.DataFrame, codes: Codes) -> Sparse:
    found = [json.loads(text) for text in table["weights"]]
    bought = codes.get_indexer(pd.Index([code for weights in found for code in weights], dtype=codes.dtype))
    predicted = np.repeat(codes.get_indexer(pd.Index(table["stock_code"])), [len(weights) for weights in found])
    values = np.array([value for weights in found for value in weights.values()], np.float32)
    weights = sparse.csr_array((values, (bought, predicted)), (len(codes), len(codes)))
    weights.sort_indices()
    return weights

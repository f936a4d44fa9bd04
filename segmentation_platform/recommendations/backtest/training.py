"""A ledger as it was known on past days, and all that can be learnt from it on such a day."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.engine import Session
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.recommendations.arrays import Matrix
from segmentation_platform.recommendations.histories import Codes, Histories, Sparse
from segmentation_platform.recommendations.ranker import Ranker, Scores
from segmentation_platform.recommendations.ranking_artifacts import RankingArtifacts, fit_ranking
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales, customer_products
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.recommendations.tastes import fit_tastes
from segmentation_platform.recommendations.weights import HalfLife, recent

Opened: TypeAlias = Callable[[date], AbstractContextManager[Session]]
"""Gives a session that holds `known_sales` as of a day (see `ledger.known`)."""


@dataclass(frozen=True)
class PastLedger:
    """A ledger that can be opened as it was known on any day.

    Attributes:
        opened: gives a session that holds the sales known on a day
        segmented: puts the customers of such a session into segments, as of the same day: columns of
            `contracts.CustomerSegments`; its `taste` is made again

    """

    opened: Opened
    segmented: Callable[[Session, date], pd.DataFrame]


@dataclass(frozen=True)
class TrainingData:
    """All that is known before an origin.

    Attributes:
        artifacts: the fitted ranker and what it was fitted on
        pairs: as from `sales.customer_products`
        people: `segment_id`, `segment`, `region` and `taste` by customer id
        segment_lists: columns of `contracts.SegmentRecommendations`

    """

    artifacts: RankingArtifacts
    pairs: pd.DataFrame
    people: pd.DataFrame
    segment_lists: pd.DataFrame

    def with_ranker(self, ranker: Ranker) -> "TrainingData":
        """The same with another ranker of the same products."""
        return replace(self, artifacts=replace(self.artifacts, ranker=ranker))

    @property
    def ranker(self) -> Ranker:
        """The fitted ranker."""
        return self.artifacts.ranker

    @property
    def demand(self) -> pd.DataFrame:
        """As from `demand.product_demand`."""
        return self.artifacts.ranker.demand

    @cached_property
    def histories(self) -> Histories:
        """Purchases of all customers."""
        return self.ranker.histories(self.pairs)

    def recent_by_product(self, half_life: HalfLife) -> "pd.Series[float]":
        """Orders of each product of `demand`, weighted by their age."""
        sums = self.pairs.groupby("stock_code")[recent(half_life)].sum()
        return sums.reindex(self.demand.index).fillna(0.0)

    def how_often(self, column: str, customers: Codes) -> Sparse:
        """A column of `pairs` by customer and product."""
        return Histories.of(self.pairs, self.demand.index, column).for_customers(customers).frequency

    @cached_property
    def cells(self) -> dict[tuple[Any, ...], Matrix]:
        """For each segment, region and taste the popular list as scores of all products."""
        popular = self.segment_lists[self.segment_lists["list"] == "popular"]
        places = self.demand.index.get_indexer(pd.Index(popular["stock_code"]))
        found: dict[tuple[Any, ...], Matrix] = {}
        keys = popular[["segment_id", "region", "taste"]].itertuples(index=False, name=None)
        for key, place, rank in zip(keys, places, popular["rank"], strict=True):
            if key not in found:
                found[key] = np.zeros(len(self.demand), np.float32)
            found[key][place] = 1 / rank
        return found

    @cached_property
    def units(self) -> pd.DataFrame:
        """Units sold, one row per product of `demand`, one column per segment."""
        segments = self.pairs["customer_id"].map(self.people["segment_id"])
        units = self.pairs.groupby([segments, self.pairs["stock_code"]])["units"].sum().unstack(0)
        return units.reindex(self.demand.index).fillna(0.0)

    def owned(self, customers: Codes) -> Histories:
        """Purchases of these customers."""
        return self.histories.for_customers(customers)

    def scored(self, customers: Codes) -> Scores:
        """The platform's own scores."""
        regions = self.people["region"].reindex(customers).fillna(EVERYWHERE).tolist()
        return self.ranker.scores(self.owned(customers), regions)


def training_data(past: PastLedger, origin: date, rules: RecommendationRules) -> TrainingData:
    """Learn everything from what was known before a day."""
    with past.opened(origin) as session:
        catalog = product_catalog(session)
        pairs = customer_products(session, origin)
        tastes = fit_tastes(pairs, catalog, rules.tastes).assign(pairs, rules.tastes)
        segments = past.segmented(session, origin)
        segments = segments.assign(taste=segments["customer_id"].map(tastes).astype("str"))
    sales = Sales(pairs, segments, catalog)
    lists = segment_recommendations(sales, origin, rules)
    artifacts = fit_ranking(sales, origin, rules)
    people = segments.set_index("customer_id")[["segment_id", "segment", "region", "taste"]]
    return TrainingData(artifacts, pairs, people, lists)

"""The score behind all lists of a customer: own frequency and repurchase rate, affinity and trend, popularity.

For a product that the customer bought `n` times (invoices, weighted by their age)

    score = n * repurchase_rate + affinity_owned * affinity * trend + popularity_owned * share of all purchases

and for any other

    score = new_scale * (affinity_new * affinity * trend + (1 - affinity_new) * share in the region)

with affinity from EASE on log2(1 + orders). The numbers are `weights.ScoreWeights`, learned on the ledger's own past;
without affinity, trend and own repurchase rates it is counting: personal frequency, filled by what is popular, the
strong baseline of next-basket recommendation (Hu et al. 2020, Modeling personalized item frequency, SIGIR). The
repurchase rate makes it follow season and rhythm of the product. The two lists merge by score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.arrays import Indices, Matrix
from segmentation_platform.recommendations.best_of_rows import reached
from segmentation_platform.recommendations.demand import product_demand, regional_shares
from segmentation_platform.recommendations.ease import affinity, item_weights
from segmentation_platform.recommendations.histories import Histories, Sparse
from segmentation_platform.recommendations.rules import RecommendationRules

_BATCH_CELLS = 4_000_000


@dataclass(frozen=True)
class Scores:
    """Scores of customers (rows) by product (columns), most bought first.

    Attributes:
        values: -inf where the product must not be offered
        owned: whether the customer bought it and kept it
        popular: the part of the value that comes from popularity; 0 for what the customer owns

    """

    values: Matrix
    owned: npt.NDArray[np.bool_]
    popular: Matrix


@dataclass(frozen=True)
class Picks:
    """Chosen cells of a matrix of scores: row, column, place in the row from 1, and value, by row and place."""

    rows: Indices
    columns: Indices
    ranks: Indices
    values: Matrix


@dataclass(frozen=True)
class Ranker:
    """Everything that scoring needs, learnt from purchases.

    Attributes:
        demand: as from `demand.product_demand`
        weights: which products go with which, as from `ease.item_weights`
        popular: as from `demand.regional_shares`
        is_offered: per product of `demand`, whether it is still sold
        rules: the weights of the terms

    """

    demand: pd.DataFrame
    weights: Sparse
    popular: pd.DataFrame
    is_offered: npt.NDArray[np.bool_]
    rules: RecommendationRules

    @classmethod
    def fit(cls, pairs: pd.DataFrame, regions: pd.Series, offered: pd.Series, rules: RecommendationRules) -> Self:
        """Learn from purchases.

        Args:
            pairs: as from `sales.customer_products`
            regions: region by customer id
            offered: codes of the products that are still sold
            rules: all settings

        """
        demand = product_demand(pairs, rules.customers)
        orders = Histories.of(pairs, demand.index).orders
        popular = regional_shares(pairs, regions, demand, rules)
        is_offered = demand.index.isin(offered)
        return cls(demand, item_weights(orders, rules.customers), popular, is_offered, rules)

    def histories(self, pairs: pd.DataFrame) -> Histories:
        """Purchases in the columns of `demand`, weighted by their age as the score has it."""
        return Histories.of(pairs, self.demand.index, self.rules.customers.score.frequency)

    def scores(self, histories: Histories, regions: Sequence[str]) -> Scores:
        """Score every product for some customers.

        Args:
            histories: their purchases, columns as in `demand`
            regions: the region of each; one that was never seen counts as all regions

        """
        score = self.rules.customers.score
        owned = histories.orders.toarray() > 0
        drawn = affinity(self.weights, profiles(histories)) * self._trend
        frequency = histories.frequency.toarray() * self._repurchase_rate
        shares = np.stack([self._popular.get(region, self._popular[EVERYWHERE]) for region in regions])
        popular = np.where(owned, np.float32(0), score.of_popular(shares))
        own = score.of_owned(frequency, drawn, self._recent_share_owned)
        values = np.where(owned, own, score.of_new(drawn) + popular)
        values[:, ~self.is_offered] = -np.inf
        values[histories.cancelled.nonzero()] = -np.inf
        return Scores(values, owned, popular)

    def batches(self, customers: int) -> Iterator[slice]:
        """Rows to score at once, so that the scores of a batch stay below some 16 MB."""
        step = max(1, _BATCH_CELLS // max(len(self.demand), 1))
        return (slice(start, min(start + step, customers)) for start in range(0, customers, step))

    @cached_property
    def _trend(self) -> Matrix:
        return np.asarray(self.demand["trend"], np.float32)

    @cached_property
    def _recent_share_owned(self) -> Matrix:
        return np.asarray(self.demand["recent_share_owned"], np.float32)

    @cached_property
    def _repurchase_rate(self) -> Matrix:
        return np.asarray(self.demand["repurchase_rate"], np.float32)

    @cached_property
    def _popular(self) -> dict[str, Matrix]:
        return {region: np.asarray(self.popular[region], np.float32) for region in self.popular.columns}


def profiles(histories: Histories) -> Sparse:
    """What affinity starts from: log2(1 + orders), so that a product bought once counts 1."""
    found = histories.orders.copy()
    found.data = np.log2(1 + found.data)
    return found


def best(values: Matrix, length: int) -> Picks:
    """The largest values of each row, at most `length` and none of -inf; ties go to the earlier column."""
    rows, columns = np.nonzero((values >= reached(values, length)[:, None]) & (values > -np.inf))
    order = np.lexsort((columns, -values[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    ranks = np.arange(len(rows)) - np.searchsorted(rows, rows) + 1
    first = ranks <= length
    rows, columns = rows[first], columns[first]
    return Picks(rows, columns, ranks[first], values[rows, columns])

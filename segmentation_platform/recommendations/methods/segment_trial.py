"""A past day as a trial of the segments' popular lists: what each cell would be offered, and what it bought then."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.arrays import Counts, Floats, Indices
from segmentation_platform.recommendations.backtest.metrics import ndcg
from segmentation_platform.recommendations.best_of_groups import best_of_groups
from segmentation_platform.recommendations.cells import CELL, CellPurchases
from segmentation_platform.recommendations.histories import Codes, Sparse
from segmentation_platform.recommendations.methods.past_day import PastDay, drawn, hits_of
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.segment_lists import most_bought
from segmentation_platform.recommendations.weights import HALF_LIVES, CellWeights, HalfLife, recent

_LIST: Final = 10


@dataclass(frozen=True)
class SegmentTrial:
    """The cells of a day, and what some of their customers bought in the days after.

    Attributes:
        customers: ids of those who bought something
        purchases: what each cell had bought by then
        is_offered: per entry of the purchases, whether its product was still sold
        cell: per customer the narrowest cell with lists of its own
        wanted: csr of shape (customers, products), not 0 for what they bought
        counts: per customer, how many products, those that were never sold before included

    """

    customers: Codes
    purchases: CellPurchases
    is_offered: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    cell: Indices
    wanted: Sparse
    counts: Counts

    def ndcg(self, weights: CellWeights) -> Floats:
        """NDCG@10 of the popular list of each customer's cell."""
        shares = self.purchases.shares(self._lately(weights.half_life), weights.shrinkage)
        lists = self._lists(shares)[self.cell]
        return ndcg(hits_of(lists, self.wanted), self.counts)

    def _lists(self, shares: Floats) -> Indices:
        """The first products of each cell, as `segment_lists` has them, a row per cell; -1 where there are fewer."""
        found = self._candidates
        cell, products = self.purchases.cell[found], self.purchases.product[found]
        ties = (-self.purchases.customers[found], products)
        kept, rank = best_of_groups(cell, shares[found], ties, _LIST)
        lists = np.full((len(self.purchases.cells.names), _LIST), -1)
        lists[cell[kept], rank - 1] = products[kept]
        return lists

    def _lately(self, half_life: HalfLife) -> Floats:
        return self.purchases.summed(self.purchases.pairs[recent(half_life)])

    @cached_property
    def _candidates(self) -> Indices:
        """The entries of the customers' cells that can be offered."""
        is_asked = np.zeros(len(self.purchases.cells.names), bool)
        is_asked[self.cell] = True
        return np.flatnonzero(is_asked[self.purchases.cell] & self.is_offered)


def segment_trial(day: PastDay, rules: RecommendationRules) -> SegmentTrial:
    """Make a trial of a past day; `rules.learning` says how many customers are drawn."""
    people = day.people
    everybody = pd.Index(people["customer_id"])
    bought = day.bought[everybody.get_indexer(pd.Index(day.bought["customer_id"])) >= 0]
    customers = drawn(pd.Index(np.sort(bought["customer_id"].unique())), rules.learning)
    bought = bought[customers.get_indexer(pd.Index(bought["customer_id"])) >= 0]
    purchases = CellPurchases.of(day.pairs, people, rules.cell_customers, _told_everywhere(day, rules))
    rows = customers.get_indexer(pd.Index(bought["customer_id"]))
    columns = purchases.products.get_indexer(pd.Index(bought["stock_code"]))
    seen = columns >= 0
    wanted = sparse.csr_array(
        (np.ones(seen.sum(), np.float32), (rows[seen], columns[seen])), (len(customers), len(purchases.products))
    )
    is_offered = purchases.products.isin(day.products["stock_code"])[purchases.product]
    cell = _narrowest(purchases, people, customers)
    return SegmentTrial(customers, purchases, is_offered, cell, wanted, np.bincount(rows, minlength=len(customers)))


def _told_everywhere(day: PastDay, rules: RecommendationRules) -> Codes:
    """What every cell's list may hold, whatever half-life it is ranked by."""
    offered = day.products["stock_code"]
    found = [most_bought(day.pairs, offered, recent(half_life), rules.length) for half_life in HALF_LIVES]
    codes: Codes = pd.Index(np.unique(np.concatenate([each.to_numpy(object) for each in found])))
    return codes


def _narrowest(purchases: CellPurchases, people: pd.DataFrame, customers: Codes) -> Indices:
    """The cell whose list a customer is shown: taste counts before region, as in the backtest."""
    known = people.set_index("customer_id").loc[customers, list(CELL)].reset_index(drop=True)
    numbered = purchases.cells.names.reset_index(names="cell")[["cell", *CELL]]
    found = np.full(len(customers), -1)
    for wide in ({}, {"region": EVERYWHERE}, {"taste": EVERYWHERE}, {"region": EVERYWHERE, "taste": EVERYWHERE}):
        cell = known.assign(**wide).merge(numbered, how="left", on=list(CELL))["cell"].fillna(-1).to_numpy(np.intp)
        found = np.where(found >= 0, found, cell)
    return found.astype(np.intp)

"""A past day as a trial of the score: its parts for every product that could be offered, and what was bought then.

A score with other numbers is a sum over arrays of some hundred thousand cells, so that hundreds can be tried in
seconds. Nothing that came after the day is in it but what was bought.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse

from segmentation_platform.recommendations.arrays import Counts, Flags, Floats, Indices
from segmentation_platform.recommendations.backtest.metrics import ndcg
from segmentation_platform.recommendations.best_of_rows import reached
from segmentation_platform.recommendations.demand import product_demand, regional_shares
from segmentation_platform.recommendations.ease import item_weights
from segmentation_platform.recommendations.histories import Codes, Histories, Sparse, cells
from segmentation_platform.recommendations.methods.past_day import PastDay, drawn
from segmentation_platform.recommendations.ranker import profiles
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.weights import COUNTING, HALF_LIVES, HalfLife, ScoreWeights, recent

_LIST: Final = 10
_CANDIDATES: Final = 60
_TRENDS: Final = tuple(
    COUNTING.model_copy(update={"trend_half_life": half_life, "trend_evidence": evidence})
    for half_life, evidence in ((5, 0.3), (7, 3.0), (14, 30.0), (14, None))
)
"""Trends by which products that are new to a customer become candidates; any trend orders some of them first."""


@dataclass(frozen=True)
class Products:
    """What is known of each product, most bought first.

    Attributes:
        usual: share of all orders
        lately: by half-life, orders weighted by age
        repurchase: share of earlier buyers who took it again, drawn to that of all products
        repurchase_of_all: that of all products

    """

    usual: Floats
    lately: Mapping[HalfLife, Floats]
    repurchase: Floats
    repurchase_of_all: float

    def share(self, half_life: HalfLife) -> Floats:
        """Share of all orders, weighted by their age."""
        sold = self.lately[half_life]
        return np.asarray(sold / sold.sum()) if sold.sum() > 0 else self.usual

    def trend(self, weights: ScoreWeights) -> Floats:
        """Orders lately against those to be expected."""
        return np.asarray(weights.trends(self.lately[weights.trend_half_life], self.usual))


@dataclass(frozen=True)
class CustomerTrial:
    """Cells of customers and products that could be offered to them on a day.

    Attributes:
        customers: ids of those who bought something in the days after
        products: what is known of the products
        rows: customer of each cell, in order
        columns: its product
        owned: whether the customer had bought it
        frequency: by column of `sales.customer_products`, how often
        affinity: to what the customer had bought
        shares: by half-life, the product's share of the purchases in the customer's region
        bought: whether it was bought in the days after
        wanted: per customer, products bought in the days after
        wanted_new: those among them that were new to the customer

    """

    customers: Codes
    products: Products
    rows: Indices
    columns: Indices
    owned: Flags
    frequency: Mapping[str, Floats]
    affinity: Floats
    shares: Mapping[HalfLife, Floats]
    bought: Flags
    wanted: Counts
    wanted_new: Counts

    def score(self, weights: ScoreWeights) -> Floats:
        """The score of every cell; as of `ranker.Ranker.scores`."""
        drawn = self.affinity * self.products.trend(weights)[self.columns]
        rates = weights.rates(self.products.repurchase, self.products.repurchase_of_all)
        lately = self.products.share(weights.owned_half_life)[self.columns]
        own = weights.of_owned(self.frequency[weights.frequency] * rates[self.columns], drawn, lately)
        new = weights.of_new(drawn) + weights.of_popular(self.shares[weights.popularity_half_life])
        return np.asarray(np.where(self.owned, own, new))

    def ndcg(self, weights: ScoreWeights, task: str) -> Floats:
        """NDCG@10 of each customer; not a number where there is nothing to find.

        Args:
            weights: of the score
            task: all, repeat or new: which products are ranked

        """
        asked = self._tasks[task]
        is_asked = asked.wanted > 0
        found = np.full(len(asked.wanted), np.nan)
        found[is_asked] = ndcg(asked.hits(self.score(weights)[asked.cells])[is_asked], asked.wanted[is_asked])
        return found

    @cached_property
    def _tasks(self) -> dict[str, "_Task"]:
        every = np.ones(len(self.rows), bool)
        asked = {
            "all": (every, self.wanted),
            "repeat": (self.owned, self.wanted - self.wanted_new),
            "new": (~self.owned, self.wanted_new),
        }
        return {
            name: _Task(np.flatnonzero(chosen), self.rows[chosen], self.columns[chosen], self.bought[chosen], wanted)
            for name, (chosen, wanted) in asked.items()
        }


@dataclass(frozen=True)
class _Task:
    """The cells of a trial that one task ranks, and how many products there are to find."""

    cells: Indices
    rows: Indices
    columns: Indices
    bought: Flags
    wanted: Counts

    def hits(self, score: Floats) -> Flags:
        """Whether the products of each customer's list were bought, shape (customers, places).

        Ties go to the product that is bought more. Sorting all cells would take ten times as long.
        """
        table = np.full((len(self.wanted), max(self._width, _LIST)), -np.inf)
        table[self.rows, self._slots] = score
        kept = np.flatnonzero(score >= reached(table, _LIST)[self.rows])
        order = kept[np.lexsort((self.columns[kept], -score[kept], self.rows[kept]))]
        rows = self.rows[order]
        places = np.arange(len(rows)) - np.searchsorted(rows, rows)
        listed = places < _LIST
        found = np.zeros((len(self.wanted), _LIST), dtype=bool)
        found[rows[listed], places[listed]] = self.bought[order[listed]]
        return found

    @cached_property
    def _slots(self) -> Indices:
        return np.asarray(np.arange(len(self.rows)) - np.searchsorted(self.rows, self.rows))

    @cached_property
    def _width(self) -> int:
        return int(self._slots.max()) + 1 if len(self.rows) else 0


def customer_trial(day: PastDay, rules: RecommendationRules) -> CustomerTrial:
    """Make a trial of a past day; `rules.learning` says how many customers are drawn."""
    regions = day.people.set_index("customer_id")["region"]
    later = day.bought
    customers = drawn(pd.Index(np.sort(later["customer_id"].unique())), rules.learning)
    return _Builder(day.pairs, regions, day.products["stock_code"], rules).trial(customers, later)


class _Builder:
    """Makes the cells of a trial from what was known on its day."""

    def __init__(
        self, pairs: pd.DataFrame, regions: pd.Series, offered: pd.Series, rules: RecommendationRules
    ) -> None:
        self._pairs, self._regions, self._rules = pairs, regions, rules
        plain = ScoreWeights(repurchase_power=1.0)
        self._demand = product_demand(pairs, rules.customers.with_weights(plain))
        self._offered = self._demand.index.isin(offered)
        self._histories = Histories.of(pairs, self._demand.index)
        names = [recent(half_life) for half_life in HALF_LIVES]
        sums = pairs.groupby("stock_code")[names].sum().reindex(self._demand.index)
        self._sold = {half_life: sums[recent(half_life)].to_numpy(np.float64) for half_life in HALF_LIVES}

    def trial(self, customers: Codes, later: pd.DataFrame) -> CustomerTrial:
        """The cells of some customers, and which of them they bought later."""
        products, own = self._products(), self._histories.for_customers(customers)
        weights = item_weights(self._histories.orders, self._rules.customers)
        affinity = (profiles(own) @ weights).tocsr()
        affinity.data = np.maximum(affinity.data, 0)
        shares = self._shares(customers)
        rows, columns = self._candidates(own, affinity, products, shares)
        wanted = self._wanted(customers, later)
        mine = later[later["customer_id"].isin(customers)]
        counts = np.bincount(customers.get_indexer(pd.Index(mine["customer_id"])), minlength=len(customers))
        repeated = np.asarray(wanted.multiply(own.orders > 0).sum(axis=1), dtype=np.int64).ravel()
        places, table = shares
        return CustomerTrial(
            customers,
            products,
            rows,
            columns,
            np.asarray(cells(own.orders, rows, columns) > 0),
            self._frequency(customers[rows], columns),
            cells(affinity, rows, columns).astype(np.float64),
            {half_life: by_region[places[rows], columns] for half_life, by_region in table.items()},
            np.asarray(cells(wanted, rows, columns) > 0),
            counts,
            counts - repeated,
        )

    def _products(self) -> Products:
        demand = self._demand
        # Drawn all the way to it, every product has the rate of all.
        of_all = product_demand(self._pairs, self._rules.customers.with_weights(COUNTING))["repurchase_rate"].iloc[0]
        return Products(
            (demand["orders"] / demand["orders"].sum()).to_numpy(),
            self._sold,
            demand["repurchase_rate"].to_numpy(np.float64),
            float(of_all),
        )

    def _shares(self, customers: Codes) -> tuple[Indices, dict[HalfLife, Floats]]:
        """The region of each customer as a row of tables, and such a table of shares by half-life."""
        named = self._regions.reindex(customers)
        tables: dict[HalfLife, Floats] = {}
        names: list[str] = []
        for half_life, sold in self._sold.items():
            rules = self._rules.with_weights(ScoreWeights(popularity_half_life=half_life))
            demand = self._demand.assign(recent_share=sold / max(sold.sum(), 1e-12))
            shares = regional_shares(self._pairs, self._regions, demand, rules)
            names = [str(name) for name in shares.columns]
            tables[half_life] = shares.to_numpy(np.float64).T
        return np.maximum(pd.Index(names).get_indexer(pd.Index(named)), 0), tables

    def _candidates(
        self, own: Histories, affinity: Sparse, products: Products, shares: tuple[Indices, dict[HalfLife, Floats]]
    ) -> tuple[Indices, Indices]:
        trends = [products.trend(each) for each in _TRENDS]
        places, tables = shares
        popular = [self._most_popular(tables, region) for region in range(places.max() + 1)]
        columns = []
        for row in range(len(own.customers)):
            mine = _row(own.orders, row)[0]
            found, values = _row(affinity, row)
            keep = self._offered[found] & (values > 0) & ~np.isin(found, mine)
            found, values = found[keep], values[keep]
            tried = [_best(found, values * trend[found]) for trend in trends]
            new = np.unique(np.concatenate([*tried, popular[places[row]]]))
            gone = _row(own.cancelled, row)[0]
            mine = mine[self._offered[mine]]
            columns.append(np.concatenate([mine, new[~np.isin(new, np.concatenate([mine, gone]))]]))
        counts = [len(each) for each in columns]
        return np.repeat(np.arange(len(columns)), counts), np.concatenate(columns).astype(np.intp)

    def _most_popular(self, tables: Mapping[HalfLife, Floats], region: int) -> Indices:
        offered = np.flatnonzero(self._offered)
        return np.unique(np.concatenate([_best(offered, table[region, offered]) for table in tables.values()]))

    def _frequency(self, customers: Codes, columns: Indices) -> dict[str, Floats]:
        """By column of the pairs, how often the customer of each cell bought its product."""
        everybody, pairs = self._histories.customers, self._pairs
        known = pairs[pairs["stock_code"].isin(self._demand.index)]
        rows = everybody.get_indexer(pd.Index(known["customer_id"]))
        where = (rows, self._demand.index.get_indexer(pd.Index(known["stock_code"])))
        numbered = sparse.csr_array((np.arange(1, len(known) + 1), where), (len(everybody), len(self._demand)))
        # Which pair a cell is; 0, in front of all of them, is none.
        pair = np.asarray(numbered[everybody.get_indexer(customers), columns]).ravel()
        names: Sequence[str] = ("orders", *(recent(half_life) for half_life in HALF_LIVES))
        return {name: np.r_[0.0, known[name].to_numpy(np.float64)][pair] for name in names}

    def _wanted(self, customers: Codes, later: pd.DataFrame) -> Sparse:
        rows = customers.get_indexer(pd.Index(later["customer_id"]))
        columns = self._demand.index.get_indexer(pd.Index(later["stock_code"]))
        found = (rows >= 0) & (columns >= 0)
        ones = np.ones(found.sum(), np.float32)
        return sparse.csr_array((ones, (rows[found], columns[found])), (len(customers), len(self._demand)))


def _row(matrix: Sparse, row: int) -> tuple[Indices, Floats]:
    cut = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[cut], matrix.data[cut]


def _best(columns: Indices, values: Floats) -> Indices:
    """The columns of the largest values."""
    if len(columns) <= _CANDIDATES:
        return columns
    return np.asarray(columns[np.argpartition(-values, _CANDIDATES)[:_CANDIDATES]])

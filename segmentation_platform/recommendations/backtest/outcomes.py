"""What was bought in a window, and how much of it a model's lists hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from segmentation_platform.engine import Step
from segmentation_platform.recommendations.arrays import Counts, Flags, Floats, Indices, Matrix
from segmentation_platform.recommendations.backtest.metrics import CUTS, GROUPS, of_lists, per_customer
from segmentation_platform.recommendations.backtest.models import Model
from segmentation_platform.recommendations.backtest.training import Opened, PastLedger, TrainingData
from segmentation_platform.recommendations.backtest.windows import BacktestWindow
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.histories import Codes, Sparse, cells
from segmentation_platform.recommendations.ranker import Picks, best
from segmentation_platform.recommendations.rules import BacktestRules

_BOUGHT_LATER = Step(
    "bought_later",
    "SELECT customer_id, stock_code, MIN(CAST(sold_at AS DATE)) AS day FROM known_sales "
    "WHERE customer_id IS NOT NULL AND net_quantity > 0 AND sold_at >= $origin "
    "GROUP BY customer_id, stock_code ORDER BY customer_id, stock_code",
)

_LISTS = {"all": "all", "new": "new", "repeat": "repeat", "next_basket": "all"}
"""Which list of a model answers a task."""


@dataclass(frozen=True)
class Truth:
    """What the customers of a window bought.

    Attributes:
        customers: who bought something, all known before the window
        wanted: by task, csr of shape (customers, products), not 0 for the products to find
        counts: by task, how many products there are to find, those that can't be found included

    """

    customers: Codes
    wanted: Mapping[str, Sparse]
    counts: Mapping[str, Counts]


@dataclass(frozen=True)
class Measured:
    """What a model's lists are worth.

    Attributes:
        metrics: per customer the metrics of `metrics.NAMES` and `metrics.LIST_NAMES`
        coverage: at each cut the share of products shown to anyone, and without each group of customers in turn

    """

    metrics: Floats
    coverage: Mapping[int, Floats]


def bought_in(opened: Opened, window: BacktestWindow) -> pd.DataFrame:
    """What customers bought and kept in a window: `customer_id`, `stock_code`, and the first `day` of it."""
    with opened(window.end) as session:
        session.run(_BOUGHT_LATER, {"origin": window.origin})
        return session.frame(_BOUGHT_LATER.name)


def truth_of(past: PastLedger, window: BacktestWindow, training: TrainingData, rules: BacktestRules) -> Truth:
    """What the customers who were known before a window bought and kept in it.

    Raises:
        RecommendationError: when none of them bought anything.

    """
    bought = bought_in(past.opened, window)
    # Only customers known before; what was never sold before can't be found, but counts as bought.
    bought = bought[bought["customer_id"].isin(training.histories.customers)]
    if bought.empty:
        raise RecommendationError(
            f"No customer known before {window.origin} bought anything until {window.end}: nothing can be judged."
        )
    customers = _judged(bought, rules)
    bought = bought[bought["customer_id"].isin(customers)]
    is_first_day = bought["day"] == bought.groupby("customer_id")["day"].transform("min")
    every, counts = _cells(bought, customers, training)
    basket, basket_counts = _cells(bought[is_first_day], customers, training)
    again = every.multiply(training.owned(customers).orders > 0).tocsr()
    repeated = np.asarray(again.sum(axis=1), dtype=np.int64)
    return Truth(
        customers,
        {"all": every, "new": every - again, "repeat": again, "next_basket": basket},
        {"all": counts, "new": counts - repeated, "repeat": repeated, "next_basket": basket_counts},
    )


def _judged(bought: pd.DataFrame, rules: BacktestRules) -> Codes:
    customers = np.sort(bought["customer_id"].unique())
    if len(customers) > rules.customers:
        drawn = np.random.default_rng(rules.seed).choice(len(customers), rules.customers, replace=False)
        customers = customers[np.sort(drawn)]
    judged: Codes = pd.Index(customers)
    return judged


def _cells(bought: pd.DataFrame, customers: Codes, training: TrainingData) -> tuple[Sparse, Counts]:
    rows = customers.get_indexer(pd.Index(bought["customer_id"]))
    columns = training.demand.index.get_indexer(pd.Index(bought["stock_code"]))
    found = columns >= 0
    ones = (np.ones(found.sum(), np.float32), (rows[found], columns[found]))
    shape = (len(customers), len(training.demand))
    return sparse.csr_array(ones, shape), np.bincount(rows, minlength=len(customers))


def measure(model: Model, training: TrainingData, truth: Truth) -> dict[str, Measured]:
    """Metrics by task, customers in batches; for `new` and `repeat` only products of that kind are ranked."""
    hits: dict[str, list[Flags]] = {task: [] for task in _LISTS}
    shown: dict[str, list[Picks]] = {task: [] for task in _LISTS}
    for rows in training.ranker.batches(len(truth.customers)):
        lists = _lists(model(training, truth.customers[rows]), training, truth.customers[rows])
        for task, name in _LISTS.items():
            hits[task].append(_hits(lists[name], truth.wanted[task][rows]))
            shown[task].append(lists[name])
    return {
        task: _Summary(np.concatenate(hits[task]), _listed(shown[task], training, truth)).measured(
            truth.counts[task], training
        )
        for task in _LISTS
    }


def _listed(shown: list[Picks], training: TrainingData, truth: Truth) -> Indices:
    """The products of each customer's list, by number, shape (customers, places); -1 where it is shorter."""
    listed = np.full((len(truth.customers), max(CUTS)), -1)
    for rows, picks in zip(training.ranker.batches(len(truth.customers)), shown, strict=True):
        listed[rows.start + picks.rows, picks.ranks - 1] = picks.columns
    return listed


def _lists(scores: Matrix, training: TrainingData, customers: Codes) -> dict[str, Picks]:
    owned = training.owned(customers).orders.toarray() > 0
    return {
        "all": best(scores, max(CUTS)),
        "new": best(np.where(owned, -np.inf, scores), max(CUTS)),
        "repeat": best(np.where(owned, scores, -np.inf), max(CUTS)),
    }


def _hits(picks: Picks, wanted: Sparse) -> Flags:
    hits = np.zeros((wanted.shape[0], max(CUTS)), dtype=bool)
    hits[picks.rows, picks.ranks - 1] = cells(wanted, picks.rows, picks.columns) > 0
    return hits


@dataclass(frozen=True)
class _Summary:
    hits: Flags
    listed: Indices

    def measured(self, counts: Counts, training: TrainingData) -> Measured:
        types = pd.factorize(training.artifacts.products["product_type"])[0].astype(np.intp)
        buyers = training.demand["customers"].to_numpy(np.int64)
        like = of_lists(self.listed, buyers, types, len(training.histories.customers))
        like[counts == 0] = np.nan
        metrics = np.column_stack([per_customer(self.hits, counts), like])
        return Measured(metrics, {cut: self._coverage(cut, training.ranker.is_offered) for cut in CUTS})

    def _coverage(self, cut: int, offered: Flags) -> Floats:
        """The share of the products still sold that are in anyone's list, and in those of all but each group."""
        groups = np.arange(len(self.listed)) % GROUPS
        rows, places = np.nonzero(self.listed[:, :cut] >= 0)
        times = np.zeros((GROUPS, len(offered)), np.int64)
        np.add.at(times, (groups[rows], self.listed[rows, places]), 1)
        every = times.sum(axis=0)
        shown = np.vstack([every, every - times]) > 0
        return np.asarray((shown & offered).sum(axis=1) / max(offered.sum(), 1))

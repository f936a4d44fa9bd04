"""What was bought in a window, and how much of it a model's lists hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation_platform.engine import Step
from segmentation_platform.recommendations.backtest.known import Known, Past
from segmentation_platform.recommendations.backtest.metrics import CUTS, Counts, Flags, Floats, per_customer
from segmentation_platform.recommendations.backtest.windows import Window
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.histories import Codes
from segmentation_platform.recommendations.ranker import Matrix, Picks, best

_BOUGHT_LATER = Step(
    "bought_later",
    "SELECT customer_id, stock_code, MIN(CAST(sold_at AS DATE)) AS day FROM known_sales "
    "WHERE customer_id IS NOT NULL AND net_quantity > 0 AND sold_at >= $origin "
    "GROUP BY customer_id, stock_code ORDER BY customer_id, stock_code",
)


@dataclass(frozen=True)
class Truth:
    """What the customers of a window bought: for each task the products to find, and how many there are."""

    customers: Codes
    wanted: Mapping[str, Flags]
    counts: Mapping[str, Counts]


@dataclass(frozen=True)
class Measured:
    """Metrics of each customer, and the share of products shown to anyone at each cut."""

    metrics: Floats
    coverage: Mapping[int, float]


def truth_of(past: Past, window: Window, known: Known) -> Truth:
    """What the customers who were known before a window bought and kept in it.

    Raises:
        RecommendationError: when none of them bought anything.

    """
    with past.opened(window.end) as session:
        session.run(_BOUGHT_LATER, {"origin": window.origin})
        bought = session.frame(_BOUGHT_LATER.name)
    # Only customers known before; what was never sold before can't be found, but counts as bought.
    bought = bought[bought["customer_id"].isin(known.histories.customers)]
    if bought.empty:
        raise RecommendationError(
            f"No customer known before {window.origin} bought anything until {window.end}: nothing can be judged."
        )
    customers = pd.Index(np.sort(bought["customer_id"].unique()))
    is_first_day = bought["day"] == bought.groupby("customer_id")["day"].transform("min")
    owned = known.owned(customers).orders.toarray() > 0
    every, counts = _flags(bought, customers, known)
    basket, basket_counts = _flags(bought[is_first_day], customers, known)
    again = every & owned
    return Truth(
        customers,
        {"all": every, "new": every & ~owned, "repeat": again, "next_basket": basket},
        {
            "all": counts,
            "new": counts - again.sum(axis=1),
            "repeat": again.sum(axis=1),
            "next_basket": basket_counts,
        },
    )


def _flags(bought: pd.DataFrame, customers: Codes, known: Known) -> tuple[Flags, Counts]:
    rows = customers.get_indexer(pd.Index(bought["customer_id"]))
    columns = known.demand.index.get_indexer(pd.Index(bought["stock_code"]))
    flags = np.zeros((len(customers), len(known.demand)), dtype=bool)
    flags[rows[columns >= 0], columns[columns >= 0]] = True
    return flags, np.bincount(rows, minlength=len(customers))


def measure(scores: Matrix, known: Known, truth: Truth) -> dict[str, Measured]:
    """Metrics by task; for `new` and `repeat` only products of that kind are ranked."""
    owned = known.owned(truth.customers).orders.toarray() > 0
    lists = {
        "all": best(scores, max(CUTS)),
        "new": best(np.where(owned, -np.inf, scores), max(CUTS)),
        "repeat": best(np.where(owned, scores, -np.inf), max(CUTS)),
    }
    lists["next_basket"] = lists["all"]
    offered = known.ranker.is_offered
    return {
        task: Measured(
            per_customer(_hits(picks, truth.wanted[task]), truth.counts[task]),
            {cut: _coverage(picks, cut, offered) for cut in CUTS},
        )
        for task, picks in lists.items()
    }


def _hits(picks: Picks, wanted: Flags) -> Flags:
    hits = np.zeros((len(wanted), max(CUTS)), dtype=bool)
    hits[picks.rows, picks.ranks - 1] = wanted[picks.rows, picks.columns]
    return hits


def _coverage(picks: Picks, cut: int, offered: Flags) -> float:
    """The share of the products still sold that are in anyone's list."""
    shown = np.unique(picks.columns[picks.ranks <= cut])
    return float(offered[shown].sum() / max(offered.sum(), 1))

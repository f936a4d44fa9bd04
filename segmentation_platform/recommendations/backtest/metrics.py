"""Ranking metrics of many customers at once, and their bootstrap intervals.

Hit rate, recall, NDCG (Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation, TOIS 20) with binary gains, and
mean average precision; the ideal of NDCG and MAP is min(k, number of products to find). Intervals are percentiles
over customers drawn with replacement (Efron 1979), the same draws for all models, so that differences are paired.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

CUTS = (10, 20)
"""Lengths of list at which metrics are taken."""

NAMES = tuple(f"{name}@{cut}" for cut in CUTS for name in ("hit_rate", "recall", "ndcg", "map"))
"""The metrics, in the order of the columns of `per_customer`."""

_PERCENTILES = (2.5, 97.5)


def per_customer(hits: Flags, relevant: Counts) -> Floats:
    """Metrics of each customer.

    Args:
        hits: shape (customers, places), whether the product at each place was bought; missing places are False
        relevant: shape (customers,), number of products to find

    Returns:
        Shape (customers, len(NAMES)); not a number for customers with nothing to find.

    """
    found = np.full((len(relevant), len(NAMES)), np.nan)
    asked = relevant > 0
    columns = [column for cut in CUTS for column in _at(hits[asked, :cut], relevant[asked], cut)]
    found[asked] = np.column_stack(columns)
    return found


def ndcg(hits: Flags, relevant: Counts) -> Floats:
    """NDCG of customers who have something to find, at as many places as there are.

    Args:
        hits: shape (customers, places), whether the product at each place was bought
        relevant: shape (customers,), number of products to find, at least 1

    """
    places = hits.shape[1]
    gains = 1 / np.log2(np.arange(2, places + 2))
    return np.asarray((hits * gains).sum(axis=1) / np.cumsum(gains)[np.minimum(relevant, places) - 1])


def _at(hits: Flags, relevant: Counts, cut: int) -> list[Floats]:
    places = np.arange(1, hits.shape[1] + 1)
    ideal = np.minimum(relevant, cut)
    precision = np.cumsum(hits, axis=1) / places
    return [
        hits.any(axis=1).astype(np.float64),
        hits.sum(axis=1) / relevant,
        ndcg(hits, relevant),
        (hits * precision).sum(axis=1) / ideal,
    ]


@dataclass(frozen=True)
class Interval:
    """Mean and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


class Bootstrap:
    """Draws of customers, made once and used for every model.

    Args:
        customers: how many there are
        draws: how many times they are drawn
        seed: of the draws

    """

    def __init__(self, customers: int, draws: int, seed: int) -> None:
        random = np.random.default_rng(seed)
        chances = np.full(customers, 1 / max(customers, 1))
        self._times = random.multinomial(customers, chances, size=draws).astype(np.float64)

    def means(self, values: Floats) -> Floats:
        """Mean of each column of values, shape (customers, columns), in every draw: shape (draws, columns).

        Customers without a value are out; a draw in which nobody has one is not a number.
        """
        present = ~np.isnan(values)
        with np.errstate(invalid="ignore"):
            return np.asarray((self._times @ np.where(present, values, 0.0)) / (self._times @ present))

    def intervals(self, values: Floats) -> list[Interval]:
        """Mean and interval of each column of values, shape (customers, columns)."""
        present = ~np.isnan(values)
        filled = np.where(present, values, 0.0)
        means = self.means(values)
        lows, highs = np.nanpercentile(means, _PERCENTILES, axis=0)
        centre = filled.sum(axis=0) / present.sum(axis=0)
        return [Interval(*map(float, ends)) for ends in zip(centre, lows, highs, strict=True)]

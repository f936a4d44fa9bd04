"""Ranking metrics of many customers at once, and their bootstrap intervals.

How much of a list was bought: hit rate, recall, NDCG (Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation,
TOIS 20) with binary gains, and mean average precision; the ideal of NDCG and MAP is min(k, products to find).
Intervals are percentiles over customers drawn with replacement (Efron 1979), the same draws for all models, so that
differences are paired.

What a list is like, whatever is bought of it: novelty, the mean self-information of its products (Zhou et al. 2010,
Solving the apparent diversity-accuracy dilemma of recommender systems, PNAS 107) against that of a product with one
buyer; diversity, the share of its pairs of products that are of different types (Ziegler et al. 2005, Improving
recommendation lists through topic diversification, WWW).
"""

from dataclasses import dataclass

import numpy as np

from segmentation_platform.recommendations.arrays import Counts, Flags, Floats, Indices

CUTS = (10, 20)
"""Lengths of list at which metrics are taken."""

NAMES = tuple(f"{name}@{cut}" for cut in CUTS for name in ("hit_rate", "recall", "ndcg", "map"))
"""How much of a list was bought, in the order of the columns of `per_customer`."""

LIST_CUT = 10
LIST_NAMES = (f"novelty@{LIST_CUT}", f"diversity@{LIST_CUT}")
"""What a list is like, in the order of the columns of `of_lists`."""

GROUPS = 20
"""Groups of customers that are left out in turn for the interval of coverage."""

PERCENTILES = (2.5, 97.5)
_Z = 1.96


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


def of_lists(listed: Indices, buyers: Counts, types: Indices, customers: int) -> Floats:
    """What each list is like.

    Args:
        listed: shape (lists, places), products by number; -1 where a list is shorter
        buyers: of each product
        types: number of the type of each product
        customers: how many there are in all

    Returns:
        Shape (lists, len(LIST_NAMES)), from 0 to 1; not a number where a list is empty, or too short to be diverse.

    """
    cut = listed[:, :LIST_CUT]
    is_there = cut >= 0
    length = is_there.sum(axis=1)
    rarity = np.log2(customers / np.maximum(buyers, 1)) / np.log2(max(customers, 2))
    novelty = np.where(is_there, rarity[cut], 0.0).sum(axis=1)
    alike = (types[cut][:, :, None] == types[cut][:, None, :]) & is_there[:, :, None] & is_there[:, None, :]
    pairs = length * (length - 1)
    same = alike.sum(axis=(1, 2)) - length
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack([novelty / length, np.where(pairs > 0, 1 - same / pairs, np.nan)])


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
        lows, highs = np.nanpercentile(means, PERCENTILES, axis=0)
        centre = filled.sum(axis=0) / present.sum(axis=0)
        return [Interval(*map(float, ends)) for ends in zip(centre, lows, highs, strict=True)]


def left_out_interval(values: Floats) -> Interval:
    """A figure and its 95 % interval by a delete-a-group jackknife (Kott 2001, Journal of Official Statistics 17).

    Drawing customers with replacement would leave many out, and what fewer are shown is less in any case.

    Args:
        values: the figure, then that without each group

    """
    without = values[1:]
    error = _Z * np.sqrt((len(without) - 1) / len(without) * ((without - without.mean()) ** 2).sum())
    return Interval(float(values[0]), float(values[0] - error), float(values[0] + error))

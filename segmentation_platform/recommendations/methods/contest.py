"""Counting against what was learned, on some past days.

What was learned is judged on a day by numbers that were learned on the others, so that it does not know what it is
asked; counting by the best of its variants, which does. The difference is that of the mean NDCG@10 of the same
customers, with draws of customers (bootstrap); a customer of several days counts once, by the mean of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Generic, Protocol, TypeVar

import numpy as np

from segmentation_platform.contracts.recommendations import METHODS
from segmentation_platform.recommendations.arrays import Floats
from segmentation_platform.recommendations.backtest.metrics import Bootstrap
from segmentation_platform.recommendations.histories import Codes
from segmentation_platform.recommendations.rules import LearningRules

COUNTED, LEARNED, SET = METHODS

_CAUTION: Final = 0.5
"""Standard errors that a gain has to be above, to count for anything."""

W = TypeVar("W")
Asked = TypeVar("Asked", contravariant=True)


class Ranking(Protocol[W]):
    """A list that can be ranked by several numbers, on some past days."""

    @property
    def counting(self) -> Sequence[W]:
        """Counting, in its variants, the usual one first."""

    def on_day(self, day: int, weights: W) -> Floats:
        """NDCG@10 of each of the day's customers; not a number where there is nothing to find."""

    def learned(self, days: Sequence[int]) -> W:
        """The numbers that do best on some of the days."""


class Tried(Protocol[Asked]):
    """A past day on which a list is tried."""

    def ndcg(self, weights: Asked) -> Floats:
        """NDCG@10 of each customer."""


class Grid(Generic[W]):
    """A ranking of so few numbers that all their values are tried.

    Args:
        trials: gives the figures of a day for some numbers
        values: all that is tried, what is usual first
        counting: those among them, or beside them, that are counting, likewise

    """

    def __init__(self, trials: Sequence[Tried[W]], values: Iterable[W], counting: Sequence[W]) -> None:
        self._trials, self._values, self.counting = trials, list(values), counting
        self._found: dict[tuple[int, W], Floats] = {}

    def on_day(self, day: int, weights: W) -> Floats:
        """As of `Ranking`; each is computed once."""
        if (day, weights) not in self._found:
            self._found[day, weights] = self._trials[day].ndcg(weights)
        return self._found[day, weights]

    def learned(self, days: Sequence[int]) -> W:
        """As of `Ranking`."""
        found = [np.concatenate([self.on_day(day, each) for day in days]) for each in self._values]
        return self._values[surest(found)]


@dataclass(frozen=True)
class Comparison:
    """How one way to rank a list does against another.

    Attributes:
        value: mean NDCG@10
        baseline: that of the other
        low: lower end of the interval of the difference, by the certainty asked for
        high: upper end
        chance: of being better
        customers: who were asked about

    """

    value: float
    baseline: float
    low: float
    high: float
    chance: float
    customers: int


@dataclass(frozen=True)
class Incumbent(Generic[W]):
    """What served the night before: by which method, since when, and the numbers."""

    method: str
    since: date
    weights: W


@dataclass(frozen=True)
class Decision(Generic[W]):
    """What ranks a list, since when, why, by which numbers, and the figures behind it."""

    method: str
    since: date
    why: str
    weights: W
    comparison: Comparison | None = None


class Contest:
    """Compares ways to rank on some past days.

    Args:
        customers: ids of those who are asked about on each day
        rules: how certain it has to be, and the draws

    """

    def __init__(self, customers: Sequence[Codes], rules: LearningRules) -> None:
        self._days, self._rules = list(range(len(customers))), rules
        self._who, places = np.unique(np.concatenate(customers), return_inverse=True)
        self._places = places.ravel()

    def decide(self, ranking: Ranking[W], as_of: date, incumbent: Incumbent[W] | None) -> Decision[W]:
        """What is to serve from a day on.

        What was learned earlier stays until it falls behind counting, or surely behind what is learned now.
        """
        variants = [self._values(ranking, each) for each in ranking.counting]
        baseline = max(variants, key=mean)
        learned = self.by_customer([ranking.on_day(day, ranking.learned(self._but(day))) for day in self._days])
        if incumbent is not None and incumbent.method == LEARNED:
            own = self._values(ranking, incumbent.weights)
            against = self._compared(own, baseline)
            if against.chance >= 0.5 and self._compared(learned, own).chance < self._rules.certainty:
                why = self._words("Still better than counting", against)
                return Decision(LEARNED, incumbent.since, why, incumbent.weights, against)
        found = self._compared(learned, baseline)
        if found.chance >= self._rules.certainty:
            why = self._words("Better than counting", found)
            return Decision(LEARNED, as_of, why, ranking.learned(self._days), found)
        why = self._words("Counting serves: what was learned is not surely better", found)
        since = incumbent.since if incumbent is not None and incumbent.method == COUNTED else as_of
        chosen = surest(variants)
        return Decision(COUNTED, since, why, ranking.counting[chosen], self._compared(variants[chosen], baseline))

    def by_customer(self, values: Sequence[Floats]) -> Floats:
        """Of figures of each day's customers the mean of each customer, over the days on which there is one."""
        every = np.concatenate(values)
        asked = ~np.isnan(every)
        size = len(self._who)
        days = np.bincount(self._places[asked], minlength=size)
        sums = np.bincount(self._places[asked], every[asked], size)
        return np.where(days > 0, sums / np.maximum(days, 1), np.nan)

    def _values(self, ranking: Ranking[W], weights: W) -> Floats:
        return self.by_customer([ranking.on_day(day, weights) for day in self._days])

    def _but(self, day: int) -> list[int]:
        return [other for other in self._days if other != day]

    def _compared(self, values: Floats, baseline: Floats) -> Comparison:
        customers = int((~np.isnan(values)).sum())
        if not customers:
            return Comparison(0.0, 0.0, 0.0, 0.0, 0.0, 0)
        deltas = self._draws.means((values - baseline)[:, None])[:, 0]
        low, high = np.nanquantile(deltas, [1 - self._rules.certainty, self._rules.certainty])
        chance = float((deltas > 0).mean())
        return Comparison(mean(values), mean(baseline), float(low), float(high), chance, customers)

    @cached_property
    def _draws(self) -> Bootstrap:
        return Bootstrap(len(self._who), self._rules.draws, self._rules.seed)

    def _words(self, words: str, found: Comparison) -> str:
        return (
            f"{words}: {found.value - found.baseline:+.3f} ({found.low:+.3f} to {found.high:+.3f}) NDCG@10 on "
            f"{len(self._days)} past days, {found.customers:,} customers."
        )


def figures(comparison: Comparison | None) -> Mapping[str, float | int | None]:
    """The columns of `contracts.RecommendationMethods` that say how it compares."""
    if comparison is None:
        return {"ndcg": None, "ndcg_counting": None, "delta_low": None, "delta_high": None, "customers": 0}
    return {
        "ndcg": comparison.value,
        "ndcg_counting": comparison.baseline,
        "delta_low": comparison.low,
        "delta_high": comparison.high,
        "customers": comparison.customers,
    }


def surest(values: Sequence[Floats]) -> int:
    """Which of some ways to rank surely improves most on the first of them: by the mean less half its standard error.

    On a few past days many ways do about as well, and the luckiest one is seldom the best on the next: what is usual
    stays, unless others are clearly better.

    Args:
        values: by way, a figure of each customer; not a number where there is nothing to find

    """
    asked = ~np.isnan(values[0])
    if not asked.any():
        return 0
    gains = np.stack([each[asked] - values[0][asked] for each in values])
    sure = gains.mean(axis=1) - _CAUTION * gains.std(axis=1) / np.sqrt(gains.shape[1])
    return int(np.argmax(np.round(sure, 9)))


def mean(values: Floats) -> float:
    """The mean over customers with something to find; nothing where there are none."""
    return float(np.nanmean(values)) if (~np.isnan(values)).any() else 0.0

"""Counting or what was learned, list by list: no list is ranked in a way that a simple one beats.

On some past days of the ledger both are compared, in the days after. What was learned is judged on a day by numbers
that were learned on the others, so that it does not know what it is asked; counting by the best of its variants,
which does. The difference is that of the mean NDCG@10 of the same customers, with draws of customers (bootstrap).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.contracts.recommendations import CUSTOMER_LISTS, METHODS, RecommendationMethods
from segmentation_platform.recommendations.backtest.training import Opened
from segmentation_platform.recommendations.backtest.windows import BacktestWindow, rolling_windows
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.methods.learning import VALUES, learn_weights
from segmentation_platform.recommendations.methods.trial import Trial, trial_of
from segmentation_platform.recommendations.rules import LearningRules, RecommendationRules
from segmentation_platform.recommendations.weights import COUNTING, ScoreWeights

Floats = npt.NDArray[np.float64]

_COUNTED, _LEARNED, _SET = METHODS
_AGAIN, _NEW = CUSTOMER_LISTS
_TASK: Final = {_AGAIN: "repeat", _NEW: "new"}
_FEWEST: Final = 2
"""Past days without which nothing is learned: what is learned on one has to be judged on another."""

_PARTS: Final[dict[str, tuple[str, ...]]] = {
    _AGAIN: ("frequency_half_life", "repurchase_power", "affinity_owned"),
    _NEW: ("affinity_new", "popularity_half_life"),
}
"""The numbers that rank each list."""

_COUNTING_VARIANTS: Final[dict[str, tuple[ScoreWeights, ...]]] = {
    _AGAIN: tuple(COUNTING.model_copy(update={"frequency_half_life": days}) for days in (30, 60, 120, 240, None)),
    _NEW: tuple(COUNTING.model_copy(update={"popularity_half_life": days}) for days in (7, 14, 30, 90, 365)),
}


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

    @property
    def delta(self) -> float:
        """The difference."""
        return self.value - self.baseline


def is_due(in_force: pd.DataFrame | None, as_of: date, rules: LearningRules) -> bool:
    """Whether methods are to be compared again.

    Args:
        in_force: columns of `contracts.RecommendationMethods`; None before the first time
        as_of: reporting date
        rules: how often

    """
    if in_force is None or in_force.empty:
        return True
    return bool((pd.Timestamp(as_of) - in_force["compared_on"].min()).days >= rules.every_days)


def chosen_weights(methods: pd.DataFrame) -> ScoreWeights:
    """The numbers in the score, from the table of methods."""
    return ScoreWeights.model_validate_json(str(methods["weights"].iloc[0]))


def set_by_owner(weights: ScoreWeights, as_of: date, in_force: pd.DataFrame | None = None) -> pd.DataFrame:
    """The table of methods where nothing is left to be chosen."""
    why = "Set in [recommendations.customers.weights]."
    rows = {name: _Row(_SET, _since(in_force, name, _SET) or as_of, why) for name in _TASK}
    return _table(rows, weights, as_of)


def too_short(reason: str, as_of: date, in_force: pd.DataFrame | None = None) -> pd.DataFrame:
    """The table of methods of a ledger that does not tell yet: counting serves, which is safe."""
    rows = {name: _Row(_COUNTED, _since(in_force, name, _COUNTED) or as_of, reason) for name in _TASK}
    return _table(rows, COUNTING, as_of)


def _since(in_force: pd.DataFrame | None, name: str, method: str) -> date | None:
    """Since when a method has served a list without a break; None if another one did, or none."""
    if in_force is None:
        return None
    served = in_force[(in_force["list"] == name) & (in_force["method"] == method)]["since"]
    return None if served.empty else pd.Timestamp(str(served.iloc[0])).date()


def walk_forward(
    opened: Opened, first_sale: date, as_of: date, rules: RecommendationRules, in_force: pd.DataFrame | None
) -> pd.DataFrame:
    """Compare the ways to rank on past days, and choose.

    Args:
        opened: the ledger as it was known on any day
        first_sale: its first day
        as_of: reporting date
        rules: all settings
        in_force: columns of `contracts.RecommendationMethods`, of the night before; None if there was none

    Returns:
        Columns of `contracts.RecommendationMethods`, one row per list.

    Raises:
        RecommendationError: when the ledger is too short to tell.

    """
    _require_days(first_sale, as_of, rules)
    windows = rolling_windows(first_sale, as_of, rules.backtest.days, rules.learning.origins)
    trials = [trial for window in windows if (trial := _tried(opened, window, rules)) is not None]
    if len(trials) < _FEWEST:
        raise RecommendationError("Counting serves: on past days nobody who was known came again, so nothing tells.")
    return _Choice(trials, as_of, rules.learning, in_force).table()


def _require_days(first_sale: date, as_of: date, rules: RecommendationRules) -> None:
    days, needed = (as_of - first_sale).days, (_FEWEST + 1) * rules.backtest.days
    if rules.learning.origins < _FEWEST:
        raise RecommendationError(
            f"Counting serves: to learn takes [recommendations.learning] origins = {_FEWEST} or more."
        )
    if days < needed:
        raise RecommendationError(
            f"Counting serves: a ledger of {days} days is too short to learn from. It takes {needed} days."
        )


def _tried(opened: Opened, window: BacktestWindow, rules: RecommendationRules) -> Trial | None:
    try:
        return trial_of(opened, window, rules)
    except RecommendationError:
        # A day before which, or after which, nothing was bought says nothing.
        return None


@dataclass(frozen=True)
class _Row:
    method: str
    since: date
    why: str
    comparison: Comparison | None = None


class _Choice:
    """Chooses list by list."""

    def __init__(
        self, trials: Sequence[Trial], as_of: date, rules: LearningRules, in_force: pd.DataFrame | None
    ) -> None:
        self._trials, self._as_of, self._rules = trials, as_of, rules
        self._in_force = in_force
        self._fresh = learn_weights(trials)
        self._by_others = [
            learn_weights([other for other in trials if other is not trial], rounds=1) for trial in trials
        ]

    def table(self) -> pd.DataFrame:
        rows, weights = {}, COUNTING
        for name in _TASK:
            row, own = self._chosen(name)
            rows[name] = row
            weights = weights.model_copy(update={part: getattr(own, part) for part in _PARTS[name]})
            if row.method == _LEARNED:
                trend = {part: getattr(own, part) for part in ("trend_half_life", "trend_evidence")}
                weights = weights.model_copy(update=trend)
        return _table(rows, self._scaled(weights), self._as_of)

    def _chosen(self, name: str) -> tuple[_Row, ScoreWeights]:
        counting = max(_COUNTING_VARIANTS[name], key=lambda each: _mean(self._values(name, each)))
        baseline = self._values(name, counting)
        learned = np.concatenate(
            [trial.ndcg(own, _TASK[name]) for trial, own in zip(self._trials, self._by_others, strict=True)]
        )
        fresh = self._compared(learned, baseline)
        kept = self._kept(name, learned, baseline)
        if kept is not None:
            return kept
        if fresh.chance >= self._rules.certainty:
            row = _Row(_LEARNED, self._as_of, self._words("Better than counting", fresh), fresh)
            return row, self._fresh
        words = self._words("Counting serves: what was learned is not surely better", fresh)
        since = _since(self._in_force, name, _COUNTED) or self._as_of
        return _Row(_COUNTED, since, words, self._compared(baseline, baseline)), counting

    def _kept(self, name: str, learned: Floats, baseline: Floats) -> tuple[_Row, ScoreWeights] | None:
        """What was learned on an earlier night, unless it fell behind counting or behind what is learned now."""
        since = _since(self._in_force, name, _LEARNED)
        if self._in_force is None or since is None:
            return None
        own = chosen_weights(self._in_force)
        values = self._values(name, own)
        against = self._compared(values, baseline)
        if against.chance < 0.5 or self._compared(learned, values).chance >= self._rules.certainty:
            return None
        return _Row(_LEARNED, since, self._words("Still better than counting", against), against), own

    def _scaled(self, weights: ScoreWeights) -> ScoreWeights:
        """With the scale by which both lists merge best."""
        tried = [weights.model_copy(update={"new_scale": scale}) for scale in VALUES["new_scale"]]
        return max(tried, key=lambda each: _mean(self._asked("all", each)))

    def _values(self, name: str, weights: ScoreWeights) -> Floats:
        return self._asked(_TASK[name], weights)

    def _asked(self, task: str, weights: ScoreWeights) -> Floats:
        return np.concatenate([trial.ndcg(weights, task) for trial in self._trials])

    def _compared(self, values: Floats, baseline: Floats) -> Comparison:
        asked = ~np.isnan(values)
        own, other = values[asked], baseline[asked]
        if not len(own):
            return Comparison(0.0, 0.0, 0.0, 0.0, 0.0, 0)
        random = np.random.default_rng(self._rules.seed)
        times = random.multinomial(len(own), np.full(len(own), 1 / len(own)), size=self._rules.draws)
        deltas = times @ (own - other) / len(own)
        low, high = np.quantile(deltas, [1 - self._rules.certainty, self._rules.certainty])
        chance = float((deltas > 0).mean())
        return Comparison(float(own.mean()), float(other.mean()), float(low), float(high), chance, len(own))

    def _words(self, verdict: str, found: Comparison) -> str:
        return (
            f"{verdict}: {found.delta:+.3f} ({found.low:+.3f} to {found.high:+.3f}) NDCG@10 on {len(self._trials)} "
            f"past days, {found.customers:,} lists."
        )


def _mean(values: Floats) -> float:
    """The mean over customers with something to find; nothing where there are none."""
    return float(np.nanmean(values)) if (~np.isnan(values)).any() else 0.0


def _table(rows: Mapping[str, _Row], weights: ScoreWeights, as_of: date) -> pd.DataFrame:
    found = [
        {
            "list": name,
            "method": row.method,
            "since": row.since,
            "compared_on": as_of,
            "why": row.why,
            **_figures(row.comparison),
            "weights": weights.model_dump_json(),
        }
        for name, row in rows.items()
    ]
    frame = pd.DataFrame(found, columns=RecommendationMethods.column_names())
    days = {name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in ("since", "compared_on")}
    return frame.assign(**days).astype(RecommendationMethods.no_rows().dtypes)


def _figures(comparison: Comparison | None) -> dict[str, Any]:
    if comparison is None:
        return {"ndcg": None, "ndcg_counting": None, "delta_low": None, "delta_high": None, "customers": 0}
    return {
        "ndcg": comparison.value,
        "ndcg_counting": comparison.baseline,
        "delta_low": comparison.low,
        "delta_high": comparison.high,
        "customers": comparison.customers,
    }

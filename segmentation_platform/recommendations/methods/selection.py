"""Counting or what was learned, list by list: no list is ranked in a way that a simple one beats.

On some past days of the ledger both are compared, in the days after. What was learned is judged on a day by numbers
that were learned on the others, so that it does not know what it is asked; counting by the best of its variants,
which does. The difference is that of the mean NDCG@10 of the same customers, with draws of customers (bootstrap); a
customer of several days counts once, by the mean of them.

What is new is chosen first, and with it the trend; what is bought again is compared by the trend that will serve.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from segmentation_platform.contracts.recommendations import CUSTOMER_LISTS, METHODS, RecommendationMethods
from segmentation_platform.recommendations.backtest.metrics import Bootstrap, Floats
from segmentation_platform.recommendations.backtest.training import Opened
from segmentation_platform.recommendations.backtest.windows import BacktestWindow, rolling_windows
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.methods.learning import VALUES, learn_weights
from segmentation_platform.recommendations.methods.trial import Trial, mean, trial_of
from segmentation_platform.recommendations.rules import LearningRules, RecommendationRules
from segmentation_platform.recommendations.weights import COUNTING, ScoreWeights

_COUNTED, _LEARNED, _SET = METHODS
_AGAIN, _NEW = CUSTOMER_LISTS
_TASK: Final = {_NEW: "new", _AGAIN: "repeat"}
"""What each list is asked, in the order in which they are chosen."""
_FEWEST: Final = 2
"""Past days without which nothing is learned: what is learned on one has to be judged on another."""

_PARTS: Final[dict[str, tuple[str, ...]]] = {
    _NEW: ("affinity_new", "popularity_half_life", "trend_half_life", "trend_evidence"),
    _AGAIN: ("frequency_half_life", "repurchase_power", "affinity_owned"),
}
"""The numbers that each list decides."""

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


def is_due(in_force: pd.DataFrame, as_of: date, rules: LearningRules) -> bool:
    """Whether methods are to be compared again.

    Args:
        in_force: columns of `contracts.RecommendationMethods`, of the night before; no rows if there was none
        as_of: reporting date
        rules: how often; where they forbid to learn, what was learned goes at once

    """
    if in_force.empty or in_force["compared_on"].isna().any() or rules.origins < _FEWEST:
        return True
    return bool((pd.Timestamp(as_of) - in_force["compared_on"].min()).days >= rules.every_days)


def chosen_weights(methods: pd.DataFrame) -> ScoreWeights:
    """The numbers in the score, from the table of methods.

    Raises:
        RecommendationError: when the table was not made yet.

    """
    if methods.empty:
        raise RecommendationError(
            "Nothing says yet which way to rank serves the lists. Materialize recommendation_methods first."
        )
    return ScoreWeights.model_validate_json(str(methods["weights"].iloc[0]))


def set_by_owner(weights: ScoreWeights, as_of: date, in_force: pd.DataFrame) -> pd.DataFrame:
    """The table of methods where nothing is left to be chosen."""
    is_other = in_force.empty or chosen_weights(in_force) != weights
    why = "Set in [recommendations.customers.weights]."
    rows = {
        name: _Row(_SET, as_of if is_other else _since(in_force, name, _SET) or as_of, why) for name in CUSTOMER_LISTS
    }
    return _table(rows, weights, None)


def counted(reason: str, as_of: date, in_force: pd.DataFrame) -> pd.DataFrame:
    """The table of methods of a ledger that does not tell yet: counting serves, which is safe."""
    rows = {name: _Row(_COUNTED, _since(in_force, name, _COUNTED) or as_of, reason) for name in CUSTOMER_LISTS}
    return _table(rows, COUNTING, None)


def _since(in_force: pd.DataFrame, name: str, method: str) -> date | None:
    """Since when a method has served a list without a break; None if another one did, or none."""
    served = in_force[(in_force["list"] == name) & (in_force["method"] == method)]["since"]
    return None if served.empty else pd.Timestamp(str(served.iloc[0])).date()


def walk_forward(
    opened: Opened, first_sale: date, as_of: date, rules: RecommendationRules, in_force: pd.DataFrame
) -> pd.DataFrame:
    """Compare the ways to rank on past days, and choose.

    Args:
        opened: the ledger as it was known on any day
        first_sale: its first day
        as_of: reporting date
        rules: all settings
        in_force: columns of `contracts.RecommendationMethods`, of the night before; no rows if there was none

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
    return choose(trials, as_of, rules.learning, in_force)


def choose(trials: Sequence[Trial], as_of: date, rules: LearningRules, in_force: pd.DataFrame) -> pd.DataFrame:
    """Choose what ranks each list by some past days; arguments and table as of `walk_forward`."""
    choice = _Choice(trials, rules, in_force)
    rows: dict[str, _Row] = {}
    serving = COUNTING
    for name in _TASK:
        rows[name], own = choice.of(name, serving, as_of)
        serving = serving.model_copy(update={part: getattr(own, part) for part in _PARTS[name]})
    return _table(rows, choice.scaled(serving), as_of)


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
    """Compares the ways to rank a list on some past days."""

    def __init__(self, trials: Sequence[Trial], rules: LearningRules, in_force: pd.DataFrame) -> None:
        self._trials, self._rules, self._in_force = trials, rules, in_force
        self._customers, who = np.unique(np.concatenate([trial.customers for trial in trials]), return_inverse=True)
        self._who = who.ravel()
        self._draws = Bootstrap(len(self._customers), rules.draws, rules.seed)
        self._fresh = learn_weights(trials)
        self._by_others = [
            learn_weights([other for other in trials if other is not trial], rounds=1) for trial in trials
        ]

    def of(self, name: str, serving: ScoreWeights, as_of: date) -> tuple["_Row", ScoreWeights]:
        """What ranks a list, and by which numbers, beside those that serve already."""
        variants = [self._beside(serving, name, each) for each in _COUNTING_VARIANTS[name]]
        counting = max(variants, key=lambda each: mean(self._values(_TASK[name], each)))
        baseline = self._values(_TASK[name], counting)
        by_others = [self._beside(serving, name, each) for each in self._by_others]
        learned = self._by_customer(
            [trial.ndcg(own, _TASK[name]) for trial, own in zip(self._trials, by_others, strict=True)]
        )
        kept = self._kept(name, serving, learned, baseline)
        if kept is not None:
            return kept
        fresh = self._compared(learned, baseline)
        if fresh.chance >= self._rules.certainty:
            row = _Row(_LEARNED, as_of, self._words("Better than counting", fresh), fresh)
            return row, self._beside(serving, name, self._fresh)
        words = self._words("Counting serves: what was learned is not surely better", fresh)
        since = _since(self._in_force, name, _COUNTED) or as_of
        return _Row(_COUNTED, since, words, self._compared(baseline, baseline)), counting

    def scaled(self, weights: ScoreWeights) -> ScoreWeights:
        """With the scale by which both lists merge best."""
        tried = [weights.model_copy(update={"new_scale": scale}) for scale in VALUES["new_scale"]]
        return max(tried, key=lambda each: mean(self._values("all", each)))

    def _kept(
        self, name: str, serving: ScoreWeights, learned: Floats, baseline: Floats
    ) -> tuple["_Row", ScoreWeights] | None:
        """What was learned on an earlier night, unless it fell behind counting or behind what is learned now."""
        since = _since(self._in_force, name, _LEARNED)
        if since is None:
            return None
        own = self._beside(serving, name, chosen_weights(self._in_force))
        values = self._values(_TASK[name], own)
        against = self._compared(values, baseline)
        if against.chance < 0.5 or self._compared(learned, values).chance >= self._rules.certainty:
            return None
        return _Row(_LEARNED, since, self._words("Still better than counting", against), against), own

    @staticmethod
    def _beside(serving: ScoreWeights, name: str, weights: ScoreWeights) -> ScoreWeights:
        """The numbers that a list decides, beside those that serve already."""
        return serving.model_copy(update={part: getattr(weights, part) for part in _PARTS[name]})

    def _values(self, task: str, weights: ScoreWeights) -> Floats:
        return self._by_customer([trial.ndcg(weights, task) for trial in self._trials])

    def _by_customer(self, values: Sequence[Floats]) -> Floats:
        """The mean of each customer over the days on which there was something to find."""
        every = np.concatenate(values)
        asked = ~np.isnan(every)
        size = len(self._customers)
        days = np.bincount(self._who[asked], minlength=size)
        sums = np.bincount(self._who[asked], every[asked], size)
        return np.where(days > 0, sums / np.maximum(days, 1), np.nan)

    def _compared(self, values: Floats, baseline: Floats) -> Comparison:
        customers = int((~np.isnan(values)).sum())
        if not customers:
            return Comparison(0.0, 0.0, 0.0, 0.0, 0.0, 0)
        deltas = self._draws.means((values - baseline)[:, None])[:, 0]
        low, high = np.nanquantile(deltas, [1 - self._rules.certainty, self._rules.certainty])
        chance = float((deltas > 0).mean())
        return Comparison(mean(values), mean(baseline), float(low), float(high), chance, customers)

    def _words(self, verdict: str, found: Comparison) -> str:
        return (
            f"{verdict}: {found.value - found.baseline:+.3f} ({found.low:+.3f} to {found.high:+.3f}) NDCG@10 on "
            f"{len(self._trials)} past days, {found.customers:,} customers."
        )


def _table(rows: Mapping[str, _Row], weights: ScoreWeights, compared_on: date | None) -> pd.DataFrame:
    found = [
        {
            "list": name,
            "method": row.method,
            "since": row.since,
            "compared_on": compared_on,
            "why": row.why,
            **_figures(row.comparison),
            "weights": weights.model_dump_json(),
        }
        for name, row in sorted(rows.items())
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

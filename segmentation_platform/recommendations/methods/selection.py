"""Which way to rank serves each list: what its owner has set, else what won on past days, else counting.

Of the customers' lists what is new is chosen first, and with it the trend; what is bought again is compared by the
trend that will serve. Segment lists and similar items are chosen for themselves.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import product
from typing import Final

import pandas as pd

from segmentation_platform.contracts.recommendations import RANKED_LISTS
from segmentation_platform.recommendations.arrays import Floats
from segmentation_platform.recommendations.backtest.training import PastLedger
from segmentation_platform.recommendations.backtest.windows import BacktestWindow, rolling_windows
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.methods.contest import Contest, Decision, Grid, mean
from segmentation_platform.recommendations.methods.customer_trial import CustomerTrial, customer_trial
from segmentation_platform.recommendations.methods.learning import POPULARITY_ALONE, VALUES, learn_weights
from segmentation_platform.recommendations.methods.past_day import PastDay, past_day
from segmentation_platform.recommendations.methods.segment_trial import SegmentTrial, segment_trial
from segmentation_platform.recommendations.methods.similarity_trial import SimilarityTrial, similarity_trial
from segmentation_platform.recommendations.methods.table import (
    BUY_AGAIN,
    NEW_TO_YOU,
    SEGMENTS,
    SIMILAR,
    Decisions,
    counted_decision,
    incumbent,
    set_decisions,
    table,
)
from segmentation_platform.recommendations.rules import FEWEST_ORIGINS, LearningRules, RecommendationRules
from segmentation_platform.recommendations.weights import COUNTING, CellWeights, ScoreWeights, SimilarityWeights
from segmentation_platform.segments.errors import SegmentationError

_TASK: Final = {NEW_TO_YOU: "new", BUY_AGAIN: "repeat"}
"""What each of the customers' lists is asked, in the order in which they are chosen."""
_PARTS: Final[dict[str, tuple[str, ...]]] = {
    NEW_TO_YOU: ("affinity_new", "popularity_half_life", "trend_half_life", "trend_evidence"),
    BUY_AGAIN: ("frequency_half_life", "repurchase_power", "affinity_owned", "popularity_owned", "owned_half_life"),
}
"""The numbers that each of them decides."""
_COUNTING: Final[dict[str, tuple[ScoreWeights, ...]]] = {
    BUY_AGAIN: (
        *(COUNTING.model_copy(update={"frequency_half_life": days}) for days in (120, 30, 60, 240, None)),
        # What sells, of what the customer has bought.
        *(
            COUNTING.model_copy(update={"popularity_owned": POPULARITY_ALONE, "owned_half_life": days})
            for days in (7, 30, 365)
        ),
    ),
    NEW_TO_YOU: tuple(COUNTING.model_copy(update={"popularity_half_life": days}) for days in (14, 7, 30, 90, 365)),
}
_OF_EVERYBODY: Final = tuple(CellWeights(half_life=days) for days in (14, 7, 30, 90, 365))
_OF_CELLS: Final = tuple(
    CellWeights(half_life=days, shrinkage=drawn)
    for days, drawn in product((14, 7, 30, 90, 365), (500.0, 100.0, 2000.0, 10_000.0))
)
_IN_BASKETS: Final = (SimilarityWeights(),)
_OF_PAIRS: Final = tuple(
    SimilarityWeights(popularity_penalty=penalty, shrinkage=shrinkage)
    for penalty, shrinkage in product((0.0, 0.15, 0.3, 0.5), (0.0, 20.0, 100.0))
)


def walk_forward(
    past: PastLedger, first_sale: date, as_of: date, rules: RecommendationRules, in_force: pd.DataFrame
) -> pd.DataFrame:
    """Compare the ways to rank on past days, and choose.

    Args:
        past: the ledger as it was known on any day
        first_sale: its first day
        as_of: reporting date
        rules: all settings; what they set is not compared
        in_force: columns of `contracts.RecommendationMethods`, of the night before; no rows if there was none

    Returns:
        Columns of `contracts.RecommendationMethods`, one row per list.

    Raises:
        RecommendationError: when the ledger is too short to tell.

    """
    owned = set_decisions(rules, as_of, in_force)
    if set(owned) == set(RANKED_LISTS):
        return table(owned, None)
    _require_days(first_sale, as_of, rules)
    windows = rolling_windows(first_sale, as_of, rules.backtest.days, rules.learning.origins)
    days = _opened(past, windows, rules)
    found: Decisions = {}
    if rules.customers.weights is None:
        found |= choose([customer_trial(day, rules) for day in days], as_of, rules.learning, in_force)
    if rules.cells is None:
        found |= choose_for_segments([segment_trial(day, rules) for day in days], as_of, rules.learning, in_force)
    if rules.similar.weights is None:
        baskets = [trial for day in days if (trial := similarity_trial(day, rules)) is not None]
        found |= choose_for_similar(baskets, as_of, rules.learning, in_force)
    return table(found | owned, as_of)


def choose(trials: Sequence[CustomerTrial], as_of: date, rules: LearningRules, in_force: pd.DataFrame) -> Decisions:
    """Choose what ranks the customers' lists by some past days; arguments as of `walk_forward`."""
    contest = Contest([trial.customers for trial in trials], rules)
    learned = _Learned(trials)
    found: dict[str, Decision[ScoreWeights]] = {}
    serving = COUNTING
    for name in _TASK:
        found[name] = contest.decide(
            _CustomerList(name, learned, serving), as_of, incumbent(in_force, name, ScoreWeights)
        )
        serving = _beside(serving, name, found[name].weights)
    scaled = _scaled(contest, trials, serving)
    return {name: replace(own, weights=scaled) for name, own in found.items()}


def choose_for_segments(
    trials: Sequence[SegmentTrial], as_of: date, rules: LearningRules, in_force: pd.DataFrame
) -> Decisions:
    """Choose what ranks the segments' popular lists; arguments as of `walk_forward`."""
    contest = Contest([trial.customers for trial in trials], rules)
    ranking = Grid(trials, _OF_CELLS, _OF_EVERYBODY)
    return {SEGMENTS: contest.decide(ranking, as_of, incumbent(in_force, SEGMENTS, CellWeights))}


def choose_for_similar(
    trials: Sequence[SimilarityTrial], as_of: date, rules: LearningRules, in_force: pd.DataFrame
) -> Decisions:
    """Choose what ranks similar items; arguments as of `walk_forward`."""
    if len(trials) < FEWEST_ORIGINS:
        why = "Counting serves: on past days no basket held two products, so nothing tells."
        return {SIMILAR: counted_decision(SIMILAR, why, as_of, in_force)}
    contest = Contest([trial.buyers for trial in trials], rules)
    ranking = Grid(trials, _OF_PAIRS, _IN_BASKETS)
    return {SIMILAR: contest.decide(ranking, as_of, incumbent(in_force, SIMILAR, SimilarityWeights))}


def _require_days(first_sale: date, as_of: date, rules: RecommendationRules) -> None:
    days, needed = (as_of - first_sale).days, (FEWEST_ORIGINS + 1) * rules.backtest.days
    if not rules.learning.may_learn:
        raise RecommendationError(
            f"Counting serves: to learn takes [recommendations.learning] origins = {FEWEST_ORIGINS} or more."
        )
    if days < needed:
        raise RecommendationError(
            f"Counting serves: a ledger of {days} days is too short to learn from. It takes {needed} days."
        )


def _opened(past: PastLedger, windows: Sequence[BacktestWindow], rules: RecommendationRules) -> list[PastDay]:
    """The past days that tell something; one before or after which too little was bought does not.

    Raises:
        RecommendationError: when too few do; it says why.

    """
    days: list[PastDay] = []
    why = ""
    for window in windows:
        try:
            days.append(past_day(past, window, rules))
        except (RecommendationError, SegmentationError) as error:
            why = str(error)
    if len(days) < FEWEST_ORIGINS:
        raise RecommendationError(f"Counting serves: {len(days)} of {len(windows)} past days tell something. {why}")
    return days


class _Learned:
    """What was learned on all days but one, and on all: for both lists of the customers at once."""

    def __init__(self, trials: Sequence[CustomerTrial]) -> None:
        self.trials = trials
        self._found: dict[tuple[int, ...], ScoreWeights] = {}

    def on(self, days: Sequence[int]) -> ScoreWeights:
        key = tuple(days)
        if key not in self._found:
            # What is only for judging is searched less thoroughly than what is to serve.
            rounds = 2 if len(key) == len(self.trials) else 1
            self._found[key] = learn_weights([self.trials[day] for day in key], rounds)
        return self._found[key]


class _CustomerList:
    """One list of the customers, ranked beside what serves already."""

    def __init__(self, name: str, learned: _Learned, serving: ScoreWeights) -> None:
        self._name, self._learned, self._serving = name, learned, serving

    @cached_property
    def counting(self) -> list[ScoreWeights]:
        return [_beside(self._serving, self._name, each) for each in _COUNTING[self._name]]

    def on_day(self, day: int, weights: ScoreWeights) -> Floats:
        own = _beside(self._serving, self._name, weights)
        return self._learned.trials[day].ndcg(own, _TASK[self._name])

    def learned(self, days: Sequence[int]) -> ScoreWeights:
        return _beside(self._serving, self._name, self._learned.on(days))


def _scaled(contest: Contest, trials: Sequence[CustomerTrial], weights: ScoreWeights) -> ScoreWeights:
    """With the scale by which both lists merge best."""
    scales = [weights.model_copy(update={"new_scale": scale}) for scale in VALUES["new_scale"]]
    return max(scales, key=lambda each: mean(contest.by_customer([trial.ndcg(each, "all") for trial in trials])))


def _beside(serving: ScoreWeights, name: str, weights: ScoreWeights) -> ScoreWeights:
    """The numbers that a list decides, beside those that serve already."""
    return serving.model_copy(update={part: getattr(weights, part) for part in _PARTS[name]})

"""The numbers in the score that did best on past days: one after the other is moved to its best value.

Coordinate search over few values each (Wright 2015, Coordinate descent algorithms, Mathematical Programming 151): the
numbers are few and each has an order of magnitude rather than a value, so that a fine search would fit noise.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from segmentation_platform.recommendations.methods.contest import surest
from segmentation_platform.recommendations.methods.customer_trial import CustomerTrial
from segmentation_platform.recommendations.weights import ScoreWeights

POPULARITY_ALONE: Final = 10_000.0
"""Beside so much of it the own orders count for nothing."""

VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "trend_evidence": (0.3, 1.0, 3.0, 10.0, 30.0, None),
    "trend_half_life": (3, 5, 7, 14, 30),
    "affinity_new": (0.0, 0.1, 0.2, 0.4, 0.65, 0.9, 1.0),
    "popularity_half_life": (3, 7, 14, 30, 90, 365),
    "repurchase_power": (0.0, 0.5, 1.0),
    "frequency_half_life": (30, 60, 120, 240, None),
    "affinity_owned": (0.0, 0.05, 0.1, 0.2, 0.4, 0.8),
    "popularity_owned": (0.0, 1.0, 10.0, 100.0, POPULARITY_ALONE),
    "owned_half_life": (3, 7, 14, 30, 90),
    "new_scale": (0.01, 0.1, 0.2, 0.3, 0.5, 0.9, 1.5, 5.0, 50.0, 500.0, 10_000.0),
}
"""What is tried for each number."""

TOLD_BY: Final[dict[str, tuple[str, ...]]] = {
    "new": ("trend_evidence", "trend_half_life", "affinity_new", "popularity_half_life"),
    "all": (
        "new_scale",
        "repurchase_power",
        "frequency_half_life",
        "affinity_owned",
        "popularity_owned",
        "owned_half_life",
    ),
}
"""By which task each number is moved: what ranks new products by those alone, then the rest by both lists merged."""

START: Final = ScoreWeights(
    frequency_half_life=120,
    repurchase_power=0.5,
    affinity_owned=0.2,
    affinity_new=0.65,
    popularity_half_life=14,
    trend_half_life=7,
    trend_evidence=10.0,
    new_scale=0.5,
)
"""Where the search begins: a little of everything."""


def learn_weights(trials: Sequence[CustomerTrial], rounds: int = 2) -> ScoreWeights:
    """Search the numbers of the score that do best on some past days.

    Args:
        trials: the days, at least one
        rounds: how many times each number is moved; fewer if nothing moves any more

    """
    found = START
    for task, names in TOLD_BY.items():
        for _ in range(rounds):
            before = found
            for name in names:
                found = _moved(trials, found, name, task)
            if found == before:
                break
    return found


def _moved(trials: Sequence[CustomerTrial], weights: ScoreWeights, name: str, task: str) -> ScoreWeights:
    """The same with the value of one number that does surely best, or as it is."""
    tried = [weights.model_copy(update={name: value}) for value in VALUES[name]]
    found = [np.concatenate([trial.ndcg(each, task) for trial in trials]) for each in (weights, *tried)]
    return (weights, *tried)[surest(found)]

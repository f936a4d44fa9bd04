"""What is compared: the platform's lists, their parts, and the baselines that they must beat.

A model takes what was known before the origin and some customers, and gives scores of shape (customers, products),
the products in the order of `Known.demand` (most bought first, then by code), so that ties break that way.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.arrays import Matrix
from segmentation_platform.recommendations.backtest.metrics import CUTS
from segmentation_platform.recommendations.backtest.training import TrainingData
from segmentation_platform.recommendations.customer_lists import new_picks
from segmentation_platform.recommendations.ease import affinity
from segmentation_platform.recommendations.histories import Codes
from segmentation_platform.recommendations.ranker import profiles
from segmentation_platform.recommendations.weights import COUNTING

_RECENT_DAYS: Final = 7
_LEAST_OWN: Final = 1e-4

Model: TypeAlias = Callable[[TrainingData, Codes], Matrix]


def customer_lists(training: TrainingData, customers: Codes) -> Matrix:
    """Both lists of a customer, merged by score."""
    return np.maximum(buy_again(training, customers), new_to_you(training, customers))


def buy_again(training: TrainingData, customers: Codes) -> Matrix:
    """The list buy_again alone."""
    scores = training.scored(customers)
    return np.where(scores.owned, scores.values, -np.inf)


def new_to_you(training: TrainingData, customers: Codes) -> Matrix:
    """The list new_to_you alone."""
    scores = training.scored(customers)
    picks = new_picks(training.artifacts, np.where(scores.owned, -np.inf, scores.values), max(CUTS))
    found = np.full(scores.values.shape, -np.inf, np.float32)
    found[picks.rows, picks.columns] = picks.values
    return found


def segment_lists(training: TrainingData, customers: Codes) -> Matrix:
    """The popular list of the narrowest cell that a customer is in; taste counts before region."""
    nothing = np.zeros(len(training.demand), np.float32)
    found = np.tile(nothing, (len(customers), 1))
    for row, (segment, region, taste) in enumerate(_cells(training, customers)):
        tried = (
            (segment, region, taste),
            (segment, EVERYWHERE, taste),
            (segment, region, EVERYWHERE),
            (segment, EVERYWHERE, EVERYWHERE),
        )
        found[row] = next((training.cells[key] for key in tried if key in training.cells), nothing)
    return found


def _cells(training: TrainingData, customers: Codes) -> Any:
    people = training.people.reindex(customers)
    return people[["segment_id", "region", "taste"]].itertuples(index=False, name=None)


def personal_frequency(training: TrainingData, customers: Codes) -> Matrix:
    """How many times the customer bought it."""
    frequency: Matrix = training.owned(customers).orders.toarray()
    return frequency


def counting(training: TrainingData, customers: Codes) -> Matrix:
    """Counting, of what is still sold: how often and how lately the customer bought it, then what is popular."""
    own: Matrix = training.how_often(COUNTING.frequency, customers).toarray()
    shares = training.recent_by_product(COUNTING.popularity_half_life)
    # Less than any purchase of the customer's own counts.
    scores: Matrix = own + np.asarray(shares / max(shares.max(), 1e-9) * _LEAST_OWN, np.float32)
    scores[:, ~training.ranker.is_offered] = -np.inf
    return scores


def ease(training: TrainingData, customers: Codes) -> Matrix:
    """EASE alone."""
    return affinity(training.ranker.weights, profiles(training.owned(customers)))


def ease_trend(training: TrainingData, customers: Codes) -> Matrix:
    """EASE times trend."""
    return ease(training, customers) * np.asarray(training.demand["trend"], np.float32)


def global_popularity(training: TrainingData, customers: Codes) -> Matrix:
    """Customers who bought it."""
    return _same_for_all(training.demand["customers"], customers)


def recent_popularity(training: TrainingData, customers: Codes) -> Matrix:
    """Orders, each weighted by its age."""
    return _same_for_all(training.recent_by_product(_RECENT_DAYS), customers)


def replaced_system(training: TrainingData, customers: Codes) -> Matrix:
    """Units sold in the customer's segment: the method of the system that this one replaces."""
    mine = training.people["segment_id"].reindex(customers)
    # Who kept nothing has no segment: to them all is equal, and popularity breaks the tie.
    return np.asarray(training.units.reindex(columns=mine).fillna(0.0), np.float32).T


def _same_for_all(values: pd.Series, customers: Codes) -> Matrix:
    return np.tile(values.to_numpy(np.float32), (len(customers), 1))


MODELS: dict[str, Model] = {
    model.__name__: model
    for model in (
        customer_lists,
        buy_again,
        new_to_you,
        segment_lists,
        personal_frequency,
        counting,
        ease,
        ease_trend,
        global_popularity,
        recent_popularity,
        replaced_system,
    )
}
"""What is judged every night, by name."""

BASELINES = (
    global_popularity.__name__,
    recent_popularity.__name__,
    counting.__name__,
    replaced_system.__name__,
)
"""What every model is compared with."""

"""What is compared: the platform's lists, their parts, and the baselines that they must beat.

A model takes what was known before the origin and some customers, and gives scores of shape (customers, products),
the products in the order of `Known.demand` (most bought first, then by code), so that ties break that way.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from segmentation_platform.recommendations.backtest.known import Known
from segmentation_platform.recommendations.ease import affinity
from segmentation_platform.recommendations.histories import Codes
from segmentation_platform.recommendations.ranker import Matrix, profiles
from segmentation_platform.recommendations.sales import ALL

Model: TypeAlias = Callable[[Known, Codes], Matrix]


def customer_lists(known: Known, customers: Codes) -> Matrix:
    """Both lists of a customer, merged by score."""
    return known.scored(customers).values


def buy_again(known: Known, customers: Codes) -> Matrix:
    """The list buy_again alone."""
    scores = known.scored(customers)
    return np.where(scores.owned, scores.values, -np.inf)


def new_to_you(known: Known, customers: Codes) -> Matrix:
    """The list new_to_you alone."""
    scores = known.scored(customers)
    return np.where(scores.owned, -np.inf, scores.values)


def segment_lists(known: Known, customers: Codes) -> Matrix:
    """The popular list of the narrowest cell that a customer is in; taste counts before region."""
    nothing = np.zeros(len(known.demand), np.float32)
    found = np.tile(nothing, (len(customers), 1))
    for row, (segment, region, taste) in enumerate(_cells(known, customers)):
        tried = ((segment, region, taste), (segment, ALL, taste), (segment, region, ALL), (segment, ALL, ALL))
        found[row] = next((known.cells[key] for key in tried if key in known.cells), nothing)
    return found


def _cells(known: Known, customers: Codes) -> Any:
    people = known.people.reindex(customers)
    return people[["segment_id", "region", "taste"]].itertuples(index=False, name=None)


def personal_frequency(known: Known, customers: Codes) -> Matrix:
    """How many times the customer bought it."""
    frequency: Matrix = known.owned(customers).orders.toarray()
    return frequency


def ease(known: Known, customers: Codes) -> Matrix:
    """EASE alone."""
    return affinity(known.ranker.weights, profiles(known.owned(customers)))


def ease_trend(known: Known, customers: Codes) -> Matrix:
    """EASE times trend."""
    return ease(known, customers) * np.asarray(known.demand["trend"], np.float32)


def global_popularity(known: Known, customers: Codes) -> Matrix:
    """Customers who bought it."""
    return _same_for_all(known.demand["customers"], customers)


def recent_popularity(known: Known, customers: Codes) -> Matrix:
    """Orders, each weighted by its age."""
    return _same_for_all(known.demand["recent"], customers)


def replaced_system(known: Known, customers: Codes) -> Matrix:
    """Units sold in the customer's segment: the method of the system that this one replaces."""
    mine = known.people["segment_id"].reindex(customers)
    # Who kept nothing has no segment: to them all is equal, and popularity breaks the tie.
    return np.asarray(known.units.reindex(columns=mine).fillna(0.0), np.float32).T


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
        ease,
        ease_trend,
        global_popularity,
        recent_popularity,
        replaced_system,
    )
}
"""What is judged every night, by name."""

BASELINES = (global_popularity.__name__, recent_popularity.__name__, replaced_system.__name__)
"""What every model is compared with."""

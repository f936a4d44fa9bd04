"""What segments are called, in words and colours that follow the place of a segment among all customers.

The place is the mean percentile rank of its customers in recency, frequency and monetary value (1 is best), so
the same shape gets the same name in another shop, in another currency. Segments are matched to the archetypes
below at the least total distance (Kuhn 1955, The Hungarian method), so that no two share a name.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist


@dataclass(frozen=True)
class Archetype:
    """A kind of customers.

    Attributes:
        name: as shown everywhere
        habits: what they do, to begin a sentence with
        color: the same in every chart, as #rrggbb; a test holds that colour-blind readers tell all of them apart
        place: typical percentile of recency (1 = bought last), frequency and monetary value

    """

    name: str
    habits: str
    color: str
    place: tuple[float, float, float]


ARCHETYPES = (
    Archetype("Champions", "Bought often, lately, and for the most money", "#3f77d0", (0.82, 0.88, 0.87)),
    Archetype("Loyal", "Buy regularly and spend well", "#144d4a", (0.86, 0.78, 0.75)),
    Archetype("Loyal, pausing", "Used to buy regularly, quiet for a while", "#520097", (0.52, 0.77, 0.78)),
    Archetype("Active, growing", "Bought lately, and more than once", "#7fcbaa", (0.78, 0.60, 0.54)),
    Archetype("Regulars", "In the middle in every respect", "#030024", (0.52, 0.55, 0.54)),
    Archetype("At risk, valuable", "Bought more than once for good money, not lately", "#bf6205", (0.36, 0.60, 0.61)),
    Archetype("Slipping away", "Bought a few times, and not for months", "#f9ae26", (0.26, 0.50, 0.46)),
    Archetype("Recent one-timers", "Bought once or twice not long ago", "#c6b3de", (0.60, 0.23, 0.24)),
    Archetype("Lapsed, one large order", "One larger order long ago", "#770000", (0.19, 0.17, 0.41)),
    Archetype("Hibernating", "Bought little, long ago", "#8a7a84", (0.15, 0.20, 0.16)),
)


def places(customers: pd.DataFrame, segment_id: pd.Series) -> pd.DataFrame:
    """The mean percentile rank of each segment's customers.

    Returns:
        Columns recency_days (1 = bought last), frequency, monetary; one row per segment id, in order.

    """
    ranks = customers[["recency_days", "frequency", "monetary"]].rank(pct=True)
    ranks["recency_days"] = 1 - ranks["recency_days"]
    return ranks.groupby(segment_id).mean().sort_index()


def name_segments(place: pd.DataFrame, taken: Collection[str] = ()) -> dict[int, str]:
    """Match segments to archetypes by their `places`.

    Args:
        place: one row per segment
        taken: names of archetypes that other segments have already

    Returns:
        The name of an archetype for every index of `place`; beyond the archetypes that are free, that of the nearest.

    """
    free = [kind for kind in ARCHETYPES if kind.name not in taken]
    names = {int(index): _nearest(row) for index, row in zip(place.index, place.to_numpy(), strict=True)}
    if free and len(place):
        rows, columns = linear_sum_assignment(cdist(place.to_numpy(), np.array([kind.place for kind in free])))
        names |= {int(place.index[row]): free[column].name for row, column in zip(rows, columns, strict=True)}
    return names


def _nearest(place: "np.typing.NDArray[np.float64]") -> str:
    distances = cdist(place[None, :], np.array([kind.place for kind in ARCHETYPES]))
    return ARCHETYPES[int(distances.argmin())].name


def archetype(kind: str) -> Archetype:
    """The archetype of a name."""
    return next(archetype for archetype in ARCHETYPES if archetype.name == kind)


def describe(kind: Archetype, customer_share: float, revenue_share: float) -> str:
    """The segment in one sentence."""
    return f"{kind.habits}; {customer_share:.0%} of customers bring {revenue_share:.0%} of revenue."

"""Segments keep number and name as long as their customers stay together.

A new model's segments are matched to those of the model before by the customers they share, at the most shared
customers in all (Kuhn 1955, The Hungarian method).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from segmentation_platform.segments.model import Segment, SegmentModel
from segmentation_platform.segments.names import name_segments, places

_SAME = 0.5


@dataclass(frozen=True)
class Naming:
    """What new segments may be called.

    Attributes:
        next_id: the lowest number that no segment of this ledger ever had
        region: whose segments they are; empty for those of all customers

    """

    next_id: int
    region: str = ""


def name_first(model: SegmentModel, customers: pd.DataFrame, naming: Naming) -> SegmentModel:
    """Number and name the segments of a first model, by their places among the customers."""
    return _named(model, customers, {}, naming)


def match_segments(
    model: SegmentModel, before: SegmentModel, customers: pd.DataFrame, naming: Naming
) -> SegmentModel:
    """Give the segments of a new model the numbers and names of those whose customers they took over.

    Segments of a model with another k can have been split or merged: those that share less than half of their
    customers (Jaccard) with the one that they are matched to are new, with a number and a name of their own.

    Args:
        model: the new one
        before: the one in force until now
        customers: has the columns of `model.FEATURES`
        naming: for segments that are new

    """
    old, new = (fitted.positions(customers) for fitted in (before, model))
    shared = np.zeros((model.k, before.k))
    np.add.at(shared, (new, old), 1)
    rows, columns = linear_sum_assignment(-shared)
    union = shared.sum(axis=1)[rows] + shared.sum(axis=0)[columns] - shared[rows, columns]
    jaccard = np.divide(shared[rows, columns], union, out=np.zeros(len(rows)), where=union > 0)
    is_same = (jaccard >= _SAME) | (model.k == before.k)
    kept = {
        int(row): before.segments[column] for row, column, same in zip(rows, columns, is_same, strict=True) if same
    }
    return _named(model, customers, kept, naming)


def _named(model: SegmentModel, customers: pd.DataFrame, kept: dict[int, Segment], naming: Naming) -> SegmentModel:
    positions = pd.Series(model.positions(customers), index=customers.index)
    place = places(customers, positions).reindex(range(model.k)).fillna(0.5)
    fresh = [position for position in range(model.k) if position not in kept]
    kinds = name_segments(place.loc[fresh], taken={segment.kind for segment in kept.values()})
    numbers = dict(zip(fresh, range(naming.next_id, naming.next_id + len(fresh)), strict=True))
    names = _unique_names([kinds[position] for position in fresh], kept.values(), naming.region)
    made = {
        position: Segment(numbers[position], name, kinds[position])
        for position, name in zip(fresh, names, strict=True)
    }
    return model.known_as(tuple((kept | made)[position] for position in range(model.k)))


def _unique_names(kinds: Sequence[str], kept: Iterable[Segment], region: str) -> list[str]:
    """The kinds as names; a kind that is there more than once is counted."""
    taken = {segment.name for segment in kept}
    names: list[str] = []
    for kind in kinds:
        plain = f"{kind} · {region}" if region else kind
        name, count = plain, 2
        while name in taken:
            name, count = f"{plain} {count}", count + 1
        taken.add(name)
        names.append(name)
    return names

"""Customers of planted kinds, and models on numbers as they are, for tests of segments."""

from functools import cache

import numpy as np
import pandas as pd

from segmentation_platform.segments.model import Segment, SegmentModel
from segmentation_platform.segments.names import ARCHETYPES
from segmentation_platform.segments.transforms import FEATURES, Transform

PLAIN = Transform("raw", ((), (), ()), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
"""Leaves numbers as they are."""

KINDS = ((5, 30, 9_000), (20, 4, 800), (200, 6, 1_500), (300, 1, 120))
"""Recency, frequency and money of four kinds of customers that nobody would mix up."""

Triple = tuple[float, float, float]


def customers_of(*rows: Triple) -> pd.DataFrame:
    """Return customers by their recency, frequency and money."""
    return pd.DataFrame(rows, columns=list(FEATURES), dtype="float64")


def model_of(*centroids: Triple, first_id: int = 1) -> SegmentModel:
    """Return a model on numbers as they are, its segments named by the archetypes in their order."""
    numbered = enumerate(ARCHETYPES[: len(centroids)], first_id)
    return SegmentModel(PLAIN, centroids, tuple(Segment(n, kind.name, kind.name) for n, kind in numbered))


@cache
def four_kinds(each: int = 80, seed: int = 3) -> tuple[pd.DataFrame, list[int]]:
    """Return customers of four kinds, and the kind of each; made once, so don't change them."""
    return kinds_of(KINDS, each, seed)


def kinds_of(kinds: tuple[Triple, ...], each: int, seed: int = 3) -> tuple[pd.DataFrame, list[int]]:
    """Return customers about some kinds, and the kind of each."""
    random = np.random.default_rng(seed)
    rows = np.vstack([np.array(kind) * random.lognormal(0, 0.1, (each, 3)) for kind in kinds])
    return customers_of(*map(tuple, rows.tolist())), np.repeat(range(len(kinds)), each).tolist()


def shop_of(customers: pd.DataFrame, region: str = "Everywhere") -> pd.DataFrame:
    """Return customers with the other columns by which segments are told."""
    return customers.assign(
        customer_id=[f"{number:05}" for number in range(len(customers))],
        region=region,
        average_order_value=customers["monetary"] / customers["frequency"],
    )

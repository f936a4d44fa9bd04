"""How far customers have drifted from the model in force.

Sources: Siddiqi (2006), Credit Risk Scorecards, for the population stability index (PSI): above 0.1 a shift is worth
a look, above 0.25 it is large; Hubert & Arabie (1985), Comparing partitions, for the adjusted Rand index.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.segments.model import SegmentModel
from segmentation_platform.segments.transforms import FEATURES, feature_values

_BINS = 10
# A bin in which there was, or is, nobody would make the index infinite.
_LEAST_SHARE = 1e-4

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """What customers were like when a model was fitted.

    Attributes:
        edges: per feature the inner borders of ten bins of equally many customers (fewer where values repeat)
        shares: per feature the share of customers in each bin
        segment_shares: share of customers in each segment, in the order of the model's

    """

    edges: tuple[tuple[float, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    segment_shares: tuple[float, ...]


@dataclass(frozen=True)
class Shift:
    """Population stability indices against the customers of a model's fit.

    Attributes:
        features: of each feature, by the names of `transforms.FEATURES`
        segments: of the segments' shares

    """

    features: dict[str, float]
    segments: float

    @property
    def largest(self) -> float:
        """The largest of all."""
        return max(self.segments, *self.features.values())


def reference(model: SegmentModel, customers: pd.DataFrame) -> Reference:
    """Describe the customers that a model was fitted on."""
    values = feature_values(customers)
    edges = [np.unique(np.quantile(column, np.linspace(0, 1, _BINS + 1)[1:-1])) for column in values.T]
    shares = [_binned(column, borders) for column, borders in zip(values.T, edges, strict=True)]
    return Reference(
        tuple(tuple(borders.tolist()) for borders in edges),
        tuple(tuple(share.tolist()) for share in shares),
        tuple(_segment_shares(model, customers).tolist()),
    )


def shift(model: SegmentModel, then: Reference, customers: pd.DataFrame) -> Shift:
    """How today's customers differ from those that the model was fitted on; at least one customer."""
    columns = feature_values(customers).T
    features = {
        name: psi(np.array(shares), _binned(column, np.array(borders)))
        for name, column, borders, shares in zip(FEATURES, columns, then.edges, then.shares, strict=True)
    }
    return Shift(features, psi(np.array(then.segment_shares), _segment_shares(model, customers)))


def psi(expected: Shares, found: Shares) -> float:
    """Population stability index of two distributions over the same bins; 0 for equal ones."""
    expected, found = (np.maximum(shares, _LEAST_SHARE) for shares in (expected, found))
    return float(((found - expected) * np.log(found / expected)).sum())


def _binned(values: Shares, edges: Shares) -> Shares:
    bins = np.searchsorted(edges, values, side="left")
    shares: Shares = np.bincount(bins, minlength=len(edges) + 1) / len(values)
    return shares


def _segment_shares(model: SegmentModel, customers: pd.DataFrame) -> Shares:
    shares: Shares = np.bincount(model.positions(customers), minlength=model.k) / len(customers)
    return shares

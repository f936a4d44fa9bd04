"""How recency, frequency and monetary value become points among which distances mean something.

Kept as plain numbers, so that a fitted transform can be stored as JSON, read by people, and turned back into the
very scikit-learn transformers that were fitted.

Sources: Yeo & Johnson (2000), A new family of power transformations, Biometrika 87(4); Beasley, Erickson & Allison
(2009), Rank-based inverse normal transformations, Behavior Genetics 39 (the quantile transform).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import TransformerMixin
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer, QuantileTransformer, StandardScaler

from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.rules import TransformKind

FEATURES = ("recency_days", "frequency", "monetary")
_QUANTILES = 100
# Almost equal values can ask for a power in the hundreds, of which the next customer's value would overflow.
_MOST_POWER = 10.0

Points = npt.NDArray[np.float64]
Shape = tuple[float, ...]


@dataclass(frozen=True)
class Transform:
    """A fitted transform: the shape of each feature is changed, then all are standardised.

    Attributes:
        kind: what changes the shape
        shapes: per feature what was fitted: none for raw and log, lambda for Yeo-Johnson, the quantiles for quantile
        means: per feature, of what the change of shape gives
        scales: per feature its standard deviation (1 for a constant)

    """

    kind: TransformKind
    shapes: tuple[Shape, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]

    def steps(self) -> tuple[TransformerMixin, StandardScaler]:
        """The two scikit-learn transformers, as they were fitted."""
        scaler = StandardScaler()
        scaler.mean_, scaler.scale_ = np.array(self.means), np.array(self.scales)
        scaler.var_ = scaler.scale_**2
        scaler.n_features_in_ = len(self.means)
        return _RESTORE[self.kind](self.shapes), scaler

    def apply(self, customers: pd.DataFrame) -> Points:
        """Transform the features of customers to an array of shape (customers, features)."""
        if customers.empty:
            return np.empty((0, len(FEATURES)))
        return self.apply_values(feature_values(customers))

    def apply_values(self, values: Points) -> Points:
        """Transform values of the features, of shape (customers, features), at least one row."""
        points: Points = make_pipeline(*self.steps()).transform(values)
        return points


def fit_transform(customers: pd.DataFrame, kind: TransformKind) -> Transform:
    """Fit a transform to the features of customers.

    Raises:
        SegmentationError: when a feature is missing or not finite for some customer.

    """
    values = feature_values(customers)
    shape = _NEW[kind](len(values)).fit(values)
    if isinstance(shape, PowerTransformer):
        shape.lambdas_ = shape.lambdas_.clip(-_MOST_POWER, _MOST_POWER)
    scaler = StandardScaler().fit(shape.transform(values))
    shapes = _SHAPES[kind](shape)
    return Transform(kind, shapes, tuple(scaler.mean_.tolist()), tuple(scaler.scale_.tolist()))


def feature_values(customers: pd.DataFrame) -> Points:
    """The features as an array of shape (customers, features).

    Raises:
        SegmentationError: when one is missing or not finite; the message names the customers.

    """
    values = customers.loc[:, list(FEATURES)].to_numpy(dtype=np.float64)
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        named = customers["customer_id"] if "customer_id" in customers else customers.index.to_series()
        examples = ", ".join(map(str, named[bad].head(3)))
        raise SegmentationError(
            f"{bad.sum():,} customers have no finite recency, frequency or monetary value, for instance {examples}. "
            "Their lines are in warehouse.clean_sales: look for impossible quantities, prices or dates."
        )
    return values


def _new_quantile(customers: int) -> QuantileTransformer:
    return QuantileTransformer(
        n_quantiles=min(_QUANTILES, customers), output_distribution="normal", subsample=None, random_state=0
    )


def _restored_power(shapes: tuple[Shape, ...]) -> PowerTransformer:
    power = PowerTransformer(method="yeo-johnson", standardize=False)
    power.lambdas_ = np.array([shape[0] for shape in shapes])
    power.n_features_in_ = len(shapes)
    return power


def _restored_quantile(shapes: tuple[Shape, ...]) -> QuantileTransformer:
    quantile = _new_quantile(len(shapes[0]))
    quantile.quantiles_ = np.array(shapes).T
    quantile.n_quantiles_ = len(shapes[0])
    quantile.references_ = np.linspace(0, 1, len(shapes[0]))
    quantile.n_features_in_ = len(shapes)
    return quantile


def _no_shapes(_: object) -> tuple[Shape, ...]:
    return ((),) * len(FEATURES)


_NEW: dict[TransformKind, Callable[[int], Any]] = {
    "raw": lambda _: FunctionTransformer(),
    "log": lambda _: FunctionTransformer(np.log1p),
    "yeo-johnson": lambda _: PowerTransformer(method="yeo-johnson", standardize=False),
    "quantile": _new_quantile,
}
_SHAPES: dict[TransformKind, Callable[[Any], tuple[Shape, ...]]] = {
    "raw": _no_shapes,
    "log": _no_shapes,
    "yeo-johnson": lambda power: tuple((value,) for value in power.lambdas_.tolist()),
    "quantile": lambda quantile: tuple(map(tuple, quantile.quantiles_.T.tolist())),
}
_RESTORE: dict[TransformKind, Callable[[tuple[Shape, ...]], TransformerMixin]] = {
    "raw": lambda _: FunctionTransformer(),
    "log": lambda _: FunctionTransformer(np.log1p),
    "yeo-johnson": _restored_power,
    "quantile": _restored_quantile,
}

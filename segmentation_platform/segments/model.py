"""The segment model: Yeo-Johnson, then K-Means on recency, frequency and monetary value.

Kept as plain numbers, so that it can be stored as JSON, read by people, and turned back into the very
scikit-learn pipeline that was fitted.

Sources: Yeo & Johnson (2000), A new family of power transformations, Biometrika 87(4); Lloyd (1982), Least
squares quantization in PCM, IEEE Trans. Inf. Theory 28(2); Arthur & Vassilvitskii (2007), k-means++.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

FEATURES = ("recency_days", "frequency", "monetary")
_STARTS = 10

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Transform:
    """Yeo-Johnson and standardisation, fitted; one number per feature in each field."""

    lambdas: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]

    def steps(self) -> tuple[PowerTransformer, StandardScaler]:
        """The two scikit-learn transformers, as they were fitted."""
        power = PowerTransformer(method="yeo-johnson", standardize=False)
        power.lambdas_ = np.array(self.lambdas)
        scaler = StandardScaler()
        scaler.mean_, scaler.scale_ = np.array(self.means), np.array(self.scales)
        scaler.var_ = scaler.scale_**2
        power.n_features_in_ = scaler.n_features_in_ = len(self.lambdas)
        return power, scaler

    def apply(self, customers: pd.DataFrame) -> Points:
        """Transform the features of customers to an array of shape (customers, features)."""
        points: Points = make_pipeline(*self.steps()).transform(_values(customers))
        return points


@dataclass(frozen=True)
class SegmentModel:
    """A fitted model. Segment `i + 1` is the one of `centroids[i]`.

    Attributes:
        transform: how features become points
        centroids: shape (segments, features), in transformed units

    """

    transform: Transform
    centroids: tuple[tuple[float, ...], ...]

    @property
    def k(self) -> int:
        """Number of segments."""
        return len(self.centroids)

    def pipeline(self) -> Pipeline:
        """The scikit-learn pipeline; its labels are segment ids minus one."""
        centroids = np.array(self.centroids)
        # Fitted on its own centroids, K-Means returns exactly them.
        kmeans = KMeans(n_clusters=self.k, init=centroids, n_init=1, max_iter=1).fit(centroids)
        return make_pipeline(*self.transform.steps(), kmeans)

    def assign(self, customers: pd.DataFrame) -> pd.DataFrame:
        """Put customers into segments.

        Args:
            customers: has the columns `FEATURES`

        Returns:
            Columns `segment_id` (from 1) and `margin`: 1 - nearest / second nearest distance, 0 on the border.

        """
        distances = self.distances(customers)
        nearest = distances.argmin(axis=1)
        margin = np.ones(len(customers))
        if self.k > 1:
            first, second = np.partition(distances, 1, axis=1)[:, :2].T
            margin = 1 - np.divide(first, second, out=np.ones_like(first), where=second > 0)
        return pd.DataFrame({"segment_id": nearest + 1, "margin": margin}, index=customers.index)

    def distances(self, customers: pd.DataFrame) -> Points:
        """Euclidean distances to the centroids, of shape (customers, segments)."""
        points = self.transform.apply(customers)
        centroids = np.array(self.centroids)
        distances: Points = np.linalg.norm(points[:, None, :] - centroids[None, :, :], axis=2)
        return distances

    def to_json(self) -> str:
        """The model as JSON; `from_json` gives back an equal one."""
        return json.dumps({"features": FEATURES, **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a model from its JSON.

        Raises:
            ValueError: when the model is on other features than `FEATURES`.

        """
        document = json.loads(text)
        if tuple(document["features"]) != FEATURES:
            raise ValueError(f"The model is on {document['features']}, not on {FEATURES}.")
        transform = Transform(**{name: tuple(values) for name, values in document["transform"].items()})
        return cls(transform, tuple(tuple(row) for row in document["centroids"]))


def fit_transform(customers: pd.DataFrame) -> Transform:
    """Fit Yeo-Johnson and standardisation to the features of customers."""
    values = _values(customers)
    power = PowerTransformer(method="yeo-johnson", standardize=False).fit(values)
    scaler = StandardScaler().fit(power.transform(values))
    return Transform(tuple(power.lambdas_.tolist()), tuple(scaler.mean_.tolist()), tuple(scaler.scale_.tolist()))


def cluster(points: Points, k: int, seed: int, starts: int = _STARTS) -> KMeans:
    """K-Means on points of shape (customers, features), the best of some k-means++ starts."""
    return KMeans(n_clusters=k, n_init=starts, random_state=seed).fit(points)


def order_by_worth(model: SegmentModel, customers: pd.DataFrame) -> SegmentModel:
    """The same model with its segments numbered by mean monetary value, 1 the highest."""
    labels = model.assign(customers)["segment_id"] - 1
    worth = customers["monetary"].groupby(labels).mean().reindex(range(model.k), fill_value=0.0)
    order = worth.sort_values(ascending=False, kind="stable").index
    return SegmentModel(model.transform, tuple(model.centroids[i] for i in order))


def _values(customers: pd.DataFrame) -> Points:
    return customers.loc[:, list(FEATURES)].to_numpy(dtype=np.float64)

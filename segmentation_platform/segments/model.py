"""The segment model: a transform, then the nearest centroid, each a segment with its number and name.

Sources: Lloyd (1982), Least squares quantization in PCM, IEEE Trans. Inf. Theory 28(2); Arthur & Vassilvitskii
(2007), k-means++: the advantages of careful seeding.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.pipeline import Pipeline, make_pipeline

from segmentation_platform.segments.transforms import FEATURES, Points, Transform, feature_values

_STARTS = 10

Labels = npt.NDArray[np.intp]
Centroids = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Segment:
    """What a segment is known by, as long as its customers stay together.

    Attributes:
        segment_id: its number
        name: as shown everywhere
        kind: name of its archetype (see `names`), which gives its words and colour

    """

    segment_id: int
    name: str
    kind: str


@dataclass(frozen=True)
class SegmentModel:
    """A fitted model; `segments[i]` is the one of `centroids[i]`.

    Attributes:
        transform: how features become points
        centroids: shape (segments, features), in transformed units
        segments: what each segment is known by

    """

    transform: Transform
    centroids: Centroids
    segments: tuple[Segment, ...]

    @property
    def k(self) -> int:
        """Number of segments."""
        return len(self.centroids)

    def pipeline(self) -> Pipeline:
        """The scikit-learn pipeline; its labels are positions in `segments`."""
        centroids = np.array(self.centroids)
        # Fitted on its own centroids, K-Means returns exactly them.
        kmeans = KMeans(n_clusters=self.k, init=centroids, n_init=1, max_iter=1).fit(centroids)
        return make_pipeline(*self.transform.steps(), kmeans)

    def assign(self, customers: pd.DataFrame) -> pd.DataFrame:
        """Put customers into segments.

        Args:
            customers: has the columns `FEATURES`

        Returns:
            Columns `segment_id`, `segment` and `margin`: 1 - nearest / second nearest distance, 0 on the border.

        """
        distances = self.distances(customers)
        nearest = distances.argmin(axis=1) if len(customers) else np.empty(0, dtype=np.intp)
        ids, names = (np.array([getattr(s, field) for s in self.segments]) for field in ("segment_id", "name"))
        assigned = {"segment_id": ids[nearest], "segment": names[nearest], "margin": margins(distances)}
        return pd.DataFrame(assigned, index=customers.index).astype({"segment_id": "int64", "segment": "str"})

    def distances(self, customers: pd.DataFrame) -> Points:
        """Euclidean distances to the centroids, of shape (customers, segments)."""
        return distances(self.transform.apply(customers), self.centroids)

    def positions(self, customers: pd.DataFrame) -> Labels:
        """The position in `segments` of every customer's segment, of shape (customers,)."""
        return self.positions_of(feature_values(customers))

    def positions_of(self, values: Points) -> Labels:
        """The same for values of the features, of shape (customers, features)."""
        if not len(values):
            return np.empty(0, dtype=np.intp)
        nearest: Labels = distances(self.transform.apply_values(values), self.centroids).argmin(axis=1)
        return nearest

    def known_as(self, segments: tuple[Segment, ...]) -> Self:
        """The same model with other numbers and names."""
        return replace(self, segments=segments)

    def to_document(self) -> dict[str, Any]:
        """The model as plain values for JSON; `from_document` gives back an equal one."""
        return {"features": list(FEATURES), **asdict(self)}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Read a model from plain values.

        Raises:
            ValueError: when the model is on other features than `FEATURES`.

        """
        if tuple(document["features"]) != FEATURES:
            raise ValueError(f"The model is on {document['features']}, not on {FEATURES}.")
        fitted = document["transform"]
        transform = Transform(
            fitted["kind"], tuple(map(tuple, fitted["shapes"])), tuple(fitted["means"]), tuple(fitted["scales"])
        )
        segments = tuple(Segment(**segment) for segment in document["segments"])
        return cls(transform, tuple(map(tuple, document["centroids"])), segments)


def distances(points: Points, centroids: Centroids) -> Points:
    """Euclidean distances of points (customers, features) to centroids (segments, features)."""
    found: Points = np.linalg.norm(points[:, None, :] - np.array(centroids)[None, :, :], axis=2)
    return found


def margins(distances: Points) -> Points:
    """How far customers are from the border of their segment: 1 - nearest / second nearest, 0 on the border."""
    if distances.shape[1] == 1 or not len(distances):
        return np.ones(len(distances))
    first, second = np.partition(distances, 1, axis=1)[:, :2].T
    margin: Points = 1 - np.divide(first, second, out=np.ones_like(first), where=second > 0)
    return margin


def cluster(points: Points, k: int, seed: int, starts: int = _STARTS) -> KMeans:
    """K-Means on points of shape (customers, features), the best of some k-means++ starts."""
    return KMeans(n_clusters=k, n_init=starts, random_state=seed).fit(points)


def centroids_of(kmeans: KMeans) -> Centroids:
    """The fitted centroids as plain numbers."""
    return tuple(map(tuple, kmeans.cluster_centers_.tolist()))

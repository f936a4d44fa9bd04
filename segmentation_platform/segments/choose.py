"""How many segments: the evidence for each k, and the rule that picks one.

A k is stable when every one of its segments comes back when the customers are resampled: mean bootstrap Jaccard
of at least `SegmentRules.stable_jaccard` (Hennig 2007, Cluster-wise assessment of cluster stability, CSDA 52).
Among the stable ones the highest silhouette wins (Rousseeuw 1987, Silhouettes, JCAM 20); if none is stable, the
most stable one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.metrics.cluster import contingency_matrix
from threadpoolctl import threadpool_limits

from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.model import (
    Points,
    SegmentModel,
    Transform,
    cluster,
    fit_transform,
    order_by_worth,
)
from segmentation_platform.segments.rules import SegmentRules

_SAMPLE = 20_000
_BOOTSTRAP_STARTS = 2

Labels = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Candidate:
    """The evidence for one k.

    Attributes:
        k: number of segments
        inertia: sum of squared distances to the nearest centroid
        silhouette: mean silhouette, -1 to 1
        jaccards: mean bootstrap Jaccard per segment, in the order of the centroids
        model: the fit

    """

    k: int
    inertia: float
    silhouette: float
    jaccards: tuple[float, ...]
    model: SegmentModel

    @property
    def min_jaccard(self) -> float:
        """Stability of the least stable segment."""
        return min(self.jaccards)


@dataclass(frozen=True)
class Choice:
    """The chosen k among all that were tried, in order of k."""

    candidates: tuple[Candidate, ...]
    chosen: Candidate
    is_stable: bool


def choose_model(customers: pd.DataFrame, rules: SegmentRules) -> Choice:
    """Fit and judge every k of the rules, and choose one.

    Args:
        customers: has the columns `model.FEATURES`, one row per customer
        rules: which k are tried, what counts as stable, the seed

    Raises:
        SegmentationError: when there are fewer distinct customers than the fewest segments.

    """
    distinct = len(customers.drop_duplicates(["recency_days", "frequency", "monetary"]))
    if distinct <= rules.k_min:
        raise SegmentationError(
            f"At least {rules.k_min + 1} different customers are needed for {rules.k_min} segments; "
            f"there {'is' if distinct == 1 else 'are'} {distinct:,}. Load a longer ledger, or see in "
            "warehouse.rejected_sales why its lines were rejected: segmentation-platform db psql --role owner"
        )
    sample = customers.sample(_SAMPLE, random_state=rules.seed) if len(customers) > _SAMPLE else customers
    transform = fit_transform(customers)
    points = transform.apply(sample)
    tried = range(rules.k_min, min(rules.k_max, distinct - 1) + 1)
    # The fits are many and small: threads would wait for each other (three times slower), and reorder sums.
    with threadpool_limits(1):
        candidates = tuple(_candidate(sample, points, transform, k, rules) for k in tried)
    return _choose(candidates, rules)


def _candidate(
    customers: pd.DataFrame, points: Points, transform: Transform, k: int, rules: SegmentRules
) -> Candidate:
    kmeans = cluster(points, k, rules.seed)
    fitted = SegmentModel(transform, tuple(map(tuple, kmeans.cluster_centers_.tolist())))
    return _judge(points, order_by_worth(fitted, customers), float(kmeans.inertia_), rules)


def _choose(candidates: tuple[Candidate, ...], rules: SegmentRules) -> Choice:
    stable = [candidate for candidate in candidates if candidate.min_jaccard >= rules.stable_jaccard]
    if stable:
        return Choice(candidates, max(stable, key=lambda candidate: candidate.silhouette), is_stable=True)
    return Choice(candidates, max(candidates, key=lambda candidate: candidate.min_jaccard), is_stable=False)


def _judge(points: Points, model: SegmentModel, inertia: float, rules: SegmentRules) -> Candidate:
    centroids = np.array(model.centroids)
    labels = np.linalg.norm(points[:, None, :] - centroids[None, :, :], axis=2).argmin(axis=1)
    silhouette = float(silhouette_score(points, labels)) if len(np.unique(labels)) > 1 else 0.0
    return Candidate(model.k, inertia, silhouette, bootstrap_jaccards(points, labels, rules), model)


def bootstrap_jaccards(points: Points, labels: Labels, rules: SegmentRules) -> tuple[float, ...]:
    """How well each segment comes back when the customers are resampled.

    Args:
        points: shape (customers, features)
        labels: shape (customers,), the segment of each, from 0
        rules: number of bootstraps and seed

    Returns:
        Per segment the mean, over bootstraps, of the largest Jaccard similarity to a segment of the resample.

    """
    random = np.random.default_rng(rules.seed)
    k = int(labels.max()) + 1
    found = np.zeros((rules.bootstraps, k))
    for round_ in range(rules.bootstraps):
        drawn = np.unique(random.integers(0, len(points), len(points)), return_counts=True)
        again = _weighted_labels(points[drawn[0]], drawn[1], k, seed=rules.seed + round_)
        found[round_] = _best_jaccards(labels[drawn[0]], again, k)
    return tuple(found.mean(axis=0).tolist())


def _weighted_labels(points: Points, weights: npt.NDArray[np.intp], k: int, seed: int) -> Labels:
    kmeans = KMeans(n_clusters=min(k, len(points)), n_init=_BOOTSTRAP_STARTS, random_state=seed)
    labels: Labels = kmeans.fit(points, sample_weight=weights).labels_
    return labels


def _best_jaccards(labels: Labels, again: Labels, k: int) -> npt.NDArray[np.float64]:
    both = contingency_matrix(labels, again)
    union = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    best = np.zeros(k)
    best[np.unique(labels)] = (both / union).max(axis=1)
    return best

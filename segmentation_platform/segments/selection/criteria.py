"""What is known to tell a good clustering from a bad one, beyond what scikit-learn measures.

Sources: Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52; Tibshirani & Walther (2005), Cluster
validation by prediction strength, JCGS 14(3); Tibshirani, Walther & Hastie (2001), Estimating the number of
clusters in a data set via the gap statistic, JRSS B 63(2); Hubert & Arabie (1985), Comparing partitions.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from segmentation_platform.segments.model import Labels
from segmentation_platform.segments.transforms import Points

_STARTS = 3
_REFERENCES = 5


@dataclass(frozen=True)
class Stability:
    """How well a clustering comes back when the customers are resampled.

    Attributes:
        jaccards: per segment, mean over the bootstraps of the largest Jaccard similarity to a segment of the resample
        ari: mean adjusted Rand index of all customers' segments by the resample's centroids

    """

    jaccards: tuple[float, ...]
    ari: float


def bootstrap_stability(points: Points, labels: Labels, bootstraps: int, seed: int) -> Stability:
    """Cluster resamples of the customers and compare (Hennig 2007).

    Args:
        points: shape (customers, features)
        labels: shape (customers,), the segment of each, from 0
        bootstraps: how many resamples
        seed: of the resamples

    """
    random = np.random.default_rng(seed)
    k = int(labels.max()) + 1
    jaccards, agreement = np.zeros((bootstraps, k)), np.zeros(bootstraps)
    for round_ in range(bootstraps):
        drawn, times = np.unique(random.integers(0, len(points), len(points)), return_counts=True)
        again = KMeans(n_clusters=min(k, len(drawn)), n_init=_STARTS, random_state=seed + round_)
        again.fit(points[drawn], sample_weight=times)
        jaccards[round_] = _best_jaccards(labels[drawn], again.labels_, k)
        agreement[round_] = adjusted_rand_score(labels, again.predict(points))
    return Stability(tuple(jaccards.mean(axis=0).tolist()), float(agreement.mean()))


def _best_jaccards(labels: Labels, again: Labels, k: int) -> Points:
    both = contingency_matrix(labels, again)
    union = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    best = np.zeros(k)
    best[np.unique(labels)] = (both / union).max(axis=1)
    return best


def prediction_strength(points: Points, k: int, halvings: int, seed: int) -> float:
    """How well one half of the customers predicts who is together in the other (Tibshirani & Walther 2005).

    Args:
        points: shape (customers, features)
        k: number of segments
        halvings: random ones, each used both ways
        seed: of the halvings

    Returns:
        Mean over the halvings of the worst segment's share of pairs that the other half's centroids keep together.

    """
    if len(points) < 2 * k:
        return 0.0
    random = np.random.default_rng(seed)
    found = []
    for halving in range(halvings):
        shuffled = random.permutation(len(points))
        halves = [points[part] for part in np.array_split(shuffled, 2)]
        fits = [KMeans(k, n_init=_STARTS, random_state=seed + halving).fit(half) for half in halves]
        for half, own, other in zip(halves, fits, reversed(fits), strict=True):
            found.append(_least_kept_together(own.labels_, other.predict(half)))
    return float(np.mean(found))


def _least_kept_together(own: Labels, predicted: Labels) -> float:
    """The lowest share, over segments, of pairs of a segment's customers whom the other labels keep together."""
    together = contingency_matrix(own, predicted).astype(np.float64)
    size = together.sum(axis=1)
    pairs = (together * (together - 1)).sum(axis=1)
    # A segment of one customer has no pair that could be parted.
    return float(np.divide(pairs, size * (size - 1), out=np.ones_like(pairs), where=size > 1).min())


def gap_statistic(points: Points, k: int, inertia: float, seed: int) -> float:
    """How much tighter the segments are than those of points without any (Tibshirani et al. 2001).

    Args:
        points: shape (customers, features)
        k: number of segments
        inertia: sum of squared distances of the points to their centroids
        seed: of the reference points

    Returns:
        Mean logarithm of the inertia of uniform points in the box of the principal components, minus that of ours.

    """
    if inertia <= 0:
        return 0.0
    centred = points - points.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2]
    rotated = centred @ axes.T
    random = np.random.default_rng(seed)
    logs = []
    for reference in range(_REFERENCES):
        box = random.uniform(rotated.min(axis=0), rotated.max(axis=0), rotated.shape)
        logs.append(np.log(KMeans(k, n_init=1, random_state=seed + reference).fit(box).inertia_))
    return float(np.mean(logs) - np.log(inertia))

"""Which transform and how many segments: the evidence for each, and the rule that picks one (`pick`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from threadpoolctl import threadpool_limits

from segmentation_platform.customers.point_in_time import Outlook
from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.model import (
    Centroids,
    Labels,
    Segment,
    SegmentModel,
    centroids_of,
    cluster,
    distances,
)
from segmentation_platform.segments.predictive_validity import PredictiveValidity, predictive_validity
from segmentation_platform.segments.rules import SegmentationRules, TransformKind
from segmentation_platform.segments.selection.criteria import bootstrap_stability, gap_statistic, prediction_strength
from segmentation_platform.segments.transforms import FEATURES, Points, Transform, fit_transform

_SILHOUETTE_SAMPLE = 5_000


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against one transform and one k; `contracts.ModelSelection` says what each figure is."""

    transform: TransformKind
    k: int
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    gap: float
    prediction_strength: float
    bootstrap_ari: float
    min_jaccard: float
    quiet_relabelled: float
    repurchase_auc: float | None
    spend_correlation: float | None
    smallest: int


@dataclass(frozen=True)
class Candidate:
    """One fit with its evidence.

    Attributes:
        evidence: the figures
        jaccards: mean bootstrap Jaccard per segment, in the order of the centroids
        model: the fit, its segments numbered from 1 by money spent and not named yet

    """

    evidence: Evidence
    jaccards: tuple[float, ...]
    model: SegmentModel


@dataclass(frozen=True)
class Choice:
    """The chosen fit among all that were tried, in the order of the transforms and of k."""

    candidates: tuple[Candidate, ...]
    chosen: Candidate
    is_stable: bool


def choose_model(customers: pd.DataFrame, outlook: Outlook | None, rules: SegmentationRules) -> Choice:
    """Fit and judge every transform and k of the rules, and pick one.

    Args:
        customers: has the columns `FEATURES`, one row per customer
        outlook: earlier customers and what they did next; None where the ledger is too short to tell
        rules: what is tried, what counts as stable, the seed

    Raises:
        SegmentationError: when there are fewer distinct customers than the fewest segments.

    """
    distinct = len(customers.drop_duplicates(list(FEATURES)))
    if distinct <= rules.k_min:
        raise SegmentationError(
            f"At least {rules.k_min + 1} different customers are needed for {rules.k_min} segments; "
            f"there {'is' if distinct == 1 else 'are'} {distinct:,}. Load a longer ledger, or see in "
            "warehouse.rejected_sales why its lines were rejected: segmentation-platform db psql --role owner"
        )
    tried = range(rules.k_min, min(rules.k_max, distinct - 1) + 1)
    # The fits are many and small: threads would wait for each other (three times slower), and reorder sums.
    with threadpool_limits(1):
        candidates = tuple(
            candidate for kind in rules.tried for candidate in _candidates(customers, outlook, kind, tried, rules)
        )
    chosen, is_stable = pick(candidates, rules)
    return Choice(candidates, chosen, is_stable)


def pick(candidates: Sequence[Candidate], rules: SegmentationRules) -> tuple[Candidate, bool]:
    """The rule: useful among the stable.

    A fit with the rules' transform (with any, if that is `auto`) can be chosen when each of its segments comes back
    under the bootstrap (mean Jaccard of at least `min_chosen_jaccard`), one half of the customers predicts the
    segments of the other half (prediction strength of at least `min_prediction_strength`), and a night that follows a
    day without a sale leaves customers where they are (but for a share of `max_idle_day_relabelled`). Among those the
    one whose segments best predict who buys again wins, by the AUC on held-out time; that figure compares across
    transforms and k, as silhouette, Davies-Bouldin, Calinski-Harabasz and gap do not. Where the ledger is too short
    for it, the most segments win (Tibshirani & Walther 2005), then the higher prediction strength. If nothing can be
    chosen, the fit with the most stable least stable segment is taken, and marked as unstable.

    Returns:
        The pick, and whether it fulfils the conditions.

    """
    wanted = [c for c in candidates if rules.transform in ("auto", c.evidence.transform)]
    stable = [candidate for candidate in wanted if fulfils(candidate.evidence, rules)]
    if not stable:
        return max(wanted, key=lambda candidate: candidate.evidence.min_jaccard), False
    if all(candidate.evidence.repurchase_auc is None for candidate in stable):
        return max(stable, key=lambda c: (c.evidence.k, c.evidence.prediction_strength)), True
    return max(stable, key=lambda candidate: candidate.evidence.repurchase_auc or 0.0), True


def fulfils(evidence: Evidence, rules: SegmentationRules) -> bool:
    """Whether a fit with this evidence can be chosen: stable, reproducible, and quiet on a day without a sale."""
    return (
        evidence.min_jaccard >= rules.min_chosen_jaccard
        and evidence.prediction_strength >= rules.min_prediction_strength
        and evidence.quiet_relabelled <= rules.max_idle_day_relabelled
    )


def _candidates(
    customers: pd.DataFrame, outlook: Outlook | None, kind: TransformKind, tried: range, rules: SegmentationRules
) -> list[Candidate]:
    sample = _sample(customers, rules)
    transform = fit_transform(customers, kind)
    points = transform.apply(sample)
    earlier = fit_transform(outlook.learned.customers, kind) if outlook else None
    found = []
    for k in tried:
        kmeans = cluster(points, k, rules.seed)
        ordered = by_worth(points, centroids_of(kmeans), sample["monetary"])
        seen = _validity(outlook, earlier, k, rules)
        found.append(_judge(sample, SegmentModel(transform, ordered, _numbered(k)), seen, rules))
    return found


def _judge(
    customers: pd.DataFrame, model: SegmentModel, seen: PredictiveValidity | None, rules: SegmentationRules
) -> Candidate:
    points = model.transform.apply(customers)
    nearest = distances(points, model.centroids)
    labels = nearest.argmin(axis=1)
    stability = bootstrap_stability(points, labels, rules.bootstraps, rules.seed)
    evidence = Evidence(
        transform=model.transform.kind,
        k=model.k,
        silhouette=silhouette(points, labels, rules.seed),
        calinski_harabasz=float(calinski_harabasz_score(points, labels)),
        davies_bouldin=float(davies_bouldin_score(points, labels)),
        gap=gap_statistic(points, model.k, float((nearest.min(axis=1) ** 2).sum()), rules.seed),
        prediction_strength=prediction_strength(points, model.k, rules.halvings, rules.seed),
        bootstrap_ari=stability.ari,
        min_jaccard=min(stability.jaccards),
        quiet_relabelled=quiet_relabelled(model, customers),
        repurchase_auc=seen.repurchase_auc if seen else None,
        spend_correlation=seen.spend_correlation if seen else None,
        smallest=int(np.bincount(labels, minlength=model.k).min()),
    )
    return Candidate(evidence, stability.jaccards, model)


def _sample(customers: pd.DataFrame, rules: SegmentationRules) -> pd.DataFrame:
    """Not more customers than are needed to judge a fit."""
    most = rules.max_judged_customers
    return customers.sample(most, random_state=rules.seed) if len(customers) > most else customers


def quiet_relabelled(model: SegmentModel, customers: pd.DataFrame) -> float:
    """Share of customers who are in another segment after a day on which nobody bought."""
    a_day_later = customers.assign(recency_days=customers["recency_days"] + 1)
    return float((model.positions(a_day_later) != model.positions(customers)).mean())


def silhouette(points: Points, labels: Labels, seed: int) -> float:
    """Mean silhouette (Rousseeuw 1987), on a sample of many customers; 0 where all are in one segment."""
    if len(points) > _SILHOUETTE_SAMPLE:
        drawn = np.random.default_rng(seed).choice(len(points), _SILHOUETTE_SAMPLE, replace=False)
        points, labels = points[drawn], labels[drawn]
    if not 1 < len(np.unique(labels)) < len(points):
        return 0.0
    return float(silhouette_score(points, labels))


def _validity(
    outlook: Outlook | None, transform: Transform | None, k: int, rules: SegmentationRules
) -> PredictiveValidity | None:
    """How well k segments of the earlier customers predict what came."""
    if outlook is None or transform is None:
        return None
    sample = _sample(outlook.learned.customers, rules)
    if len(sample.drop_duplicates(list(FEATURES))) <= k:
        return None
    kmeans = cluster(transform.apply(sample), k, rules.seed)
    return predictive_validity(SegmentModel(transform, centroids_of(kmeans), _numbered(k)), outlook)


def by_worth(points: Points, centroids: Centroids, monetary: pd.Series) -> Centroids:
    """The centroids by the mean money that their customers spent, highest first."""
    labels = distances(points, centroids).argmin(axis=1)
    worth = monetary.groupby(labels).mean().reindex(range(len(centroids)), fill_value=0.0)
    return tuple(centroids[i] for i in worth.sort_values(ascending=False, kind="stable").index)


def _numbered(k: int) -> tuple[Segment, ...]:
    return tuple(Segment(number, "", "") for number in range(1, k + 1))

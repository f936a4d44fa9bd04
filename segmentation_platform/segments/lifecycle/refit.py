"""The life of a model: assign every night, look at a refit beside it, and replace it rarely and with good reason.

A fresh fit every night would put most customers into another segment for no reason of theirs. So the model in force
assigns; a refit, started from the segments as they are, runs beside it as its shadow. When a month is over, or when
customers have drifted from the model, the shadow is due to take its place; it does if each of its segments is
stable, and its segments keep the numbers and names of those whose customers they took over.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from segmentation_platform.customers.point_in_time import Outlook
from segmentation_platform.segments.drift import Shift, reference, shift
from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.fitted import FittedModel, Selection
from segmentation_platform.segments.matching import Naming, match_segments, name_first
from segmentation_platform.segments.model import Labels, SegmentModel, centroids_of
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform.segments.selection.choice import by_worth, choose_model, silhouette
from segmentation_platform.segments.selection.criteria import bootstrap_stability
from segmentation_platform.segments.transforms import FEATURES, Points, fit_transform

FIRST, MONTHLY, BY_HAND, CHOSEN_AGAIN = "first model", "a month is over", "by hand", "chosen again"


@dataclass(frozen=True)
class InForce:
    """The model that assigned until now.

    Attributes:
        fitted: the model
        since: reporting date of its promotion
        reason: why it was promoted

    """

    fitted: FittedModel
    since: date
    reason: str


@dataclass(frozen=True)
class Drift:
    """How far customers have drifted from the model that was in force when the night began.

    Attributes:
        shift: population stability indices against the customers of its fit
        agreement: adjusted Rand index of its segments with the shadow's; None where nothing could be refitted
        silhouette: of its segments today
        due: why its shadow should take its place; empty if it needn't
        min_jaccard: stability of the shadow's least stable segment; None if it was not due
        refused: why the shadow was due and did not take its place; empty otherwise

    """

    shift: Shift
    agreement: float | None
    silhouette: float
    due: str = ""
    min_jaccard: float | None = None
    refused: str = ""


@dataclass(frozen=True)
class NightResult:
    """What assigns tonight: the model, which may have been promoted tonight, and the drift of the one before."""

    in_force: InForce
    drift: Drift


@dataclass(frozen=True)
class RegionInputs:
    """The customers of a night.

    Attributes:
        customers: columns of `contracts.RfmFeatures`, at least one row
        as_of: reporting date
        naming: what new segments may be called

    """

    customers: pd.DataFrame
    as_of: date
    naming: Naming


def first_night(today: RegionInputs, outlook: Outlook | None, rules: SegmentationRules) -> NightResult:
    """Choose and promote a ledger's first model.

    Raises:
        SegmentationError: when there are too few customers.

    """
    fitted = _chosen(today, outlook, rules)
    model = name_first(fitted.model, today.customers, today.naming)
    return _promoted(replace(fitted, model=model), today, FIRST)


def choice_night(
    today: RegionInputs, outlook: Outlook | None, before: InForce, rules: SegmentationRules
) -> NightResult:
    """Choose transform and k again and promote; segments whose customers stay together keep number and name.

    Raises:
        SegmentationError: when there are too few customers.

    """
    fitted = _chosen(today, outlook, rules)
    model = match_segments(fitted.model, before.fitted.model, today.customers, today.naming)
    return _promoted(replace(fitted, model=model), today, CHOSEN_AGAIN)


def ordinary_night(today: RegionInputs, before: InForce, rules: SegmentationRules) -> NightResult:
    """Assign by the model in force, look at its shadow, and promote that if it is due and stable.

    Raises:
        SegmentationError: when there is no customer, or one without a finite feature.

    """
    if today.customers.empty:
        raise SegmentationError(
            f"No customer is known before {today.as_of}: all lines are of guests, were cancelled, or came later. "
            "Give a later reporting date, or load a longer ledger."
        )
    shadow = _shadow(today.customers, before.fitted.model)
    drift = _drift(today.customers, before.fitted, shadow, rules)
    due = _due(today, before, drift, rules) if shadow else ""
    if shadow is None or not due:
        return NightResult(before, drift)
    successor = match_segments(shadow, before.fitted.model, today.customers, today.naming)
    points = successor.transform.apply(today.customers)
    labels = successor.positions(today.customers)
    with threadpool_limits(1):
        jaccards = bootstrap_stability(*_sample(points, labels, rules), rules.bootstraps, rules.seed).jaccards
    drift = replace(drift, due=due, min_jaccard=min(jaccards))
    if min(jaccards) < rules.min_refit_jaccard:
        weakest = successor.segments[int(np.argmin(jaccards))].name
        refused = (
            f"its segment {weakest} comes back with a Jaccard of {min(jaccards):.2f} only, "
            f"{rules.min_refit_jaccard:.2f} is asked for"
        )
        return NightResult(before, replace(drift, refused=refused))
    fitted = FittedModel(
        model=successor,
        as_of=today.as_of,
        customers=len(today.customers),
        silhouette=silhouette(points, labels, rules.seed),
        jaccards=jaccards,
        reference=reference(successor, today.customers),
        selection=before.fitted.selection,
    )
    return NightResult(InForce(fitted, today.as_of, due), drift)


def fits_rules(fitted: FittedModel, rules: SegmentationRules) -> bool:
    """Whether the rules, which may have been changed since, would let the model's transform and k be chosen."""
    is_wanted = rules.transform in ("auto", fitted.model.transform.kind)
    return is_wanted and rules.k_min <= fitted.model.k <= rules.k_max


def _chosen(today: RegionInputs, outlook: Outlook | None, rules: SegmentationRules) -> FittedModel:
    choice = choose_model(today.customers, outlook, rules)
    evidence = tuple(candidate.evidence for candidate in choice.candidates)
    return FittedModel(
        model=choice.chosen.model,
        as_of=today.as_of,
        customers=len(today.customers),
        silhouette=choice.chosen.evidence.silhouette,
        jaccards=choice.chosen.jaccards,
        reference=reference(choice.chosen.model, today.customers),
        selection=Selection(today.as_of, evidence, choice.is_stable),
    )


def _promoted(fitted: FittedModel, today: RegionInputs, reason: str) -> NightResult:
    """The night of a chosen model: it is its own shadow."""
    drift = Drift(
        shift=shift(fitted.model, fitted.reference, today.customers),
        agreement=1.0,
        silhouette=fitted.silhouette,
        due=reason,
        min_jaccard=min(fitted.jaccards),
    )
    return NightResult(InForce(fitted, today.as_of, reason), drift)


def _shadow(customers: pd.DataFrame, model: SegmentModel) -> SegmentModel | None:
    """A refit on today's customers that starts from the segments as they are; None where there are too few."""
    if len(customers.drop_duplicates(list(FEATURES))) <= model.k:
        return None
    transform = fit_transform(customers, model.transform.kind)
    points = transform.apply(customers)
    means = pd.DataFrame(points).groupby(model.positions(customers)).mean()
    start = np.array(model.centroids)
    start[means.index] = means
    with threadpool_limits(1):
        kmeans = KMeans(n_clusters=model.k, init=start, n_init=1).fit(points)
    # In the order of worth, which may have become another one since; the numbers and names follow the customers.
    ordered = by_worth(points, centroids_of(kmeans), customers["monetary"])
    return SegmentModel(transform, ordered, model.segments)


def _drift(
    customers: pd.DataFrame, fitted: FittedModel, shadow: SegmentModel | None, rules: SegmentationRules
) -> Drift:
    labels = fitted.model.positions(customers)
    points = fitted.model.transform.apply(customers)
    return Drift(
        shift=shift(fitted.model, fitted.reference, customers),
        agreement=float(adjusted_rand_score(labels, shadow.positions(customers))) if shadow else None,
        silhouette=silhouette(points, labels, rules.seed),
    )


def _due(today: RegionInputs, before: InForce, drift: Drift, rules: SegmentationRules) -> str:
    """Why the shadow should take the model's place; empty if it needn't.

    A reporting date before the promotion looks back by the model of a later day: nothing is due. What was promoted
    by hand stays for a month whatever the drift.
    """
    days = (today.as_of - before.since).days
    if days >= rules.promotion_days:
        return MONTHLY
    if days < 0 or before.reason == BY_HAND:
        return ""
    return _drifted(before, drift, rules) or _emptied(before.fitted.model, today.customers)


def _drifted(before: InForce, drift: Drift, rules: SegmentationRules) -> str:
    """By which figure customers have drifted too far from the model; empty if by none."""
    if drift.agreement is not None and drift.agreement < rules.min_shadow_ari:
        return f"agreement with the refit fell to {drift.agreement:.2f}"
    if drift.shift.largest > rules.max_psi:
        return f"PSI rose to {drift.shift.largest:.2f}"
    loss = before.fitted.silhouette - drift.silhouette
    return f"silhouette fell by {loss:.3f}" if loss > rules.max_silhouette_loss else ""


def _emptied(model: SegmentModel, customers: pd.DataFrame) -> str:
    """Which segments nobody is in any more; empty if there is somebody in each."""
    there = set(model.positions(customers).tolist())
    left = [segment.name for place, segment in enumerate(model.segments) if place not in there]
    return f"nobody is left in {', '.join(left)}" if left else ""


def _sample(points: Points, labels: Labels, rules: SegmentationRules) -> tuple[Points, Labels]:
    """Not more customers than are needed to judge stability."""
    if len(points) <= rules.max_judged_customers:
        return points, labels
    drawn = np.random.default_rng(rules.seed).choice(len(points), rules.max_judged_customers, replace=False)
    return points[drawn], labels[drawn]

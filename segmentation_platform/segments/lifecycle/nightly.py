"""A night of all models of a ledger: that of all customers, and those of regions that have their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE, FeatureDrift, ModelSelection, SegmentDrift
from segmentation_platform.customers.point_in_time import Outlook, OutlookWindow
from segmentation_platform.segments.history import relabelled
from segmentation_platform.segments.lifecycle.refit import (
    InForce,
    NightResult,
    RegionInputs,
    choice_night,
    first_night,
    fits_rules,
    ordinary_night,
)
from segmentation_platform.segments.matching import Naming
from segmentation_platform.segments.profiles import by_model
from segmentation_platform.segments.rules import SegmentationRules


@dataclass(frozen=True)
class NightInputs:
    """Whom a night is about.

    Attributes:
        customers: columns of `contracts.RfmFeatures`
        as_of: reporting date
        before: columns customer_id and segment_id, on the last night before; no rows on a ledger's first night

    """

    customers: pd.DataFrame
    as_of: date
    before: pd.DataFrame


@dataclass(frozen=True)
class NightContext:
    """What is known when a night begins.

    Attributes:
        in_force: the models that assigned until now, by region; none on a ledger's first night
        next_id: the lowest number that no segment of this ledger ever had
        outlook: gives earlier customers and what they did next; is asked only if a model has to be chosen
        choose_model: whether transform and k are to be chosen again, whatever is in force

    """

    in_force: Mapping[str, InForce]
    next_id: int
    outlook: Callable[[], Outlook | None]
    choose_model: bool = False


def regions_with_a_model(customers: pd.DataFrame, rules: SegmentationRules) -> list[str]:
    """All customers, and the regions with enough customers if regions shall have models of their own."""
    counts = customers["region"].value_counts()
    large = counts.index[(counts >= rules.region_customers) & rules.per_region]
    return [EVERYWHERE, *sorted(map(str, large))]


def assign_or_promote(tonight: NightInputs, known: NightContext, rules: SegmentationRules) -> dict[str, NightResult]:
    """Let every model assign, and be replaced where that is due; choose one where there is none.

    Args:
        tonight: the customers
        known: models in force and what is needed to choose others
        rules: of the segmentation

    Returns:
        The night of each model, by region.

    Raises:
        SegmentationError: when a model has to be chosen and there are too few customers.

    """
    customers, next_id = tonight.customers, known.next_id
    nights: dict[str, NightResult] = {}
    for region in regions_with_a_model(customers, rules):
        own = customers if region == EVERYWHERE else customers[customers["region"] == region]
        naming = Naming(next_id, "" if region == EVERYWHERE else region)
        nights[region] = _night(RegionInputs(own, tonight.as_of, naming), known, rules)
        numbers = [segment.segment_id for segment in nights[region].in_force.fitted.model.segments]
        next_id = max(next_id, max(numbers) + 1)
    return nights


def drift_table(tonight: NightInputs, nights: Mapping[str, NightResult], versions: Mapping[str, int]) -> pd.DataFrame:
    """The nights as a table.

    Args:
        tonight: the customers
        nights: by region
        versions: of the models in force, by region

    Returns:
        Columns of `contracts.SegmentDrift`.

    """
    parts = by_model(tonight.customers, set(nights))
    rows = []
    for region, done in nights.items():
        own = parts.get(region, tonight.customers.head(0))
        assigned = done.in_force.fitted.model.assign(own).assign(customer_id=own["customer_id"])
        rows.append(
            {
                "region": region,
                "model_version": versions[region],
                "is_promotion": done.in_force.since == tonight.as_of,
                "customers": len(own),
                "relabelled": relabelled(tonight.before, assigned),
                **_drift_row(done),
            }
        )
    return pd.DataFrame(rows)[SegmentDrift.column_names()].astype(SegmentDrift.no_rows().dtypes)


def feature_drift_table(nights: Mapping[str, NightResult]) -> pd.DataFrame:
    """How far each feature has shifted since the fit, a row for each: columns of `contracts.FeatureDrift`."""
    rows = [
        {"region": region, "feature": feature, "psi": psi}
        for region, done in nights.items()
        for feature, psi in done.drift.shift.features.items()
    ]
    return pd.DataFrame(rows, columns=FeatureDrift.column_names()).astype(FeatureDrift.no_rows().dtypes)


def selection_table(nights: Mapping[str, NightResult]) -> pd.DataFrame:
    """The evidence by which the models in force were chosen: columns of `contracts.ModelSelection`."""
    tables = [done.in_force.fitted.selection_table().assign(region=region) for region, done in nights.items()]
    return pd.concat(tables, ignore_index=True).astype({"region": "str"})[ModelSelection.column_names()]


def _night(today: RegionInputs, known: NightContext, rules: SegmentationRules) -> NightResult:
    region = today.naming.region or EVERYWHERE
    before = known.in_force.get(region)
    if before is None:
        return first_night(today, _of_region(known.outlook(), region), rules)
    if known.choose_model or not fits_rules(before.fitted, rules):
        return choice_night(today, _of_region(known.outlook(), region), before, rules)
    return ordinary_night(today, before, rules)


def _of_region(outlook: Outlook | None, region: str) -> Outlook | None:
    if outlook is None or region == EVERYWHERE:
        return outlook
    return Outlook(*(_window_of(window, region) for window in (outlook.learned, outlook.judged)))


def _window_of(window: OutlookWindow, region: str) -> OutlookWindow:
    is_there = window.customers["region"] == region
    return OutlookWindow(window.customers[is_there], window.spent[is_there])


def _drift_row(done: NightResult) -> dict[str, object]:
    drift = done.drift
    return {
        "promoted_on": pd.Timestamp(done.in_force.since),
        "promotion": done.in_force.reason,
        "psi_recency": drift.shift.features["recency_days"],
        "psi_frequency": drift.shift.features["frequency"],
        "psi_monetary": drift.shift.features["monetary"],
        "psi_segments": drift.shift.segments,
        "shadow_ari": drift.agreement,
        "silhouette": drift.silhouette,
        "due": drift.due or None,
        "min_jaccard": drift.min_jaccard,
        "refused": drift.refused or None,
    }

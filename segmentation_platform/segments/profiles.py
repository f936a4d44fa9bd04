"""Which customers are in which segment, and what each segment is like."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.customers import CustomerSegments
from segmentation_platform.contracts.segments import SegmentRegions, Segments
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.segments.history import last_changes
from segmentation_platform.segments.model import Segment, SegmentModel
from segmentation_platform.segments.names import archetype, describe
from segmentation_platform.segments.next_step import next_steps

Models = Mapping[str, FittedModel]
"""The models in force by region; that of `EVERYWHERE` is for the customers of all regions without one."""

_MEDIANS = ("recency_days", "frequency", "monetary")


def with_tastes(customers: pd.DataFrame, tastes: pd.DataFrame) -> pd.DataFrame:
    """The customers with their taste group in place of the category on which they spent most.

    Args:
        customers: columns of `contracts.RfmFeatures`
        tastes: columns of `contracts.CustomerTastes`, one row for each of them

    """
    groups = customers[["customer_id"]].merge(tastes, on="customer_id", how="left", validate="one_to_one")["taste"]
    return customers.assign(taste=groups.set_axis(customers.index))


def by_model(customers: pd.DataFrame, regions: set[str]) -> dict[str, pd.DataFrame]:
    """Part customers by the model that is for them: that of their region if it has one, else that of all.

    Args:
        customers: has the column `region`
        regions: that have a model

    """
    owner = customers["region"].where(customers["region"].isin(regions), EVERYWHERE)
    return {str(region): part for region, part in customers.groupby(owner)}


def assign(customers: pd.DataFrame, models: Models) -> pd.DataFrame:
    """Put customers into segments, each by the model that is for them.

    Args:
        customers: columns of `contracts.RfmFeatures`
        models: in force

    Returns:
        The customers in their order, with `segment_id`, `segment`, `margin`, `next_segment` and `next_step`.

    """
    parts = by_model(customers, set(models)) or {EVERYWHERE: customers}
    assigned = [_assign(part, models[region].model) for region, part in parts.items()]
    return pd.concat(assigned).loc[customers.index]


def _assign(customers: pd.DataFrame, model: SegmentModel) -> pd.DataFrame:
    assigned = customers.join(model.assign(customers))
    # By the worth at the fit, so that a customer's next step does not hang on who else is looked at.
    rank = {segment.segment_id: place for place, segment in enumerate(model.segments, 1)}
    return assigned.join(next_steps(assigned, model, rank))


def customer_segments(assigned: pd.DataFrame, intervals: pd.DataFrame, day: date) -> pd.DataFrame:
    """The customers' segments with where they came from.

    Args:
        assigned: what `assign` gives
        intervals: columns of `contracts.CustomerSegmentHistory`, this day's observation included
        day: reporting date

    Returns:
        Columns of `contracts.CustomerSegments`.

    """
    changes = last_changes(intervals, day).reindex(assigned["customer_id"]).set_axis(assigned.index)
    changes = changes.astype({"previous_segment": "str", "changed_on": "datetime64[us]"})
    return assigned.join(changes)[CustomerSegments.column_names()]


@dataclass(frozen=True)
class Described:
    """Customers in their segments, and what they are otherwise like.

    Attributes:
        segments: columns of `contracts.CustomerSegments`
        features: columns of `contracts.RfmFeatures`, of the same customers

    """

    segments: pd.DataFrame
    features: pd.DataFrame


def segment_profiles(described: Described, models: Models) -> pd.DataFrame:
    """Describe every segment that has customers.

    Args:
        described: the customers
        models: in force

    Returns:
        Columns of `contracts.Segments`, ordered by `rank`.

    """
    habits = ["customer_id", "products_per_order", "orders", "cancellations"]
    merged = described.segments.merge(described.features[habits], on="customer_id", validate="one_to_one")
    grouped = merged.groupby("segment_id")
    profile = pd.DataFrame(
        {
            "segment": grouped["segment"].first(),
            "customers": grouped.size(),
            "revenue": grouped["monetary"].sum(),
            "recency_days_mean": grouped["recency_days"].mean(),
            "recency_days_median": grouped["recency_days"].median(),
            "frequency_mean": grouped["frequency"].mean(),
            "frequency_median": grouped["frequency"].median(),
            "monetary_mean": grouped["monetary"].mean(),
            "monetary_median": grouped["monetary"].median(),
            "average_order_value": grouped["monetary"].sum() / grouped["frequency"].sum(),
            "products_per_order": grouped["products_per_order"].mean(),
            "cancellation_rate": grouped["cancellations"].sum()
            / (grouped["cancellations"].sum() + grouped["orders"].sum()),
            "wholesale_share": grouped["is_wholesale"].mean(),
        }
    ).reset_index()
    profile["customer_share"] = profile["customers"] / profile["customers"].sum()
    profile["revenue_share"] = profile["revenue"] / profile["revenue"].sum()
    profile["rank"] = profile["monetary_mean"].rank(ascending=False, method="first").astype("int64")
    named = _with_words(profile, models)
    money = ["revenue", "monetary_mean", "monetary_median", "average_order_value"]
    named[money] = named[money].round(2)
    return named.sort_values("rank", ignore_index=True)[Segments.column_names()]


def segment_regions(segments: pd.DataFrame) -> pd.DataFrame:
    """Describe every segment in every region.

    Args:
        segments: columns of `contracts.CustomerSegments`

    Returns:
        Columns of `contracts.SegmentRegions`, ordered by region and segment.

    """
    grouped = segments.groupby(["region", "segment_id"])
    table = pd.DataFrame(
        {
            "segment": grouped["segment"].first(),
            "customers": grouped.size(),
            "revenue": grouped["monetary"].sum(),
            **{f"{name}_median": grouped[name].median() for name in _MEDIANS},
            "average_order_value": grouped["monetary"].sum() / grouped["frequency"].sum(),
        }
    )
    totals = table.groupby("region")[["customers", "revenue"]].transform("sum")
    table["customer_share"] = table["customers"] / totals["customers"]
    table["revenue_share"] = (table["revenue"] / totals["revenue"]).fillna(0.0)
    money = ["revenue", "monetary_median", "average_order_value"]
    table[money] = table[money].round(2)
    return table.reset_index()[SegmentRegions.column_names()]


def _with_words(profile: pd.DataFrame, models: Models) -> pd.DataFrame:
    known: dict[int, tuple[Segment, float]] = {
        segment.segment_id: (segment, jaccard)
        for fitted in models.values()
        for segment, jaccard in zip(fitted.model.segments, fitted.jaccards, strict=True)
    }
    of_rows = [known[int(segment_id)] for segment_id in profile["segment_id"]]
    kinds = [archetype(segment.kind) for segment, _ in of_rows]
    shares = zip(kinds, profile["customer_share"], profile["revenue_share"], strict=True)
    return profile.assign(
        description=[describe(kind, customers, revenue) for kind, customers, revenue in shares],
        color=[kind.color for kind in kinds],
        stability=[jaccard for _, jaccard in of_rows],
    )

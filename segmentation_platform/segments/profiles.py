"""What each segment is like, and which customers are in it."""

import pandas as pd

from segmentation_platform.contracts.customers import CustomerSegments
from segmentation_platform.contracts.segments import SegmentProfiles
from segmentation_platform.segments.model import SegmentModel
from segmentation_platform.segments.names import Archetype, describe, name_segments, places


def segment_names(model: SegmentModel, customers: pd.DataFrame) -> dict[int, Archetype]:
    """The archetype of every segment that has customers, by segment id."""
    return name_segments(places(customers, model.assign(customers)["segment_id"]))


def customer_segments(customers: pd.DataFrame, model: SegmentModel, names: dict[int, str]) -> pd.DataFrame:
    """Assign customers to segments.

    Args:
        customers: columns of `contracts.RfmFeatures`
        model: the fitted model
        names: segment id to name

    Returns:
        Columns of `contracts.CustomerSegments`, without history: `previous_segment` and `changed_on` are missing
        values (see `history.carry_changes`).

    """
    assigned = customers.join(model.assign(customers))
    assigned["segment"] = assigned["segment_id"].map(names).astype("str")
    assigned["previous_segment"] = pd.Series(None, index=assigned.index, dtype="str")
    assigned["changed_on"] = pd.Series(pd.NaT, index=assigned.index, dtype="datetime64[us]")
    return assigned[CustomerSegments.column_names()]


def segment_profiles(segments: pd.DataFrame, customers: pd.DataFrame, stability: dict[int, float]) -> pd.DataFrame:
    """Describe every segment.

    Args:
        segments: columns of `contracts.CustomerSegments`
        customers: columns of `contracts.RfmFeatures`, of the same customers
        stability: segment id to mean bootstrap Jaccard

    Returns:
        Columns of `contracts.SegmentProfiles`, ordered by `rank`.

    """
    habits = ["customer_id", "products_per_order", "orders", "cancellations"]
    grouped = segments.merge(customers[habits], on="customer_id", validate="one_to_one").groupby("segment_id")
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
    profile["stability"] = profile["segment_id"].map(stability).astype("float64")
    named = _with_words(profile, name_segments(places(segments, segments["segment_id"])))
    money = ["revenue", "monetary_mean", "monetary_median", "average_order_value"]
    named[money] = named[money].round(2)
    return named.sort_values("rank", ignore_index=True)[SegmentProfiles.column_names()]


def _with_words(profile: pd.DataFrame, archetypes: dict[int, Archetype]) -> pd.DataFrame:
    kinds = [archetypes[int(segment_id)] for segment_id in profile["segment_id"]]
    shares = zip(kinds, profile["customer_share"], profile["revenue_share"], strict=True)
    words = [describe(kind, customers, revenue) for kind, customers, revenue in shares]
    return profile.assign(description=words, color=[kind.color for kind in kinds])

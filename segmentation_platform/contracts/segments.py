"""Contracts of the segment model and of what each segment is like."""

import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, moment, money, number, share, text, whole


class SegmentModels(Contract):
    """Registry of fitted segment models; appended to. The model itself is a readable JSON document."""

    class Config:
        """Name and key."""

        name = "segment_models"
        unique = ["model_version"]

    model_version: int = whole("Number of the model", ge=1)
    created_at: pa.DateTime = moment("When the model was fitted (UTC)")
    as_of: pa.DateTime = day("Reporting date of the features it was fitted on")
    k: int = whole("Number of segments", ge=1)
    customers: int = whole("Customers it was fitted on", ge=1)
    silhouette: float = number("Mean silhouette of the fit", ge=-1, le=1, nullable=True)
    min_jaccard: float = share("Lowest bootstrap Jaccard stability of its segments", nullable=True)
    run_id: str = text("Dagster run that fitted it")
    model: str = text("Transform, centroids, names, metrics and provenance as JSON")


class SegmentProfiles(Contract):
    """One row per segment: its name in plain words, its size, worth, habits and stability."""

    class Config:
        """Name and key."""

        name = "segment_profiles"
        unique = ["segment_id"]

    segment_id: int = whole("Number of the segment", ge=1, unique=True)
    segment: str = text("Name of the segment", unique=True)
    description: str = text("The segment in one sentence")
    rank: int = whole("Place by money spent per customer, 1 is highest", ge=1, unique=True)
    color: str = text("Colour of the segment in every chart, as #rrggbb", str_matches=r"^#[0-9a-f]{6}$")
    customers: int = whole("Customers in the segment", ge=1)
    customer_share: float = share("Share of all customers")
    revenue: float = money("Net money spent by the segment", ge=0)
    revenue_share: float = share("Share of the money spent by all customers")
    recency_days_mean: float = number("Mean days since the last purchase", ge=0)
    recency_days_median: float = number("Median days since the last purchase", ge=0)
    frequency_mean: float = number("Mean number of orders", ge=0)
    frequency_median: float = number("Median number of orders", ge=0)
    monetary_mean: float = money("Mean money spent", ge=0)
    monetary_median: float = money("Median money spent", ge=0)
    average_order_value: float = money("Money spent per order, over the segment's orders", ge=0)
    products_per_order: float = number("Mean of the customers' products per order", ge=0)
    cancellation_rate: float = share("Cancellation invoices as a share of all invoices")
    wholesale_share: float = share("Share of customers who buy in wholesale quantities")
    stability: float = share("Mean bootstrap Jaccard (Hennig 2007); 0.75 and more is stable", nullable=True)

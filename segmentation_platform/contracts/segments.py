"""Contracts of the segment model and of what each segment is like."""

import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, flag, moment, money, number, share, text, whole
from segmentation_platform.contracts.shown import Bars, Chapter, Drawn, Published, Shown

EVERYWHERE = "all"
"""Stands for all customers where a region could be named, and for all tastes where one could."""

BY_HAND = "by hand"
"""The reason of a promotion that somebody asked for; it holds against drift."""

NEW, GONE = "(new)", "(gone)"
"""Where customers come from, and go to, who were, or are, in no segment."""


class SegmentModels(
    Contract,
    shown=Shown("quality", Drawn()),
):
    """Registry of promoted segment models; appended to. The model itself is a readable JSON document."""

    class Config:
        """Name and key."""

        name = "segment_models"
        unique = ["model_version"]

    model_version: int = whole("Number of the model", ge=1)
    created_at: pa.DateTime = moment("When the model was fitted (UTC)")
    as_of: pa.DateTime = day("Reporting date of the features it was fitted on")
    ledger_name: str = text("Name of the ledger that it was fitted on")
    region: str = text("Region whose customers it is for, or all")
    transform: str = text("How the features are transformed: raw, log, yeo-johnson or quantile")
    k: int = whole("Number of segments", ge=1)
    customers: int = whole("Customers it was fitted on", ge=1)
    silhouette: float = number("Mean silhouette of the fit", ge=-1, le=1, nullable=True)
    min_jaccard: float = share("Lowest bootstrap Jaccard stability of its segments", nullable=True)
    run_id: str = text("Dagster run that fitted it")
    model: str = text("Transform, centroids, numbers, names, reference and evidence as JSON")


class ModelSelection(
    Contract,
    published=Published(Chapter.EVIDENCE, 2, "transform and number of segments: the evidence for and against"),
    shown=Shown("quality", Drawn()),
):
    """The evidence by which transform and number of segments were chosen; one row for each that was tried."""

    class Config:
        """Name and key."""

        name = "model_selection"
        unique = ["region", "transform", "k"]

    region: str = text("Region whose customers the model is for, or all")
    transform: str = text("How the features were transformed: raw, log, yeo-johnson or quantile")
    k: int = whole("Number of segments", ge=1)
    is_chosen: bool = flag("Whether this one was chosen")
    judged_on: pa.DateTime = day("Reporting date of the customers by whom it was judged")
    silhouette: float = number("Mean silhouette; compares within one transform only", ge=-1, le=1)
    calinski_harabasz: float = number("Calinski-Harabasz index; compares within one transform only", ge=0)
    davies_bouldin: float = number("Davies-Bouldin index, lower is better; within one transform only", ge=0)
    gap: float = number("Gap statistic: log inertia of uniform points minus that of the customers")
    prediction_strength: float = share("Tibshirani & Walther 2005: mean over random halvings")
    bootstrap_ari: float = number("Mean adjusted Rand index with the segments of resamples", ge=-1, le=1)
    min_jaccard: float = share("Lowest mean bootstrap Jaccard of a segment (Hennig 2007)")
    quiet_relabelled: float = share("Share of customers in another segment after a day on which nobody buys")
    repurchase_auc: float = share(
        "How well segments predict who buys in the days ahead, on held-out time: area under the ROC curve; "
        "null where the ledger is too short",
        nullable=True,
    )
    spend_correlation: float = number(
        "Spearman correlation of predicted and actual spending in those days", ge=-1, le=1, nullable=True
    )
    smallest: int = whole("Customers in the smallest segment (of a sample where there are very many)")


class SegmentDrift(
    Contract,
    published=Published(
        Chapter.EVIDENCE, 3, "model: how far customers have drifted from it, and whether it was replaced"
    ),
    shown=Shown("quality", Drawn()),
):
    """How far customers have drifted from the model in force, and what was made of it; one row per model."""

    class Config:
        """Name and key."""

        name = "segment_drift"
        unique = ["region"]

    region: str = text("Region whose customers the model is for, or all", unique=True)
    model_version: int = whole("Model that assigns since this night (see warehouse.segment_models)", ge=1)
    promoted_on: pa.DateTime = day("Reporting date of its promotion")
    promotion: str = text("Why it was promoted")
    is_promotion: bool = flag("Whether it was promoted this night")
    customers: int = whole("Customers whom it assigns")
    psi_recency: float = number("Population stability index of recency against the fit", ge=0)
    psi_frequency: float = number("Population stability index of frequency", ge=0)
    psi_monetary: float = number("Population stability index of monetary value", ge=0)
    psi_segments: float = number("Population stability index of the segments' shares", ge=0)
    shadow_ari: float = number(
        "Adjusted Rand index with the nightly refit; null where nothing could be refitted",
        ge=-1,
        le=1,
        nullable=True,
    )
    silhouette: float = number("Mean silhouette of the model that was in force before", ge=-1, le=1)
    relabelled: float = share("Share of customers in another segment than on the night before", nullable=True)
    due: str = text("Why the refit should take the model's place; null if it need not", nullable=True)
    min_jaccard: float = share("Stability of the refit's least stable segment; null if not due", nullable=True)
    refused: str = text("Why the refit did not take the model's place although it was due", nullable=True)


class FeatureDrift(
    Contract,
    published=Published(Chapter.EVIDENCE, 6, "model and feature: how far customers have shifted since the fit"),
    shown=Shown("quality", Bars("Population stability index", "feature", "psi")),
):
    """How far each feature of the customers has shifted since the model in force was fitted."""

    class Config:
        """Name and key."""

        name = "feature_drift"
        unique = ["region", "feature"]

    region: str = text("Region whose customers the model is for, or all")
    feature: str = text("Feature that segments are made of (see rfm_features)")
    psi: float = number("Population stability index of the feature against the fit", ge=0)


class Segments(
    Contract,
    published=Published(Chapter.SEGMENTS, 1, "segment: name, size, revenue, habits, stability"),
    shown=Shown("segment", Bars("Customers by segment", "segment", "customers", color="color", order="rank")),
):
    """One row per segment: its name in plain words, its size, worth, habits and stability."""

    class Config:
        """Name and key."""

        name = "segments"
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
    stability: float = share("Mean bootstrap Jaccard (Hennig 2007); 1 is fully stable", nullable=True)


class SegmentRegions(
    Contract,
    published=Published(Chapter.SEGMENTS, 2, "segment and region: size, revenue, habits"),
    shown=Shown("segment", Drawn()),
):
    """The segments in every region: how many customers, how much revenue, and their habits there."""

    class Config:
        """Name and key."""

        name = "segment_regions"
        unique = ["segment_id", "region"]

    segment_id: int = whole("Number of the segment (see segments)", ge=1)
    segment: str = text("Name of the segment")
    region: str = text("Region of the customers' last purchase")
    customers: int = whole("Customers of the segment in the region", ge=1)
    customer_share: float = share("Share of the region's customers")
    revenue: float = money("Net money that they spent", ge=0)
    revenue_share: float = share("Share of the money spent by the region's customers")
    recency_days_median: float = number("Median days since the last purchase", ge=0)
    frequency_median: float = number("Median number of orders", ge=0)
    monetary_median: float = money("Median money spent", ge=0)
    average_order_value: float = money("Money spent per order", ge=0)


class SegmentMoves(
    Contract,
    published=Published(Chapter.SEGMENTS, 4, "month, segment from and segment to: customers and money"),
    shown=Shown("movement", Drawn()),
):
    """Who moved from which segment to which in a month, those who stayed included, and what they are worth."""

    class Config:
        """Name and key."""

        name = "segment_moves"
        unique = ["period", "from_segment", "to_segment"]

    period: pa.DateTime = day("First day of the month")
    until: pa.DateTime = day("Day of the later look: the first of the next month, or the reporting date if earlier")
    from_segment: str = text(f"Segment on the first day of the month; {NEW} for customers who came in it")
    to_segment: str = text(f"Segment on the day of the later look; {GONE} for customers with nothing left after it")
    customers: int = whole("Customers who went this way", ge=1)
    customer_share: float = share("Share of the customers of from_segment")
    revenue: float = money("Net money that they have spent in all, up to the reporting date", ge=0)

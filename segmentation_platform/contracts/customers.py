"""Contracts of what is known about each customer."""

from typing import Any

import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, flag, money, number, share, text, whole
from segmentation_platform.contracts.shown import Chapter, Counts, Drawn, Histogram, Published, Shown


def _score(what: str) -> Any:
    return whole(f"{what} score, 1 (lowest fifth of customers) to 5 (highest); ties share the lower", ge=1, le=5)


class RfmFeatures(
    Contract,
    shown=Shown(
        "segment",
        Histogram("Customers by days since their last purchase", "recency_days", "days since last purchase"),
    ),
):
    """One row per customer with net purchases: recency, frequency, monetary value and habits."""

    class Config:
        """Name and key."""

        name = "rfm_features"
        unique = ["customer_id"]

    customer_id: str = text("Customer number", unique=True)
    recency_days: int = whole("Days from the last net purchase to the reporting date", ge=1)
    frequency: int = whole("Invoices with at least one unit not cancelled", ge=1)
    monetary: float = money("Money spent, net of cancellations", ge=0)
    r_score: int = _score("Recency")
    f_score: int = _score("Frequency")
    m_score: int = _score("Monetary")
    average_order_value: float = money("Monetary divided by frequency", ge=0)
    products_per_order: float = number("Distinct products per invoice, mean", ge=1)
    orders: int = whole("Invoices of sales, whether cancelled later or not", ge=1)
    cancellations: int = whole("Cancellation invoices")
    first_purchase: pa.DateTime = day("Day of the first net purchase")
    last_purchase: pa.DateTime = day("Day of the last net purchase")
    country: str = text("Country of the customer's last purchase")
    region: str = text("Region of that country")
    taste: str = text("Product category on which the customer spent most")
    is_wholesale: bool = flag("Whether the median line is of a wholesale quantity (see segmentation.toml)")


class CustomerSegments(
    Contract,
    published=Published(
        Chapter.SEGMENTS, 3, "customer: segment, where from, since when, R, F, M, what would move them up"
    ),
    shown=Shown("customer", Counts("Customers by segment", "segment")),
):
    """One row per customer: segment, how firmly it holds, where the customer came from, and R, F, M."""

    class Config:
        """Name and key."""

        name = "customer_segments"
        unique = ["customer_id"]

    customer_id: str = text("Customer number", unique=True)
    segment_id: int = whole("Number of the segment (see segments)", ge=1)
    segment: str = text("Name of the segment")
    previous_segment: str = text("Segment before the last change; null where none is known", nullable=True)
    changed_on: pa.DateTime = day("Reporting date of the last change of segment; null for none", nullable=True)
    margin: float = share("How far from the border: 0 on it, 1 at the centre (1 - nearest / second distance)")
    next_segment: str = text("Better segment that is nearest in orders; null if none is within six", nullable=True)
    next_step: str = text("What would move the customer up, in words")
    recency_days: int = whole("Days from the last net purchase to the reporting date", ge=1)
    frequency: int = whole("Invoices with at least one unit not cancelled", ge=1)
    monetary: float = money("Money spent, net of cancellations", ge=0)
    r_score: int = _score("Recency")
    f_score: int = _score("Frequency")
    m_score: int = _score("Monetary")
    average_order_value: float = money("Monetary divided by frequency", ge=0)
    first_purchase: pa.DateTime = day("Day of the first net purchase")
    last_purchase: pa.DateTime = day("Day of the last net purchase")
    country: str = text("Country of the customer's last purchase")
    region: str = text("Region of that country")
    taste: str = text("Taste group, named by the category that it buys more than others; Mixed: too little to tell")
    is_wholesale: bool = flag("Whether the customer buys in wholesale quantities")


class CustomerSegmentHistory(
    Contract,
    published=Published(Chapter.SEGMENTS, 5, "customer and time: segment from when until when", spans_snapshots=True),
    shown=Shown("movement", Drawn()),
):
    """Which customer was in which segment from when until when, by the nights and month-ends that were looked at."""

    class Config:
        """Name and key."""

        name = "customer_segment_history"
        unique = ["customer_id", "valid_from"]

    customer_id: str = text("Customer number")
    segment_id: int = whole("Number of the segment", ge=1)
    segment: str = text("Name of the segment")
    valid_from: pa.DateTime = day("First reporting date on which the customer was seen in the segment")
    valid_to: pa.DateTime = day("First reporting date on which no longer; null while it holds", nullable=True)

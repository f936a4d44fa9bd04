"""Contracts of the recommendation tables."""

from segmentation_platform.contracts.base import Contract, number, share, text, whole

LISTS = ("popular", "rising", "signature")
"""popular: bought most lately; rising: more than usual lately; signature: sets the segment apart."""


class SegmentRecommendations(Contract):
    """Products to offer to a segment, best first, in three lists, for all regions and for each one."""

    class Config:
        """Name and key."""

        name = "segment_recs"
        unique = ["segment_id", "region", "taste", "list", "rank"]

    segment_id: int = whole("Number of the segment", ge=1)
    region: str = text("Region, or all")
    taste: str = text("Taste, or all")
    list: str = text("Which list: popular, rising or signature", isin=LISTS)
    rank: int = whole("Place in the list, 1 is best", ge=1)
    segment: str = text("Name of the segment")
    stock_code: str = text("Product code")
    description: str = text("Product description", nullable=True)
    category: str = text("Product category")
    product_type: str = text("Product type")
    score: float = number("What the list is ordered by; compares within one list only")
    customers: int = whole("Customers of this segment and region who bought the product (support)", ge=1)
    share: float = share("Share of the segment's customers in this region who bought it")
    lift: float = number("That share divided by the share among all customers", ge=0)
    lift_low: float = number("Lower end of the 95 % interval of the lift", ge=0)
    lift_high: float = number("Upper end of the 95 % interval of the lift", ge=0)
    trend: float = number("The product's recent share of purchases divided by its all-time share", ge=0)
    reason: str = text("Why it is in the list, in words")

"""One pandera model per table: the single source of column names, types, descriptions and rules.

Belongs here: what a table promises. Does not belong here: how it is computed or stored.
"""

from segmentation_platform.contracts.base import Column, Contract
from segmentation_platform.contracts.customers import CustomerSegments, RfmFeatures
from segmentation_platform.contracts.ledger import CleanSales, Loads, ProductCatalog, RawSales, RejectedSales
from segmentation_platform.contracts.recommendations import (
    CustomerRecommendations,
    RecommendationQuality,
    SegmentRecommendations,
    SimilarItems,
)
from segmentation_platform.contracts.segments import SegmentModels, SegmentProfiles
from segmentation_platform.contracts.serving import INTERNAL, PUBLISHED, Published, Snapshots

WORKING: tuple[type[Contract], ...] = (
    RawSales,
    Loads,
    CleanSales,
    RejectedSales,
    ProductCatalog,
    RfmFeatures,
    SegmentModels,
    CustomerSegments,
    SegmentProfiles,
    SegmentRecommendations,
)
"""Every table of the `warehouse` schema, in the order of the flow."""

__all__ = [
    "INTERNAL",
    "PUBLISHED",
    "WORKING",
    "CleanSales",
    "Column",
    "Contract",
    "CustomerRecommendations",
    "CustomerSegments",
    "Loads",
    "ProductCatalog",
    "Published",
    "RawSales",
    "RecommendationQuality",
    "RejectedSales",
    "RfmFeatures",
    "SegmentModels",
    "SegmentProfiles",
    "SegmentRecommendations",
    "SimilarItems",
    "Snapshots",
]

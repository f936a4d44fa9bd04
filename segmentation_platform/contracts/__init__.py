"""One pandera model per table: the single source of column names, types, descriptions and rules.

Belongs here: what a table promises. Does not belong here: how it is computed or stored.
"""

from segmentation_platform.contracts.base import Column, Contract
from segmentation_platform.contracts.customers import CustomerSegmentHistory, CustomerSegments, RfmFeatures
from segmentation_platform.contracts.ledger import CleanSales, Loads, ProductCatalog, RawSales, RejectedSales
from segmentation_platform.contracts.recommendations import SegmentRecommendations
from segmentation_platform.contracts.segments import (
    EVERYWHERE,
    GONE,
    NEW,
    ModelSelection,
    SegmentDrift,
    SegmentModels,
    SegmentMoves,
    SegmentProfiles,
    SegmentRegions,
)
from segmentation_platform.contracts.serving import HISTORY, INTERNAL, PUBLISHED, Published, Snapshots

WORKING: tuple[type[Contract], ...] = (
    RawSales,
    Loads,
    CleanSales,
    RejectedSales,
    ProductCatalog,
    RfmFeatures,
    SegmentModels,
    SegmentDrift,
    ModelSelection,
    CustomerSegmentHistory,
    CustomerSegments,
    SegmentMoves,
    SegmentProfiles,
    SegmentRegions,
    SegmentRecommendations,
)
"""Every table of the `warehouse` schema, in the order of the flow."""

__all__ = [
    "EVERYWHERE",
    "GONE",
    "HISTORY",
    "INTERNAL",
    "NEW",
    "PUBLISHED",
    "WORKING",
    "CleanSales",
    "Column",
    "Contract",
    "CustomerSegmentHistory",
    "CustomerSegments",
    "Loads",
    "ModelSelection",
    "ProductCatalog",
    "Published",
    "RawSales",
    "RejectedSales",
    "RfmFeatures",
    "SegmentDrift",
    "SegmentModels",
    "SegmentMoves",
    "SegmentProfiles",
    "SegmentRecommendations",
    "SegmentRegions",
    "Snapshots",
]

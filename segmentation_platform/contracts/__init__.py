"""One pandera model per table: the single source of column names, types, descriptions and rules.

Belongs here: what a table promises. Does not belong here: how it is computed or stored.
"""

from segmentation_platform.contracts.base import Column, Contract
from segmentation_platform.contracts.campaigns import CampaignAudiences, Campaigns, Checks
from segmentation_platform.contracts.customers import CustomerSegmentHistory, CustomerSegments, RfmFeatures
from segmentation_platform.contracts.insights import Cancellations, Cohorts, Countries, Seasonality
from segmentation_platform.contracts.ledger import CleanSales, Loads, ProductCatalog, RawSales, RejectedSales
from segmentation_platform.contracts.recommendations import (
    CustomerRecommendations,
    CustomerTastes,
    RecommendationQuality,
    SegmentRecommendations,
    SimilarItems,
    TasteModels,
)
from segmentation_platform.contracts.scoring import ItemWeights, Models, ProductDemand, RegionalDemand
from segmentation_platform.contracts.segments import (
    BY_HAND,
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
    TasteModels,
    CustomerTastes,
    CustomerSegments,
    SegmentMoves,
    SegmentProfiles,
    SegmentRegions,
    SegmentRecommendations,
    CustomerRecommendations,
    SimilarItems,
    Models,
    ProductDemand,
    RegionalDemand,
    ItemWeights,
    RecommendationQuality,
    Seasonality,
    Cancellations,
    Countries,
    Cohorts,
    Campaigns,
    CampaignAudiences,
)
"""Every table of the `warehouse` schema, in the order of the flow."""

__all__ = [
    "BY_HAND",
    "EVERYWHERE",
    "GONE",
    "HISTORY",
    "INTERNAL",
    "NEW",
    "PUBLISHED",
    "WORKING",
    "CampaignAudiences",
    "Campaigns",
    "Cancellations",
    "Checks",
    "CleanSales",
    "Cohorts",
    "Column",
    "Contract",
    "Countries",
    "CustomerRecommendations",
    "CustomerSegmentHistory",
    "CustomerSegments",
    "CustomerTastes",
    "ItemWeights",
    "Loads",
    "ModelSelection",
    "Models",
    "ProductCatalog",
    "ProductDemand",
    "Published",
    "RawSales",
    "RecommendationQuality",
    "RegionalDemand",
    "RejectedSales",
    "RfmFeatures",
    "Seasonality",
    "SegmentDrift",
    "SegmentModels",
    "SegmentMoves",
    "SegmentProfiles",
    "SegmentRecommendations",
    "SegmentRegions",
    "SimilarItems",
    "Snapshots",
    "TasteModels",
]

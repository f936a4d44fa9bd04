"""One pandera model per table: the single source of column names, types, descriptions and rules.

Belongs here: what a table promises. Does not belong here: how it is computed or stored.
"""

from segmentation_platform.contracts.base import Column, Contract
from segmentation_platform.contracts.campaigns import CampaignAudiences, Campaigns, Checks
from segmentation_platform.contracts.catalogue import HISTORY, PUBLISHED, SHOWN, WORKING
from segmentation_platform.contracts.customers import CustomerSegmentHistory, CustomerSegments, RfmFeatures
from segmentation_platform.contracts.insights import Cancellations, Cohorts, Countries, Seasonality
from segmentation_platform.contracts.ledger import CleanSales, Loads, Products, RawSales, RejectedSales
from segmentation_platform.contracts.recommendations import (
    Bundles,
    CustomerRecommendations,
    CustomerTastes,
    QualityBySegment,
    RecommendationMethods,
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
    FeatureDrift,
    ModelSelection,
    SegmentDrift,
    SegmentModels,
    SegmentMoves,
    SegmentRegions,
    Segments,
)
from segmentation_platform.contracts.shown import Published, Shown
from segmentation_platform.contracts.snapshots import INTERNAL, Snapshots

__all__ = [
    "BY_HAND",
    "EVERYWHERE",
    "GONE",
    "HISTORY",
    "INTERNAL",
    "NEW",
    "PUBLISHED",
    "SHOWN",
    "WORKING",
    "Bundles",
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
    "FeatureDrift",
    "ItemWeights",
    "Loads",
    "ModelSelection",
    "Models",
    "ProductDemand",
    "Products",
    "Published",
    "QualityBySegment",
    "RawSales",
    "RecommendationMethods",
    "RecommendationQuality",
    "RegionalDemand",
    "RejectedSales",
    "RfmFeatures",
    "Seasonality",
    "SegmentDrift",
    "SegmentModels",
    "SegmentMoves",
    "SegmentRecommendations",
    "SegmentRegions",
    "Segments",
    "Shown",
    "SimilarItems",
    "Snapshots",
    "TasteModels",
]

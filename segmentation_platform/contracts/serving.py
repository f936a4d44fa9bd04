"""What is published: the views of the `serving` schema, and the registry of snapshots."""

from dataclasses import dataclass

import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, flag, moment, share, text, whole
from segmentation_platform.contracts.campaigns import CampaignAudiences, Campaigns, Checks
from segmentation_platform.contracts.customers import CustomerSegments
from segmentation_platform.contracts.insights import Cancellations, Cohorts, Countries, Seasonality
from segmentation_platform.contracts.ledger import ProductCatalog
from segmentation_platform.contracts.recommendations import (
    CustomerRecommendations,
    RecommendationQuality,
    SegmentRecommendations,
    SimilarItems,
)
from segmentation_platform.contracts.scoring import ItemWeights, Models, ProductDemand, RegionalDemand
from segmentation_platform.contracts.segments import (
    ModelSelection,
    SegmentDrift,
    SegmentMoves,
    SegmentProfiles,
    SegmentRegions,
)


class Snapshots(Contract):
    """Every published snapshot: what it was computed from, by which run, and which one is served."""

    class Config:
        """Name and key."""

        name = "snapshots"
        unique = ["snapshot_id"]

    snapshot_id: int = whole("Number of the snapshot", ge=1)
    as_of: pa.DateTime = day("Reporting date: the day after the last sale unless given")
    published_at: pa.DateTime = moment("When it was published (UTC)")
    run_id: str = text("Dagster run that published it")
    first_sale: pa.DateTime = moment("First line of the ledger before the reporting date")
    last_sale: pa.DateTime = moment("Last line of the ledger before the reporting date")
    lines: int = whole("Ledger lines before the reporting date, after cleaning")
    customers: int = whole("Customers in the snapshot")
    guest_share: float = share("Share of the sales' revenue that came from guests, who are in no segment")
    model_version: int = whole("Segment model that assigned them (that of all customers)", ge=1)
    taste_version: int = whole("Model of tastes that assigned them; 0 for none")
    checks_passed: int = whole("Data checks that passed in the run")
    checks_warned: int = whole("Data checks that warned in the run")
    data_note: str = text("What to keep in mind with so little data; null if there is enough", nullable=True)
    ledger: str = text("Short name of the ledger: the same in all snapshots of one file's path, and in no other")
    inputs: str = text("Fingerprint of ledger, settings and code; equal inputs give an equal snapshot")
    source: str = text("Path of the ledger file that it was computed from")
    is_served: bool = flag("Whether the serving views show this snapshot")


INTERNAL = ("inputs", "source", "is_served")
"""The columns of `Snapshots` that `serving.snapshot` does not show."""


HISTORY = "customer_segment_history"
"""The view that shows the history of the customers' segments; it spans snapshots, and so has no copy for each."""


@dataclass(frozen=True)
class Published:
    """A working table and the name of the view in `serving` that shows its published copy."""

    view: str
    contract: type[Contract]


PUBLISHED: tuple[Published, ...] = (
    Published("segments", SegmentProfiles),
    Published("segment_regions", SegmentRegions),
    Published("customer_segments", CustomerSegments),
    Published("segment_moves", SegmentMoves),
    Published("segment_recommendations", SegmentRecommendations),
    Published("customer_recommendations", CustomerRecommendations),
    Published("similar_items", SimilarItems),
    Published("products", ProductCatalog),
    Published("seasonality", Seasonality),
    Published("cancellations", Cancellations),
    Published("countries", Countries),
    Published("cohorts", Cohorts),
    Published("campaigns", Campaigns),
    Published("campaign_audiences", CampaignAudiences),
    Published("checks", Checks),
    Published("model_selection", ModelSelection),
    Published("segment_drift", SegmentDrift),
    Published("recommendation_quality", RecommendationQuality),
    Published("models", Models),
    Published("product_demand", ProductDemand),
    Published("regional_demand", RegionalDemand),
    Published("item_weights", ItemWeights),
)
"""Everything that is published, in the order in which a reader would look."""

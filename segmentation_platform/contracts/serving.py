"""What is published: the views of the `serving` schema, and the registry of snapshots."""

from dataclasses import dataclass

import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, flag, moment, text, whole
from segmentation_platform.contracts.customers import CustomerSegments
from segmentation_platform.contracts.ledger import ProductCatalog
from segmentation_platform.contracts.recommendations import SegmentRecommendations
from segmentation_platform.contracts.segments import SegmentProfiles


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
    model_version: int = whole("Segment model that assigned them", ge=1)
    checks_passed: int = whole("Data checks that passed in the run")
    checks_warned: int = whole("Data checks that warned in the run")
    inputs: str = text("Fingerprint of ledger, settings and code; equal inputs give an equal snapshot")
    source: str = text("Path of the ledger file that it was computed from")
    is_served: bool = flag("Whether the serving views show this snapshot")


INTERNAL = ("inputs", "source", "is_served")
"""The columns of `Snapshots` that `serving.snapshot` does not show."""


@dataclass(frozen=True)
class Published:
    """A working table and the name of the view in `serving` that shows its published copy."""

    view: str
    contract: type[Contract]


PUBLISHED: tuple[Published, ...] = (
    Published("segments", SegmentProfiles),
    Published("customer_segments", CustomerSegments),
    Published("segment_recommendations", SegmentRecommendations),
    Published("products", ProductCatalog),
)
"""Everything that is published, in the order in which a reader would look."""

"""What programs and notebooks read the published snapshot with; it needs the read-only role, or a folder of files.

Belongs here: asking for what is published, in frames, and scoring from it. Does not belong here: a Postgres driver
(`warehouse`), how tables are made, how they are shown.
"""

from segmentation_platform.client.client import Client, Customer
from segmentation_platform.client.errors import ClientError, NothingPublishedError
from segmentation_platform.client.query import Page
from segmentation_platform.contracts.snapshot_record import Snapshot
from segmentation_platform.scoring import Purchase, ScoredCustomer

__all__ = [
    "Client",
    "ClientError",
    "Customer",
    "NothingPublishedError",
    "Page",
    "Purchase",
    "ScoredCustomer",
    "Snapshot",
]

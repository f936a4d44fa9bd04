"""The registry of snapshots."""

import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, flag, moment, share, text, whole


class Snapshots(Contract, is_working=False):
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
    ledger: str = text("Short hash of the ledger's name: the same in all snapshots of one ledger, and in no other")
    inputs: str = text("Fingerprint of ledger, settings and code; equal inputs give an equal snapshot")
    ledger_name: str = text("Name of the ledger that it was computed from")
    is_served: bool = flag("Whether the serving views show this snapshot")


INTERNAL = ("inputs", "ledger_name", "is_served")
"""The columns of `Snapshots` that `serving.snapshot` does not show."""

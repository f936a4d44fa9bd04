"""One snapshot as a record: every column of `contracts.Snapshots` once, for those who read or write a single row.

Belongs here: what is said of one snapshot. Who may read which columns is decided by the view `serving.snapshot`; the
columns that it leaves out (`contracts.INTERNAL`) are only in what a run hands in.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class SnapshotFacts:
    """What a run knows of the snapshot that it makes, and everybody may read."""

    as_of: date
    run_id: str
    first_sale: datetime
    last_sale: datetime
    lines: int
    customers: int
    guest_share: float
    model_version: int
    taste_version: int
    checks_passed: int
    checks_warned: int
    data_note: str | None


@dataclass(frozen=True, kw_only=True)
class NewSnapshot(SnapshotFacts):
    """A snapshot that is to be published, with what only its owner sees: `contracts.INTERNAL`."""

    inputs: str
    ledger_name: str


@dataclass(frozen=True, kw_only=True)
class Snapshot(SnapshotFacts):
    """A published snapshot as everybody may read it: the row of `serving.snapshot`."""

    snapshot_id: int
    published_at: datetime
    ledger: str

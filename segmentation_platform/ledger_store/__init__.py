"""Where the ledger's lines lie: columnar tables with versions, in a folder or a bucket.

Belongs here: writing, reading and sweeping versions of ledger-sized tables. Does not belong here: what their columns
mean, which of their versions counts, and which lines a run reads.
"""

from collections.abc import Mapping

from segmentation_platform.ledger_store.base import (
    DataFile,
    PartsOf,
    StoreConflictError,
    StoreError,
    StorePlace,
    StoreUnavailableError,
    TableKind,
    VersionedTable,
)

__all__ = [
    "DataFile",
    "PartsOf",
    "StoreConflictError",
    "StoreError",
    "StorePlace",
    "StoreUnavailableError",
    "TableKind",
    "VersionedTable",
    "open_table",
]


def open_table(url: str, kind: TableKind, options: Mapping[str, str]) -> VersionedTable:
    """The table at a place, which is made by its first version.

    Args:
        url: a path, or s3://, gs://, az://
        kind: what lines it has
        options: keys and settings of the bucket, as delta-rs names them

    """
    from segmentation_platform.ledger_store.delta import DeltaLedgerTable  # takes its time, and not all need it

    return DeltaLedgerTable(url, kind, options)

"""Loading lines without a pipeline, for those who try what is done with them."""

from collections.abc import Iterator

import pyarrow as pa

from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.loads import Changes, Load, NewLoad, ledger_named, update_ledger
from segmentation_platform_tests.support.stores import lines_of

SHOP = "shop"


def load_whole(database: Database, file: LedgerFile, batches: Iterator[pa.RecordBatch], name: str = SHOP) -> Load:
    """Load a file as the whole of a ledger: what was loaded of it before gives way."""
    before = ledger_named(database, name)
    changes = Changes(added=[NewLoad(file, file.source, batches)], retired=before.load_ids if before else ())
    return update_ledger(lines_of(database), name, changes).loads[-1]


def load_part(database: Database, file: LedgerFile, batches: Iterator[pa.RecordBatch], name: str = SHOP) -> Load:
    """Load a file beside those that a ledger has."""
    return update_ledger(lines_of(database), name, Changes(added=[NewLoad(file, file.source, batches)])).loads[-1]

"""Runs the ledger-sized SQL: one `SELECT` a table, kept in `.sql` files beside the logic they belong to.

Belongs here: how steps are run. Does not belong here: what they compute.
"""

from segmentation_platform.engine.base import Engine, Parameters, Session, Step, TableLike, answer, read_step
from segmentation_platform.engine.duckdb import NO_ROOM, DuckDBEngine
from segmentation_platform.engine.files import ParquetFiles
from segmentation_platform.engine.room import NoRoomError, Room

__all__ = [
    "NO_ROOM",
    "DuckDBEngine",
    "Engine",
    "NoRoomError",
    "Parameters",
    "ParquetFiles",
    "Room",
    "Session",
    "Step",
    "TableLike",
    "answer",
    "new_engine",
    "read_step",
]


def new_engine(room: Room | None = None) -> Engine:
    """The engine that runs the ledger-sized SQL.

    Args:
        room: the memory above which it spills to disk, and where to

    """
    return DuckDBEngine(room)

"""Runs the ledger-sized SQL: one `SELECT` a table, kept in `.sql` files beside the logic they belong to.

Belongs here: how steps are run. Does not belong here: what they compute.
"""

from segmentation_platform.engine.base import Engine, Session, Step, TableLike, read_step
from segmentation_platform.engine.duckdb import NO_ROOM, DuckDBEngine

__all__ = ["NO_ROOM", "DuckDBEngine", "Engine", "Session", "Step", "TableLike", "new_engine", "read_step"]


def new_engine(memory_limit: str = "") -> Engine:
    """The engine that runs the ledger-sized SQL.

    Args:
        memory_limit: for instance 4GB, above which it spills to disk; empty: most of the memory

    """
    return DuckDBEngine(memory_limit or None)

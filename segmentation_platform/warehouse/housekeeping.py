"""What the platform's tables take, and dropping loads that later ones of the same file have superseded."""

from dataclasses import dataclass

from psycopg.rows import class_row

from segmentation_platform.contracts import RawSales
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.ledger_lines import LedgerLines


@dataclass(frozen=True)
class TableSize:
    """What a table takes on disk.

    Attributes:
        table: with its schema
        bytes: with indexes and toasted values
        rows: about, as the planner knows it

    """

    table: str
    bytes: int
    rows: int


def table_sizes(database: Database) -> list[TableSize]:
    """All tables of the platform, largest first."""
    with database.connect() as connection, connection.cursor(row_factory=class_row(TableSize)) as cursor:
        return cursor.execute(
            "SELECT relnamespace::regnamespace || '.' || relname AS table, pg_total_relation_size(oid) AS bytes,"
            " greatest(reltuples, 0)::bigint AS rows FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace IN (to_regnamespace('warehouse'), to_regnamespace('snapshots'))"
            " ORDER BY bytes DESC, 1"
        ).fetchall()


def prune_loads(lines: LedgerLines, keep: int) -> list[int]:
    """Drop the raw lines of all but the newest loads of every ledger file; those whose lines a ledger has stay.

    Args:
        lines: of all ledgers
        keep: how many of each file's loads stay, at least 1

    Returns:
        The ids of the loads that were dropped.

    """
    if keep < 1:
        raise ValueError("at least one load of every file must be kept")
    with lines.database.connect() as connection:
        connection.execute("LOCK TABLE warehouse.loads IN SHARE ROW EXCLUSIVE MODE")
        rows = connection.execute(
            "SELECT load_id FROM (SELECT load_id, is_part,"
            " row_number() OVER (PARTITION BY ledger_name, source ORDER BY load_id DESC) AS place"
            " FROM warehouse.loads) AS ranked"
            " WHERE place > %s AND NOT is_part ORDER BY load_id",
            [keep],
        ).fetchall()
        dropped = [int(str(row[0])) for row in rows]
        connection.execute("DELETE FROM warehouse.loads WHERE load_id = ANY(%s)", [dropped])
        lines.drop(connection, RawSales, {str(load_id) for load_id in dropped})
    return dropped

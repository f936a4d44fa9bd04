"""The working tables of the schema `warehouse`: one per contract, replaced whole in one transaction.

They are made when the database is brought up to date, so that a run, which fills them, needs no right to make tables.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
from psycopg import sql

from segmentation_platform.contracts import (
    WORKING,
    Column,
    Contract,
    Loads,
    RawSales,
    SegmentModels,
    TasteModels,
)
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.warehouse.advisory_locks import WORKING_TABLES
from segmentation_platform.warehouse.bulk import Tabular, batches, copy_in, stream
from segmentation_platform.warehouse.database import Connection, Database

SCHEMA = "warehouse"

LASTING: tuple[type[Contract], ...] = (RawSales, Loads, SegmentModels, TasteModels)
"""What can't be computed again: only migrations make and change these tables."""

COMPUTED = tuple(contract for contract in WORKING if contract not in LASTING)
"""What every run computes: these tables are made from their contracts."""


@dataclass(frozen=True)
class _Stored:
    """A table as it is in the database."""

    words: str | None
    columns: list[Column] = field(default_factory=list)


def replace_table(database: Database, contract: type[Contract], data: Tabular) -> int:
    """Replace all rows of a working table, which is there; readers see the old rows until the new ones are complete.

    DELETE, not TRUNCATE: after a TRUNCATE a repeatable-read reader would see an empty table.

    Returns:
        The number of rows.

    """
    table = sql.Identifier(SCHEMA, contract.table())
    with database.connect() as connection:
        # Two writers at once would each delete what they see, and leave both their rows.
        connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [WORKING_TABLES, contract.table()])
        connection.execute(sql.SQL("DELETE FROM {}").format(table))
        rows = copy_in(connection, table, contract.column_names(), batches(contract, data))
    vacuum(database, table)
    return rows


def vacuum(database: Database, *tables: sql.Composable) -> None:
    """Give back the room of deleted rows and tell the planner what is in the tables."""
    with database.connect_autocommit() as connection:
        connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.SQL(", ").join(tables)))


@contextmanager
def stream_table(
    database: Database, contract: type[Contract], columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatchReader]:
    """Stream a working table, or some of its columns, as Arrow."""
    with stream(database, select_list(contract, columns)) as reader:
        yield reader


def read_frame(database: Database, contract: type[Contract]) -> pd.DataFrame:
    """Read a working table as a frame, ordered by its key."""
    order = ", ".join(contract.key())
    with stream(database, f"{select_list(contract)} ORDER BY {order}") as reader:
        return to_frame(reader.read_all())


def select_list(contract: type[Contract], columns: Sequence[str] | None = None) -> str:
    """A SELECT of a contract's columns from its table; names come from the contract alone."""
    by_name = {column.name: column for column in contract.columns()}
    wanted = [by_name[name] for name in columns or by_name]
    return f"SELECT {', '.join(map(_readable, wanted))} FROM {SCHEMA}.{contract.table()}"  # noqa: S608


def _readable(column: Column) -> str:
    if column.sql_type.startswith("numeric"):
        return f'"{column.name}"::float8 AS "{column.name}"'
    return f'"{column.name}"'


def outdated_tables(connection: Connection, contracts: Iterable[type[Contract]] = COMPUTED) -> list[str]:
    """The working tables that are missing, or whose columns are not their contract's."""
    stored = _stored(connection)
    return [contract.table() for contract in contracts if not _is_current(stored, contract)]


def update_tables(connection: Connection, contracts: Iterable[type[Contract]] = COMPUTED) -> None:
    """Make the working tables, those again whose columns are not their contract's: all can be computed again."""
    stored = _stored(connection)
    for contract in contracts:
        if not _is_current(stored, contract):
            table = sql.Identifier(SCHEMA, contract.table())
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
            connection.execute(create_table(table, contract.columns()))


def describe_tables(connection: Connection, contracts: Iterable[type[Contract]] = WORKING) -> None:
    """Put the contracts' words on their tables and columns, where every SQL client shows them."""
    stored = _stored(connection)
    for contract in contracts:
        present = stored[contract.table()]
        words = {column.name: column.description for column in contract.columns()}
        described = {column.name: column.description for column in present.columns}
        if (present.words, described) != (contract.summary(), words):
            _describe(connection, contract)


def _is_current(stored: dict[str, _Stored], contract: type[Contract]) -> bool:
    present = stored[contract.table()].columns if contract.table() in stored else []
    return [(c.name, c.sql_type, c.nullable) for c in present] == [
        (c.name, c.sql_type, c.nullable) for c in contract.columns()
    ]


def _describe(connection: Connection, contract: type[Contract]) -> None:
    table = sql.Identifier(SCHEMA, contract.table())
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(contract.summary())))
    for column in contract.columns():
        connection.execute(
            sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(
                table, sql.Identifier(column.name), sql.Literal(column.description)
            )
        )


def _stored(connection: Connection) -> dict[str, _Stored]:
    rows = connection.execute(
        "SELECT relname, obj_description(pg_class.oid, 'pg_class'), attname, format_type(atttypid, atttypmod),"
        " coalesce(col_description(attrelid, attnum), ''), NOT attnotnull"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' AND attnum > 0 AND NOT attisdropped"
        " ORDER BY relname, attnum",
        [SCHEMA],
    )
    stored: dict[str, _Stored] = {}
    for table, table_words, name, kind, words, nullable in rows:
        present = stored.setdefault(str(table), _Stored(None if table_words is None else str(table_words)))
        sql_type = str(kind).replace(" without time zone", "")
        present.columns.append(Column(str(name), sql_type, str(words), bool(nullable)))
    return stored


def create_table(table: sql.Composable, columns: Sequence[Column]) -> sql.Composed:
    """CREATE TABLE for columns of a contract."""
    lines = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(column.name),
            sql.SQL(column.sql_type),
            sql.SQL("" if column.nullable else " NOT NULL"),
        )
        for column in columns
    ]
    return sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(lines))

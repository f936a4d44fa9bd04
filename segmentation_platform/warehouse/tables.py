"""The working tables of the schema `warehouse`: one per contract, replaced whole in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
import pyarrow as pa
from psycopg import sql

from segmentation_platform.contracts import Column, Contract
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.warehouse.bulk import Tabular, batches, copy_in, stream
from segmentation_platform.warehouse.database import Connection, Database

SCHEMA = "warehouse"


def replace_table(database: Database, contract: type[Contract], data: Tabular) -> int:
    """Replace all rows of a working table; readers see the old rows until the new ones are complete.

    DELETE, not TRUNCATE: after a TRUNCATE a repeatable-read reader would see an empty table.

    Returns:
        The number of rows.

    """
    table = sql.Identifier(SCHEMA, contract.table())
    with database.connect() as connection:
        # Two writers at once would each delete what they see, and leave both their rows.
        connection.execute("SELECT pg_advisory_xact_lock(7305114, hashtext(%s))", [contract.table()])
        _ensure_table(connection, contract)
        connection.execute(sql.SQL("DELETE FROM {}").format(table))
        rows = copy_in(connection, table, contract.column_names(), batches(contract, data))
    vacuum(database, table)
    return rows


def vacuum(database: Database, table: sql.Composable) -> None:
    """Give back the room of deleted rows and tell the planner what is in the table."""
    with database.connect_autocommit() as connection:
        connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(table))


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


def _ensure_table(connection: Connection, contract: type[Contract]) -> None:
    """Make the table, anew if its columns are not the contract's: all of it can be computed again."""
    present = [(c.name, c.sql_type, c.nullable) for c in _columns_of(connection, contract.table())]
    if present != [(c.name, c.sql_type, c.nullable) for c in contract.columns()]:
        table = sql.Identifier(SCHEMA, contract.table())
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        connection.execute(create_table(table, contract.columns()))
    describe(connection, contract)


def describe(connection: Connection, contract: type[Contract]) -> None:
    """Put the contract's words on its table and columns, where every SQL client shows them."""
    words = {"": contract.summary(), **{column.name: column.description for column in contract.columns()}}
    name = f"{SCHEMA}.{contract.table()}"
    row = connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [name]).fetchone()
    present = {column.name: column.description for column in _columns_of(connection, contract.table())}
    if {"": row[0] if row else None, **present} == words:
        return
    table = sql.Identifier(SCHEMA, contract.table())
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(contract.summary())))
    for column in contract.columns():
        connection.execute(
            sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(
                table, sql.Identifier(column.name), sql.Literal(column.description)
            )
        )


def _columns_of(connection: Connection, table: str) -> list[Column]:
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod), coalesce(col_description(attrelid, attnum), ''),"
        " NOT attnotnull FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [f"{SCHEMA}.{table}"],
    )
    return [
        Column(str(name), str(kind).replace(" without time zone", ""), str(words), bool(nullable))
        for name, kind, words, nullable in rows
    ]


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

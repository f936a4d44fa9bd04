"""What the registries of models have in common: rows are appended, and the very same only once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from psycopg import sql

from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.tables import SCHEMA


def append_once(database: Database, table: str, values: Mapping[str, object], same: Sequence[str]) -> int:
    """Append a row to a registry, unless one is there that is the same.

    Args:
        database: where
        table: of the schema `warehouse`; its first column is the number, its second when the row was made
        values: of the other columns
        same: columns by which rows are the same

    Returns:
        The number of the row.

    """
    name, made = sql.Identifier(SCHEMA, table), {**values, "created_at": datetime.now(UTC)}
    condition = sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in same
    )
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
        name, sql.SQL(", ").join(map(sql.Identifier, made)), sql.SQL(", ").join(map(sql.Placeholder, made))
    )
    with database.connect() as connection:
        # Two at once would both find nothing, and both append.
        connection.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(name))
        found = connection.execute(sql.SQL("SELECT * FROM {} WHERE {}").format(name, condition), made).fetchone()
        row = found or connection.execute(insert, made).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(str(row[0]))

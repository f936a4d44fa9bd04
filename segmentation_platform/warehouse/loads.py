"""The raw ledger: append-only lines, and the registry of the files that brought them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.rows import class_row

from segmentation_platform.contracts import RawSales
from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.ledger.readers import numbered
from segmentation_platform.warehouse.bulk import copy_in
from segmentation_platform.warehouse.database import Connection, Database, DatabaseError
from segmentation_platform.warehouse.tables import SCHEMA, select_list, vacuum

_RAW_SALES = sql.Identifier(SCHEMA, RawSales.table())
_IN_CURRENT = "load_id IN (SELECT load_id FROM warehouse.loads WHERE is_current)"
_COLUMNS = "load_id, source, sha256, lines, profile"


@dataclass(frozen=True)
class Load:
    """One ledger file that was read.

    Attributes:
        load_id: number of the load
        source: path of the file
        sha256: of its bytes
        lines: number of lines
        profile: how its text is understood, as JSON; empty in loads of before profiles

    """

    load_id: int
    source: str
    sha256: str
    lines: int
    profile: str = ""


@dataclass(frozen=True)
class Reading:
    """How a file is read.

    Attributes:
        key: what makes two readings of it the same (`readers.reading_key`)
        profile: how its text is understood, as JSON

    """

    key: str = ""
    profile: str = ""


def find_load(database: Database, sha256: str, reading: str = "") -> Load | None:
    """The load of this content, read in this way, if there is one."""
    query = f"SELECT {_COLUMNS} FROM warehouse.loads WHERE sha256 = %s AND reading = %s"  # noqa: S608
    return _one(database, query, [sha256, reading])


def profiles_of(database: Database, sha256: str) -> list[str]:
    """How this content was understood in earlier loads, as JSON, the newest first."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT profile FROM warehouse.loads WHERE sha256 = %s AND profile <> '' ORDER BY load_id DESC", [sha256]
        ).fetchall()
    return [str(row[0]) for row in rows]


def load_from(database: Database, source: str) -> Load | None:
    """The last load from a path, if there is one."""
    query = f"SELECT {_COLUMNS} FROM warehouse.loads WHERE source = %s ORDER BY load_id DESC LIMIT 1"  # noqa: S608
    return _one(database, query, [source])


def current_load(database: Database) -> Load | None:
    """The load that is the ledger in use."""
    return _one(database, f"SELECT {_COLUMNS} FROM warehouse.loads WHERE is_current", [])  # noqa: S608


def lines_of_loads(database: Database, source: str) -> pd.DataFrame:
    """How many lines each load of a file has that is kept: columns load_id and lines, oldest first."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT load_id, lines FROM warehouse.loads WHERE source = %s ORDER BY load_id", [source]
        ).fetchall()
    return pd.DataFrame(rows, columns=["load_id", "lines"])


def add_load(
    database: Database,
    file: LedgerFile,
    batches: Iterator[pa.RecordBatch],
    progress: Callable[[int], None] = lambda lines: None,
    reading: Reading = Reading(),
) -> Load:
    """Append a file's lines and make it the ledger in use, all or nothing.

    Args:
        database: where
        file: what is read, for the registry
        batches: the text columns of the lines, as `ledger.readers.read_ledger` yields them; an error raised by
            the iterator leaves nothing behind
        progress: called with the number of lines so far
        reading: how the file is read; the same content read otherwise is another load

    Raises:
        DatabaseError: when this content is there already.

    """
    with database.connect() as connection:
        _one_at_a_time(connection)
        load_id = _register(connection, file, reading)
        lines_in = _counted(numbered(batches, load_id), progress)
        lines = copy_in(connection, _RAW_SALES, RawSales.column_names(), lines_in)
        connection.execute(
            "UPDATE warehouse.loads SET lines = %s, loaded_at = %s WHERE load_id = %s",
            [lines, datetime.now(UTC), load_id],
        )
        _use(connection, load_id)
    vacuum(database, _RAW_SALES)
    return Load(load_id, str(file.path), file.sha256, lines, reading.profile)


def use_load(database: Database, load: Load, path: Path, profile: str = "") -> Load:
    """Make a load that is there already the ledger in use, under the path where it was found now.

    Args:
        database: where
        load: to use
        path: where its file was found
        profile: how its text is understood from now on, as JSON; empty: as before

    """
    profile = profile or load.profile
    with database.connect() as connection:
        _one_at_a_time(connection)
        connection.execute(
            "UPDATE warehouse.loads SET source = %s, profile = %s WHERE load_id = %s",
            [str(path), profile, load.load_id],
        )
        _use(connection, load.load_id)
    return Load(load.load_id, str(path), load.sha256, load.lines, profile)


def current_lines_query() -> str:
    """The query of the raw lines of the ledger in use."""
    return f"{select_list(RawSales)} WHERE {_IN_CURRENT}"


def _one(database: Database, query: str, parameters: list[str]) -> Load | None:
    with database.connect() as connection, connection.cursor(row_factory=class_row(Load)) as cursor:
        return cursor.execute(query, parameters).fetchone()


def _one_at_a_time(connection: Connection) -> None:
    """Wait for another load to end: two at once could not see each other, and both would be in use."""
    connection.execute("LOCK TABLE warehouse.loads IN SHARE ROW EXCLUSIVE MODE")


def _register(connection: Connection, file: LedgerFile, reading: Reading) -> int:
    try:
        row = connection.execute(
            "INSERT INTO warehouse.loads (source, sha256, reading, profile, lines, loaded_at, is_current)"
            " VALUES (%s, %s, %s, %s, 0, %s, false) RETURNING load_id",
            [str(file.path), file.sha256, reading.key, reading.profile, datetime.now(UTC)],
        ).fetchone()
    except psycopg.errors.UniqueViolation:
        raise DatabaseError(f"The content of {file.path} was loaded by another run meanwhile. Run again.") from None
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(str(row[0]))


def _use(connection: Connection, load_id: int) -> None:
    connection.execute("UPDATE warehouse.loads SET is_current = (load_id = %s)", [load_id])


def _counted(batches: Iterator[pa.RecordBatch], progress: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    lines = 0
    for batch in batches:
        yield batch
        lines += batch.num_rows
        progress(lines)

"""The registry of ledgers and of the files that they were read from, and reading those: lines are only appended."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pandas as pd
import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.rows import class_row

from segmentation_platform.contracts import RawSales
from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.ledger.increments import KnownFile
from segmentation_platform.ledger.readers import RAW_SCHEMA, numbered
from segmentation_platform.warehouse.database import Connection, Database, DatabaseError
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.tables import SCHEMA

NAMING = (
    *(sql.Identifier(SCHEMA, name) for name in ("loads", "cleaning", "segment_models", "promotions", "taste_models")),
    *(sql.Identifier("snapshots", name) for name in ("snapshots", "customer_segment_history")),
)
"""All tables that say to which ledger a row belongs."""
_READ = "load_id, source, sha256, is_part, origin, ledger_name, reading, lines, profile, doubts"
_SELECT = f"SELECT {_READ} FROM warehouse.loads"  # noqa: S608 - of literals


@dataclass(frozen=True)
class Load(KnownFile):
    """One file of a ledger that was read.

    Attributes:
        ledger_name: of the ledger that it was read for
        reading: what makes two readings of a content the same (`readers.reading_key`)
        lines: number of lines
        profile: how the ledger's text is understood, as JSON; empty in loads of before profiles
        doubts: what was doubtful of it when it was inspected last, as JSON; empty if it was not

    """

    ledger_name: str
    reading: str
    lines: int
    profile: str
    doubts: str = ""


@dataclass(frozen=True)
class Ledger:
    """A ledger as it was read: the loads whose lines it has.

    Attributes:
        name: of the ledger
        loads: oldest first, at least one

    """

    name: str
    loads: tuple[Load, ...]

    @property
    def load_ids(self) -> set[int]:
        """Numbers of the loads."""
        return {load.load_id for load in self.loads}

    @property
    def lines(self) -> int:
        """Lines of all loads."""
        return sum(load.lines for load in self.loads)

    @property
    def profile(self) -> str:
        """How its text is understood, as JSON; empty in ledgers of before profiles."""
        return self.loads[-1].profile

    @property
    def doubts(self) -> str:
        """What was doubtful of it when it was inspected last, as JSON; empty if it was not."""
        return next((load.doubts for load in reversed(self.loads) if load.doubts), "")

    @property
    def sha256(self) -> str:
        """Of its content, in whatever order its files came."""
        contents = sorted(load.sha256 for load in self.loads)
        return contents[0] if len(contents) == 1 else hashlib.sha256("".join(contents).encode()).hexdigest()

    @property
    def origins(self) -> tuple[str, ...]:
        """What was named: files, folders and patterns."""
        return tuple(dict.fromkeys(load.origin for load in self.loads if load.origin))


@dataclass(frozen=True)
class NewLoad:
    """A file that is to be read.

    Attributes:
        file: what is read, for the registry
        origin: what was named
        batches: the text columns of the lines, as `ledger.readers.read_ledger` yields them; an error raised by the
            iterator leaves nothing behind

    """

    file: LedgerFile
    origin: str
    batches: Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Changes:
    """How a ledger changes: all or nothing.

    Attributes:
        reading: how all its files are read from now on (`readers.reading_key`)
        profile: how its text is understood from now on, as JSON
        doubts: what is doubtful of it, as JSON; empty: as before
        added: files that are read now
        back: loads of before whose lines are its lines again
        retired: loads whose lines are not its lines any more
        moved: where the files of loads are now, and what was named

    """

    reading: str = ""
    profile: str = ""
    doubts: str = ""
    added: Iterable[NewLoad] = ()
    back: Iterable[int] = ()
    retired: Iterable[int] = ()
    moved: Mapping[int, tuple[str, str]] = field(default_factory=dict)


def loads_of(database: Database, name: str) -> list[Load]:
    """All loads of a ledger, those whose lines gave way to others too; oldest first."""
    with database.connect() as connection:
        return _loads(connection, "ledger_name = %s", [name])


def ledger_named(database: Database, name: str) -> Ledger | None:
    """A ledger as it was read last; None if it never was."""
    with database.connect() as connection:
        return _ledger(connection, "ledger_name = %s AND is_part", [name])


def ledger_in_use(database: Database) -> Ledger | None:
    """The ledger that the platform works on."""
    with database.connect() as connection:
        return _ledger(connection, "is_current", [])


def all_ledgers(database: Database) -> list[tuple[Load, bool]]:
    """All loads of all ledgers, and whether they are in use; the ledger in use first, its loads oldest first."""
    with database.connect() as connection:
        loads = _loads(connection, "true", [])
        in_use = {load.load_id for load in _loads(connection, "is_current", [])}
    names = {load.ledger_name for load in loads if load.load_id in in_use}
    ordered = sorted(loads, key=lambda load: (load.ledger_name not in names, load.ledger_name, load.load_id))
    return [(load, load.load_id in in_use) for load in ordered]


def lines_of_loads(database: Database, name: str) -> pd.DataFrame:
    """How many lines each load of a ledger has that is kept: columns load_id and lines, oldest first."""
    rows = [(load.load_id, load.lines) for load in loads_of(database, name)]
    return pd.DataFrame(rows, columns=["load_id", "lines"])


def update_ledger(
    lines: LedgerLines, name: str, changes: Changes, progress: Callable[[int], None] = lambda lines: None
) -> Ledger:
    """Change a ledger and make it the one in use, all or nothing.

    Args:
        lines: of all ledgers
        name: of the ledger; one that is not there yet is made
        changes: what changes
        progress: called with the number of lines so far

    Raises:
        DatabaseError: when a content was loaded by another run meanwhile.
        StoreError: when the lines can't be written.

    """
    with lines.database.connect() as connection:
        _one_at_a_time(connection)
        added = {_register(connection, name, new, changes): new for new in changes.added}
        if added:
            _append(connection, lines, added, progress)
        _take(connection, name, changes)
        ledger = _ledger(connection, "is_current", [])
    assert ledger is not None  # noqa: S101 - what was just made
    return ledger


def rename_ledger(database: Database, name: str, new_name: str) -> None:
    """Call a ledger otherwise, with all that belongs to it: loads, models, snapshots, history.

    Raises:
        DatabaseError: when there is no such ledger, or one of the new name already.

    """
    with database.connect() as connection:
        _one_at_a_time(connection)
        names = {str(row[0]) for row in connection.execute("SELECT DISTINCT ledger_name FROM warehouse.loads")}
        if name not in names:
            raise DatabaseError(f'There is no ledger "{name}". There are: {", ".join(sorted(names)) or "none"}.')
        if new_name in names or not new_name.strip():
            raise DatabaseError(f'There is a ledger "{new_name}" already, or that is no name. Choose another.')
        for table in NAMING:
            statement = sql.SQL("UPDATE {} SET ledger_name = %s WHERE ledger_name = %s").format(table)
            connection.execute(statement, [new_name, name])


def _loads(connection: Connection, condition: str, parameters: list[str]) -> list[Load]:
    with connection.cursor(row_factory=class_row(Load)) as cursor:
        return cursor.execute(f"{_SELECT} WHERE {condition} ORDER BY load_id".encode(), parameters).fetchall()


def _ledger(connection: Connection, condition: str, parameters: list[str]) -> Ledger | None:
    loads = _loads(connection, condition, parameters)
    return Ledger(loads[0].ledger_name, tuple(loads)) if loads else None


def _one_at_a_time(connection: Connection) -> None:
    """Wait for another load to end: two at once could not see each other, and both would be in use."""
    connection.execute("LOCK TABLE warehouse.loads IN SHARE ROW EXCLUSIVE MODE")


def _append(
    connection: Connection, lines: LedgerLines, added: Mapping[int, NewLoad], progress: Callable[[int], None]
) -> None:
    read: Counter[int] = Counter()

    def all_lines() -> Iterator[pa.RecordBatch]:
        for load_id, new in added.items():
            for batch in numbered(new.batches, load_id):
                yield batch
                read[load_id] += batch.num_rows
                progress(read.total())

    reader = pa.RecordBatchReader.from_batches(RAW_SCHEMA, all_lines())
    lines.replace(connection, RawSales, reader, {str(load_id) for load_id in added})
    for load_id in added:
        values = [read[load_id], datetime.now(UTC), load_id]
        connection.execute("UPDATE warehouse.loads SET lines = %s, loaded_at = %s WHERE load_id = %s", values)


def _register(connection: Connection, name: str, new: NewLoad, changes: Changes) -> int:
    values = [name, new.origin, new.file.source, new.file.sha256, changes.reading, datetime.now(UTC)]
    try:
        row = connection.execute(
            "INSERT INTO warehouse.loads"
            " (ledger_name, origin, source, sha256, reading, loaded_at, profile, lines, is_part, is_current)"
            " VALUES (%s, %s, %s, %s, %s, %s, '', 0, true, false) RETURNING load_id",
            values,
        ).fetchone()
    except psycopg.errors.UniqueViolation:
        raise DatabaseError(f"{new.file.path} was loaded by another run meanwhile. Run again.") from None
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(str(row[0]))


def _take(connection: Connection, name: str, changes: Changes) -> None:
    """Say which loads are the ledger, how they are read, and that it is the one in use."""
    for load_id, (source, origin) in changes.moved.items():
        connection.execute(
            "UPDATE warehouse.loads SET source = %s, origin = %s WHERE load_id = %s", [source, origin, load_id]
        )
    for load_ids, is_part in ((changes.retired, False), (changes.back, True)):
        connection.execute(
            "UPDATE warehouse.loads SET is_part = %s WHERE load_id = ANY(%s)", [is_part, list(load_ids)]
        )
    connection.execute(
        "UPDATE warehouse.loads SET profile = %s WHERE ledger_name = %s AND is_part", [changes.profile, name]
    )
    if changes.doubts:
        connection.execute(
            "UPDATE warehouse.loads SET doubts = %s WHERE ledger_name = %s AND is_part", [changes.doubts, name]
        )
    connection.execute("UPDATE warehouse.loads SET is_current = (ledger_name = %s AND is_part)", [name])

"""Snapshots: publish a whole one, go back to an earlier one, drop old ones.

The rows of every snapshot stand in the published tables under its number; which one is served is one row in
`snapshots.served`. Publishing adds the rows and turns that row in one transaction, so that a reader of `serving`
sees one whole snapshot, always. The tables are not partitioned: a query that was planned before a partition was
attached and ran after the pointer was turned found no rows at all.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from itertools import accumulate

import pandas as pd
import pyarrow as pa
from psycopg import sql
from psycopg.rows import class_row

from segmentation_platform.contracts import PUBLISHED, Contract
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.contracts.snapshot_record import NewSnapshot, Snapshot
from segmentation_platform.errors import PlatformError
from segmentation_platform.warehouse.bulk import Tabular, batches, copy_in, stream
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.history import publish_history, vacuum_history
from segmentation_platform.warehouse.tables import select_list, vacuum

SCHEMA = "snapshots"

_COLUMNS = sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(Snapshot))


class SnapshotError(PlatformError, RuntimeError):
    """A snapshot can't be served or dropped; the message says which there are."""


def publish(database: Database, facts: NewSnapshot, tables: Mapping[str, Tabular], history: pd.DataFrame) -> int:
    """Publish tables as a new snapshot and serve it, in one transaction.

    Args:
        database: where
        facts: what describes the snapshot
        tables: rows of every table of `contracts.PUBLISHED`
        history: columns of `contracts.CustomerSegmentHistory`; takes the place of that of the ledger's customers

    Returns:
        The snapshot's id.

    """
    with database.connect() as connection:
        snapshot_id = _register(connection, facts)
        for contract in PUBLISHED:
            _add_rows(connection, snapshot_id, contract, tables[contract.table()])
        publish_history(connection, facts.ledger_name, history)
        _serve(connection, snapshot_id)
    _vacuum(database)
    vacuum_history(database)
    return snapshot_id


def roll_back(database: Database, to: int | None = None) -> int:
    """Serve an earlier snapshot: the one given, else the last one before the one that is served.

    Returns:
        The id of the snapshot that is served now.

    Raises:
        SnapshotError: when there is no such snapshot.

    """
    with database.connect() as connection:
        _hold_pointer(connection)
        known, served = _known(connection), _served(connection)
        earlier = [snapshot_id for snapshot_id in known if served is not None and snapshot_id < served]
        target = to if to is not None else max(earlier, default=None)
        if target is None or target not in known:
            there = ", ".join(map(str, known)) or "none"
            wanted = f"There is no snapshot {to}" if to is not None else "There is no earlier snapshot"
            raise SnapshotError(f"{wanted}. There are: {there}.")
        _serve(connection, target)
    return target


def prune(database: Database, keep: int, most_rows: int | None = None) -> list[int]:
    """Drop all but the newest snapshots, with their reports; the one that is served always stays.

    Args:
        database: where
        keep: how many of the newest stay, at least 1
        most_rows: that these may have together; the newest and the one before stay whatever they have. None: any

    Returns:
        The ids of the snapshots that were dropped.

    """
    if keep < 1:
        raise SnapshotError("At least one snapshot must be kept.")
    with database.connect() as connection:
        _hold_pointer(connection)
        known, served = _known(connection), _served(connection)
        kept = known[-keep:] if most_rows is None else _within(known[-keep:], _rows(connection), most_rows)
        dropped = [snapshot_id for snapshot_id in known if snapshot_id not in {*kept, served}]
        for table in (*map(_table, PUBLISHED), sql.Identifier(SCHEMA, "snapshots")):
            connection.execute(sql.SQL("DELETE FROM {} WHERE snapshot_id = ANY(%s)").format(table), [dropped])
    if dropped:
        _vacuum(database)
    return dropped


def _rows(connection: Connection) -> Counter[int]:
    """How many rows each snapshot has, over all tables."""
    found: Counter[int] = Counter()
    for contract in PUBLISHED:
        counts = sql.SQL("SELECT snapshot_id, count(*) FROM {} GROUP BY 1").format(_table(contract))
        found.update({int(str(snapshot_id)): int(str(rows)) for snapshot_id, rows in connection.execute(counts)})
    return found


def _within(newest: list[int], rows: Mapping[int, int], most: int) -> list[int]:
    """As many of the newest as have so many rows together, but two at least: there is one to go back to."""
    total = accumulate(rows[snapshot_id] for snapshot_id in reversed(newest))
    fitting = sum(1 for rows_so_far in total if rows_so_far <= most)
    return newest[-max(fitting, 2) :]


def history(database: Database) -> pd.DataFrame:
    """All snapshots, newest first; columns as in `serving.snapshot_history`."""
    with stream(database, "SELECT * FROM serving.snapshot_history ORDER BY snapshot_id DESC") as reader:
        return to_frame(reader.read_all())


def served_snapshot(database: Database) -> Snapshot | None:
    """The snapshot that is served, for any role that may read `serving`; None before the first one.

    Raises:
        psycopg.Error: when the platform was never in this database.

    """
    with database.connect() as connection, connection.cursor(row_factory=class_row(Snapshot)) as cursor:
        return cursor.execute(sql.SQL("SELECT {} FROM serving.snapshot").format(_COLUMNS)).fetchone()


def served_inputs(database: Database) -> str | None:
    """The fingerprint of the snapshot that is served; None before the first one."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT inputs FROM snapshots.snapshots JOIN snapshots.served USING (snapshot_id)"
        ).fetchone()
    return None if row is None else str(row[0])


def served_ledger(database: Database) -> str | None:
    """Path of the ledger file that the served snapshot was computed from; None before the first one."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT ledger_name FROM snapshots.snapshots JOIN snapshots.served USING (snapshot_id)"
        ).fetchone()
    return None if row is None else str(row[0])


def night_before(database: Database, ledger_name: str, as_of: date) -> pd.DataFrame:
    """Everybody's segment on the last night of a ledger before a reporting date.

    Returns:
        Columns customer_id and segment_id; no rows where there was no such night, or its snapshot was pruned.

    """
    number = _night_before(database, ledger_name, as_of)
    query = f"SELECT customer_id, segment_id FROM snapshots.customer_segments WHERE snapshot_id = {number}"  # noqa: S608
    with stream(database, query) as reader:
        return to_frame(reader.read_all())


def read_night_before(database: Database, contract: type[Contract], ledger_name: str, as_of: date) -> pd.DataFrame:
    """A published table of the last night of a ledger before a reporting date; no rows where there is none."""
    return read_snapshot(database, contract, _night_before(database, ledger_name, as_of))


def _night_before(database: Database, ledger_name: str, as_of: date) -> int:
    """Its snapshot; 0 where there was no such night."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT snapshot_id FROM snapshots.believed WHERE ledger_name = %s AND as_of < %s"
            " ORDER BY as_of DESC, snapshot_id DESC LIMIT 1",
            [ledger_name, as_of],
        ).fetchone()
    return int(str(row[0])) if row else 0


def snapshot_before(database: Database, snapshot_id: int) -> tuple[int, date] | None:
    """The snapshot of the same ledger that was published before another one, with its reporting date."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT earlier.snapshot_id, earlier.as_of FROM snapshots.snapshots AS earlier"
            " JOIN snapshots.snapshots AS later USING (ledger_name)"
            " WHERE later.snapshot_id = %s AND earlier.snapshot_id < later.snapshot_id"
            " ORDER BY earlier.snapshot_id DESC LIMIT 1",
            [snapshot_id],
        ).fetchone()
    return None if row is None else (int(str(row[0])), date.fromisoformat(str(row[1])))


def last_published(database: Database) -> datetime | None:
    """When a snapshot was last published; None before the first one."""
    with database.connect() as connection:
        row = connection.execute("SELECT max(published_at) FROM snapshots.snapshots").fetchone()
    return row[0].replace(tzinfo=UTC) if row and isinstance(row[0], datetime) else None


def read_served(database: Database, contract: type[Contract]) -> pd.DataFrame:
    """A published table as it is served, ordered by its key."""
    return _read(database, contract, "(SELECT snapshot_id FROM snapshots.served)")


def read_snapshot(database: Database, contract: type[Contract], snapshot_id: int) -> pd.DataFrame:
    """A published table as it is in one snapshot, ordered by its key; no rows where that was dropped."""
    return _read(database, contract, str(int(snapshot_id)))


def _read(database: Database, contract: type[Contract], snapshot_id: str) -> pd.DataFrame:
    columns = select_list(contract).rpartition(" FROM ")[0]
    condition = f"snapshot_id = {snapshot_id}"
    query = f"{columns} FROM {SCHEMA}.{contract.table()} WHERE {condition} ORDER BY {', '.join(contract.key())}"
    with stream(database, query) as reader:
        return to_frame(reader.read_all())


def _register(connection: Connection, facts: NewSnapshot) -> int:
    values = {**asdict(facts), "published_at": datetime.now(UTC)}
    row = connection.execute(
        sql.SQL("INSERT INTO snapshots.snapshots ({}) VALUES ({}) RETURNING snapshot_id").format(
            sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(map(sql.Placeholder, values))
        ),
        values,
    ).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(str(row[0]))


def _add_rows(connection: Connection, snapshot_id: int, contract: type[Contract], data: Tabular) -> None:
    columns = ["snapshot_id", *contract.column_names()]
    copy_in(connection, _table(contract), columns, _numbered(snapshot_id, batches(contract, data)))


def _numbered(snapshot_id: int, rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in rows:
        yield batch.add_column(0, "snapshot_id", pa.repeat(snapshot_id, batch.num_rows))


def _vacuum(database: Database) -> None:
    vacuum(database, *map(_table, PUBLISHED), sql.Identifier(SCHEMA, "reports"))


def _table(contract: type[Contract]) -> sql.Identifier:
    return sql.Identifier(SCHEMA, contract.table())


def _hold_pointer(connection: Connection) -> None:
    """Keep others from turning the pointer or dropping snapshots until the transaction ends; readers read on."""
    connection.execute("LOCK TABLE snapshots.served IN SHARE ROW EXCLUSIVE MODE")


def _serve(connection: Connection, snapshot_id: int) -> None:
    connection.execute(
        "INSERT INTO snapshots.served (snapshot_id) VALUES (%s)"
        " ON CONFLICT (only_row) DO UPDATE SET snapshot_id = excluded.snapshot_id",
        [snapshot_id],
    )


def _known(connection: Connection) -> list[int]:
    rows = connection.execute("SELECT snapshot_id FROM snapshots.snapshots ORDER BY snapshot_id")
    return [int(str(row[0])) for row in rows]


def _served(connection: Connection) -> int | None:
    row = connection.execute("SELECT snapshot_id FROM snapshots.served").fetchone()
    return None if row is None else int(str(row[0]))

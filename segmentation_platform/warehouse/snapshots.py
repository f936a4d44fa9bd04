"""Snapshots: publish a whole one, go back to an earlier one, drop old ones.

Every snapshot is a partition of each published table; which one is served is one row in `snapshots.served`.
Publishing fills the partitions and turns that row in one transaction, so that a reader of `serving` sees one
whole snapshot, always.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

import pandas as pd
import psycopg
from psycopg import sql
from psycopg.rows import class_row

from segmentation_platform.contracts import PUBLISHED, CustomerSegments, Published
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.warehouse.bulk import batches, copy_in, stream
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.tables import select_list

SCHEMA = "snapshots"
_PATIENCE = 10.0
"""Seconds that pruning waits for readers."""

_log = logging.getLogger(__name__)


class SnapshotError(RuntimeError):
    """A snapshot can't be served or dropped; the message says which there are."""


@dataclass(frozen=True)
class SnapshotFacts:
    """What is said of a snapshot; columns as in `contracts.Snapshots`."""

    as_of: date
    run_id: str
    first_sale: datetime
    last_sale: datetime
    lines: int
    customers: int
    model_version: int
    checks_passed: int
    checks_warned: int
    inputs: str


def publish(database: Database, facts: SnapshotFacts, tables: Mapping[str, pd.DataFrame]) -> int:
    """Publish tables as a new snapshot and serve it, in one transaction.

    Args:
        database: where
        facts: what is said of the snapshot
        tables: a frame for every view of `contracts.PUBLISHED`

    Returns:
        The snapshot's id.

    """
    with database.connect() as connection:
        snapshot_id = _register(connection, facts)
        for published in PUBLISHED:
            _add_partition(connection, snapshot_id, published, tables[published.view])
        _serve(connection, snapshot_id)
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


def prune(database: Database, keep: int) -> list[int]:
    """Drop all but the newest snapshots; the one that is served always stays.

    They leave the registry together, so that none can be served half dropped. Readers go on undisturbed: the
    tables of a snapshot go when no transaction that may read them is open, else with the next call.

    Args:
        database: where
        keep: how many of the newest stay, at least 1

    Returns:
        The ids of the snapshots that were dropped.

    """
    if keep < 1:
        raise SnapshotError("At least one snapshot must be kept.")
    with database.connect() as connection:
        _hold_pointer(connection)
        known, served = _known(connection), _served(connection)
        dropped = [snapshot_id for snapshot_id in known[:-keep] if snapshot_id != served]
        connection.execute("DELETE FROM snapshots.snapshots WHERE snapshot_id = ANY(%s)", [dropped])
    with database.connect_autocommit() as connection:
        _drop_unregistered(connection)
    return dropped


def history(database: Database) -> pd.DataFrame:
    """All snapshots, newest first; columns as in `serving.snapshot_history`."""
    with stream(database, "SELECT * FROM serving.snapshot_history ORDER BY snapshot_id DESC") as reader:
        return to_frame(reader.read_all())


@dataclass(frozen=True)
class ServedSnapshot:
    """The snapshot that is served, in short; columns as in `contracts.Snapshots`."""

    snapshot_id: int
    as_of: date
    first_sale: datetime
    last_sale: datetime
    lines: int
    customers: int


def served_snapshot(database: Database) -> ServedSnapshot | None:
    """What is served; None before the first snapshot."""
    with database.connect() as connection, connection.cursor(row_factory=class_row(ServedSnapshot)) as cursor:
        return cursor.execute(
            "SELECT snapshot_id, as_of, first_sale, last_sale, lines, customers"
            " FROM snapshots.snapshots JOIN snapshots.served USING (snapshot_id)"
        ).fetchone()


def served_inputs(database: Database) -> str | None:
    """The fingerprint of the snapshot that is served; None before the first one."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT inputs FROM snapshots.snapshots JOIN snapshots.served USING (snapshot_id)"
        ).fetchone()
    return None if row is None else str(row[0])


def read_served(database: Database, published: Published) -> pd.DataFrame:
    """A published table as it is served, ordered by its key."""
    return _read(database, published, "snapshot_id = (SELECT snapshot_id FROM snapshots.served)")


def customers_before(database: Database, as_of: date) -> pd.DataFrame:
    """The customer segments of the last snapshot with an earlier reporting date; no rows if there is none."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT snapshot_id FROM snapshots.snapshots WHERE as_of < %s ORDER BY as_of DESC, snapshot_id DESC"
            " LIMIT 1",
            [as_of],
        ).fetchone()
    if row is None:
        return CustomerSegments.no_rows()
    published = next(p for p in PUBLISHED if p.contract is CustomerSegments)
    return _read(database, published, f"snapshot_id = {int(str(row[0]))}")


def _read(database: Database, published: Published, condition: str) -> pd.DataFrame:
    contract = published.contract
    source = select_list(contract).rpartition(" FROM ")[0]
    query = f"{source} FROM {SCHEMA}.{published.view} WHERE {condition} ORDER BY {', '.join(contract.key())}"
    with stream(database, query) as reader:
        return to_frame(reader.read_all())


def _register(connection: Connection, facts: SnapshotFacts) -> int:
    values = {**asdict(facts), "published_at": datetime.now(UTC)}
    row = connection.execute(
        sql.SQL("INSERT INTO snapshots.snapshots ({}) VALUES ({}) RETURNING snapshot_id").format(
            sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(map(sql.Placeholder, values))
        ),
        values,
    ).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(str(row[0]))


def _add_partition(connection: Connection, snapshot_id: int, published: Published, frame: pd.DataFrame) -> None:
    # Filled before it is attached, and attached with its CHECK in place: attaching then needs no scan and no
    # lock that readers would wait for, as CREATE TABLE ... PARTITION OF does.
    names = {
        "parent": sql.Identifier(SCHEMA, published.view),
        "partition": _partition(snapshot_id, published),
        "id": sql.Literal(snapshot_id),
    }
    connection.execute(sql.SQL("CREATE TABLE {partition} (LIKE {parent} INCLUDING ALL)").format(**names))
    connection.execute(sql.SQL("ALTER TABLE {partition} ALTER snapshot_id SET DEFAULT {id}").format(**names))
    connection.execute(sql.SQL("ALTER TABLE {partition} ADD CHECK (snapshot_id = {id})").format(**names))
    contract = published.contract
    copy_in(connection, names["partition"], contract.column_names(), batches(contract, frame))
    connection.execute(
        sql.SQL("ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES IN ({id})").format(**names)
    )
    connection.execute(sql.SQL("ANALYZE {partition}").format(**names))


def _drop_unregistered(connection: Connection) -> None:
    """Drop the partitions of snapshots that are not in the registry (any more)."""
    connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{_PATIENCE:.1f}s")))
    try:
        if _unregistered(connection):
            _await_readers(connection)
        for snapshot_id, published in _unregistered(connection):
            _drop_partition(connection, snapshot_id, published)
    except (TimeoutError, psycopg.errors.LockNotAvailable):
        _log.warning("Dropped snapshots are still being read; the next prune gives back their room.")


def _unregistered(connection: Connection) -> list[tuple[int, Published]]:
    rows = connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'snapshots'::regnamespace")
    tables = {str(row[0]) for row in rows}
    # The registry is read after the tables: a snapshot that is published meanwhile is in it.
    known = set(_known(connection))
    ids = {int(number) for table in tables if (number := table.rpartition("_")[2]).isdecimal()}
    return [
        (i, published) for i in sorted(ids - known) for published in PUBLISHED if f"{published.view}_{i}" in tables
    ]


def _await_readers(connection: Connection) -> None:
    """Wait for the transactions that read a view now: they may still see what has left the registry.

    Detaching waits as well, but only for those that read the very table, and readers go from view to view.
    """
    deadline = time.monotonic() + _PATIENCE
    waiting = _readers(connection)
    while waiting := waiting & _readers(connection):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def _readers(connection: Connection) -> set[str]:
    rows = connection.execute(
        "SELECT virtualtransaction FROM pg_locks WHERE pid <> pg_backend_pid()"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND relation IN ('snapshots.snapshots'::regclass, 'snapshots.served'::regclass)"
    )
    return {str(row[0]) for row in rows}


def _drop_partition(connection: Connection, snapshot_id: int, published: Published) -> None:
    partition = _partition(snapshot_id, published)
    attached = connection.execute(
        "SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass(%s)", [partition.as_string(connection)]
    ).fetchone()
    if attached:
        # One that was interrupted before has to be brought to its end.
        how = sql.SQL("FINALIZE" if attached[0] else "CONCURRENTLY")
        connection.execute(
            sql.SQL("ALTER TABLE {} DETACH PARTITION {} {}").format(
                sql.Identifier(SCHEMA, published.view), partition, how
            )
        )
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(partition))


def _partition(snapshot_id: int, published: Published) -> sql.Identifier:
    return sql.Identifier(SCHEMA, f"{published.view}_{snapshot_id}")


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

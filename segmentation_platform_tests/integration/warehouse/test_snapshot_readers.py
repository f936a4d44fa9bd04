"""Readers of the views while snapshots are published: always one whole snapshot, and nobody waits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from segmentation_platform.contracts import PUBLISHED
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.snapshots import publish, roll_back
from segmentation_platform_tests.integration.warehouse.conftest import with_lock_timeout
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

PUBLICATIONS = 24
MARKS = {"segments": "customers", "customer_segments": "recency_days", "products": "customers"}
MARKS |= {"segment_recommendations": "customers"}
JOINED = (
    "SELECT (SELECT array_agg(DISTINCT customers) FROM serving.segments),"
    " (SELECT array_agg(DISTINCT customers) FROM serving.products),"
    " (SELECT array_agg(DISTINCT recency_days) FROM serving.customer_segments),"
    " (SELECT array_agg(DISTINCT customers) FROM serving.segment_recommendations),"
    " (SELECT array_agg(customers) FROM serving.snapshot),"
    " (SELECT count(*) FROM serving.segments), (SELECT count(*) FROM serving.products)"
)
CROSSED = (
    "SELECT array_agg(DISTINCT s.customers), array_agg(DISTINCT c.recency_days), count(*)"
    " FROM serving.segments AS s CROSS JOIN serving.customer_segments AS c"
)


def in_one_transaction(connection: Connection) -> int:
    """Go from view to view under REPEATABLE READ, and return the mark that all of them show."""
    seen = set()
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for view, column in MARKS.items():
            query = f"SELECT count(*), count(DISTINCT {column}), min({column}) FROM serving.{view}"
            row = connection.execute(query.encode()).fetchone()
            assert row
            assert row[0], f"no rows in {view}"
            rows, marks, mark = (int(str(value)) for value in row)
            assert (rows, marks) == (3 + mark % 5, 1), view
            seen.add(mark)
    assert len(seen) == 1
    return seen.pop()


def in_one_statement(connection: Connection) -> int:
    """Read all views in one statement under READ COMMITTED."""
    row = connection.execute(JOINED.encode()).fetchone()
    assert row
    mark = only(row[0])
    assert row == (*[[mark]] * 5, 3 + mark % 5, 3 + mark % 5)
    return mark


def in_one_join(connection: Connection) -> int:
    """Join two views in one statement under READ COMMITTED."""
    row = connection.execute(CROSSED.encode()).fetchone()
    assert row
    mark = only(row[0])
    assert row == ([mark], [mark], (3 + mark % 5) ** 2)
    return mark


def only(marks: object) -> int:
    assert isinstance(marks, list), "no rows"
    assert len(marks) == 1
    return int(marks[0])


@pytest.mark.parametrize("read", [in_one_transaction, in_one_statement, in_one_join])
def test_a_reader_always_sees_one_whole_snapshot(database: Database, read: Callable[[Connection], int]) -> None:
    publish(database, facts(1), marked_tables(1), marked_history(1))
    reading, over = Event(), Event()

    def reads() -> list[int]:
        seen = []
        with database.connect_autocommit() as connection:
            while not over.is_set():
                seen.append(read(connection))
                reading.set()
        return seen

    with ThreadPoolExecutor(1) as executor:
        reader = executor.submit(reads)
        try:
            assert reading.wait(10)
            for mark in range(2, PUBLICATIONS + 2):
                publish(database, facts(mark), marked_tables(mark), marked_history(mark))
                if mark % 6 == 0:
                    roll_back(database)
        finally:
            over.set()
        seen = reader.result()
    assert len(set(seen)) > PUBLICATIONS / 3
    assert set(seen) <= set(range(1, PUBLICATIONS + 2))


def test_publishing_and_reading_do_not_wait_for_each_other(database: Database) -> None:
    """Whoever waits for a lock fails here: every session gives up after a moment."""
    hasty = with_lock_timeout(database)
    publish(hasty, facts(1), marked_tables(1), marked_history(1))
    with hasty.connect() as reader, hasty.connect() as writer:
        before = [reader.execute(f"SELECT * FROM serving.{p.table()}".encode()).fetchall() for p in PUBLISHED]
        reader.execute("SELECT * FROM serving.segments_history")
        publish(hasty, facts(2), marked_tables(2), marked_history(2))
        roll_back(hasty)
        # A publication that has done everything but its commit holds up no reader.
        writer.execute("UPDATE snapshots.served SET snapshot_id = snapshot_id")
        found = reader.execute("SELECT count(*) FROM serving.segments").fetchone()
        assert found == (len(before[0]),)
    with hasty.connect() as reader:
        assert reader.execute("SELECT customers FROM serving.snapshot").fetchone() == (1,)

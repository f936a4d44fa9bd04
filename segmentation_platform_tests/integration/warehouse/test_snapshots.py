"""Snapshots: published whole or not at all, gone back to, and dropped."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import pandas as pd
import psycopg
import pytest

from segmentation_platform.contracts import PUBLISHED, Contract
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.snapshots import (
    SnapshotError,
    history,
    night_before,
    prune,
    publish,
    read_served,
    roll_back,
    served_inputs,
    served_snapshot,
)
from segmentation_platform_tests.integration.warehouse.conftest import with_lock_timeout
from segmentation_platform_tests.support.marked import facts, marked_frame, marked_history, marked_tables


def publish_marks(database: Database, *marks: int) -> list[int]:
    return [publish(database, facts(mark), marked_tables(mark), marked_history(mark)) for mark in marks]


def kept(database: Database) -> list[set[object]]:
    """The numbers of the snapshots whose rows are in each of the tables."""
    with database.connect() as connection:
        return [
            {row[0] for row in connection.execute(f"SELECT snapshot_id FROM snapshots.{contract.table()}".encode())}
            for contract in PUBLISHED
        ]


def assert_served(database: Database, mark: int) -> None:
    marked = marked_tables(mark)
    with database.connect() as connection:
        assert connection.execute("SELECT run_id FROM serving.snapshot").fetchall() == [(f"run {mark}",)]
        for contract in PUBLISHED:
            pd.testing.assert_frame_equal(read_view(connection, contract), marked[contract.table()])


def read_view(connection: Connection, contract: type[Contract]) -> pd.DataFrame:
    """A view as a reader has it, without the code under test."""
    query = f"SELECT * FROM serving.{contract.table()} ORDER BY {', '.join(contract.key())}"
    rows = connection.execute(query.encode()).fetchall()
    columns = contract.column_names()
    return pd.DataFrame(rows, columns=columns).astype(contract.no_rows().dtypes)


def test_before_the_first_snapshot_the_views_are_there_and_empty(database: Database) -> None:
    for contract in PUBLISHED:
        with database.connect() as connection:
            assert read_view(connection, contract).empty
        assert read_served(database, contract).empty
    assert history(database).empty
    assert served_inputs(database) is None
    assert served_snapshot(database) is None
    with pytest.raises(SnapshotError, match=r"There is no earlier snapshot\. There are: none\."):
        roll_back(database)
    assert prune(database, 1) == []


def test_a_published_snapshot_is_what_all_views_show(database: Database) -> None:
    for mark in (1, 2):
        marked = marked_tables(mark)
        publish(database, facts(mark), marked, marked_history(mark))
        assert_served(database, mark)
        assert served_inputs(database) == f"inputs {mark}"
        served = served_snapshot(database)
        assert served
        assert (served.customers, served.as_of) == (mark, date(2011, 12, 10))
        for contract in PUBLISHED:
            pd.testing.assert_frame_equal(read_served(database, contract), marked[contract.table()])


def test_rows_are_told_apart_by_the_keys_of_their_contract(database: Database) -> None:
    for contract in PUBLISHED:
        frame = marked_frame(contract, 1)
        tables = marked_tables(1) | {contract.table(): pd.concat([frame, frame.tail(1)])}
        with pytest.raises(psycopg.errors.UniqueViolation, match=contract.table()):
            publish(database, facts(), tables, marked_history(1))
    publish_marks(database, 1, 2)  # the same keys in two snapshots


def test_history_keeps_every_snapshot_with_its_number_and_date(database: Database) -> None:
    dates = [date(2011, 1, 1), date(2011, 2, 1), date(2011, 2, 1)]
    ids = [
        publish(database, facts(m, day), marked_tables(m), marked_history(m)) for m, day in enumerate(dates, start=1)
    ]
    found = history(database)
    assert found["snapshot_id"].tolist() == ids[::-1]
    assert found["is_served"].tolist() == [True, False, False]
    assert found["run_id"].tolist() == ["run 3", "run 2", "run 1"]
    assert found["as_of"].dt.date.tolist() == dates[::-1]
    for contract in PUBLISHED:
        expected = [(ids[m - 1], dates[m - 1], 3 + m % 5) for m in (1, 2, 3)]
        with database.connect() as connection:
            rows = connection.execute(
                f"SELECT snapshot_id, as_of, count(*) FROM serving.{contract.table()}_history"
                " GROUP BY 1, 2 ORDER BY 1".encode()
            ).fetchall()
        assert rows == expected


@pytest.mark.parametrize("contract", PUBLISHED, ids=lambda contract: contract.table())
def test_a_publication_that_fails_leaves_the_former_snapshot_and_nothing_else(
    database: Database, contract: type[Contract]
) -> None:
    former = publish_marks(database, 1)
    required = next(c.name for c in contract.columns() if not c.nullable and c.sql_type in ("text", "date"))
    whole = marked_tables(2)
    broken = whole[contract.table()].astype({required: object})
    broken.loc[1, required] = None
    with pytest.raises(psycopg.errors.NotNullViolation):
        publish(database, facts(2), whole | {contract.table(): broken}, marked_history(2))
    others = {view: frame for view, frame in whole.items() if view != contract.table()}
    with pytest.raises(KeyError):
        publish(database, facts(2), others, marked_history(2))
    assert_served(database, 1)
    assert kept(database) == [set(former)] * len(PUBLISHED)
    assert history(database)["snapshot_id"].tolist() == former
    publish(database, facts(2), whole, marked_history(2))
    assert_served(database, 2)


def test_rolling_back_serves_the_one_before_and_then_the_one_before_that(database: Database) -> None:
    first, second, third = publish_marks(database, 1, 2, 3)
    assert roll_back(database) == second
    assert_served(database, 2)
    assert roll_back(database) == first
    assert_served(database, 1)
    with pytest.raises(SnapshotError, match=rf"no earlier snapshot\. There are: {first}, {second}, {third}\."):
        roll_back(database)
    assert_served(database, 1)


def test_rolling_back_to_a_number_goes_both_ways_and_refuses_an_unknown_one(database: Database) -> None:
    first, _, third = publish_marks(database, 1, 2, 3)
    assert roll_back(database, first) == first
    assert_served(database, 1)
    assert roll_back(database, third) == third
    assert_served(database, 3)
    with pytest.raises(SnapshotError, match=rf"There is no snapshot 99\. There are: {first}"):
        roll_back(database, 99)
    assert_served(database, 3)


def test_pruning_keeps_the_newest_and_the_served_one(database: Database) -> None:
    ids = publish_marks(database, 1, 2, 3, 4, 5)
    roll_back(database, ids[1])
    assert prune(database, 9) == []
    assert prune(database, 2) == [ids[0], ids[2]]
    assert kept(database) == [{ids[1], ids[3], ids[4]}] * len(PUBLISHED)
    assert sorted(history(database)["snapshot_id"]) == [ids[1], ids[3], ids[4]]
    assert_served(database, 2)
    assert prune(database, 2) == []
    with pytest.raises(SnapshotError, match="At least one"):
        prune(database, 0)
    with pytest.raises(SnapshotError, match=f"There is no snapshot {ids[0]}"):
        roll_back(database, ids[0])
    publish_marks(database, 6)
    assert prune(database, 1) == [ids[1], ids[3], ids[4]]
    assert_served(database, 6)


def test_pruning_keeps_as_many_of_the_newest_as_have_so_many_rows_but_two_at_least(database: Database) -> None:
    ids = publish_marks(database, 1, 2, 3, 4, 5)
    of_each = [sum(map(len, marked_tables(mark).values())) for mark in (1, 2, 3, 4, 5)]
    assert prune(database, 4, sum(of_each)) == ids[:1], "both bounds hold"
    assert prune(database, 9, sum(of_each[1:])) == []
    assert prune(database, 9, sum(of_each[1:]) - 1) == [ids[1]]
    roll_back(database, ids[2])
    assert prune(database, 9, 1) == [], "two, and the one that is served"
    roll_back(database, ids[4])
    assert prune(database, 9, 1) == [ids[2]]
    assert kept(database) == [{ids[3], ids[4]}] * len(PUBLISHED)
    assert prune(database, 1, sum(of_each)) == [ids[3]]


@contextmanager
def reading(database: Database, query: str) -> Iterator[Connection]:
    """A reader in the middle of a transaction, which began with a query."""
    with database.connect() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        assert connection.execute(query.encode()).fetchall()
        yield connection


@pytest.mark.parametrize("first", PUBLISHED, ids=lambda contract: contract.table())
def test_pruning_does_not_disturb_a_reader_nor_wait_for_it_whatever_it_read_first(
    database: Database, first: type[Contract]
) -> None:
    hasty = with_lock_timeout(database)
    (old,) = publish_marks(database, 1)
    with reading(hasty, f"SELECT * FROM serving.{first.table()}") as connection:
        (new,) = publish_marks(hasty, 2)
        assert prune(hasty, 1) == [old]
        for view, frame in marked_tables(1).items():
            for relation in (view, f"{view}_history"):
                rows = connection.execute(f"SELECT count(*) FROM serving.{relation}".encode()).fetchone()
                assert rows == (len(frame),)
        assert_served(database, 2)
        assert history(database)["snapshot_id"].tolist() == [new]
    assert kept(database) == [{new}] * len(PUBLISHED)


def test_rolling_back_while_old_snapshots_are_dropped_never_serves_a_dropped_one(database: Database) -> None:
    for round_ in range(5):
        ids = publish_marks(database, 1, 2, 3)
        with ThreadPoolExecutor(2) as executor:
            back = executor.submit(roll_back, database, ids[0])
            dropped = executor.submit(prune, database, 1).result()
            try:
                assert back.result() == ids[0]
            except SnapshotError:
                assert ids[0] in dropped
                assert_served(database, 3)
            else:
                assert ids[0] not in dropped, round_
                assert_served(database, 1)


def test_two_that_publish_at_once_each_leave_a_whole_snapshot(database: Database) -> None:
    with ThreadPoolExecutor(4) as executor:
        ids = list(executor.map(lambda mark: publish_marks(database, mark)[0], range(1, 9)))
    assert kept(database) == [set(ids)] * len(PUBLISHED)
    for mark, snapshot_id in enumerate(ids, start=1):
        roll_back(database, snapshot_id)
        assert_served(database, mark)


def test_the_night_before_is_the_last_one_of_the_ledger_before_a_day_that_is_believed(database: Database) -> None:
    days = [date(2011, 2, 1), date(2011, 1, 1), date(2011, 3, 1), date(2011, 1, 1)]
    ids = [
        publish(database, facts(mark, day), marked_tables(mark), marked_history(mark))
        for mark, day in enumerate(days, start=1)
    ]

    def before(day: date, ledger_name: str = "shop.csv") -> set[int]:
        return set(night_before(database, ledger_name, day)["segment_id"])

    assert before(date(2011, 2, 1)) == {4}
    assert before(date(2011, 2, 2)) == before(date(2011, 3, 1)) == {1}
    assert before(date(2012, 1, 1)) == {3}
    assert before(date(2011, 1, 1)) == before(date(2012, 1, 1), "other.csv") == set()
    roll_back(database, ids[0])
    assert before(date(2012, 1, 1)) == {1}

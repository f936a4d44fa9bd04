"""Reports are kept beside their snapshots, go with them, and are for reading only."""

import gzip
from collections.abc import Iterator

import psycopg
import pytest

from segmentation_platform.client import Client
from segmentation_platform.contracts import HISTORY, PUBLISHED
from segmentation_platform.warehouse.backup import back_up, restore
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.reports import compressed_report, has_report, keep_report, kept_reports
from segmentation_platform.warehouse.snapshots import prune, publish, roll_back
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.prepared import Server, prepared
from segmentation_platform_tests.support.stores import lines_of


def publish_with_reports(database: Database, *marks: int) -> None:
    for mark in marks:
        snapshot_id = publish(database, facts(mark), marked_tables(mark), marked_history(mark))
        keep_report(database, snapshot_id, page(mark))


def page(mark: int) -> str:
    return f"<h1>report {mark}, £ and ü</h1>"


def read(database: Database, snapshot_id: int | None = None) -> str | None:
    compressed = compressed_report(database, snapshot_id)
    return None if compressed is None else gzip.decompress(compressed).decode()


def test_a_report_is_read_as_it_was_written_by_its_number_or_as_that_of_the_served_snapshot(
    database: Database,
) -> None:
    publish_with_reports(database, 1, 2)
    assert (read(database, 1), read(database, 2), read(database), read(database, 9)) == (
        page(1), page(2), page(2), None
    )  # fmt: skip
    roll_back(database)
    assert read(database) == page(1)
    assert [(kept.snapshot_id, kept.is_served) for kept in kept_reports(database)] == [(2, False), (1, True)]


def test_a_report_that_is_made_again_takes_the_place_of_the_former(database: Database) -> None:
    publish_with_reports(database, 1)
    keep_report(database, 1, "made again")
    assert read(database) == "made again"
    assert len(kept_reports(database)) == 1


def test_a_snapshot_without_a_report_has_none(database: Database) -> None:
    assert not has_report(database)
    publish_with_reports(database, 1)
    assert has_report(database)
    publish(database, facts(2), marked_tables(2), marked_history(2))
    assert not has_report(database)
    assert read(database) is None


def test_there_is_no_report_of_a_snapshot_that_is_not_there(database: Database) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        keep_report(database, 9, page(9))


def test_reports_go_with_their_snapshots(database: Database) -> None:
    publish_with_reports(database, 1, 2, 3)
    assert prune(database, keep=1) == [1, 2]
    assert [kept.snapshot_id for kept in kept_reports(database)] == [3]


def test_a_report_compares_with_snapshots_of_its_own_ledger_only(database: Database) -> None:
    publish_with_reports(database, 1, 2)
    with database.connect() as connection:
        connection.execute("UPDATE snapshots.snapshots SET ledger_name = 'other' WHERE snapshot_id = 1")
    publish_with_reports(database, 3)
    assert Client(database.url).snapshots_so_far()["snapshot_id"].tolist() == [2, 3]


def test_reports_are_in_no_contract_and_so_in_no_table_that_figures_are_read_from() -> None:
    assert "reports" not in {HISTORY, *(contract.table() for contract in PUBLISHED)}


def test_a_backup_holds_the_reports(database: Database, empty_database: Database, tmp_path: object) -> None:
    from pathlib import Path

    publish_with_reports(database, 1)
    file = Path(str(tmp_path)) / "shop.dump"
    back_up(lines_of(database), file)
    restore(lines_of(empty_database), file)
    assert read(empty_database) == page(1)


_REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)
"""No right to, or not possible at all: a view of two tables takes no changes."""


class TestRoles:
    """On a server with a role for each task."""

    @pytest.fixture
    def server(self, postgres_url: str) -> Iterator[Server]:
        """A prepared server."""
        with prepared(Database(postgres_url)) as server:
            yield server

    def test_the_runner_writes_and_prunes_and_the_reader_reads_through_serving_only(self, server: Server) -> None:
        runner, reader = server.as_(server.accounts.runner), server.as_(server.accounts.reader)
        publish_with_reports(runner, 1, 2, 3)
        prune(runner, keep=2)
        assert [kept.snapshot_id for kept in kept_reports(reader)] == [3, 2]
        assert read(reader) == page(3)
        for statement in (
            "SELECT html FROM snapshots.reports",
            "DELETE FROM serving.reports",
            "UPDATE serving.reports SET html = ''",
        ):
            with pytest.raises(_REFUSED), reader.connect() as connection:
                connection.execute(statement.encode())

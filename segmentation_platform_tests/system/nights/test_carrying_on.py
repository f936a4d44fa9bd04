"""A refresh as the runner, on what an earlier release left behind, on a restored backup: it goes on from there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from segmentation_platform.client import Client
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.published_ledger import replayable
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.backup import back_up, restore
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.migrate import newest_revision, upgrade
from segmentation_platform.warehouse.snapshots import SnapshotError
from segmentation_platform_tests.support.prepared import Server, prepared
from segmentation_platform_tests.support.refreshes import Run
from segmentation_platform_tests.support.releases import restore_release
from segmentation_platform_tests.support.stages import NEXT, after_first_night
from segmentation_platform_tests.support.stores import lines_of, warehouse_of


def published(database: Database) -> list[int]:
    with database.connect() as connection:
        rows = connection.execute("SELECT snapshot_id FROM serving.snapshot_history ORDER BY 1").fetchall()
    return [int(str(row[0])) for row in rows]


class TestAsTheRunner:
    """On a server with a role for each task, everything that a run does is done by the one that may only run."""

    @pytest.fixture
    def server(self, postgres_url: str) -> Iterator[Server]:
        """A prepared server."""
        with prepared(Database(postgres_url)) as server:
            yield server

    @pytest.fixture
    def database(self, server: Server) -> Database:
        """The platform's database, for the runner."""
        return server.as_(server.accounts.runner)

    def test_a_whole_refresh_publishes_a_snapshot_that_the_reader_reads(self, run: Run, server: Server) -> None:
        result = run()
        assert result.success
        with server.as_(server.accounts.reader).connect() as connection:
            row = connection.execute(
                "SELECT snapshot.customers, count(*) FROM serving.snapshot, serving.customer_segments GROUP BY 1"
            ).fetchone()
        assert row is not None
        assert row[0] == row[1] != 0


class TestAfterTheFirstRelease:
    """On a database that the first release has made, with two of its snapshots."""

    @pytest.fixture
    def database(self, empty_database: Database) -> Database:
        """That database, up to date."""
        return of_the_first_release(empty_database)

    def test_what_needs_a_model_or_clean_lines_asks_for_a_run_first(
        self, database: Database, settings: Settings
    ) -> None:
        with pytest.raises(SnapshotError, match=r"upgraded since the last run.*segmentation-platform run"):
            replayable(lines_of(database), DuckDBEngine(), settings)
        with pytest.raises(ScoringError, match=r"without what scoring needs: segmentation-platform run"):
            Client(database.url).score(["85123A"])

    def test_a_refresh_of_another_ledger_publishes_on_top_and_the_former_snapshots_stay(
        self, run: Run, database: Database
    ) -> None:
        assert run(ledger="another").success
        assert published(database) == [1, 2, 3]
        assert snapshots.roll_back(database) == 2


class TestAfterTheFirstReleaseWithoutItsFile:
    """The same, where the ledger's file is gone and no other is named."""

    @pytest.fixture
    def database(self, empty_database: Database) -> Database:
        """That database, up to date."""
        return of_the_first_release(empty_database)

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Settings that name no ledger."""
        return settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"sales": None})})

    def test_a_refresh_goes_on_with_the_lines_that_the_first_release_loaded(
        self, run: Run, database: Database
    ) -> None:
        assert run().success
        with database.connect() as connection:
            rows = connection.execute(
                "SELECT snapshot_id, ledger_name, lines, as_of FROM snapshots.snapshots ORDER BY 1"
            ).fetchall()
        assert [row[0] for row in rows] == [1, 2, 3]
        assert rows[2][1:] == rows[1][1:]


def of_the_first_release(database: Database) -> Database:
    restore_release(database, "0001")
    upgrade(database)
    return database


class TestAfterARestore:
    """On a backup that was restored into another database."""

    @after_first_night
    def test_the_next_night_keeps_the_model_in_force_and_the_history(
        self, database: Database, empty_database: Database, settings: Settings, tmp_path: Path
    ) -> None:
        restored = empty_database
        back_up(lines_of(database), tmp_path / "shop.dump")
        restore(lines_of(restored), tmp_path / "shop.dump")
        before = history(restored)
        assert before == history(database)
        there = warehouse_of(restored, settings.home)
        job = build_definitions(settings, {"warehouse": there}).resolve_job_def("refresh")
        config = {"resources": {"reporting_date": {"config": {"as_of": NEXT}}}}
        assert job.execute_in_process(run_config=config, raise_on_error=False).success
        assert published(restored) == [1, 2]
        with restored.connect() as connection:
            promotions = connection.execute(
                "SELECT model_version, is_promotion FROM serving.segment_drift_history ORDER BY snapshot_id"
            ).fetchall()
        assert promotions == [(1, True), (1, False)]
        assert {row[:3] for row in before} <= {row[:3] for row in history(restored)}
        assert published(database) == [1]


def history(database: Database) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return connection.execute(
            "SELECT customer_id, segment_id, valid_from, valid_to FROM serving.customer_segment_history ORDER BY 1, 3"
        ).fetchall()


def test_a_refresh_on_a_database_of_a_newer_version_is_refused(
    warehouse: WarehouseResource, database: Database
) -> None:
    with database.connect() as connection:
        connection.execute("UPDATE warehouse.migrations SET version_num = '9999'")
    with pytest.raises(DatabaseError, match=rf"(?s)9999.*{newest_revision()}.*Upgrade the platform"):
        warehouse.database()

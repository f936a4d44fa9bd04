"""The monitor tells what is so: healthy parts, numbers of the last snapshot and the last run; and it survives."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread

import dagster as dg
import pytest
import requests
import uvicorn

from segmentation_platform.orchestration.monitor.health import health
from segmentation_platform.orchestration.monitor.server import monitor_app
from segmentation_platform.settings import ScheduleSettings
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.support.dagster_home import instance_of_a_test
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

NIGHTLY = ScheduleSettings(running=True)
GONE = Database("postgresql://nobody:sesame@127.0.0.1:1/nothing")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's storage, of the test's own."""
    with instance_of_a_test() as instance:
        yield instance


def published(database: Database) -> Database:
    publish(database, facts(1), marked_tables(1), marked_history(1))
    return database


def beat(instance: dg.DagsterInstance, when: datetime) -> None:
    """Let the daemon have been heard of."""
    from dagster._daemon.types import DaemonHeartbeat

    instance.add_daemon_heartbeat(DaemonHeartbeat(when.timestamp(), "SENSOR", "daemon", errors=[]))


def states(database: Database, instance: dg.DagsterInstance, schedule: ScheduleSettings) -> dict[str, bool]:
    return {part.name: part.is_well for part in health(database, instance, schedule)}


@contextmanager
def serving(database: Database, instance: dg.DagsterInstance) -> Iterator[str]:
    """The monitor on a port of its own; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = monitor_app(database, instance, NIGHTLY)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def get(address: str) -> requests.Response:
    return requests.get(address, timeout=30, allow_redirects=False)


def test_all_is_well_when_a_snapshot_is_new_and_the_daemon_beats(
    database: Database, instance: dg.DagsterInstance
) -> None:
    beat(instance, datetime.now(UTC))
    assert states(published(database), instance, NIGHTLY) == {"snapshot": True, "dagster": True, "daemon": True}


def test_each_fault_shows_at_its_part(database: Database, instance: dg.DagsterInstance) -> None:
    assert states(database, instance, NIGHTLY) == {"snapshot": False, "dagster": True, "daemon": False}
    beat(instance, datetime.now(UTC) - timedelta(minutes=6))
    assert not states(database, instance, NIGHTLY)["daemon"]
    assert not states(GONE, instance, NIGHTLY)["snapshot"]


def test_a_late_snapshot_is_not_well_unless_the_schedule_is_off(
    database: Database, instance: dg.DagsterInstance
) -> None:
    published(database)
    with database.connect() as connection:
        connection.execute("UPDATE snapshots.snapshots SET published_at = published_at - interval '2 days'")
    assert not states(database, instance, NIGHTLY)["snapshot"]
    assert states(database, instance, ScheduleSettings(running=False))["snapshot"]


def test_the_endpoints_answer_and_show_no_secret_also_when_the_database_is_gone(
    database: Database, instance: dg.DagsterInstance
) -> None:
    beat(instance, datetime.now(UTC))
    with serving(published(database), instance) as address:
        assert get(f"{address}/live").status_code == 200
        well = get(f"{address}/health")
        assert well.status_code == 200
        assert well.json()["snapshot"]["words"].startswith("snapshot 1, as of ")
    with serving(GONE, instance) as address:
        assert get(f"{address}/live").status_code == 200
        ill = get(f"{address}/health")
        assert ill.status_code == 503
        metrics = get(f"{address}/metrics")
        assert metrics.status_code == 200
        assert 'segmentation_healthy{part="snapshot"} 0.0' in metrics.text
        assert "sesame" not in ill.text + metrics.text


def test_metrics_tell_rows_durations_and_runs(database: Database, instance: dg.DagsterInstance) -> None:
    @dg.asset
    def counted() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={"dagster/row_count": 42})

    assert dg.materialize([counted], instance=instance).success
    with serving(published(database), instance) as address:
        lines = get(f"{address}/metrics").text.splitlines()
    for start in (
        "segmentation_snapshot_customers 1.0",
        'segmentation_asset_rows{asset="counted"} 42.0',
        'segmentation_step_seconds{step="counted"} ',
        'segmentation_runs{status="success"} 1.0',
        'segmentation_last_run_succeeded{job="__ephemeral_asset_job__"} 1.0',
        "segmentation_snapshot_published_timestamp_seconds ",
    ):
        assert [line for line in lines if line.startswith(start)], start

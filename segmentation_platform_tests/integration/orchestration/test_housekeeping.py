"""Housekeeping drops what is old, keeps what is needed, and says what is left."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from segmentation_platform.contracts import RawSales
from segmentation_platform.ledger.files import LedgerFile, identify
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.housekeeping import prune_runs, prune_tick_logs
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import HousekeepingSettings, Settings
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.housekeeping import prune_loads, table_sizes
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.support.dagster_home import instance_of_a_test
from segmentation_platform_tests.support.loads import load_whole
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.stores import lines_of


def add_loads(database: Database, folder: Path, name: str, count: int) -> list[int]:
    """Load a file again and again, each time with other content; the ids of the loads."""
    return [load(database, folder / name, number) for number in range(count)]


def load(database: Database, path: Path, number: int) -> int:
    path.write_text(f"{path.name} {number}")
    columns = RawSales.column_names()[2:]
    batch = pa.record_batch([pa.array([str(number)])] * len(columns), names=columns)
    return load_whole(database, file(path), iter([batch]), path.name).load_id


def file(path: Path) -> LedgerFile:
    path.rename(path.with_suffix(".csv"))
    return identify(path.with_suffix(".csv"))


def kept(database: Database) -> tuple[set[object], set[object]]:
    with database.connect() as connection:
        registered = connection.execute("SELECT load_id FROM warehouse.loads").fetchall()
    return {row[0] for row in registered}, {int(file.part) for file in lines_of(database).files(RawSales)}


def test_superseded_loads_are_dropped_by_file_and_those_whose_lines_a_ledger_has_stay(
    database: Database, tmp_path: Path
) -> None:
    first = add_loads(database, tmp_path, "first", 3)
    second = add_loads(database, tmp_path, "second", 2)
    loads.update_ledger(lines_of(database), "first", loads.Changes(back=first[:1], retired=first[1:]))
    assert prune_loads(lines_of(database), keep=1) == [first[1], second[0]]
    left = {first[0], first[2], second[1]}
    assert kept(database) == (left, left)
    assert prune_loads(lines_of(database), keep=1) == []


def test_at_least_one_load_is_kept(database: Database) -> None:
    with pytest.raises(ValueError, match="at least one"):
        prune_loads(lines_of(database), keep=0)


def test_sizes_are_of_all_tables_and_of_no_view(database: Database) -> None:
    publish(database, facts(1), marked_tables(1), marked_history(1))
    names = [size.table for size in table_sizes(database)]
    assert {"warehouse.raw_sales", "snapshots.customer_segments", "snapshots.snapshots"} <= set(names)
    assert not [name for name in names if name.startswith("serving.") or name.endswith("believed")]
    assert all(size.bytes >= 0 for size in table_sizes(database))


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's storage, of the test's own."""
    with instance_of_a_test() as instance:
        yield instance


@dg.asset
def thing() -> None:
    """Something that is made."""


def make(instance: dg.DagsterInstance) -> str:
    return dg.materialize([thing], instance=instance).run_id


def test_old_runs_go_with_their_events_and_the_last_materialization_stays(instance: dg.DagsterInstance) -> None:
    runs = [make(instance) for _ in range(3)]
    running = instance.create_run_for_job(
        dg.GraphDefinition(name="empty", node_defs=[]).to_job(), status=dg.DagsterRunStatus.STARTED
    )
    later = datetime.now(UTC) + timedelta(days=1)
    assert prune_runs(instance, later, this_run="") == 2
    assert {run.run_id for run in instance.get_runs()} == {runs[-1], running.run_id}
    assert instance.get_latest_materialization_event(thing.key) is not None
    assert instance.all_logs(runs[0]) == []
    assert instance.all_logs(runs[-1]) != []


def test_young_runs_stay(instance: dg.DagsterInstance) -> None:
    make(instance), make(instance)
    assert prune_runs(instance, datetime.now(UTC) - timedelta(days=1), this_run="") == 0
    assert len(instance.get_runs()) == 2


def test_old_logs_of_ticks_go_and_young_ones_stay(instance: dg.DagsterInstance) -> None:
    manager = instance.compute_log_manager
    old, young = (
        Path(manager.get_captured_local_path(["__repository__", "lost_runs", tick], "err"))  # type: ignore[attr-defined]
        for tick in ("1", "2")
    )
    for log in (old, young):
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("a line")
    os.utime(old, (0, 0))
    assert prune_tick_logs(instance, datetime.now(UTC) - timedelta(days=7)) == 1
    assert not old.exists()
    assert young.exists()


def test_the_job_drops_snapshots_and_reports_sizes_as_numbers(
    settings: Settings, warehouse: WarehouseResource, database: Database, instance: dg.DagsterInstance
) -> None:
    for number in range(1, 5):
        publish(database, facts(number), marked_tables(number), marked_history(number))
    strict = settings.model_copy(update={"housekeeping": HousekeepingSettings(snapshots=2)})
    job = build_definitions(strict, {"warehouse": warehouse}).resolve_job_def("tidy_up")
    result = job.execute_in_process(instance=instance)
    [made] = result.asset_materializations_for_node("platform_storage")
    figures = {name: value.value for name, value in made.metadata.items()}
    assert figures["dropped_snapshots"] == 2
    assert isinstance(figures["snapshots_mb"], float)
    assert float(str(figures["free_disk_mb"])) > 0
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM snapshots.snapshots").fetchone() == (2,)
        assert connection.execute("SELECT count(*) > 0 FROM serving.segments").fetchone() == (True,)

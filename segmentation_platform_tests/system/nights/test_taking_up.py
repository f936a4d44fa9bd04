"""A run that goes on where another one failed publishes what both have made and checked."""

import dagster as dg
import psycopg
import pytest

from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.dagster_home import instance_of_a_test

_built: list[dg.Definitions] = []
pytestmark = pytest.mark.slow


def refresh_job() -> dg.JobDefinition:
    """The job of the definitions that the test has made: Dagster asks for a function to make it by."""
    return _built[-1].resolve_job_def("refresh")


def test_a_run_taken_up_at_its_last_step_publishes_with_the_checks_of_both_runs(
    settings: Settings, warehouse: WarehouseResource, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _built.append(build_definitions(settings, {"warehouse": warehouse}))
    job = dg.reconstructable(refresh_job)
    with instance_of_a_test() as instance:
        with monkeypatch.context() as broken:
            broken.setattr(snapshots, "publish", lambda *_: (_ for _ in ()).throw(psycopg.errors.DiskFull("full")))
            first = dg.execute_job(job, instance=instance, raise_on_error=False)
        assert not first.success
        assert snapshots.served_snapshot(database) is None
        options = dg.ReexecutionOptions.from_failure(first.run_id, instance)
        second = dg.execute_job(job, instance=instance, reexecution_options=options)
        assert second.success
        assert {event.step_key for event in second.all_events if event.is_step_start} == {
            "published_snapshot",
            "segment_report",
        }
        shown = snapshots.served_snapshot(database)
        checks = len(
            instance.get_records_for_run(first.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
        )
    assert shown is not None
    assert shown.checks_passed + shown.checks_warned == checks > 20

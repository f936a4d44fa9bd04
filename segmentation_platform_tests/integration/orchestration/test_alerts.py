"""Sensors tell people what happened: driven here as the daemon drives them, on real runs and real servers."""

import json
import logging
import os
import socket
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from pydantic import SecretStr

from segmentation_platform.orchestration import sensors, workers
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import AlertSettings, ScheduleSettings, Settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.support.dagster_home import instance_of_a_test
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.servers import webhook
from segmentation_platform_tests.support.stages import refreshed

Posts = list[dict[str, str]]


def telling(settings: Settings, address: str) -> Settings:
    """The same settings, with somebody to tell."""
    return settings.model_copy(update={"alerts": AlertSettings(urls=(SecretStr(address),), ui="http://dagster")})


def run_refresh(
    settings: Settings, warehouse: WarehouseResource, instance: dg.DagsterInstance, **sales: str
) -> dg.ExecuteInProcessResult:
    job = build_definitions(settings, {"warehouse": warehouse}).resolve_job_def("refresh")
    return job.execute_in_process(
        run_config={"ops": {"raw_sales": {"config": sales}}} if sales else {}, instance=instance, raise_on_error=False
    )


def tell(
    sensor: dg.SensorDefinition, result: dg.ExecuteInProcessResult, instance: dg.DagsterInstance, **resources: object
) -> None:
    """Evaluate a sensor of runs on a run that has ended, as the daemon does."""
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    last = next(event for event in result.all_events if event.is_job_failure or event.is_job_success)
    with dg.build_run_status_sensor_context(
        sensor_name=sensor.name, dagster_instance=instance, dagster_run=run, dagster_event=last, resources=resources
    ) as context:
        sensor(context.for_run_failure() if last.is_job_failure else context)


def test_a_failed_run_is_told_with_its_cause_first_by_webhook_in_the_log_and_at_the_end_of_the_run(
    settings: Settings, warehouse: WarehouseResource, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("dagster.segmentation_platform").addHandler(caplog.handler)
    with instance_of_a_test() as instance, webhook() as (address, posts):
        result = run_refresh(settings, warehouse, instance, sales="/nowhere/ledger.csv")
        assert not result.success
        tell(sensors.run_failed, result, instance, warehouse=warehouse, settings=telling(settings, address))
        last = instance.all_logs(result.run_id)[-1].message
    [post] = posts
    assert post["type"] == "failure"
    assert post["title"].startswith("refresh failed: ")
    assert post["message"].startswith("Cause: ")
    assert "/nowhere/ledger.csv" in post["message"].splitlines()[0]
    assert "Not made: bundles, campaign_audiences, campaigns, cancellations, clean_sales, " in post["message"]
    assert "Run again: segmentation-platform run" in post["message"]
    assert "Nothing is published yet." in post["message"]
    assert f"http://dagster/runs/{result.run_id}" in post["message"]
    assert post["title"] in last
    assert post["message"] in [record.getMessage() for record in caplog.records]


def test_a_run_that_is_tried_again_wakes_nobody(settings: Settings, warehouse: WarehouseResource) -> None:
    with instance_of_a_test() as instance, webhook() as (address, posts):
        result = run_refresh(settings, warehouse, instance, sales="/nowhere/ledger.csv")
        instance.add_run_tags(result.run_id, {"dagster/will_retry": "true"})
        tell(sensors.run_failed, result, instance, warehouse=warehouse, settings=telling(settings, address))
    assert posts == []


@refreshed
@pytest.mark.slow
def test_the_morning_summary_tells_the_segments_and_what_changed(
    settings: Settings, warehouse: WarehouseResource
) -> None:
    with instance_of_a_test() as instance, webhook() as (address, posts):
        result = run_refresh(settings, warehouse, instance)
        assert result.success
        tell(sensors.morning_summary, result, instance, warehouse=warehouse, settings=telling(settings, address))
    [post] = posts
    assert post["title"].startswith("Customer segments as of 2011-12-10: ")
    assert "of revenue" in post["message"]
    assert "Warning: Little data" in post["message"]
    assert "Nobody changed segment since 2011-12-10." in post["message"]


def look(
    settings: Settings, warehouse: WarehouseResource, instance: dg.DagsterInstance, cursor: str | None
) -> tuple[str | None, str]:
    """Evaluate the sensor of late refreshes: its cursor afterwards, and what it said."""
    resources = {"warehouse": warehouse, "settings": settings}
    with dg.build_sensor_context(instance=instance, cursor=cursor, resources=resources) as context:
        result = sensors.refresh_is_late(settings)(context)
        assert isinstance(result, dg.SkipReason)
        return context.cursor, str(result.skip_message)


def test_a_missed_refresh_is_told_once_and_not_that_of_before_anybody_watched(
    settings: Settings, warehouse: WarehouseResource, database: Database
) -> None:
    daily = (datetime.now(UTC) - timedelta(hours=3)).strftime("%M %H * * *")
    schedule = ScheduleSettings(cron=daily, timezone="UTC", running=True)
    with instance_of_a_test() as instance, webhook() as (address, posts):
        watching = telling(settings, address).model_copy(update={"schedule": schedule})
        cursor, said = look(watching, warehouse, instance, None)
        assert (said, posts) == ("Nothing to say.", [])
        yesterday = (schedule.last_due(datetime.now(UTC)) - timedelta(days=1)).isoformat()
        cursor, _ = look(watching, warehouse, instance, yesterday)
        look(watching, warehouse, instance, cursor)
        [post] = posts
        assert "is not there" in post["title"]
        assert "No run was started since" in post["message"]
        publish(database, facts(1), marked_tables(1), marked_history(1))
        look(watching, warehouse, instance, yesterday)
    assert len(posts) == 1


def test_a_refresh_that_may_still_come_is_not_called_late(settings: Settings, warehouse: WarehouseResource) -> None:
    daily = (datetime.now(UTC) - timedelta(minutes=30)).strftime("%M %H * * *")
    schedule = ScheduleSettings(cron=daily, timezone="UTC", running=True, late_minutes=60)
    with instance_of_a_test() as instance, webhook() as (address, posts):
        watching = telling(settings, address).model_copy(update={"schedule": schedule})
        cursor, said = look(watching, warehouse, instance, "2011-12-10T00:00:00+00:00")
    assert (cursor, said, posts) == ("2011-12-10T00:00:00+00:00", "Nothing to say.", [])


def started_run(instance: dg.DagsterInstance, worker: str | None) -> str:
    job = dg.GraphDefinition(name="refresh", node_defs=[]).to_job()
    run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    if worker is not None:
        instance.add_run_tags(run.run_id, {workers.TAG: worker})
    return run.run_id


def test_a_run_whose_process_is_gone_at_two_looks_is_ended_and_others_are_left_alone() -> None:
    gone = json.dumps([socket.gethostname(), os.getpid(), 1.0])
    elsewhere = json.dumps(["another-host", os.getpid(), 1.0])
    with instance_of_a_test() as instance:
        lost = started_run(instance, gone)
        others = [started_run(instance, worker) for worker in (workers.this_worker(), elsewhere, None)]
        first = dg.build_sensor_context(instance=instance)
        sensors.lost_runs(first)
        assert all(run.status == dg.DagsterRunStatus.STARTED for run in instance.get_runs())
        sensors.lost_runs(dg.build_sensor_context(instance=instance, cursor=first.cursor))
        ended = instance.get_run_by_id(lost)
        assert ended is not None
        assert ended.status == dg.DagsterRunStatus.FAILURE
        for run_id in others:
            run = instance.get_run_by_id(run_id)
            assert run is not None
            assert run.status == dg.DagsterRunStatus.STARTED

"""Sensors: who is told when a run fails, succeeds or is missed, and runs whose process is gone."""

import json
import logging
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from segmentation_platform.alerts import message
from segmentation_platform.alerts.message import Failed, Late, Message, Served
from segmentation_platform.alerts.morning import Links, NightFigures, morning
from segmentation_platform.alerts.send import send
from segmentation_platform.contracts import CustomerSegments, Segments
from segmentation_platform.orchestration import jobs, workers
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.orchestration.run_outcome import is_blocking, outcome_of
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database

# Below Dagster's own logger, which writes as the code location was told to; a sensor's `context.log` does not.
_log = logging.getLogger("dagster.segmentation_platform")
_ALL_IS_WELL = "Nothing to say."
_WITHOUT_A_WORKER = timedelta(minutes=10)


@dg.run_failure_sensor(
    name="run_failed",
    description="Tell cause, assets and what to do first: in the log, at the end of the run, and to alerts.urls.",
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def run_failed(
    context: dg.RunFailureSensorContext, warehouse: WarehouseResource, settings: dg.ResourceParam[Settings]
) -> None:
    """Tell of a run that failed for good; one that Dagster tries again is not worth waking anybody."""
    run = context.dagster_run
    if run.tags.get("dagster/will_retry") == "true":
        _log.info(f"{run.job_name} failed and is tried again.")
        return
    told = message.failure(_failed(context.instance, run, settings), _served(warehouse.database()))
    context.instance.report_engine_event(f"{told.title}\n{told.body}", run)
    _log.error(told.body)
    send(told, settings.alerts.urls)


def _failed(instance: dg.DagsterInstance, run: dg.DagsterRun, settings: Settings) -> Failed:
    entries = instance.all_logs(run.run_id)
    events = [entry.dagster_event for entry in entries if entry.dagster_event is not None]
    planned = {key.path[-1] for key in run.asset_selection or ()} | {
        event.asset_key.path[-1] for event in events if event.is_asset_materialization_planned and event.asset_key
    }
    outcome = outcome_of(run.run_id, events, planned)
    return Failed(
        what=run.job_name if not run.job_name.startswith("__") else "Materializing by hand",
        cause=outcome.cause,
        not_made=outcome.not_made,
        attempts=1 + int(run.tags.get("dagster/retry_number", "0")),
        run_again=_run_again(run, settings),
        link=f"{settings.alerts.ui}/runs/{run.run_id}",
    )


def _run_again(run: dg.DagsterRun, settings: Settings) -> str:
    if run.job_name in (jobs.refresh.name, jobs.refresh_multiprocess.name):
        return f"segmentation-platform run, or Re-execute on {settings.alerts.ui}/runs/{run.run_id}"
    return f"Re-execute on {settings.alerts.ui}/runs/{run.run_id}"


def _served(database: Database) -> Served | None:
    snapshot = snapshots.served_snapshot(database)
    return None if snapshot is None else Served(snapshot.snapshot_id, snapshot.as_of)


@dg.run_status_sensor(
    name="morning_summary",
    description="Send what the new snapshot says, and what is different from the one before, to alerts.urls.",
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[jobs.refresh, jobs.refresh_multiprocess],
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def morning_summary(
    context: dg.RunStatusSensorContext, warehouse: WarehouseResource, settings: dg.ResourceParam[Settings]
) -> None:
    """Send the morning summary of the snapshot that the run published."""
    run = context.dagster_run
    summary = _summary(warehouse.database(), _warnings(context.instance, run), run.run_id, settings)
    if summary is not None:
        _log.info(f"{summary.title}\n{summary.body}")
        send(summary, settings.alerts.urls)


def _summary(database: Database, warnings: list[str], run_id: str, settings: Settings) -> Message | None:
    served = snapshots.served_snapshot(database)
    if served is None:
        return None
    before = snapshots.snapshot_before(database, served.snapshot_id)
    earlier = None if before is None else _night(database, *before)
    reports = settings.links.reports
    links = Links(f"{settings.alerts.ui}/runs/{run_id}", f"{reports}/reports/{served.snapshot_id}" if reports else "")
    return morning(_night(database, served.snapshot_id, served.as_of), earlier, warnings, links)


def _night(database: Database, snapshot_id: int, as_of: date) -> NightFigures:
    return NightFigures(
        as_of,
        snapshots.read_snapshot(database, Segments, snapshot_id),
        snapshots.read_snapshot(database, CustomerSegments, snapshot_id),
    )


def _warnings(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    entries = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    checks = [entry.get_dagster_event().asset_check_evaluation_data for entry in entries]
    return [check.description or check.check_name for check in checks if not check.passed and not is_blocking(check)]


@dg.sensor(
    name="lost_runs",
    description="End runs whose process is gone, so that they are tried again and don't keep others waiting.",
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def lost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """End runs whose process was gone at two looks: between the looks a run may just have been ending."""
    gone = {run_id for run_id, record in _started(context.instance).items() if _has_nobody(record)}
    gone_before = set(json.loads(context.cursor or "[]"))
    for run_id in gone & gone_before:
        run = context.instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            context.instance.report_run_failed(run, "The process that worked on this run is gone: it was killed.")
            _log.warning(f"Run {run_id} had nobody working on it.")
    context.update_cursor(json.dumps(sorted(gone - gone_before)))
    return dg.SkipReason(f"{len(gone)} runs without a process." if gone else _ALL_IS_WELL)


def _started(instance: dg.DagsterInstance) -> dict[str, dg.RunRecord]:
    records = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    return {record.dagster_run.run_id: record for record in records}


def _has_nobody(record: dg.RunRecord) -> bool:
    worker = record.dagster_run.tags.get(workers.TAG)
    if worker is not None:
        return workers.is_gone(worker)
    began = datetime.fromtimestamp(record.start_time or record.create_timestamp.timestamp(), UTC)
    return datetime.now(UTC) - began > _WITHOUT_A_WORKER


def refresh_is_late(settings: Settings) -> dg.SensorDefinition:
    """The sensor that tells when the nightly refresh is late; on where the schedule is."""
    status = dg.DefaultSensorStatus.RUNNING if settings.schedule.running else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name="refresh_is_late",
        description="Tell alerts.urls once when a refresh is due and, two hours later, nothing is published.",
        minimum_interval_seconds=300,
        default_status=status,
    )
    def look(
        context: dg.SensorEvaluationContext, warehouse: WarehouseResource, settings: dg.ResourceParam[Settings]
    ) -> dg.SkipReason:
        now = datetime.now(UTC)
        due = settings.schedule.last_due(now)
        told = context.cursor
        # What was due before anybody was watching is not held against the platform.
        if told is None or now < due + timedelta(minutes=settings.schedule.late_minutes):
            context.update_cursor(told or due.isoformat())
            return dg.SkipReason(_ALL_IS_WELL)
        database = warehouse.database()
        published = snapshots.last_published(database)
        if told == due.isoformat() or (published is not None and published >= due):
            return dg.SkipReason(_ALL_IS_WELL)
        missed = Late(due, _what_became_of_it(context.instance, due), f"{settings.alerts.ui}/runs")
        told_now = message.late(missed, _served(database))
        _log.error(f"{told_now.title}\n{told_now.body}")
        send(told_now, settings.alerts.urls)
        context.update_cursor(due.isoformat())
        return dg.SkipReason(told_now.title)

    return look


def _what_became_of_it(instance: dg.DagsterInstance, due: datetime) -> str:
    filters = dg.RunsFilter(job_name=jobs.refresh.name, created_after=due - timedelta(minutes=1))
    runs = instance.get_runs(filters, limit=1)
    if not runs:
        return "No run was started since: was the daemon down, or the schedule nightly switched off?"
    words = {
        dg.DagsterRunStatus.FAILURE: "failed",
        dg.DagsterRunStatus.CANCELED: "was cancelled",
        dg.DagsterRunStatus.QUEUED: "is waiting for another run to end",
    }
    return f"The last run since then {words.get(runs[0].status, 'is still at work')}: {runs[0].run_id}."


def sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """All sensors."""
    return [run_failed, morning_summary, lost_runs, refresh_is_late(settings)]

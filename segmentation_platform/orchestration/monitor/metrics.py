"""Metrics for Prometheus: of the served snapshot, of runs, and of every asset's last materialization."""

from collections.abc import Iterator
from datetime import UTC

import dagster as dg
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from segmentation_platform.contracts.snapshot_record import Snapshot
from segmentation_platform.orchestration.monitor.health import health
from segmentation_platform.settings import ScheduleSettings
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import served_snapshot

_ROWS = "dagster/row_count"


class PlatformCollector(Collector):
    """Collects when it is asked, so that nothing has to be pushed and nothing is counted twice.

    Args:
        database: where `serving` is read
        instance: Dagster's storage
        schedule: when a snapshot is due

    """

    def __init__(self, database: Database, instance: dg.DagsterInstance, schedule: ScheduleSettings) -> None:
        self._database = database
        self._instance = instance
        self._schedule = schedule

    def collect(self) -> Iterator[Metric]:
        """All metrics; those of a store that doesn't answer are missing, and `segmentation_healthy` is 0 for it."""
        parts = health(self._database, self._instance, self._schedule)
        healthy = GaugeMetricFamily("segmentation_healthy", "Whether a part does its work", labels=["part"])
        for part in parts:
            healthy.add_metric([part.name], float(part.is_well))
        yield healthy
        silent = {part.name for part in parts if part.words.startswith("can't be asked")}
        if "snapshot" not in silent:
            yield from _snapshot_metrics(served_snapshot(self._database))
        if "dagster" not in silent:
            yield from _run_metrics(self._instance)
            yield from _asset_metrics(self._instance)


def _snapshot_metrics(snapshot: Snapshot | None) -> Iterator[Metric]:
    if snapshot is None:
        return
    published = snapshot.published_at.replace(tzinfo=UTC).timestamp()
    for name, words, value in (
        ("published_timestamp_seconds", "When the served snapshot was published", published),
        ("customers", "Customers in the served snapshot", snapshot.customers),
        ("lines", "Sales lines behind the served snapshot", snapshot.lines),
        ("checks_passed", "Data checks that the served snapshot passed", snapshot.checks_passed),
        ("checks_warned", "Data checks that warned", snapshot.checks_warned),
    ):
        yield GaugeMetricFamily(f"segmentation_snapshot_{name}", words, value=value)


def _run_metrics(instance: dg.DagsterInstance) -> Iterator[Metric]:
    counts = GaugeMetricFamily("segmentation_runs", "Runs that are kept, by how they stand", labels=["status"])
    for status in dg.DagsterRunStatus:
        counts.add_metric([status.value.lower()], instance.get_runs_count(dg.RunsFilter(statuses=[status])))
    yield counts
    seconds = GaugeMetricFamily("segmentation_last_run_seconds", "How long the last ended run took", labels=["job"])
    ended = GaugeMetricFamily("segmentation_last_run_ended_timestamp_seconds", "When it ended", labels=["job"])
    well = GaugeMetricFamily("segmentation_last_run_succeeded", "Whether it succeeded", labels=["job"])
    for job, record in _last_ended(instance).items():
        if record.start_time is not None and record.end_time is not None:
            seconds.add_metric([job], record.end_time - record.start_time)
            ended.add_metric([job], record.end_time)
            well.add_metric([job], float(record.dagster_run.is_success))
    yield from (seconds, ended, well)


def _last_ended(instance: dg.DagsterInstance) -> dict[str, dg.RunRecord]:
    """The last run of every job that has ended, among the newest hundred."""
    statuses = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    records = instance.get_run_records(dg.RunsFilter(statuses=statuses), limit=100)
    return {record.dagster_run.job_name: record for record in reversed(records)}


def _asset_metrics(instance: dg.DagsterInstance) -> Iterator[Metric]:
    rows = GaugeMetricFamily("segmentation_asset_rows", "Rows of an asset when it was last made", labels=["asset"])
    made = GaugeMetricFamily("segmentation_asset_made_timestamp_seconds", "When it was last made", labels=["asset"])
    runs: set[str] = set()
    for record in instance.get_asset_records(list(instance.all_asset_keys())):
        entry = record.asset_entry.last_materialization
        if entry is None or entry.asset_materialization is None:
            continue
        name = record.asset_entry.asset_key.path[-1]
        runs.add(entry.run_id)
        made.add_metric([name], entry.timestamp)
        counted = entry.asset_materialization.metadata.get(_ROWS)
        if counted is not None:
            rows.add_metric([name], float(str(counted.value)))
    seconds = GaugeMetricFamily("segmentation_step_seconds", "How long a step last took", labels=["step"])
    for run_id in runs:
        for step in instance.get_run_step_stats(run_id):
            if step.start_time is not None and step.end_time is not None:
                seconds.add_metric([step.step_key], step.end_time - step.start_time)
    yield from (rows, made, seconds)

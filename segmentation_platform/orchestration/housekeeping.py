"""Housekeeping: what is old is dropped, and what is left is said, as numbers that plot."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager

from segmentation_platform.orchestration.metadata import OWNERS, picture, reading_on, records_table
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.reporting.thumbnails import drawn
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.housekeeping import TableSize, prune_loads, table_sizes
from segmentation_platform.warehouse.ledger_lines import IN_FILES

GROUP = "operations"
_MEGA = 1e6
_TICKS = timedelta(days=7)
_OF_TICKS = "__repository__"
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dg.asset(
    group_name=GROUP,
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
)
def platform_storage(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult[None]:
    """What the platform takes on disk, after old snapshots, superseded loads and old runs were dropped."""
    database, lines, kept = warehouse.database(), warehouse.lines(), settings.housekeeping
    dropped_snapshots = snapshots.prune(database, kept.snapshots, kept.snapshot_rows)
    dropped_loads = prune_loads(lines, kept.loads)
    swept = lines.sweep()
    now = datetime.now(UTC)
    dropped_runs = prune_runs(context.instance, now - timedelta(days=kept.run_days), context.run.run_id)
    prune_tick_logs(context.instance, now - _TICKS)
    sizes = table_sizes(database)
    return dg.MaterializeResult(
        metadata={
            "dropped_snapshots": len(dropped_snapshots),
            "dropped_loads": len(dropped_loads),
            "dropped_runs": dropped_runs,
            "swept_files": swept,
            "snapshots_mb": _megabytes(sizes, "snapshots."),
            "warehouse_mb": _megabytes(sizes, "warehouse."),
            "ledger_mb": round(sum(file.bytes for each in IN_FILES for file in lines.files(each)) / _MEGA, 1),
            "dagster_files_mb": _files_megabytes(settings.dagster_home),
            "free_disk_mb": round(shutil.disk_usage(_there(settings.home)).free / _MEGA, 1),
            "tables": records_table(
                [{"table": s.table, "MB": f"{s.bytes / _MEGA:,.1f}", "rows": f"{s.rows:,}"} for s in sizes]
            ),
            **picture("platform_storage", lambda: drawn.table_sizes(_drawn(sizes))),
            **reading_on("today", settings.links),
        }
    )


def prune_runs(instance: dg.DagsterInstance, before: datetime, this_run: str) -> int:
    """Delete runs that ended before a time, with their events and console logs.

    The runs of the last materialization of every asset stay, however old: Dagster knows from them that it was made.

    Returns:
        How many runs were deleted.

    """
    kept = {this_run, *_last_runs(instance)}
    old = instance.get_run_ids(dg.RunsFilter(created_before=before, statuses=_ENDED))
    dropped = [run_id for run_id in old if run_id not in kept]
    for run_id in dropped:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    return len(dropped)


def prune_tick_logs(instance: dg.DagsterInstance, before: datetime) -> int:
    """Delete the console logs that ticks of sensors left in local files before a time; thousands a day.

    Returns:
        How many files were deleted.

    """
    manager = instance.compute_log_manager
    if not isinstance(manager, LocalComputeLogManager):
        return 0
    folder = Path(manager.get_captured_local_path([_OF_TICKS], "err")).parent / _OF_TICKS
    old = [file for file in folder.rglob("*") if file.is_file() and file.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink()
    return len(old)


def _last_runs(instance: dg.DagsterInstance) -> Iterator[str]:
    for record in instance.get_asset_records(list(instance.all_asset_keys())):
        made = record.asset_entry.last_materialization
        yield from (made.run_id,) if made else ()
        yield from (record.asset_entry.last_run_id,) if record.asset_entry.last_run_id else ()


def _megabytes(sizes: Iterable[TableSize], schema: str) -> float:
    return round(sum(size.bytes for size in sizes if size.table.startswith(schema)) / _MEGA, 1)


def _drawn(sizes: Iterable[TableSize]) -> pd.DataFrame:
    return pd.DataFrame([{"table": size.table, "megabytes": size.bytes / _MEGA} for size in sizes])


def _files_megabytes(folder: Path) -> float:
    files = (file for file in folder.rglob("*") if file.is_file())
    return round(sum(file.stat().st_size for file in files) / _MEGA, 1)


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(f for f in (folder.absolute(), *folder.absolute().parents) if f.exists())

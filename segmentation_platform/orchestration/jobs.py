"""Jobs and schedules: the nightly refresh, and the housekeeping by day."""

import dagster as dg

from segmentation_platform.orchestration import housekeeping
from segmentation_platform.orchestration.assets import report
from segmentation_platform.orchestration.retries import retry_infrastructure
from segmentation_platform.orchestration.run_lock import IN_PROCESSES
from segmentation_platform.settings import Settings

# A second attempt begins again: the checks and the tables of a snapshot are of one run.
_WHOLE = {"dagster/retry_strategy": "ALL_STEPS"}
# Dagster writes a run's log in its own way unless a logger is asked for.
_OUR_LOGGER: dict[str, object] = {"loggers": {"console": {"config": {}}}}
_FLOW = dg.AssetSelection.all() - dg.AssetSelection.assets(housekeeping.platform_storage)

refresh = dg.define_asset_job(
    "refresh",
    selection=_FLOW,
    description="Read the ledger, compute everything, publish a snapshot; one process, best on one machine.",
    executor_def=dg.in_process_executor,
    hooks={retry_infrastructure},
    config=_OUR_LOGGER,
    tags=_WHOLE,
)

refresh_multiprocess = dg.define_asset_job(
    "refresh_multiprocess",
    selection=_FLOW,
    description="The same, one process a step, for wide fan-outs on many cores.",
    executor_def=dg.multiprocess_executor.configured({"start_method": {"forkserver": {}}}),
    hooks={retry_infrastructure},
    config=_OUR_LOGGER,
    tags=_WHOLE | IN_PROCESSES,
)

make_report = dg.define_asset_job(
    "make_report",
    selection=[report.segment_report],
    description="Make the report of the served snapshot again.",
    executor_def=dg.in_process_executor,
    hooks={retry_infrastructure},
    config=_OUR_LOGGER,
)

tidy_up = dg.define_asset_job(
    "tidy_up",
    selection=[housekeeping.platform_storage],
    description="Drop what is old: snapshots, superseded loads, runs and their events; say what is left.",
    executor_def=dg.in_process_executor,
    hooks={retry_infrastructure},
    config=_OUR_LOGGER,
)


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The nightly refresh and the daily housekeeping, both on or off as the settings say."""
    status = dg.DefaultScheduleStatus.RUNNING if settings.schedule.running else dg.DefaultScheduleStatus.STOPPED
    return [
        dg.ScheduleDefinition(
            name="nightly",
            job=refresh,
            cron_schedule=settings.schedule.cron,
            execution_timezone=settings.schedule.timezone,
            default_status=status,
            description="Refresh the ledger, the segments and the recommendations every night.",
        ),
        dg.ScheduleDefinition(
            name="housekeeping",
            job=tidy_up,
            cron_schedule=settings.housekeeping.cron,
            execution_timezone=settings.schedule.timezone,
            default_status=status,
            description="Drop old snapshots, loads and runs.",
        ),
    ]

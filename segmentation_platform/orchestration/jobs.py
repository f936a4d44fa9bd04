"""Jobs and the nightly schedule."""

import dagster as dg

from segmentation_platform.settings import ScheduleSettings

refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="Read the ledger, compute everything, publish a snapshot; one process, best on one machine.",
    executor_def=dg.in_process_executor,
)

refresh_multiprocess = dg.define_asset_job(
    "refresh_multiprocess",
    selection=dg.AssetSelection.all(),
    description="The same, one process a step, for wide fan-outs on many cores.",
    executor_def=dg.multiprocess_executor.configured({"start_method": {"forkserver": {}}}),
)


def nightly(settings: ScheduleSettings) -> dg.ScheduleDefinition:
    """The schedule that refreshes everything once a night."""
    return dg.ScheduleDefinition(
        name="nightly",
        job=refresh,
        cron_schedule=settings.cron,
        execution_timezone=settings.timezone,
        default_status=(dg.DefaultScheduleStatus.RUNNING if settings.running else dg.DefaultScheduleStatus.STOPPED),
        description="Refresh the ledger, the segments and the recommendations every night.",
    )

"""Dagster's own storage on one machine: SQLite below the platform's home."""

from pathlib import Path

import dagster as dg

_WRITTEN_BY = "# Written by segmentation-platform; to change it, remove this line."
_INSTANCE = f"""\
{_WRITTEN_BY}
# Dagster keeps runs, events and schedules in SQLite beside this file. dagster.yaml at the top of the repository says
# why the rest is as it is.
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  max_runtime_seconds: 21600
  poll_interval_seconds: 15
run_retries:
  enabled: true
  max_retries: 2
  retry_on_asset_or_op_failure: false
freshness:
  enabled: true
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 90
telemetry:
  enabled: false
nux:
  enabled: false
"""
_WORKSPACE = f"""\
{_WRITTEN_BY}
load_from:
  - python_module:
      module_name: segmentation_platform.definitions
      location_name: segmentation_platform
"""
_OF_THE_FIRST_RELEASE = "# Written by segmentation-platform; Dagster keeps runs"


def open_instance(home: Path) -> dg.DagsterInstance:
    """Dagster's own storage below a folder; its configuration is written, or brought up to date, first.

    A configuration that somebody else wrote or changed stays as it is.
    """
    home.mkdir(parents=True, exist_ok=True)
    for name, text in (("dagster.yaml", _INSTANCE), ("workspace.yaml", _WORKSPACE)):
        file = home / name
        if not file.exists() or file.read_text().startswith((_WRITTEN_BY, _OF_THE_FIRST_RELEASE)):
            file.write_text(text)
    return dg.DagsterInstance.from_config(str(home))

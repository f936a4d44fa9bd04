"""The report follows the snapshot: made after it, and made up for where it failed."""

import dagster as dg
import pytest

from segmentation_platform.orchestration.assets import report as report_asset
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.reports import has_report
from segmentation_platform.warehouse.snapshots import served_snapshot
from segmentation_platform_tests.support.refreshes import Run


class ReportError(RuntimeError):
    """What goes wrong in the test."""


def test_when_the_report_fails_the_snapshot_is_served_and_the_report_is_made_up_for_alone(
    run: Run, definitions: dg.Definitions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise ReportError("no ink")

    with monkeypatch.context() as broken:
        broken.setattr(report_asset, "render", fail)
        failed = run()
    assert not failed.success
    [failure] = failed.filter_events(lambda event: event.is_step_failure)
    assert failure.step_key == "segment_report"
    assert "no ink" in str(failure.step_failure_data.error)
    served = served_snapshot(database)
    assert served is not None
    assert not has_report(database)
    again = definitions.resolve_job_def("make_report").execute_in_process()
    assert again.success
    assert {event.step_key for event in again.get_step_success_events()} == {"segment_report"}
    assert has_report(database)
    assert served_snapshot(database) == served

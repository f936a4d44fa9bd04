"""`housekeeping`: drop what is old, for those who have no daemon to do it."""

from collections.abc import Mapping

import typer

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with


def housekeeping(database_url: DatabaseUrl = None) -> None:
    """Drop old snapshots, superseded loads and old runs, as \\[housekeeping] in segmentation.toml says."""
    settings = settings_with(database_url)
    with error_console.status("Dropping what is old …"):
        from segmentation_platform.orchestration.runner import tidy_up

        outcome = tidy_up(settings, _report)
    if not outcome.succeeded:
        error_console.print(outcome.cause, style="red", markup=False)
        raise typer.Exit(1)


def _report(numbers: Mapping[str, float]) -> None:
    for name, value in numbers.items():
        console.print(f"{name.replace('_', ' '):<20}{value:>12,}")

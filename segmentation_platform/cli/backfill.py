"""`backfill`: what would have been published on earlier days."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, open_database_of, settings_with
from segmentation_platform.cli.refresh import refresh_and_tell
from segmentation_platform.orchestration.run_request import RunRequest


class Every(StrEnum):
    """How far the days are apart."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_FORMATS = ["%Y-%m-%d"]


def backfill(
    first: Annotated[datetime, typer.Argument(formats=_FORMATS, metavar="FIRST", help="First day, YYYY-MM-DD.")],
    last: Annotated[datetime, typer.Argument(formats=_FORMATS, metavar="LAST", help="Last day, YYYY-MM-DD.")],
    every: Annotated[Every, typer.Option("--every", help="How far the days are apart.")] = Every.MONTH,
    database_url: DatabaseUrl = None,
) -> None:
    """Publish a snapshot as of each of some earlier days; afterwards the one that was served is served again.

    Days may be filled in any order, and again: the history comes out the same.
    """
    from segmentation_platform.warehouse.snapshots import roll_back, served_snapshot

    settings = settings_with(database_url)
    database = open_database_of(settings)
    days = _days(first.date(), last.date(), every)
    served = served_snapshot(database)
    try:
        for place, day in enumerate(days, 1):
            error_console.print(f"[bold]{day}[/] ({place} of {len(days)})")
            refresh_and_tell(settings, database, RunRequest(as_of=day.isoformat()))
    finally:
        # Also when a day could not be published: those before it were, and the newest is what people read.
        now = served_snapshot(database)
        if served is not None and now is not None and served.as_of > now.as_of:
            roll_back(database, served.snapshot_id)
            console.print(f"Snapshot {served.snapshot_id}, as of {served.as_of}, is served.")
    console.print(f"{len(days)} days published.")


def _days(first: date, last: date, every: Every) -> list[date]:
    if first > last:
        raise typer.BadParameter(f"{first} is after {last}.")
    import pandas as pd

    steps = {
        Every.DAY: pd.DateOffset(days=1),
        Every.WEEK: pd.DateOffset(weeks=1),
        Every.MONTH: pd.DateOffset(months=1),
    }
    return [day.date() for day in pd.date_range(first, last, freq=steps[every])]

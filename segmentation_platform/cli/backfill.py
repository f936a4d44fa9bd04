"""`backfill`: what would have been published on earlier days."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import pandas as pd
import typer

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with
from segmentation_platform.cli.refresh import open_database_of, refresh_and_tell


class Every(StrEnum):
    """How far the days are apart."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_STEPS = {Every.DAY: pd.DateOffset(days=1), Every.WEEK: pd.DateOffset(weeks=1), Every.MONTH: pd.DateOffset(months=1)}
_DAY = typer.Argument(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")


def backfill(
    first: Annotated[datetime, _DAY],
    last: Annotated[datetime, _DAY],
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
    for place, day in enumerate(days, 1):
        error_console.print(f"[bold]{day}[/] ({place} of {len(days)})")
        refresh_and_tell(settings, database, as_of=day.isoformat())
    if served is not None and served.as_of > days[-1]:
        roll_back(database, served.snapshot_id)
        console.print(f"{len(days)} days published. Snapshot {served.snapshot_id}, as of {served.as_of}, is served.")
    else:
        console.print(f"{len(days)} days published.")


def _days(first: date, last: date, every: Every) -> list[date]:
    if first > last:
        raise typer.BadParameter(f"{first} is after {last}.")
    return [day.date() for day in pd.date_range(first, last, freq=_STEPS[every])]

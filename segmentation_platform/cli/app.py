"""All commands, put together, and how errors reach people."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from segmentation_platform.cli import (
    app_server,
    backfill,
    campaigns,
    database,
    doctor,
    download,
    export,
    housekeeping,
    ledger,
    models,
    monitor,
    quality,
    refresh,
    report,
    score,
    simulate,
    snapshots,
    ui,
)
from segmentation_platform.cli.console import error_console
from segmentation_platform.errors import PlatformError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    help="Customer segments and product recommendations from a shop's sales ledger, in Postgres.",
)
app.command("run")(refresh.run)
app.command("backfill")(backfill.backfill)
app.command("score")(score.score)
app.command("report")(report.report)
app.command("export")(export.export)
app.command("backtest")(quality.backtest)
app.command("tune")(quality.tune)
app.command("ui")(ui.ui)
app.command("app")(app_server.app)
app.command("monitor")(monitor.monitor)
app.command("housekeeping")(housekeeping.housekeeping)
app.command("simulate")(simulate.simulate)
app.command("download")(download.download)
app.command("doctor")(doctor.doctor)
app.add_typer(campaigns.app, name="campaigns")
app.add_typer(ledger.app, name="ledger")
app.add_typer(database.app, name="db")
app.add_typer(snapshots.app, name="snapshots")
app.add_typer(models.app, name="models")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("segmentation-platform"))
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Start here: [bold]segmentation-platform run[/bold]."""


def main() -> None:
    """Run the command line; a known problem is one message and an exit code, never a traceback.

    Exit codes: 0 done; 1 a check, the database or a snapshot stood in the way; 2 the input can't be used.
    """
    try:
        app()
    except PlatformError as error:
        error_console.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(error.exit_code)

"""`run`: the whole flow, from the ledger to the tables that people read."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, TextColumn

from segmentation_platform.cli.console import command_line, console, error_console
from segmentation_platform.cli.options import DatabaseUrl, open_lines_of, settings_with
from segmentation_platform.orchestration.run_request import RunRequest
from segmentation_platform.settings import Settings
from segmentation_platform.sources.addresses import is_address

if TYPE_CHECKING:
    from segmentation_platform.orchestration import runner
    from segmentation_platform.orchestration.asked import LedgerAsked
    from segmentation_platform.orchestration.run_outcome import RunOutcome
    from segmentation_platform.orchestration.understanding import Answers, Understood
    from segmentation_platform.warehouse.database import Database
    from segmentation_platform.warehouse.ledger_lines import LedgerLines


def run(
    sales: Annotated[
        str,
        typer.Option(
            "--sales",
            help="Ledger: a file (csv, xlsx, xls, ods, parquet, jsonl; gzipped or zipped), a folder, a pattern, or "
            "an address (https://, s3://, gs://, az://). "
            "\\[default: the one in segmentation.toml, else the one of the served snapshot, else a simulated shop's]",
            show_default=False,
        ),
    ] = "",
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Reporting date; nothing from that day on is used. \\[default: the day after the last sale]",
            show_default=False,
        ),
    ] = None,
    ledger: Annotated[
        str,
        typer.Option(
            "--ledger",
            metavar="NAME",
            help="Name of the ledger, to which its history and models belong. \\[default: the one in "
            "segmentation.toml, else the served one's]",
            show_default=False,
        ),
    ] = "",
    part: Annotated[
        bool, typer.Option("--part", help="What --sales names is a part of the ledger: its lines are added.")
    ] = False,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="What --sales names is the whole ledger, in place of what was read before."),
    ] = False,
    database_url: DatabaseUrl = None,
    force: Annotated[bool, typer.Option("--force", help="Compute again even if nothing has changed.")] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", "-y", help="Go on where the ledger can be read in more than one way, with what was taken."
        ),
    ] = False,
    choose_model: Annotated[
        bool, typer.Option("--choose-model", help="Choose the segments' transform and number again, on evidence.")
    ] = False,
) -> None:
    """Read the ledger, compute everything, publish a snapshot, and show it in short."""
    began = time.monotonic()
    if part and whole:
        raise typer.BadParameter("--part and --whole are two answers to one question.")
    reporting_date = as_of.date().isoformat() if as_of else ""
    from segmentation_platform.ledger.inspection import doubts_to_json
    from segmentation_platform.orchestration.inputs import is_published
    from segmentation_platform.warehouse.moving_in import move_in

    settings = settings_with(database_url)
    refuse_bad_playbook(settings)
    with error_console.status("Opening the database …"):
        lines = open_lines_of(settings)
    database = lines.database
    move_in(lines, lambda words: error_console.print(words, soft_wrap=True, markup=False, highlight=False))
    asked = _asked(sales, ledger, settings, database)
    error_console.print(f"Ledger: {asked.title}", soft_wrap=True, markup=False, highlight=False)
    if not (force or choose_model or part or whole) and is_published(database, asked, reporting_date, settings):
        console.print("Nothing has changed since the published snapshot; --force computes it again.")
        _catch_up(settings, database)
    else:
        understood = _understood(asked, settings, lines, _answers(yes=yes, part=part, whole=whole))
        request = RunRequest(
            sales=_absolute(sales),
            ledger=asked.name,
            as_of=reporting_date,
            choose_model=choose_model,
            profile=understood.profile.model_dump_json(),
            doubts=doubts_to_json(understood.doubts),
            relation=understood.relation.value,
        )
        refresh_and_tell(settings, database, request)
    from segmentation_platform.cli.summary import print_summary

    print_summary(database, settings, time.monotonic() - began)


def _absolute(sales: str) -> str:
    """A path for whatever folder the run works in; an address as it is."""
    return sales if not sales or is_address(sales) else str(Path(sales).expanduser().absolute())


def _answers(*, yes: bool, part: bool, whole: bool) -> "Answers":
    from segmentation_platform.ledger.increments import Relation
    from segmentation_platform.orchestration.understanding import Answers

    return Answers(yes, Relation.PART if part else Relation.WHOLE if whole else None)


def refuse_bad_playbook(settings: Settings) -> None:
    """Read the playbook before anything is computed: it is needed late, and its mistakes are quickly mended.

    Raises:
        CampaignError: when it can't be used.

    """
    from segmentation_platform.orchestration.inputs import playbook

    playbook(settings)


def _asked(sales: str, name: str, settings: Settings, database: "Database") -> "LedgerAsked":
    """The ledger that this run is about; makes the simulated one if it comes to that."""
    from segmentation_platform.cli.simulate import simulating
    from segmentation_platform.orchestration.asked import is_simulated, ledger_asked

    if is_simulated(sales, name, settings, database) and not settings.simulated_ledger.is_file():
        simulating(settings.simulated_ledger, settings.simulation.model_dump())
    with error_console.status("Looking at the ledger …"):
        return ledger_asked(sales, name, settings, database)


def _understood(asked: "LedgerAsked", settings: Settings, lines: "LedgerLines", answers: "Answers") -> "Understood":
    """How the ledger is read, after saying so in a few lines.

    Raises:
        LedgerError: when too much hangs on a doubt that is not accepted, or its files' part in it is not clear.

    """
    from segmentation_platform.engine import new_engine
    from segmentation_platform.orchestration.understanding import understand

    engine = new_engine(settings.room)
    with error_console.status("Inspecting the ledger …"):
        understood = understand(asked, settings, lines, engine, answers)
    for took in understood.took:
        error_console.print(f"  {took}", style="dim", markup=False, highlight=False)
    return understood


def refresh_and_tell(settings: Settings, database: "Database", request: RunRequest) -> None:
    """Refresh everything and show how it goes.

    Raises:
        typer.Exit: when nothing was published, after the cause was told.

    """
    with error_console.status("Loading Dagster …"):
        from segmentation_platform.orchestration import runner
    with _progress() as tell:
        outcome = runner.refresh(settings, request, tell)
    _require(outcome, database)


def _catch_up(settings: Settings, database: "Database") -> None:
    """Make the report if the run that published the snapshot failed to."""
    from segmentation_platform.warehouse.reports import has_report

    if has_report(database):
        return
    with error_console.status("Loading Dagster …"):
        from segmentation_platform.orchestration import runner
    with _progress() as tell:
        outcome = runner.make_report(settings, tell)
    _require(outcome, database)


def _require(outcome: "RunOutcome", database: "Database") -> None:
    if not outcome.succeeded:
        _explain(outcome, database)
        raise typer.Exit(2 if outcome.is_bad_input else 1)


class _Teller:
    """Prints a line per table, and keeps the name of the step at work beside a spinner."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._at_work = progress.add_task("")
        self._checks = 0
        self._failed = 0
        self._warned: list[str] = []

    def __call__(self, event: "runner.Progress") -> None:
        from segmentation_platform.orchestration import runner

        match event:
            case runner.StepBegun(name):
                self._progress.update(self._at_work, description=f"{name.replace('_', ' ')} …")
            case runner.Said(words, is_warning=True):
                self._progress.console.print(words, style="yellow", markup=False)
            case runner.Said(words):
                self._progress.update(self._at_work, description=words)
            case runner.TableMade(name, rows, seconds, note):
                counted = f"{rows:>11,} rows" if rows is not None else " " * 16
                self._progress.console.print(f"[green]✓[/] {name:<25}{counted}{seconds:>8.1f} s")
                if note:
                    self._progress.console.print(f"  [dim]{note}[/]")
            case runner.CheckMade(asset, name, passed, blocking, description):
                self._checks += 1
                if not passed:
                    self._failed += blocking
                    self._warned.extend([description] * (not blocking))
                    sign = "[red]✗[/]" if blocking else "[yellow]![/]"
                    self._progress.console.print(f"{sign} {asset}: {name}")

    def close(self) -> None:
        """Say how many checks there were."""
        if self._checks:
            passed = self._checks - self._failed - len(self._warned)
            self._progress.console.print(f"  {passed} of {self._checks} data checks passed")
            for words in self._warned:
                self._progress.console.print(f"  Warning: {words}", style="yellow", markup=False)


@contextmanager
def _progress() -> Iterator[_Teller]:
    with Progress(TextColumn("[dim]{task.description}"), console=error_console, transient=True) as progress:
        teller = _Teller(progress)
        yield teller
        teller.close()


def _explain(outcome: "RunOutcome", database: "Database") -> None:
    from segmentation_platform.warehouse.snapshots import served_snapshot

    say = error_console.print
    say(outcome.cause, style="red", markup=False)
    if outcome.not_made and not outcome.is_bad_input:
        say(f"Not made: {', '.join(outcome.not_made)}.")
    served = served_snapshot(database)
    if served is None:
        say("Nothing is published yet.")
    else:
        say(f"Still served: snapshot {served.snapshot_id}, as of {served.as_of}.")
    if not outcome.is_bad_input:
        say(f"Run again: {command_line()} run · details of run {outcome.run_id}: {command_line()} ui")

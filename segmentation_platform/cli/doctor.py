"""`doctor`: whether everything is there that the platform needs."""

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from segmentation_platform.cli.console import console
from segmentation_platform.cli.options import DatabaseUrl, settings_with
from segmentation_platform.errors import PlatformError
from segmentation_platform.settings import Settings

_OLDEST_PYTHON = (3, 11)
_FREE_GIGABYTES = 2
_UI_PORT = 3000


@dataclass(frozen=True)
class Finding:
    """What was looked at, and how it is.

    Attributes:
        what: was looked at
        state: how it is
        fix: what to do about it; None where all is well, empty where the state says it

    """

    what: str
    state: str
    fix: str | None = None


def doctor(
    sales: Annotated[str, typer.Option("--sales", help="Ledger file to look at.", show_default=False)] = "",
    database_url: DatabaseUrl = None,
) -> None:
    """Check Python, drivers, disk, port, database, ledger and playbook; name the fix for each that is not well."""
    settings = settings_with(database_url)
    looks: tuple[Callable[[], Finding], ...] = (
        _python,
        _drivers,
        lambda: _disk(settings),
        _port,
        lambda: _database(settings),
        lambda: _lines(settings),
        lambda: _ledger(sales, settings),
        lambda: _playbook(settings),
    )
    findings = [look() for look in looks]
    table = Table(box=None, show_header=False)
    for finding in findings:
        mark = "[green]✓[/]" if finding.fix is None else "[red]✗[/]"
        table.add_row(mark, finding.what, escape(finding.state))
    console.print(table)
    for finding in findings:
        if finding.fix:
            console.print(f"\n{finding.what}: {finding.fix}", markup=False, soft_wrap=True)
    if any(finding.fix is not None for finding in findings):
        raise typer.Exit(1)


def _unwell(what: str, error: PlatformError) -> Finding:
    state, _, fix = str(error).partition("\n")
    return Finding(what, state, fix)


def _python() -> Finding:
    state = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < _OLDEST_PYTHON:
        return Finding("Python", state, "Install Python 3.11 or newer and make the environment again.")
    return Finding("Python", state)


def _drivers() -> Finding:
    try:
        found = [f"{name} {version(name)}" for name in ("psycopg", "psycopg2-binary", "adbc-driver-postgresql")]
    except PackageNotFoundError as error:
        return Finding("Postgres drivers", f"{error.name} is missing", "Install the platform's lock file again.")
    return Finding("Postgres drivers", ", ".join(found))


def _disk(settings: Settings) -> Finding:
    folder = next(f for f in (settings.home.absolute(), *settings.home.absolute().parents) if f.exists())
    free = shutil.disk_usage(folder).free / 1e9
    state = f"{free:,.0f} GB free at {folder}"
    if free < _FREE_GIGABYTES:
        return Finding("Disk", state, f"Make room: {_FREE_GIGABYTES} GB, or four times the size of the ledger.")
    return Finding("Disk", state)


def _port() -> Finding:
    from segmentation_platform.cli.ui import is_taken

    if is_taken("127.0.0.1", _UI_PORT):
        return Finding(
            "Port of the UI", f"{_UI_PORT} is taken", f"Is the UI open already? Else: ui --port {_UI_PORT + 1}"
        )
    return Finding("Port of the UI", f"{_UI_PORT} is free")


def _database(settings: Settings) -> Finding:
    from segmentation_platform.cli.options import open_database_of
    from segmentation_platform.warehouse.migrate import revision

    try:
        database = open_database_of(settings)
        return Finding("Database", f"{database.safe_url}, revision {revision(database)}")
    except PlatformError as error:
        return _unwell("Database", error)


def _lines(settings: Settings) -> Finding:
    from segmentation_platform.cli.options import open_lines_of
    from segmentation_platform.warehouse.database import DatabaseError
    from segmentation_platform.warehouse.ledger_lines import IN_FILES

    try:
        lines = open_lines_of(settings)
    except DatabaseError:
        return Finding("Ledger's lines", "not looked at: the database can't be opened")
    try:
        files = [file for contract in IN_FILES for file in lines.files(contract)]
        lines.clean()
    except PlatformError as error:
        return _unwell("Ledger's lines", error)
    size = sum(file.bytes for file in files)
    return Finding("Ledger's lines", f"{lines.place.root}: {len(files):,} files, {size / 1e6:,.1f} MB")


def _ledger(sales: str, settings: Settings) -> Finding:
    from segmentation_platform.ledger.files import identify
    from segmentation_platform.ledger.inspection import found_columns

    named = sales or settings.ledger.sales
    if not named:
        return _unnamed_ledger(settings)
    try:
        file = identify(Path(named))
        columns = found_columns(file, settings.profile)
    except PlatformError as error:
        return _unwell("Ledger", error)
    return Finding(
        "Ledger",
        f"{file.path}: {file.size / 1e6:,.1f} MB, {len(columns)} columns found: {', '.join(columns.values())}",
    )


def _unnamed_ledger(settings: Settings) -> Finding:
    from segmentation_platform.cli.options import open_database_of
    from segmentation_platform.warehouse.loads import ledger_in_use

    try:
        ledger = ledger_in_use(open_database_of(settings))
    except PlatformError:
        return Finding("Ledger", "none named: the one in use, or a simulated shop")
    if ledger is None:
        return Finding("Ledger", "none named and none loaded: a simulated shop")
    origins = ", ".join(ledger.origins)
    return Finding("Ledger", f'none named: the one in use, "{ledger.name}", {ledger.lines:,} lines of {origins}')


def _playbook(settings: Settings) -> Finding:
    from segmentation_platform.orchestration.inputs import playbook

    named = settings.campaigns.playbook_file()
    try:
        campaigns = playbook(settings).campaigns
    except PlatformError as error:
        return Finding("Playbook", str(named), str(error))
    return Finding("Playbook", f"{named or 'built-in'}, {len(campaigns)} campaigns")

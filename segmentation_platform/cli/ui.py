"""`ui`: Dagster's web server and daemon on this machine."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from segmentation_platform.cli.console import command_line, console, error_console
from segmentation_platform.cli.options import DatabaseUrl, open_database_of, settings_with
from segmentation_platform.settings import AlertSettings, LinkSettings, Settings

_HERE = "127.0.0.1"
_GROUPS = ("ingest", "features", "segmentation", "recommendation", "delivery")


def ui(
    port: Annotated[int, typer.Option("--port", "-p", help="Port of the web server.")] = 3000,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on. Anyone who can reach it can run everything.")
    ] = "127.0.0.1",
    reports_port: Annotated[int, typer.Option("--reports-port", help="Port of the nightly reports.")] = 9464,
    database_url: DatabaseUrl = None,
) -> None:
    """Open Dagster (assets, checks, lineage, runs, the nightly schedule) and, beside it, the reports."""
    settings = settings_with(database_url)
    require_free(host, port)
    require_free(_HERE, reports_port, "--reports-port")
    open_database_of(settings)
    from segmentation_platform.orchestration.instance import open_instance

    open_instance(settings.dagster_home).dispose()
    groups = "%2C".join(f"global%40global%3A{name}" for name in _GROUPS)
    console.print(
        f"Dagster is coming up. Lineage: http://{host}:{port}/asset-groups?expanded={groups}", soft_wrap=True
    )
    console.print(f"Stop it with Ctrl-C; the database goes on running: {command_line()} db stop", soft_wrap=True)
    if settings.alerts.ui == AlertSettings().ui:
        os.environ["SEGMENTATION_ALERTS__UI"] = f"http://{host}:{port}"
    reports = f"http://{_HERE}:{reports_port}"
    if settings.links.reports == LinkSettings().reports:
        os.environ["SEGMENTATION_LINKS__REPORTS"] = reports
    console.print(f"Reports: {reports}/reports", soft_wrap=True)
    _serve_reports(settings, reports_port)
    _serve(settings.dagster_home, host, port)


def require_free(host: str, port: int, option: str = "--port") -> None:
    """End with what to do when something listens on a port already."""
    if is_taken(host, port):
        error_console.print(f"Port {port} is taken. Choose another: {option} {port + 1}", style="red")
        raise typer.Exit(1)


def is_taken(host: str, port: int) -> bool:
    """Whether something listens on a port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _serve_reports(settings: Settings, port: int) -> None:
    """Start the server of the reports beside this process; it ends when this one does."""
    from segmentation_platform.warehouse.access import reader_url

    url = settings.database_url.get_secret_value() if settings.database_url else reader_url(settings.home)
    command = [
        *(sys.executable, "-c", "from segmentation_platform.cli import main; main()", "monitor", "--quiet"),
        *("--host", _HERE, "--port", str(port), "--until-gone", str(os.getpid())),
    ]
    home = str(settings.dagster_home)
    # Whoever the URL names may perhaps write; a server of reports has no business to.
    reads = {"PGOPTIONS": "-c default_transaction_read_only=on"}
    subprocess.Popen(command, env={**os.environ, **reads, "DATABASE_URL": url, "DAGSTER_HOME": home})


def _serve(home: Path, host: str, port: int) -> NoReturn:
    command = [
        *(sys.executable, "-W", "ignore:Function `dev_command` is superseded", "-m", "dagster", "dev"),
        *("--host", host, "--port", str(port), "--workspace", str(home / "workspace.yaml"), "--log-level", "warning"),
    ]
    # A script that starts this in the background makes it deaf to interrupts, by which Dagster is stopped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # This process becomes the server, so that signals reach it without a middleman.
    os.execve(sys.executable, command, {**os.environ, "DAGSTER_HOME": str(home)})  # noqa: S606

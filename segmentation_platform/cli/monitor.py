"""`monitor`: metrics and health over http, for those who watch."""

import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation_platform.cli.console import error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with
from segmentation_platform.cli.ui import require_free

if TYPE_CHECKING:
    import uvicorn

    from segmentation_platform.settings import Settings
    from segmentation_platform.warehouse.database import Database


_LOOK_SECONDS = 0.5


def monitor(
    port: Annotated[int, typer.Option("--port", "-p", help="Port to listen on.")] = 9464,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    database_url: DatabaseUrl = None,
    quiet: Annotated[bool, typer.Option("--quiet", hidden=True)] = False,
    until_gone: Annotated[
        int | None, typer.Option("--until-gone", hidden=True, help="Stop when the process of this number is gone.")
    ] = None,
) -> None:
    """Serve the /reports, /health, /live and Prometheus' /metrics; the read-only role is enough for it."""
    settings = settings_with(database_url)
    require_free(host, port)
    import uvicorn

    from segmentation_platform.orchestration.instance import open_instance
    from segmentation_platform.orchestration.monitor.server import monitor_app

    with open_instance(settings.dagster_home) as instance:
        app = monitor_app(_database(settings), instance, settings.schedule)
        if not quiet:
            address = f"http://{host}:{port}"
            error_console.print(f"Reports: {address}/reports · health: {address}/health · metrics: {address}/metrics")
        server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False))
        if until_gone is not None:
            Thread(target=_stop_with, args=(server, until_gone), daemon=True).start()
        with suppress(KeyboardInterrupt):
            server.run()
        if not server.started:
            raise typer.Exit(1)


def _stop_with(server: "uvicorn.Server", number: int) -> None:
    """Stop a server when a process is gone."""
    import psutil

    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(number)
        # One that has ended and that nobody asked for its result is still there, in a way.
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(_LOOK_SECONDS)
    server.should_exit = True


def _database(settings: "Settings") -> "Database":
    """The database as it is: who only watches migrates nothing."""
    from segmentation_platform.cli.options import open_database_of
    from segmentation_platform.warehouse.database import Database

    if settings.database_url is None:
        return open_database_of(settings)
    return Database(settings.database_url.get_secret_value())

"""`monitor`: metrics and health over http, for those who watch."""

from typing import TYPE_CHECKING, Annotated

import typer

from segmentation_platform.cli.console import error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with
from segmentation_platform.cli.ui import require_free

if TYPE_CHECKING:
    from segmentation_platform.settings import Settings
    from segmentation_platform.warehouse.database import Database


def monitor(
    port: Annotated[int, typer.Option("--port", "-p", help="Port to listen on.")] = 9464,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    database_url: DatabaseUrl = None,
) -> None:
    """Serve /health, /live and Prometheus' /metrics; the read-only role is enough for it."""
    settings = settings_with(database_url)
    require_free(host, port)
    import uvicorn

    from segmentation_platform.orchestration.instance import open_instance
    from segmentation_platform.orchestration.monitor.server import monitor_app

    with open_instance(settings.dagster_home) as instance:
        app = monitor_app(_database(settings), instance, settings.schedule)
        error_console.print(f"Health: http://{host}:{port}/health · metrics: http://{host}:{port}/metrics")
        uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


def _database(settings: "Settings") -> "Database":
    """The database as it is: who only watches migrates nothing."""
    from segmentation_platform.cli.refresh import open_database_of
    from segmentation_platform.warehouse.database import Database

    if settings.database_url is None:
        return open_database_of(settings)
    return Database(settings.database_url.get_secret_value())

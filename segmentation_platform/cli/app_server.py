"""`app`: the Streamlit app on this machine."""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with
from segmentation_platform.cli.ui import require_free
from segmentation_platform.settings import name_folder


def app(
    port: Annotated[int, typer.Option("--port", "-p", help="Port to listen on.")] = 8501,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on. Anyone who can reach it can read everything.")
    ] = "127.0.0.1",
    folder: Annotated[
        Path | None,
        typer.Option("--from", help="Folder that `export` wrote, to show without a database."),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show segments, customers, products and campaigns in the browser; the read-only role is enough for it."""
    settings_with(database_url)
    if folder is not None:
        name_folder(folder.expanduser().absolute())
    if find_spec("streamlit") is None:
        error_console.print(
            "The app needs Streamlit: make app, or pip install 'segmentation-platform[app]'",
            style="red",
            markup=False,
        )
        raise typer.Exit(1)
    require_free(host, port)
    console.print(f"The app is coming up: http://{host}:{port} · stop it with Ctrl-C", soft_wrap=True)
    _serve(host, port)


def _serve(host: str, port: int) -> NoReturn:
    from segmentation_platform.app.theme import OPTIONS

    # Found, not imported: whoever imports the script runs it.
    script = find_spec("segmentation_platform.app.script.main")
    assert script is not None  # noqa: S101 - it lies beside this module
    options = {**OPTIONS, "server.address": host, "server.port": str(port)}
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(script.origin)),
        *(f"--{name}={value}" for name, value in options.items()),
    ]
    # A script that starts this in the background makes it deaf to interrupts.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # This process becomes the server, so that signals reach it without a middleman.
    os.execve(sys.executable, command, dict(os.environ))  # noqa: S606

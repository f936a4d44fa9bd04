"""The app as people start it: a process of its own, and the address it answers at."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segmentation_platform_tests.support.waiting import free_port, wait_for


@contextmanager
def app_server(folder: Path, *arguments: str, **environment: str) -> Iterator[str]:
    """The address of `segmentation-platform app`, started in a folder.

    Args:
        folder: where it is started, and its log is kept
        arguments: beside the port
        environment: beside that of the tests

    """
    port, log_file = free_port(), folder / "app.log"
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with log_file.open("w") as log:
        server = subprocess.Popen(
            [str(Path(sys.executable).parent / "segmentation-platform"), "app", "--port", str(port), *arguments],
            cwd=folder,
            env={**inherited, "SEGMENTATION_HOME": str(folder / "home"), **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, log_file)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)

"""`ui` brings Dagster and the reports up together, and takes them down together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from segmentation_platform.warehouse.database import Database

pytestmark = pytest.mark.slow

_SECONDS = 120
_PROGRAM = str(Path(sys.executable).parent / "segmentation-platform")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something."""
    end = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.3)


def answers(address: str) -> bool:
    """Whether somebody answers with what was asked for."""
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False


@pytest.fixture
def started(tmp_path: Path, empty_database: Database) -> Iterator[tuple[subprocess.Popen[bytes], str, str]]:
    """`ui` in a process of its own, and the addresses of Dagster and the reports."""
    port, reports = free_port(), free_port()
    with (tmp_path / "ui.log").open("wb") as log:
        process = subprocess.Popen(
            [_PROGRAM, "ui", "--port", str(port), "--reports-port", str(reports)],
            cwd=tmp_path,
            env={**os.environ, "DATABASE_URL": empty_database.url},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process, f"http://127.0.0.1:{port}/server_info", f"http://127.0.0.1:{reports}/reports"
        finally:
            process.kill()
            process.wait(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_reports_are_there_beside_dagster_and_end_with_it(
    started: tuple[subprocess.Popen[bytes], str, str], number: signal.Signals
) -> None:
    process, dagster, reports = started
    until(lambda: answers(reports), "no reports")
    until(lambda: answers(dagster), "no Dagster")
    process.send_signal(number)
    until(lambda: not answers(reports), "the reports are still served")
    process.wait(timeout=60)
    assert not answers(dagster)


def test_a_taken_port_of_the_reports_is_told_with_the_option_that_helps(
    tmp_path: Path, empty_database: Database
) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        taken = listening.getsockname()[1]
        said = subprocess.run(
            [_PROGRAM, "ui", "--port", str(free_port()), "--reports-port", str(taken)],
            cwd=tmp_path,
            env={**os.environ, "DATABASE_URL": empty_database.url, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    assert said.returncode == 1
    assert f"Port {taken} is taken. Choose another: --reports-port {taken + 1}" in said.stderr

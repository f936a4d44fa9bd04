"""The command line as people use it, in a folder of its own: in this process, or where it is the point in another.

`command` goes all the way through `main`, so messages and exit codes are those that people get; only the start of an
interpreter is spared.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segmentation_platform.cli import main
from segmentation_platform.settings import load_settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.dagster_home import ready_home
from segmentation_platform_tests.support.quick import quick_environment

Command = Callable[..., subprocess.CompletedProcess[str]]

QUICK = quick_environment()
"""Environment in which a run is quick."""

PROGRAM = str(Path(sys.executable).parent / "segmentation-platform")


@pytest.fixture
def command(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Call `segmentation-platform` in an empty folder, on the test's database."""

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        storage = tmp_path / ".segmentation" / "dagster"
        if arguments[0] in ("run", "backfill") and not storage.exists():
            ready_home(storage)
        with monkeypatch.context() as here:
            here.chdir(tmp_path)
            for name, value in {"DATABASE_URL": database.url, **environment}.items():
                here.setenv(name, value)
            here.setattr(sys, "argv", [PROGRAM, *arguments])
            return in_this_process()

    return call


@pytest.fixture
def process(tmp_path: Path, empty_database: Database) -> Command:
    """Call `segmentation-platform` as a process of its own in an empty folder, on an empty database."""

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=tmp_path,
            env={**os.environ, "DATABASE_URL": empty_database.url, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return call


def in_this_process() -> subprocess.CompletedProcess[str]:
    """Run the program by its arguments in `sys.argv`, and tell how it ended as a process does."""
    load_settings.cache_clear()
    code = 0
    with CliRunner().isolation() as (output, errors, _):
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(left.code is not None)
        finally:
            load_settings.cache_clear()
        sys.stdout.flush()
        sys.stderr.flush()
        said = [stream.getvalue().decode() for stream in (output, errors)]
    return subprocess.CompletedProcess(sys.argv, code, *said)

"""The example notebook runs from its first cell to its last, on what is published."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from segmentation_platform_tests.support.repository import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_runs_to_its_end_on_an_exported_snapshot(notebook: Path, folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(notebook), "--folder", str(folder)],
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS

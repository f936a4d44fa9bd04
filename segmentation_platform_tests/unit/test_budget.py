"""A run of the tests that takes longer than it may fails; one that does not is left alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from segmentation_platform_tests.support.repository import REPOSITORY

SLOW = "import time\n\ndef test_slow():\n    time.sleep(0.3)\n"


@pytest.mark.parametrize(("allowed", "code"), [("0.1", 1), ("60", 0)])
def test_only_a_budget_that_is_overdrawn_fails_a_run_and_names_the_slowest(
    tmp_path: Path, allowed: str, code: int
) -> None:
    (tmp_path / "test_slow.py").write_text(SLOW)
    plugin = "segmentation_platform_tests.support.budget"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", plugin, "-p", "no:cacheprovider", "-c", os.devnull, "test_slow.py"],
        cwd=tmp_path,
        env={**os.environ, "TEST_BUDGET_SECONDS": allowed, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert ("The tests take longer than they may" in done.stdout) is bool(code)
    assert f"s of {float(allowed):.0f} s" in done.stdout

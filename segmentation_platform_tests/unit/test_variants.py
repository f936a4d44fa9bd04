"""Of many ways to write the same two are tried on a user's machine; all where asked for; a named one always."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from segmentation_platform_tests.support.repository import REPOSITORY

MANY = """
import pytest

@pytest.mark.variants
@pytest.mark.parametrize("way", ["a", "b", "c", "d"])
def test_many(way):
    pass
"""


@pytest.mark.parametrize(
    ("asked", "every", "words"),
    [
        ("test_many.py", "", "2 passed, 2 deselected"),
        ("test_many.py", "1", "4 passed"),
        ("test_many.py::test_many[b]", "", "1 passed"),
    ],
)
def test_the_first_and_the_last_way_are_tried_unless_more_is_asked_for(
    tmp_path: Path, asked: str, every: str, words: str
) -> None:
    (tmp_path / "test_many.py").write_text(MANY)
    plugin = "segmentation_platform_tests.support.variants"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", plugin, "-p", "no:cacheprovider", "-c", os.devnull, asked],
        cwd=tmp_path,
        env={**os.environ, "SEGMENTATION_ALL_VARIANTS": every, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert words in done.stdout

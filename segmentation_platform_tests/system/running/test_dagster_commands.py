"""Dagster's own commands in a clone, as those who know Dagster type them."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from segmentation_platform.orchestration.instance import open_instance
from segmentation_platform_tests.support.repository import REPOSITORY

pytestmark = pytest.mark.slow

COMMANDS = (
    ("dg", "list", "defs"),
    ("dg", "check", "defs"),
    ("dagster", "definitions", "validate"),
    ("dagster", "definitions", "validate", "-w", "workspace.yaml"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_dagsters_own_commands_work_in_a_clone_without_a_variable_set(command: tuple[str, ...], clone: Path) -> None:
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run(
        [str(program), *command[1:]], cwd=clone, env=_plain_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_dagsters_own_commands_and_ours_keep_runs_in_the_same_place(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clone)
    with open_instance(clone / ".segmentation" / "dagster") as ours:
        run_id = ours.create_run_for_job(dg.job(name="any")(lambda: None)).run_id
        with dg.DagsterInstance.from_config(str(clone)) as theirs:
            assert theirs.get_run_by_id(run_id) is not None


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with what Dagster's commands look for at the top of a clone."""
    for name in ("dagster.yaml", "workspace.yaml", "pyproject.toml", "segmentation.toml"):
        (tmp_path / name).write_bytes((REPOSITORY / name).read_bytes())
    (tmp_path / "segmentation_platform").symlink_to(REPOSITORY / "segmentation_platform")
    return tmp_path


def _plain_environment() -> dict[str, str]:
    ours = ("DAGSTER", "SEGMENTATION", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}

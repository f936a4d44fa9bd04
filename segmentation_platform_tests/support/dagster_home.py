"""Dagster's storage for a test: copied, as it takes seconds to make the tables of its databases."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg

from segmentation_platform.orchestration.instance import open_instance
from segmentation_platform_tests.support import session


def ready_home(path: Path) -> None:
    """Make the folder that the platform makes for Dagster, with nothing in it but empty tables."""
    shutil.copytree(session.shared_path("dagster_home", _make), path)


@contextmanager
def instance_of_a_test() -> Iterator[dg.DagsterInstance]:
    """`dg.instance_for_test`, on storage that is there already."""
    with TemporaryDirectory() as folder:
        ready_home(Path(folder) / "home")
        (Path(folder) / "home" / "dagster.yaml").unlink()
        with dg.instance_for_test(temp_dir=f"{folder}/home") as instance:
            yield instance


def _make(path: Path) -> None:
    with open_instance(path) as instance:
        instance.get_runs_count()
        instance.all_logs("none")
        instance.all_instigator_state()

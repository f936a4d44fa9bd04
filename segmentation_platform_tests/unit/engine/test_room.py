"""The memory and disk of a session: where it spills to, what is left of it, and what is said when both are full."""

import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from segmentation_platform.engine import DuckDBEngine, NoRoomError, Room, Step
from segmentation_platform.orchestration.retries import is_infrastructure

MANY = Step("many", "SELECT hash(range) AS h, CAST(range AS VARCHAR) AS words FROM range(3000000)")
IN_ORDER = Step("sorted", "SELECT *, ROW_NUMBER() OVER (ORDER BY h) AS place FROM many")
SPILLS_AND_WAITS = """
import sys, time
from pathlib import Path
from segmentation_platform.engine import DuckDBEngine, Room, Step
with DuckDBEngine(Room("60MB", Path(sys.argv[1]))).session() as session:
    session.run(Step("many", sys.argv[2]))
    print("there", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files of this process can't grow beyond five megabytes: to it, the disk is full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()]


def test_a_session_spills_into_the_folder_that_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    spill = tmp_path / "not" / "yet there"
    with DuckDBEngine(Room("60MB", spill)).session() as session:
        session.run(MANY)
        session.run(IN_ORDER)
        assert sum(path.stat().st_size for path in files(spill)) > 1e6
    assert list(spill.iterdir()) == []


def test_what_a_killed_process_spilled_is_dropped_by_the_next_and_what_a_living_one_spilled_is_not(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", SPILLS_AND_WAITS, str(tmp_path), MANY.query]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as living,
        subprocess.Popen(command, stdout=subprocess.PIPE) as killed,
    ):
        try:
            for process in (living, killed):
                assert process.stdout is not None
                assert process.stdout.readline() == b"there\n"
            assert len(folders(tmp_path)) == 2
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            with DuckDBEngine(Room("60MB", tmp_path)).session():
                assert len(folders(tmp_path)) == 2, "the living one's, and its own"
            [left] = folders(tmp_path)
            assert files(left)
        finally:
            living.kill()
            killed.kill()


def test_what_others_keep_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "session-1").mkdir()
    (tmp_path / "session-1.lock").touch()
    with DuckDBEngine(Room("60MB", tmp_path)).session():
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"session-1", "session-1.lock"}


def test_where_memory_and_disk_are_full_it_is_said_how_much_is_needed_and_which_settings_help(
    tmp_path: Path, small_disk: None
) -> None:
    with DuckDBEngine(Room("60MB", tmp_path)).session() as session:
        session.run(Step("few", "SELECT range FROM range(1000)"))
        with pytest.raises(NoRoomError) as raised:
            session.run(Step("sorted", f"SELECT *, ROW_NUMBER() OVER (ORDER BY h) AS place FROM ({MANY.query})"))
    words = str(raised.value)
    assert "1.0 GB for each million lines" in words
    assert "1,000 rows are held" in words
    assert "57.2 MiB of memory" in words
    assert re.search(rf"{re.escape(str(tmp_path))} has [\d,.]+ GB free", words)
    assert "spill_folder" in words
    assert "memory_limit" in words
    assert is_infrastructure(raised.value), "tried again: room may be made"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(NoRoomError, match=r"can't spill into .*/file/spill: Not a directory.*spill_folder"),
        DuckDBEngine(Room("60MB", tmp_path / "file" / "spill")).session(),
    ):
        pass


def test_an_error_of_a_query_is_no_want_of_room(tmp_path: Path) -> None:
    with DuckDBEngine(Room(spill=tmp_path)).session() as session:
        with pytest.raises(duckdb.IOException):
            session.run(Step("gone", f"SELECT * FROM read_csv('{tmp_path}/gone.csv')"))
        with pytest.raises(duckdb.CatalogException):
            session.run(Step("gone", "SELECT * FROM gone"))

"""The faults: a worker, the database server or the daemon is killed, the database's disk is full."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.faults.platform import LocalPlatform
from segmentation_platform.orchestration.workers import TAG

_FULL_SECONDS = 15
_DOWN_SECONDS = 2


@dataclass(frozen=True)
class Fault:
    """What is done to a platform while a run is at work, and undone as an administrator would."""

    name: str
    strike: Callable[[LocalPlatform, str], None]


def kill_worker(platform: LocalPlatform, run_id: str) -> None:
    """Kill the process that works on the run."""
    run = platform.instance.get_run_by_id(run_id)
    assert run is not None
    os.kill(json.loads(run.tags[TAG])[1], signal.SIGKILL)


def kill_database(platform: LocalPlatform, run_id: str) -> None:
    """Kill the database server, on which Dagster's storage is, too; it comes up again after a while."""
    process = platform.postgres.status().pid
    assert process is not None
    os.kill(process, signal.SIGKILL)
    time.sleep(_DOWN_SECONDS)
    platform.postgres.start()


def kill_daemon(platform: LocalPlatform, run_id: str) -> None:
    """Kill the daemon; it comes up again after a while."""
    platform.processes["daemon"].kill()


def fill_disk(platform: LocalPlatform, run_id: str) -> None:
    """Fill the database's disk and keep it full; after a while somebody makes room and starts what has stopped."""
    filler = platform.postgres.status().data.parent / "filler"
    deadline = time.monotonic() + _FULL_SECONDS
    with filler.open("wb") as file:
        size = 0
        while time.monotonic() < deadline:
            size = _fill(file.fileno(), size)
            time.sleep(0.1)
    filler.unlink()
    platform.postgres.start()


def _fill(file: int, size: int) -> int:
    """Let a file take all room that is left; its size then."""
    status = os.fstatvfs(file)
    piece = status.f_bavail * status.f_frsize
    # What does not fit is not allocated at all, and others write at the same time: so in ever smaller pieces.
    while piece >= status.f_frsize:
        try:
            os.posix_fallocate(file, size, piece)
            size += piece
        except OSError:
            piece //= 2
    return size


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("worker killed", kill_worker),
        Fault("database killed", kill_database),
        Fault("daemon killed", kill_daemon),
        Fault("disk full", fill_disk),
    )
}

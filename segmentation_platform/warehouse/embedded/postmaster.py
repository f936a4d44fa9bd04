"""See, await and end the server process of a data folder; let one server at a time have that folder."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

if sys.platform != "win32":
    import fcntl

_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Postmaster:
    """A living server process: its port once it is known, and whether it takes connections."""

    pid: int
    port: int | None
    ready: bool


def find_postmaster(data: Path) -> Postmaster | None:
    """Return the living server of this data folder, or None. A pid file alone proves nothing."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        # pid, data folder, start time, port, socket folder, address, shared memory, state.
        # A negative pid is a server in single-user mode.
        pid = abs(int(lines[0]))
        port = int(lines[3]) if len(lines) > 3 else None
    except (IndexError, ValueError):  # empty or cut short by a full disk: nobody's
        return None
    if not _serves(pid, data):
        return None
    return Postmaster(pid, port, ready=len(lines) > 7 and lines[7].strip() == "ready")


def server_processes(data: Path) -> list[int]:
    """Return the ids of all processes of Postgres that work in this data folder, leftover ones too."""
    return [pid for pid in psutil.pids() if _serves(pid, data)] if data.exists() else []


def _serves(pid: int, data: Path) -> bool:
    """Whether this pid is a living Postgres of this data folder: pids are used again, also after a reboot."""
    try:
        process = psutil.Process(pid)
        if "postgres" not in process.name() or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return _works_in(process, data)
    except psutil.NoSuchProcess:
        return False


def _works_in(process: psutil.Process, data: Path) -> bool:
    """Whether the process works in the folder `data`, whose name may have changed meanwhile."""
    try:
        return Path(process.cwd()).samefile(data)
    except FileNotFoundError:  # its folder was deleted
        return False
    except psutil.AccessDenied:
        # Root in a container may not look into another user's process, but there each server has its own user.
        owner: int = process.uids().effective
        return owner == data.stat().st_uid


def claim(file: Path) -> int | None:
    """Lock `file` and return its descriptor; None while somebody has it.

    The server inherits the descriptor, and its children do. The lock is thus free exactly when the last
    process of a server is gone, however it went, and it holds across containers that share the folder, where
    pids mean nothing.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def is_free(file: Path) -> bool:
    """Whether no process of a server holds the claim on `file`."""
    descriptor = claim(file)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask until the condition holds or the time is over; return whether it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True

"""The memory and the disk that an engine may take: where it spills to, and what it says when both are full."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from segmentation_platform.errors import PlatformError

_PREFIX = "segmentation-spill-"
_GIGABYTES_A_MILLION = 1.0
"""Of lines of a ledger while it is cleaned, in memory and spilled together: measured on 5 million."""


class NoRoomError(PlatformError, RuntimeError):
    """Memory and disk together are too small for what is held; the message says how much is needed."""


@dataclass(frozen=True)
class Room:
    """What an engine may take.

    Attributes:
        memory: as DuckDB writes sizes: `4GB`, or `50%` of what the machine or the container has
        spill: folder in which every session has one of its own to spill into, made where it is not there; None: the
            system's temporary one

    """

    memory: str = "50%"
    spill: Path | None = None

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder to spill into, gone after the block; those of processes that were killed go now.

        Raises:
            NoRoomError: when it can't be made.

        """
        parent = self.spill or Path(tempfile.gettempdir())
        try:
            parent.mkdir(parents=True, exist_ok=True)
            _sweep(parent)
            made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            lock = filelock.FileLock(_lock_of(made))
            lock.acquire()
        except OSError as error:
            raise NoRoomError(f"{_nowhere(parent, error)} {_ELSEWHERE}") from error
        try:
            yield made
        finally:
            lock.release()
            _drop(made)

    def too_small(self, limit: str, rows: int) -> NoRoomError:
        """The error of a session that found no room.

        Args:
            limit: of its memory, as it stands
            rows: that its tables hold

        """
        parent = self.spill or Path(tempfile.gettempdir())
        free = shutil.disk_usage(parent).free
        return NoRoomError(
            f"There is no room left for the engine: a ledger takes about {_GIGABYTES_A_MILLION} GB for each million "
            f"lines, in memory and on disk together, and {rows:,} rows are held. It may take {limit} of memory, and "
            f"{parent} has {free / 1e9:,.1f} GB free. {_ELSEWHERE}"
        )


_ELSEWHERE = 'Make room, or name another folder or more memory: [engine] spill_folder = "…", memory_limit = "…".'


def _nowhere(parent: Path, error: OSError) -> str:
    return f"The engine can't spill into {parent}: {error.strerror or error}."


def _sweep(parent: Path) -> None:
    """Drop the folders whose process is gone: nobody holds their locks. Those of other users are not ours to drop."""
    for path in parent.glob(f"{_PREFIX}*.lock"):
        lock = filelock.FileLock(path)
        try:
            with lock.acquire(blocking=False):
                _drop(path.with_suffix(""))
        except (filelock.Timeout, PermissionError):
            continue


def _drop(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _lock_of(folder).unlink(missing_ok=True)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")

"""What is made once for a run of the tests, by the worker that needs it first, and read by the others.

The process that was started by the user makes a folder before there are workers, who find it by an environment
variable, and takes it away after the last of them has ended.
"""

import functools
import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeVar, cast

from filelock import FileLock

T = TypeVar("T")
P = ParamSpec("P")

_FOLDER: Final = "TESTS_SESSION_FOLDER"


def begin() -> None:
    """Make the folder of this run of the tests."""
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="segmentation-tests-")
    (folder() / "locks").mkdir()


def end() -> None:
    """Take the folder away with all that is in it."""
    shutil.rmtree(os.environ.pop(_FOLDER), ignore_errors=True)


def folder() -> Path:
    """The folder that all workers of this run share."""
    return Path(os.environ[_FOLDER])


def exclusive(name: str) -> FileLock:
    """A lock on something that the whole run has only once; to be had for a `with`."""
    return FileLock(folder() / "locks" / name)


def shared_path(name: str, make: Callable[[Path], object]) -> Path:
    """Return a file or folder of this name; `make` writes it to the path that it is given, once in a run."""
    path = folder() / name
    with exclusive(name):
        if not path.exists():
            unfinished = folder() / f"unfinished-{name}"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(path)
    return path


def once(make: Callable[P, T]) -> Callable[P, T]:
    """Make each result of a function once in a run: `functools.cache` that reaches all workers, for what is slow.

    Results are pickled, so each worker has one of its own; tests don't change them, as with any cache.
    """

    @functools.wraps(make)
    def of(*args: P.args, **kwargs: P.kwargs) -> T:
        asked = hashlib.sha256(repr((args, sorted(kwargs.items()))).encode()).hexdigest()[:12]
        name = f"{make.__module__}.{make.__qualname__}.{asked}"
        kept = shared_path(name, lambda path: _write(path, make(*args, **kwargs)))
        made: T = pickle.loads(kept.read_bytes())  # noqa: S301 - written by another worker of this run
        return made

    return cast("Callable[P, T]", functools.cache(of))


def _write(path: Path, made: object) -> None:
    path.write_bytes(pickle.dumps(made))

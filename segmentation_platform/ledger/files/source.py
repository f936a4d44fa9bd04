"""A ledger's file, or several that make one ledger: what they are, and whether they stay the same while read."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from segmentation_platform.ledger.errors import LedgerError

_SUFFIXES = (
    ".csv", ".tsv", ".txt", ".gz", ".zip", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".jsonl", ".ndjson",
)  # fmt: skip
_PATTERN = frozenset("*?[")


@dataclass(frozen=True)
class LedgerFile:
    """A file, or the files of a folder or pattern, at one moment.

    Attributes:
        path: absolute path of the file, the folder or the pattern
        sha256: of its bytes, in hex; of several files, of their hashes in order of their names
        size: in bytes
        modified: time of the last change, ns since the epoch
        parts: the files, in order of their names; empty: the path is the file

    """

    path: Path
    sha256: str
    size: int
    modified: int
    parts: tuple[Path, ...] = ()

    @property
    def source(self) -> str:
        """The path, as it is registered."""
        return str(self.path)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files to read, in order."""
        return self.parts or (self.path,)


def identify(path: Path) -> LedgerFile:
    """Look at a file, at all ledger files of a folder, or at those that a pattern (`sales-*.csv`) names; hash them.

    Raises:
        LedgerError: when there is no such file, one is empty, or may not be read.

    """
    return together(path.expanduser().absolute(), identify_each(path))


def identify_each(path: Path) -> list[LedgerFile]:
    """Look at a file, or at each file of a folder or pattern; as `identify`."""
    return [_identify(part) for part in files_of(path)]


def files_of(path: Path) -> list[Path]:
    """The absolute path of a file, or those of the ledger files of a folder or pattern, in order of their names.

    Raises:
        LedgerError: when there is none.

    """
    return _parts(path.expanduser().absolute())


def together(path: Path, files: Sequence[LedgerFile]) -> LedgerFile:
    """Several files as one ledger.

    Args:
        path: what they are called together
        files: at least one, in order

    """
    if len(files) == 1 and files[0].path == path:
        return files[0]
    return LedgerFile(
        path,
        hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest(),
        sum(file.size for file in files),
        max(file.modified for file in files),
        tuple(file.path for file in files),
    )


def is_there(path: Path) -> bool:
    """Whether a path names a file, a folder or a pattern of which there are ledger files."""
    try:
        return bool(files_of(path))
    except LedgerError:
        return False


def check_unchanged(file: LedgerFile) -> None:
    """Make sure that a file is still what it was when it was identified.

    Raises:
        LedgerError: when its size or time of change differs, or it is gone.

    """
    try:
        now = [part.stat() for part in file.files]
    except OSError:
        raise LedgerError(f"{file.path} went away while it was read. Nothing was loaded; run again.") from None
    if (sum(each.st_size for each in now), max(each.st_mtime_ns for each in now)) != (file.size, file.modified):
        raise LedgerError(
            f"{file.path} changed while it was read. Nothing was loaded; run again when it is completely written."
        )


def _parts(path: Path) -> list[Path]:
    if path.is_dir():
        parts = _ledger_files(path.iterdir())
        if not parts:
            raise LedgerError(f"{path} is a folder without a ledger file ({', '.join(_SUFFIXES)}). Name the file.")
        return parts
    if path.exists():
        return [path]
    if _PATTERN & set(path.name):
        parts = _ledger_files(path.parent.glob(path.name))
        if not parts:
            raise LedgerError(f"No ledger file is named like {path}. Check the pattern given by --sales.")
        return parts
    raise LedgerError(f"There is no file {path}. Check the path given by --sales or in segmentation.toml.")


def _ledger_files(paths: Iterable[Path]) -> list[Path]:
    return sorted(
        path
        for path in paths
        if path.is_file() and path.suffix.lower() in _SUFFIXES and not path.name.startswith((".", "~"))
    )


def _identify(path: Path) -> LedgerFile:
    try:
        before = path.stat()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LedgerError(f"{path} can't be read: {error.strerror}. Check its permissions.") from error
    if before.st_size == 0:
        raise LedgerError(f"{path} is empty. Export the ledger again.")
    return LedgerFile(path, digest, before.st_size, before.st_mtime_ns)

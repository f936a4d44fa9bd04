"""A ledger file: what it is, what is inside it, and whether it stays the same while it is read."""

import gzip
import hashlib
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from segmentation_platform.ledger.errors import LedgerError

_GZIP, _ZIP, _PARQUET, _OLD_EXCEL = b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 20


class Format(Enum):
    """How a table is stored in a file; told from its bytes, not from its name."""

    CSV = "csv"
    EXCEL = "xlsx"
    PARQUET = "parquet"


@dataclass(frozen=True)
class LedgerFile:
    """A file at one moment.

    Attributes:
        path: absolute path
        sha256: of its bytes, in hex
        size: in bytes
        modified: time of the last change, ns since the epoch

    """

    path: Path
    sha256: str
    size: int
    modified: int

    @property
    def source(self) -> str:
        """The path, as it is registered."""
        return str(self.path)


def identify(path: Path) -> LedgerFile:
    """Look at a file and hash it.

    Raises:
        LedgerError: when there is no such file, it is a folder, empty, or may not be read.

    """
    path = path.expanduser().absolute()
    if path.is_dir():
        raise LedgerError(f"{path} is a folder. Name the ledger file in it.")
    if not path.exists():
        raise LedgerError(f"There is no file {path}. Check the path given by --sales or in segmentation.toml.")
    try:
        before = path.stat()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LedgerError(f"{path} can't be read: {error.strerror}. Check its permissions.") from error
    if before.st_size == 0:
        raise LedgerError(f"{path} is empty. Export the ledger again.")
    return LedgerFile(path, digest, before.st_size, before.st_mtime_ns)


def check_unchanged(file: LedgerFile) -> None:
    """Make sure that a file is still what it was when it was identified.

    Raises:
        LedgerError: when its size or time of change differs, or it is gone.

    """
    try:
        now = file.path.stat()
    except OSError:
        raise LedgerError(f"{file.path} went away while it was read. Nothing was loaded; run again.") from None
    if (now.st_size, now.st_mtime_ns) != (file.size, file.modified):
        raise LedgerError(
            f"{file.path} changed while it was read. Nothing was loaded; run again when it is completely written."
        )


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, Format]]:
    """The table inside a file, unpacked to a temporary file if it is a gzip or a zip of one file.

    Raises:
        LedgerError: when an archive is damaged, cut short, or holds more or less than one file.

    """
    kind = _kind(path)
    if isinstance(kind, Format):
        yield path, kind
        return
    with tempfile.TemporaryDirectory(prefix="segmentation-") as folder:
        target = Path(folder) / "ledger"
        _unpack(path, kind, target)
        inner = _kind(target)
        if not isinstance(inner, Format):
            raise LedgerError(f"{path} is an archive inside an archive. Unpack it once.")
        yield target, inner


def _kind(path: Path) -> Format | bytes:
    with path.open("rb") as file:
        head = file.read(4)
    if head == _PARQUET:
        return Format.PARQUET
    if head == _OLD_EXCEL or (head == _ZIP and _is_workbook(path)):
        return Format.EXCEL
    if head == _ZIP:
        return _ZIP
    return _GZIP if head.startswith(_GZIP) else Format.CSV


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _unpack(path: Path, kind: bytes, target: Path) -> None:
    try:
        if kind == _GZIP:
            with gzip.open(path) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain, _CHUNK)
        else:
            _unzip(path, target)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise LedgerError(
            f"{path} is damaged or was cut short ({error}). Nothing was loaded; copy or download it again."
        ) from error


def _unzip(path: Path, target: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if not n.endswith("/") and not n.startswith("__MACOSX/")]
        if len(names) != 1:
            raise LedgerError(
                f"{path} holds {len(names)} files ({', '.join(names[:5]) or 'none'}); it must hold the ledger alone."
            )
        try:
            with archive.open(names[0]) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain, _CHUNK)
        except RuntimeError as error:  # zipfile's word for a password, or for a compression that it doesn't know
            raise LedgerError(f"{path} can't be unpacked: {error}. Unpack it and name the file in it.") from error

"""What is inside a file: told from its bytes, not from its name; archives are unpacked to temporary files."""

import gzip
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
_WORKBOOK_PARTS = ("[Content_Types].xml", "content.xml")
_CHUNK = 1 << 20


class Format(Enum):
    """How a table is stored in a file."""

    TEXT = "csv"
    WORKBOOK = "xlsx"
    PARQUET = "parquet"
    WEB_PAGE = "html"
    JSON_LINES = "jsonl"


@dataclass(frozen=True)
class Content:
    """A file that holds tables and nothing packed.

    Attributes:
        path: where it can be read, maybe unpacked for the moment
        format: of the tables
        name: of the file as people know it; of a file in an archive, its name in there

    """

    path: Path
    format: Format
    name: str


@contextmanager
def unpacked(path: Path) -> Iterator[list[Content]]:
    """The content of a file; of an archive, of all files in it, in order of their names.

    Raises:
        LedgerError: when an archive is damaged, cut short, empty, or holds archives.

    """
    kind = _kind(path)
    if isinstance(kind, Format):
        yield [Content(path, kind, path.name)]
        return
    with tempfile.TemporaryDirectory(prefix="segmentation-") as folder:
        yield [_inner(path, target, name) for target, name in _unpack(path, kind, Path(folder))]


def _inner(archive: Path, target: Path, name: str) -> Content:
    inner = _kind(target)
    if not isinstance(inner, Format):
        raise LedgerError(f"{archive} is an archive inside an archive. Unpack it once.")
    return Content(target, inner, name)


def _kind(path: Path) -> Format | bytes:
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(_PARQUET):
        return Format.PARQUET
    if head.startswith(_OLD_EXCEL) or (head.startswith(_ZIP) and _is_workbook(path)):
        return Format.WORKBOOK
    if head.startswith(_ZIP):
        return _ZIP
    if head.startswith(_GZIP):
        return _GZIP
    return _kind_of_text(head.removeprefix(b"\xef\xbb\xbf").lstrip().lower())


def _kind_of_text(head: bytes) -> Format:
    if head.startswith(b"<") and any(tag in head for tag in (b"<html", b"<!doctype html", b"<table")):
        return Format.WEB_PAGE
    return Format.JSON_LINES if head.startswith(b"{") else Format.TEXT


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(part in archive.namelist() for part in _WORKBOOK_PARTS)
    except zipfile.BadZipFile:
        return False


def _unpack(path: Path, kind: bytes, folder: Path) -> list[tuple[Path, str]]:
    try:
        if kind == _GZIP:
            target = folder / "ledger"
            with gzip.open(path) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain, _CHUNK)
            return [(target, path.name.removesuffix(".gz"))]
        return _unzip(path, folder)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise LedgerError(
            f"{path} is damaged or was cut short ({error}). Nothing was loaded; copy or download it again."
        ) from error


def _unzip(path: Path, folder: Path) -> list[tuple[Path, str]]:
    with zipfile.ZipFile(path) as archive:
        names = sorted(
            name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")
        )
        if not names:
            raise LedgerError(f"{path} is an archive without a file in it. Export the ledger again.")
        targets = [(folder / str(number), name) for number, name in enumerate(names)]
        try:
            for target, name in targets:
                with archive.open(name) as packed, target.open("wb") as plain:
                    shutil.copyfileobj(packed, plain, _CHUNK)
        except RuntimeError as error:  # zipfile's word for a password, or for a compression that it doesn't know
            raise LedgerError(f"{path} can't be unpacked: {error}. Unpack it and name the file in it.") from error
    return targets

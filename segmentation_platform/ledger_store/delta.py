"""Ledger tables as Delta tables (https://github.com/delta-io/delta/blob/master/PROTOCOL.md), by delta-rs.

A version is an entry of the table's log; parquet files that no entry names are seen by nobody. Two writers at once of
the same part: one is refused; of different parts: both are there.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.fs import DeltaStorageHandler
from pyarrow import fs

from segmentation_platform.engine.files import ParquetFiles
from segmentation_platform.ledger_store.base import (
    DataFile,
    StoreConflictError,
    StoreError,
    StoreUnavailableError,
    TableKind,
)

PART: Final = "part"
"""The column, of the files' folders rather than in them, that tells the part."""

_FROM_BACKUP: Final = (
    "If the folder was moved, name it: [ledger] store. Else restore a backup: segmentation-platform db restore"
)
_UNFIT: Final = re.compile(r"[\[\]\\^|\x00-\x1f]|%[0-9a-fA-F]{2}")
_COLORS: Final = re.compile(r"\x1b\[[0-9;]*m")
_SAID: Final = 400
"""Characters of what delta-rs says that are passed on."""
_PROPERTIES: Final = WriterProperties(compression="ZSTD")


@dataclass(frozen=True)
class DeltaLedgerTable:
    """A ledger table in a folder or a bucket.

    Attributes:
        url: a path, or s3://, gs://, az://
        kind: what lines it has
        options: keys and settings of the bucket, as `object_store` names them

    """

    url: str
    kind: TableKind
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    def version(self) -> int | None:
        """Number of the newest version; None before the first one."""
        with self._told():
            table = self._there()
            return None if table is None else table.version()

    def note(self, version: int) -> Mapping[str, str]:
        """What its writer noted with a version."""
        with self._told():
            # Asked of the newest version: asked of an earlier one, delta-rs 1.6 numbers the entries wrongly.
            history = self._opened(None).history()
        found = next((entry for entry in history if entry["version"] == version), {})
        return {name: str(value) for name, value in found.items()}

    def files(self, version: int, parts: Collection[str] | None = None) -> list[DataFile]:
        """The files of a version, by path; all, or those of some parts."""
        with self._told():
            table = self._opened(version)
            actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
        found = [
            DataFile(self._path(each["path"]), each[f"partition.{PART}"], each["num_records"], each["size_bytes"])
            for each in actions
        ]
        return sorted((file for file in found if parts is None or file.part in parts), key=lambda file: file.path)

    def stored(self, version: int, parts: Collection[str] | None = None) -> ParquetFiles:
        """The lines of a version; all, or those of some parts."""
        files = self.files(version, parts)
        paths = tuple(file.path for file in files)
        if self._is_bucket:
            handler = DeltaStorageHandler(self.url, dict(self.options))
            return ParquetFiles(paths, self.kind.schema, fs.PyFileSystem(handler))
        gone = next((path for path in paths if not Path(path).is_file()), None)
        if gone:
            raise StoreError(f"A file of the ledger is gone: {gone}.\n{_FROM_BACKUP}")
        return ParquetFiles(paths, self.kind.schema)

    def replace(
        self, data: pa.RecordBatchReader, parts: Collection[str] | None, on: int | None, note: Mapping[str, str]
    ) -> int:
        """Put lines in the place of those of some parts."""
        lines = _Watched(data, self.kind)
        with self._told(lines):
            table = self._there()
            if table is not None and on is not None and table.version() != on:
                table.restore(on)
            write_deltalake(
                self._uri if table is None else table,
                lines.reader(),
                mode="overwrite",
                partition_by=[PART],
                # Before the first version there is nothing to be replaced, and no column to say it by.
                predicate=None if table is None or on is None or parts is None else _among(parts),
                writer_properties=_PROPERTIES,
                commit_properties=CommitProperties(custom_metadata=dict(note), max_commit_retries=20),
                storage_options=dict(self.options),
            )
            return self._opened(None).version()

    def drop(self, parts: Collection[str], on: int, note: Mapping[str, str]) -> int:
        """Drop the lines of some parts."""
        return self.replace(self.kind.schema.empty_table().to_reader(), parts, on, note)

    def take_back(self, on: int) -> int:
        """Take back what was written above a version and never made known."""
        with self._told():
            table = self._opened(None)
            if table.version() != on:
                table.restore(on)
            return table.version()

    def sweep(self, kept: timedelta) -> int:
        """Delete files that no version needs that is younger, and those that a killed writer left."""
        hours = max(0, round(kept.total_seconds() / 3600))
        with self._told():
            table = self._opened(None)
            return len(
                table.vacuum(retention_hours=hours, enforce_retention_duration=False, dry_run=False, full=True)
            )

    @property
    def _is_bucket(self) -> bool:
        return "://" in self.url

    @property
    def _uri(self) -> str:
        """The place as delta-rs takes it, which has trouble with some characters of paths, even as a URL."""
        if self._is_bucket:
            return self.url
        path = Path(self.url).absolute()
        if unfit := _UNFIT.search(str(path)):
            raise StoreError(
                f"The ledger can't lie in {path}: there is {unfit.group()!r} in its path.\n"
                "Name another folder: [ledger] store, or SEGMENTATION_LEDGER__STORE."
            )
        return path.as_uri()

    def _path(self, name: str) -> str:
        """The path of a file on this machine; in a bucket, that below its address."""
        return name if self._is_bucket else str(Path(self.url).absolute() / name)

    def _there(self) -> DeltaTable | None:
        try:
            return DeltaTable(self._uri, storage_options=dict(self.options))
        except TableNotFoundError:
            return None

    def _opened(self, version: int | None) -> DeltaTable:
        try:
            return DeltaTable(self._uri, version=version, storage_options=dict(self.options))
        except TableNotFoundError:
            raise StoreError(f"There is no ledger at {self.url}.\n{_FROM_BACKUP}") from None

    @contextmanager
    def _told(self, lines: "_Watched | None" = None) -> Iterator[None]:
        """Say in the platform's words what delta-rs reports; an error of lines that are written stays as it is."""
        try:
            yield
        except StoreError:
            raise
        except (DeltaError, OSError, ValueError) as error:
            if lines is not None and lines.error is not None:
                raise lines.error from None
            raise self._in_words(error) from error

    def _in_words(self, error: Exception) -> StoreError:
        if isinstance(error, CommitFailedError):
            return StoreConflictError(
                f"Another run has changed the ledger at {self.url} meanwhile; nothing was written. Run again."
            )
        words = " ".join(_COLORS.sub("", str(error)).split())[:_SAID]
        return StoreUnavailableError(f"The ledger at {self.url} can't be used: {words}")


class _Watched:
    """Lines with their part beside them; what goes wrong in making them is kept, for Rust knows it as words only."""

    def __init__(self, data: pa.RecordBatchReader, kind: TableKind) -> None:
        self._data, self._kind = data, kind
        self.error: BaseException | None = None

    def reader(self) -> pa.RecordBatchReader:
        """The lines."""
        schema = self._kind.schema.append(pa.field(PART, pa.string()))
        return pa.RecordBatchReader.from_batches(schema, self._batches(schema))

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._data:
                whole = batch.select(self._kind.schema.names).cast(self._kind.schema)
                parts = self._kind.parts_of(whole).cast(pa.string())
                yield pa.RecordBatch.from_arrays([*whole.columns, parts], schema=schema)
        except BaseException as error:
            self.error = error
            raise


def _among(parts: Collection[str]) -> str:
    """A condition of delta-rs, which takes no parameters; a quote is doubled."""
    listed = ", ".join("'" + part.replace("'", "''") + "'" for part in sorted(parts))
    return f"{PART} IN ({listed})"

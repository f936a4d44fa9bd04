"""What a store of ledger lines offers: tables whose every change is a version, seen whole or not at all."""

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeAlias

import pyarrow as pa

from segmentation_platform.engine.files import ParquetFiles
from segmentation_platform.errors import PlatformError


class StoreError(PlatformError, RuntimeError):
    """The store can't be read or written; the message says why and what helps."""


class StoreUnavailableError(StoreError):
    """The place is full, can't be reached or may not be used just now; later it may."""


class StoreConflictError(StoreUnavailableError):
    """Another writer has changed the same part meanwhile; nothing was written, and it can be tried again."""


PartsOf: TypeAlias = Callable[[pa.RecordBatch], pa.Array]
"""Tells the part of each line, as text."""


@dataclass(frozen=True)
class TableKind:
    """What lines a table has.

    Attributes:
        schema: of its lines, without the part
        parts_of: tells their parts

    """

    schema: pa.Schema
    parts_of: PartsOf


@dataclass(frozen=True)
class StorePlace:
    """Where the tables are.

    Attributes:
        root: a folder, or an address in a bucket; each database has folders of its own in it
        options: keys and settings of the bucket

    """

    root: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    def below(self, folder: str) -> str:
        """The place of a table."""
        return f"{self.root.rstrip('/')}/{folder}" if self.is_bucket else str(Path(self.root) / folder)

    @property
    def is_bucket(self) -> bool:
        """Whether it is an address rather than a folder."""
        return "://" in self.root

    def drop(self, folder: str) -> None:
        """Drop a table that counts for nobody; in a bucket it stays, for its owner's own rules to expire."""
        if not self.is_bucket:
            shutil.rmtree(self.below(folder), ignore_errors=True)


@dataclass(frozen=True)
class DataFile:
    """A parquet file of a version.

    Attributes:
        path: where it is: a path, or an address in a bucket
        part: the load or month whose lines it has
        rows: how many
        bytes: its size

    """

    path: str
    part: str
    rows: int
    bytes: int


class VersionedTable(Protocol):
    """A table that consists of parts (loads, months), each replaced or dropped whole.

    A version counts once its number is kept somewhere else, in the transaction of what belongs to it. So every
    change says on which version it builds; what was written above that one was never made known, and is taken back.
    """

    def version(self) -> int | None:
        """Number of the newest version; None before the first one.

        Raises:
            StoreError: when what is there can't be read.

        """

    def note(self, version: int) -> Mapping[str, str]:
        """What its writer noted with a version."""

    def files(self, version: int, parts: Collection[str] | None = None) -> list[DataFile]:
        """The files of a version, by path; all, or those of some parts."""

    def stored(self, version: int, parts: Collection[str] | None = None) -> ParquetFiles:
        """The lines of a version, in no particular order; all, or those of some parts.

        Raises:
            StoreError: when there is no such version, or one of its files is gone.

        """

    def replace(
        self, data: pa.RecordBatchReader, parts: Collection[str] | None, on: int | None, note: Mapping[str, str]
    ) -> int:
        """Put lines in the place of those of some parts, all or nothing.

        Args:
            data: lines, all of these parts; an error that it raises leaves everything as it was
            parts: whose lines give way, there already or not; None: all lines
            on: the version that is changed; None: there is none
            note: is kept with the version

        Returns:
            The number of the new version.

        Raises:
            StoreConflictError: when another writer has changed one of the parts meanwhile.
            StoreError: when there is no room, or no right to write.

        """

    def drop(self, parts: Collection[str], on: int, note: Mapping[str, str]) -> int:
        """Drop the lines of some parts; returns the number of the new version."""

    def take_back(self, on: int) -> int:
        """Take back what was written above a version and never made known.

        Returns:
            The number of a version with the lines of the one that counts; its own where nothing was above it.

        """

    def sweep(self, kept: timedelta) -> int:
        """Delete files that no version needs that is younger, and those that a killed writer left; returns how many.

        What was never made known is taken back before.

        Args:
            kept: how long versions can be read after another took their place, and how long a writer may take

        """

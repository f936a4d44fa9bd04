"""The lines of all ledgers, raw and clean: files have them, and Postgres says which version of the files counts.

A version counts from the moment that its number is committed, in the transaction of all that belongs to it. Whoever
is killed between writing files and that commit leaves a version that nobody reads, and that the next writer takes
back.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from segmentation_platform.contracts import CleanSales, Contract, RawSales
from segmentation_platform.contracts.frames import arrow_schema
from segmentation_platform.engine.files import ParquetFiles
from segmentation_platform.ledger_store import DataFile, StorePlace, TableKind, VersionedTable, open_table
from segmentation_platform.warehouse.bulk import Tabular, batches
from segmentation_platform.warehouse.database import Connection, Database

IN_FILES: Final = (RawSales, CleanSales)
"""The contracts of tables that lie in files."""

KEPT: Final = timedelta(days=7)
"""How long a version can be read after another took its place, and how long a run may take."""


def _of_load(lines: pa.RecordBatch) -> pa.Array:
    return pc.cast(lines["load_id"], pa.string())


def _of_month(lines: pa.RecordBatch) -> pa.Array:
    return pc.strftime(lines["sold_at"], "%Y-%m")


_PARTS: Final = {RawSales: _of_load, CleanSales: _of_month}


@dataclass(frozen=True)
class Kept:
    """What Postgres knows of a table in files.

    Attributes:
        folder: its name
        version: the one that counts; None before the first
        mirrored: the one that the table of the same name in Postgres shows; None: it shows none

    """

    folder: str
    version: int | None
    mirrored: int | None


@dataclass(frozen=True)
class LedgerLines:
    """The raw and the clean lines of a database's ledgers.

    Attributes:
        database: says which version counts
        place: where the files are

    """

    database: Database
    place: StorePlace

    def raw(self, loads: Iterable[int]) -> ParquetFiles:
        """The raw lines of some loads."""
        return self._stored(RawSales, {str(load_id) for load_id in loads})

    def clean(self) -> ParquetFiles:
        """The clean lines of the ledger that was cleaned last."""
        return self._stored(CleanSales, None)

    def files(self, contract: type[Contract]) -> list[DataFile]:
        """The files of a table, as it counts."""
        kept = self.kept(contract)
        return [] if kept.version is None else self.table(contract, kept).files(kept.version)

    def folder(self, contract: type[Contract]) -> str:
        """Where the files of a table are."""
        return self.place.below(self.kept(contract).folder)

    def rows(self, contract: type[Contract]) -> int:
        """The number of lines of a table."""
        return sum(file.rows for file in self.files(contract))

    def replace(
        self, connection: Connection, contract: type[Contract], data: Tabular, parts: Collection[str] | None = None
    ) -> None:
        """Put lines in the place of those of some parts; it counts when the connection's transaction is committed.

        Args:
            connection: in a transaction; another writer of the table waits until it has ended
            contract: of the table
            data: lines with the contract's columns
            parts: loads of raw lines, months (2011-12) of clean ones; None: all lines give way

        Raises:
            StoreError: when the files can't be written.

        """
        kept = self.locked(connection, contract)
        lines = pa.RecordBatchReader.from_batches(arrow_schema(contract.columns()), batches(contract, data))
        version = self.table(contract, kept).replace(lines, parts, kept.version, _note(parts))
        self._count(connection, contract, version)

    def drop(self, connection: Connection, contract: type[Contract], parts: Collection[str]) -> None:
        """Drop the lines of some parts, as `replace`."""
        kept = self.locked(connection, contract)
        if kept.version is not None and parts:
            version = self.table(contract, kept).drop(parts, kept.version, _note(parts))
            self._count(connection, contract, version)

    def sweep(self) -> int:
        """Delete files that no version needs that can still be read; returns how many."""
        swept = 0
        for contract in IN_FILES:
            with self.database.connect() as connection:
                kept = self.locked(connection, contract)
                if kept.version is None:
                    continue
                table = self.table(contract, kept)
                newest = table.take_back(kept.version)
                if newest != kept.version:
                    self._count(connection, contract, newest)
            swept += table.sweep(KEPT)
        return swept

    def kept(self, contract: type[Contract]) -> Kept:
        """What Postgres knows of a table."""
        with self.database.connect() as connection:
            return _kept(connection, contract, "")

    def seen(self, connection: Connection, contract: type[Contract]) -> Kept:
        """The same, as the transaction of a connection sees it."""
        return _kept(connection, contract, "")

    def locked(self, connection: Connection, contract: type[Contract]) -> Kept:
        """The same; who wants to change it waits for the end of the transaction."""
        return _kept(connection, contract, " FOR UPDATE")

    def table(self, contract: type[Contract], kept: Kept) -> VersionedTable:
        """The versions of a table."""
        kind = TableKind(arrow_schema(contract.columns()), _PARTS[contract])
        return open_table(self.place.below(kept.folder), kind, self.place.options)

    def _stored(self, contract: type[Contract], parts: Collection[str] | None) -> ParquetFiles:
        kept = self.kept(contract)
        if kept.version is None:
            return ParquetFiles((), arrow_schema(contract.columns()))
        return self.table(contract, kept).stored(kept.version, parts)

    def _count(self, connection: Connection, contract: type[Contract], version: int) -> None:
        connection.execute(
            "UPDATE warehouse.ledger_store SET version = %s WHERE table_name = %s", [version, contract.table()]
        )


def _note(parts: Collection[str] | None) -> dict[str, str]:
    """What a version says of itself to who looks at the history of its table: which loads or months it replaced."""
    return {"parts": "all" if parts is None else " ".join(sorted(parts))}


def _kept(connection: Connection, contract: type[Contract], how: str) -> Kept:
    query = f"SELECT folder, version, mirrored FROM warehouse.ledger_store WHERE table_name = %s{how}"  # noqa: S608
    row = connection.execute(sql.SQL(query), [contract.table()]).fetchone()
    assert row is not None  # noqa: S101 - made by its migration
    folder, version, mirrored = row
    return Kept(str(folder), _number(version), _number(mirrored))


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))

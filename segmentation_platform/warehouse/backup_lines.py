"""The ledger's lines in a backup: a parquet file for each table that lies in files, beside Postgres' archive."""

import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation_platform.contracts import Contract
from segmentation_platform.contracts.frames import arrow_schema
from segmentation_platform.engine.files import ParquetFiles
from segmentation_platform.warehouse.database import Connection
from segmentation_platform.warehouse.ledger_lines import IN_FILES, Kept, LedgerLines


def backed_up(connection: Connection, lines: LedgerLines) -> dict[str, ParquetFiles]:
    """The tables that lie in files, by name, as the transaction of a connection sees them.

    Raises:
        StoreError: when a file is gone.

    """
    there = connection.execute("SELECT to_regclass('warehouse.ledger_store')").fetchone()
    if there is None or there[0] is None:
        return {}  # of a version of the platform that had all lines in Postgres
    found = {}
    for contract in IN_FILES:
        kept = lines.seen(connection, contract)
        if kept.version is not None:
            found[contract.table()] = lines.table(contract, kept).stored(kept.version)
    return found


def write_member(archive: tarfile.TarFile, name: str, files: ParquetFiles, scratch: Path) -> None:
    """Write a table into a backup, by way of a file."""
    path = scratch / _member(name)
    with pq.ParquetWriter(path, files.schema, compression="zstd") as writer:
        for batch in files.reader():
            writer.write_batch(batch)
    archive.add(path, path.name)
    path.unlink()


@dataclass(frozen=True)
class Restored:
    """A table of lines that was written out of a backup, and counts for nobody yet.

    Attributes:
        table: its name
        kept: where it is, and its version

    """

    table: str
    kept: Kept

    def statement(self) -> str:
        """SQL that makes it count, in the transaction that restores Postgres; all in it was made by us."""
        return (
            f"UPDATE warehouse.ledger_store SET folder = '{self.kept.folder}', version = {self.kept.version},"  # noqa: S608
            f" mirrored = CASE WHEN mirrored IS NOT NULL THEN {self.kept.version} END"
            f" WHERE table_name = '{self.table}';\n"
        )


@contextmanager
def lines_restored(archive: tarfile.TarFile, lines: LedgerLines) -> Iterator[list[Restored]]:
    """Write the lines of a backup into folders of their own; where the block fails, they are dropped again."""
    found: list[Restored] = []
    try:
        for contract in IN_FILES:
            if _member(contract.table()) in archive.getnames():
                found.append(Restored(contract.table(), _written(archive, lines, contract)))
        yield found
    except BaseException:
        for each in found:
            lines.place.drop(each.kept.folder)
        raise


def _written(archive: tarfile.TarFile, lines: LedgerLines, contract: type[Contract]) -> Kept:
    member = archive.extractfile(_member(contract.table()))
    assert member is not None  # noqa: S101 - it is a file
    new = Kept(f"{contract.table()}-{secrets.token_hex(6)}", None, None)
    schema = arrow_schema(contract.columns())
    batches = (_whole(batch, schema) for batch in pq.ParquetFile(member).iter_batches(100_000))
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    version = lines.table(contract, new).replace(reader, None, None, {})
    return Kept(new.folder, version, None)


def _whole(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with all columns; those that came after it was backed up are null."""
    columns = [
        batch[field.name] if field.name in batch.schema.names else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _member(table: str) -> str:
    return f"{table}.parquet"

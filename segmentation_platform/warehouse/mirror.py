"""Postgres' own tables of raw and clean lines: a copy of the files for who reads SQL, which nothing reads back."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from psycopg import sql

from segmentation_platform.contracts import CleanSales, Contract, RawSales
from segmentation_platform.ledger_store import DataFile, StoreError
from segmentation_platform.warehouse.bulk import batches, copy_in
from segmentation_platform.warehouse.database import Connection
from segmentation_platform.warehouse.ledger_lines import Kept, LedgerLines
from segmentation_platform.warehouse.tables import SCHEMA, vacuum

_PART: Final = {RawSales: "load_id::text", CleanSales: "to_char(sold_at, 'YYYY-MM')"}


def mirror(lines: LedgerLines, contract: type[Contract]) -> int:
    """Bring Postgres' table up to the version that counts: only parts that have changed since are written.

    Returns:
        The rows that it has now.

    """
    table = sql.Identifier(SCHEMA, contract.table())
    with lines.database.connect() as connection:
        kept = lines.locked(connection, contract)
        expected = sum(file.rows for file in _files(lines, contract, kept, kept.version))
        _write(connection, lines, contract, kept, _changed_parts(lines, contract, kept))
        if _rows(connection, contract) != expected:  # changed by hand, or made again with other columns
            _write(connection, lines, contract, kept, None)
        connection.execute(
            "UPDATE warehouse.ledger_store SET mirrored = version WHERE table_name = %s", [contract.table()]
        )
    vacuum(lines.database, table)
    return expected


def clear_mirror(lines: LedgerLines, contract: type[Contract]) -> None:
    """Empty Postgres' table."""
    table = sql.Identifier(SCHEMA, contract.table())
    with lines.database.connect() as connection:
        if not _rows(connection, contract):
            return
        lines.locked(connection, contract)
        connection.execute(sql.SQL("DELETE FROM {}").format(table))
        connection.execute(
            "UPDATE warehouse.ledger_store SET mirrored = NULL WHERE table_name = %s", [contract.table()]
        )
    vacuum(lines.database, table)


def _write(
    connection: Connection, lines: LedgerLines, contract: type[Contract], kept: Kept, parts: Collection[str] | None
) -> None:
    """Put the lines of some parts in the place of those that are there; None: of all."""
    if parts is not None and not parts:
        return
    table = sql.Identifier(SCHEMA, contract.table())
    condition = "true" if parts is None else f"{_PART[contract]} = ANY(%s)"
    given = [] if parts is None else [list(parts)]
    connection.execute(sql.SQL("DELETE FROM {} WHERE ").format(table) + sql.SQL(condition), given)
    if kept.version is not None:
        reader = lines.table(contract, kept).stored(kept.version, parts).reader()
        copy_in(connection, table, contract.column_names(), batches(contract, reader))


def _changed_parts(lines: LedgerLines, contract: type[Contract], kept: Kept) -> set[str] | None:
    """The parts whose files are others than in the version that Postgres shows; None: nobody knows."""
    if kept.mirrored is None:
        return None
    try:
        before = _by_part(_files(lines, contract, kept, kept.mirrored))
    except StoreError:
        return None  # swept since
    now = _by_part(_files(lines, contract, kept, kept.version))
    return {part for part in {*before, *now} if before.get(part) != now.get(part)}


def _files(lines: LedgerLines, contract: type[Contract], kept: Kept, version: int | None) -> list[DataFile]:
    return [] if version is None else lines.table(contract, kept).files(version)


def _by_part(files: list[DataFile]) -> Mapping[str, set[str]]:
    found = defaultdict[str, set[str]](set)
    for file in files:
        found[file.part].add(file.path)
    return dict(found)


def _rows(connection: Connection, contract: type[Contract]) -> int:
    row = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(SCHEMA, contract.table()))
    ).fetchone()
    return int(str(row[0])) if row else 0

"""Lines of a platform of before there were files: they lie in Postgres' own tables, and are moved once."""

from collections.abc import Callable

from psycopg import sql

from segmentation_platform.contracts import Contract
from segmentation_platform.warehouse.ledger_lines import IN_FILES, LedgerLines
from segmentation_platform.warehouse.tables import SCHEMA, stream_table


def move_in(lines: LedgerLines, tell: Callable[[str], None]) -> None:
    """Move lines that are in Postgres alone into files; quick where there are none.

    Args:
        lines: of all ledgers
        tell: is told what is moved, and how it goes

    """
    for contract in IN_FILES:
        if _is_in_postgres_alone(lines, contract):
            _move(lines, contract, tell)


def _is_in_postgres_alone(lines: LedgerLines, contract: type[Contract]) -> bool:
    if lines.kept(contract).version is not None:
        return False
    with lines.database.connect() as connection:
        found = connection.execute(
            sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(SCHEMA, contract.table()))
        ).fetchone()
    return found is not None


def _move(lines: LedgerLines, contract: type[Contract], tell: Callable[[str], None]) -> None:
    with lines.database.connect() as connection:
        if lines.locked(connection, contract).version is not None:
            return  # another process was quicker
        tell(f"Moving the lines of {contract.table()} into {lines.place.root}, once …")
        with stream_table(lines.database, contract) as reader:
            lines.replace(connection, contract, reader)
        connection.execute(
            "UPDATE warehouse.ledger_store SET mirrored = version WHERE table_name = %s", [contract.table()]
        )
    tell(f"{lines.rows(contract):,} lines of {contract.table()} were moved.")

"""Figures that are cheapest to ask the database itself: counts, and keys that stand more than once."""

from segmentation_platform.contracts import Contract
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.tables import SCHEMA


def rows(database: Database, contract: type[Contract]) -> int:
    """Number of rows of a working table; its name comes from the contract alone."""
    with database.connect() as connection:
        row = connection.execute(f"SELECT count(*) FROM {SCHEMA}.{contract.table()}".encode()).fetchone()  # noqa: S608
    return 0 if row is None else int(str(row[0]))


def repeated_keys(database: Database, contract: type[Contract], limit: int = 20) -> list[dict[str, str]]:
    """Keys that stand more than once in a working table, with their number; names come from the contract alone."""
    keys = ", ".join(f'"{name}"' for name in contract.key())
    query = (
        f"SELECT concat_ws(', ', {keys}), count(*) FROM {SCHEMA}.{contract.table()}"  # noqa: S608
        f" GROUP BY {keys} HAVING count(*) > 1 ORDER BY 1 LIMIT {int(limit)}"
    )
    with database.connect() as connection:
        return [{"key": str(key), "rows": str(count)} for key, count in connection.execute(query.encode())]

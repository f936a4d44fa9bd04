"""Rejected lines of the ledger in use: sums by reason, and all of them as a file."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa

from segmentation_platform.contracts import RejectedSales
from segmentation_platform.ledger.rejects import example
from segmentation_platform.spreadsheet import safe_text
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.tables import stream_table

_WANTED = "(%(reason)s = '' OR rejected.reason = %(reason)s)"


def rejected_reasons(database: Database, reason: str = "") -> pd.DataFrame:
    """Why lines were rejected.

    Returns:
        Columns of `clean.CleanedLedger.reasons`: reason, rows, amount, customers (texts as written) and example, most
        rows first; and money, the absolute amounts.

    """
    query = f"""
        SELECT
            reason,
            count(*),
            round(sum(amount)::numeric, 2)::float8,
            count(DISTINCT nullif(btrim(customer_id), '')),
            min({example()}),
            round(sum(abs(amount))::numeric, 2)::float8
        FROM warehouse.rejected_sales AS rejected WHERE {_WANTED} GROUP BY reason ORDER BY 2 DESC, 1
    """  # noqa: S608 - composed of constants
    with database.connect() as connection:
        rows = connection.execute(query.encode(), {"reason": reason}).fetchall()
    return pd.DataFrame(rows, columns=["reason", "rows", "amount", "customers", "example", "money"])


@contextmanager
def rejected_lines(database: Database) -> Iterator[pa.RecordBatchReader]:
    """Stream what `balances.Halves` needs of the rejected lines."""
    with stream_table(database, RejectedSales, ("load_id", "reason", "amount", "customer_id")) as reader:
        yield reader


def write_rejected(database: Database, path: Path, reason: str = "") -> int:
    """Write rejected lines to a CSV that is safe to open in a spreadsheet, with ledger and line number.

    Returns:
        The number of lines.

    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ledger", *RejectedSales.column_names()])
        lines = 0
        for row in _lines(database, reason):
            writer.writerow([safe_text(cell) for cell in row])
            lines += 1
    return lines


def _lines(database: Database, reason: str) -> Iterator[tuple[object, ...]]:
    columns = ", ".join(f"rejected.{name}" for name in RejectedSales.column_names())
    query = (
        f"SELECT loads.source, {columns} FROM warehouse.rejected_sales AS rejected"  # noqa: S608 - of the contract
        f" JOIN warehouse.loads USING (load_id) WHERE {_WANTED} ORDER BY rejected.load_id, rejected.line_number"
    )
    with database.connect() as connection, connection.cursor(name="rejected") as cursor:
        cursor.execute(query.encode(), {"reason": reason})
        yield from cursor

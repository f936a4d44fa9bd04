"""Read a ledger's files by its profile: the columns that it names, as text, line for line; no line is lost."""

import json
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from segmentation_platform.contracts import RawSales
from segmentation_platform.contracts.frames import arrow_schema
from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.ledger.addresses import hashed_cells, masked
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import WHOLE_LINE, LedgerFile, TextTable, check_unchanged, open_tables
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.profile.names import is_known, plain_name

TEXT_SCHEMA = pa.schema([(column, pa.string()) for column in TEXT_COLUMNS])
RAW_SCHEMA = arrow_schema(RawSales.columns())
_VERSION = 2  # counted up when readers come to read the same file differently
_ESSENTIAL = ("invoice_date", "unit_price", "line_total", "quantity", "customer_id")
_LIKE_A_LEDGER = 3
"""So many names that ledgers' columns have make a table one that is meant to be read."""


def reading_key(profile: Profile) -> str:
    """What makes two readings of a file the same, as JSON: layout, columns, and the version of the readers."""
    layout = profile.file.model_dump(exclude_defaults=True)
    return json.dumps([_VERSION, layout, sorted(profile.columns.items())])


def read_ledger(file: LedgerFile, profile: Profile) -> Iterator[pa.RecordBatch]:
    """Read a ledger.

    A line with too many or too few fields comes out as a line whose whole text stands in `description`. E-mail
    addresses of the column `email_hash` come out as hashes. A table
    that is no ledger (a sheet of notes) is passed over if another one has the columns; one that is like a ledger
    and lacks them is refused, so that no file of a folder is left out in silence.

    Yields:
        Batches of `TEXT_SCHEMA`, in the order of the files.

    Raises:
        LedgerError: when a file can't be read, lacks a column, has no lines, or changed while it was read.
            Nothing that was yielded before may be kept then.

    """
    lines, passed_over = 0, list[LedgerError]()
    for table in open_tables(file, profile.file, is_known):
        try:
            columns = _columns(table, profile)
        except LedgerError as error:
            if sum(map(is_known, table.names)) >= _LIKE_A_LEDGER:
                raise
            passed_over.append(error)
            continue
        for batch in table.batches:
            lines += batch.num_rows
            yield _in_columns(batch, columns)
    check_unchanged(file)
    if lines == 0:
        if passed_over:
            raise passed_over[0]
        raise LedgerError(f"{file.path} has a header but no lines. Export the ledger again.")


def numbered(batches: Iterable[pa.RecordBatch], load_id: int = 1) -> Iterator[pa.RecordBatch]:
    """The lines as `contracts.RawSales` has them, numbered from 1; columns that they lack at the end are null.

    Args:
        batches: the first columns of `TEXT_SCHEMA`, in its order
        load_id: of the lines

    """
    lines = 0
    for batch in batches:
        rows, lacking = batch.num_rows, len(TEXT_COLUMNS) - batch.num_columns
        loads, numbers = (
            pa.array([load_id] * rows, pa.int64()),
            pa.array(range(lines + 1, lines + rows + 1), pa.int64()),
        )
        nothing = [pa.nulls(rows, pa.string())] * lacking
        yield pa.record_batch([loads, numbers, *batch.columns, *nothing], schema=RAW_SCHEMA)
        lines += rows


def _columns(table: TextTable, profile: Profile) -> dict[str, str]:
    named = {str(column): name for column, name in profile.columns.items() if name}
    by_plain = {plain_name(name): name for name in reversed(table.names)}
    found = {
        column: name if name in table.names else by_plain.get(plain_name(name)) for column, name in named.items()
    }
    there = {column: name for column, name in found.items() if name}
    missing = [named[column] for column, name in found.items() if not name and column in _ESSENTIAL]
    if missing:
        raise LedgerError(
            f"{table.origin} has no column {', '.join(missing)}; it has: {', '.join(table.names) or 'none'}.\n"
            "Say in segmentation.toml which is which, [profile.columns], or leave it out to have it found."
        )
    return there


def _in_columns(batch: pa.RecordBatch, columns: dict[str, str]) -> pa.RecordBatch:
    nothing = pa.nulls(batch.num_rows, pa.string())
    cells = [batch.column(columns[column]) if column in columns else nothing for column in TEXT_COLUMNS]
    place = TEXT_COLUMNS.index("description")
    whole_lines = batch.column(WHOLE_LINE)
    if "email_hash" in columns:
        # Addresses are not kept, neither in their column nor in a line that is kept whole.
        addresses = TEXT_COLUMNS.index("email_hash")
        cells[addresses], whole_lines = hashed_cells(cells[addresses]), masked(whole_lines)
    cells[place] = pc.coalesce(cells[place], whole_lines)
    return pa.record_batch(cells, schema=TEXT_SCHEMA)

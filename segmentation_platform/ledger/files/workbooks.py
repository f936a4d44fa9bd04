"""Workbooks: xlsx, xls, ods; every sheet is a table."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice

import pyarrow as pa
import python_calamine

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files.archives import Content
from segmentation_platform.ledger.files.header import LOOKED_AT, find_header
from segmentation_platform.ledger.files.text_table import ROWS, IsKnown, TextTable, batch_of
from segmentation_platform.ledger.profile.layout import Layout


def workbook_tables(content: Content, layout: Layout, is_known: IsKnown) -> Iterator[TextTable]:
    """Open the sheets of a workbook that have anything in them.

    Raises:
        LedgerError: when it is damaged.

    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(content.path))
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError) as error:
        raise LedgerError(f"The workbook is damaged or can't be read: {error}. Save it again.") from error
    for sheet in sheets:
        table = cell_table(f"Sheet {sheet.name}", sheet.iter_rows(), layout, is_known)
        if any(table.names):
            yield table


def cell_table(origin: str, cells: Iterable[Sequence[object]], layout: Layout, is_known: IsKnown) -> TextTable:
    """A table of rows of cells; the row of names is looked for, blank rows are no lines."""
    rows = iter(cells)
    head = [[_cell_text(cell) or "" for cell in row] for row in islice(rows, LOOKED_AT)]
    if not any(any(row) for row in head):
        return TextTable(origin, [], iter(()))
    header = find_header(head, layout, is_known)
    rest: Iterable[Sequence[str | None]] = ([_cell_text(cell) for cell in row] for row in rows)
    below = chain[Sequence[str | None]](head[header.rows :], rest)
    return TextTable(origin, header.names, _read(below, header.names))


def _read(rows: Iterable[Sequence[str | None]], names: list[str]) -> Iterator[pa.RecordBatch]:
    filled = (row for row in rows if any(row))
    while chunk := list(islice(filled, ROWS)):
        columns = [
            pa.array([row[place] if place < len(row) else None for row in chunk], pa.string())
            for place in range(len(names))
        ]
        yield batch_of(columns, names)


def _cell_text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, int | float | date | time):
        return str(cell)
    return None if cell is None else str(cell)

"""The tables of a ledger's files, as text."""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files.archives import Content, Format, unpacked
from segmentation_platform.ledger.files.csv_tables import csv_table
from segmentation_platform.ledger.files.json_tables import json_table
from segmentation_platform.ledger.files.parquet_tables import parquet_table
from segmentation_platform.ledger.files.source import LedgerFile
from segmentation_platform.ledger.files.text_table import HAS_NUL, WHOLE_LINE, IsKnown, TextTable
from segmentation_platform.ledger.files.web_tables import web_tables
from segmentation_platform.ledger.files.workbooks import workbook_tables
from segmentation_platform.ledger.profile.layout import Layout

__all__ = ["WHOLE_LINE", "TextTable", "open_tables"]


def open_tables(file: LedgerFile, layout: Layout, is_known: IsKnown) -> Iterator[TextTable]:
    """Open the tables of a ledger's files one after the other; each can be read until the next is asked for.

    Args:
        file: one file or several
        layout: as far as it has to be said
        is_known: whether a name is one that ledgers' columns have, to find the row of names below titles

    Raises:
        LedgerError: when a file can't be read.

    """
    for path in file.files:
        with unpacked(path) as contents:
            for content in contents:
                for table in _TABLES[content.format](content, layout, is_known):
                    yield TextTable(table.origin, table.names, _checked(table))


def _checked(table: TextTable) -> Iterator[pa.RecordBatch]:
    lines = 0
    for batch in table.batches:
        for name, cells in zip(batch.schema.names, batch.columns, strict=True):
            row = pc.index(pc.match_substring(cells, "\0"), True).as_py()
            if row >= 0:
                where = "" if name == WHOLE_LINE else f"{name} of "
                raise LedgerError(f"{table.origin}: {where}line {lines + row + 1:,} {HAS_NUL}")
        lines += batch.num_rows
        yield batch


def _one(read: Callable[[Content, Layout, IsKnown], TextTable]) -> Callable[..., Iterator[TextTable]]:
    def tables(content: Content, layout: Layout, is_known: IsKnown) -> Iterator[TextTable]:
        yield read(content, layout, is_known)

    return tables


_TABLES: dict[Format, Callable[[Content, Layout, IsKnown], Iterator[TextTable]]] = {
    Format.TEXT: _one(csv_table),
    Format.WORKBOOK: workbook_tables,
    Format.PARQUET: _one(parquet_table),
    Format.WEB_PAGE: web_tables,
    Format.JSON_LINES: _one(json_table),
}

"""Text files with a delimiter: csv, tsv and their kin."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files.archives import Content
from segmentation_platform.ledger.files.encodings import encoding_of, unreadable
from segmentation_platform.ledger.files.header import LOOKED_AT, find_delimiter, find_header
from segmentation_platform.ledger.files.text_table import HAS_NUL, IsKnown, TextTable, batch_of, ragged_line
from segmentation_platform.ledger.profile.layout import Layout

_BYTES = 8 << 20
_HEAD = 200
"""Lines from the top that tell the delimiter."""


@dataclass(frozen=True)
class _Form:
    """How a text file is written."""

    encoding: str
    delimiter: str
    names: list[str]
    rows: int
    """How many lines of the file stand above the first one of the table."""
    text_column: int | None
    """Place of the column that takes surplus fields."""


def csv_table(content: Content, layout: Layout, is_known: IsKnown) -> TextTable:
    """Open a text file.

    Raises:
        LedgerError: when it can't be read in its encoding.

    """
    encoding = encoding_of(content.path, layout)
    try:
        form = _form(content.path, encoding, layout, is_known)
    except (UnicodeError, LookupError, csv.Error) as error:
        raise unreadable(encoding, error) from error
    if any("\0" in name for name in form.names):
        raise LedgerError(f"{content.name}: the first line {HAS_NUL}")
    return TextTable(content.name, form.names, _read(content.path, form))


def _form(path: Path, encoding: str, layout: Layout, is_known: IsKnown) -> _Form:
    with path.open(encoding=encoding, newline="") as file:
        head = list(islice(file, _HEAD))
    delimiter = find_delimiter(head, layout, is_known)
    reader = csv.reader(head, delimiter=delimiter)
    rows: list[list[str]] = []
    ends: list[int] = []
    for row in islice(reader, LOOKED_AT):
        rows.append(row)
        ends.append(reader.line_num)
    header = find_header(rows, layout, is_known)
    names = header.names
    place = names.index(layout.text_column) if layout.text_column in names else None
    return _Form(encoding, delimiter, names, ends[header.rows - 1] if ends else 0, place)


def _read(path: Path, form: _Form) -> Iterator[pa.RecordBatch]:
    if not _has_lines(path, form):
        return
    ragged: list[tuple[int, str]] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    try:
        reader = pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(
                encoding=form.encoding,
                block_size=_BYTES,
                use_threads=False,
                column_names=form.names,
                skip_rows=form.rows,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=form.delimiter, newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(form.names, pa.string()), strings_can_be_null=False
            ),
        )
        yield from _in_order(reader, form, ragged)
    except (pa.ArrowInvalid, UnicodeError, LookupError) as error:
        raise unreadable(form.encoding, error) from error


def _has_lines(path: Path, form: _Form) -> bool:
    with path.open(encoding=form.encoding, newline="") as file:
        return any(line.strip("\r\n") for line in islice(file, form.rows, None))


def _in_order(
    reader: Iterable[pa.RecordBatch], form: _Form, ragged: list[tuple[int, str]]
) -> Iterator[pa.RecordBatch]:
    """The parsed lines with the ragged ones put back in their places.

    `ragged` grows while the reader goes on: the number of each line, lines of the header counted, and its text.
    """
    number = form.rows + 1
    for batch in reader:
        _check_quotes(batch, form, number)
        rest = batch_of(batch.columns, form.names)
        while ragged and ragged[0][0] - number <= rest.num_rows:
            place, text = ragged.pop(0)
            if place > number:
                yield rest.slice(0, place - number)
            yield _mended(text, form, place)
            rest, number = rest.slice(place - number), place + 1
        if rest.num_rows:
            yield rest
        number += rest.num_rows
    for place, text in ragged:
        yield _mended(text, form, place)


def _mended(text: str, form: _Form, number: int) -> pa.RecordBatch:
    """A ragged line, its surplus fields put back together where it is said which column they belong to."""
    _check_swallowed(text, form, number)
    fields = next(csv.reader([text], delimiter=form.delimiter), [])
    surplus = len(fields) - len(form.names)
    if form.text_column is None or surplus <= 0:
        return ragged_line(text, form.names)
    first, end = form.text_column, form.text_column + surplus + 1
    whole = [*fields[:first], form.delimiter.join(fields[first:end]), *fields[end:]]
    return batch_of([pa.array([field]) for field in whole], form.names)


def _check_quotes(batch: pa.RecordBatch, form: _Form, number: int) -> None:
    for cells in batch.columns:
        for row in pc.indices_nonzero(pc.match_substring(cells, "\n")).to_pylist():
            _check_swallowed(cells[row].as_py(), form, number + row)


def _check_swallowed(text: str, form: _Form, number: int) -> None:
    """Refuse text that holds whole lines of the file: a quote was opened and not closed, and swallowed them."""
    if any(line.count(form.delimiter) == len(form.names) - 1 for line in text.splitlines()[1:]):
        raise LedgerError(
            f"Line {number - form.rows:,} opens a quote that swallows the lines after it. "
            "Close the quote there, or write it twice if it is part of the text."
        )

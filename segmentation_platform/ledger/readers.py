"""Read a ledger file as text, line for line, whatever its format; no line is lost.

Every reader yields Arrow batches of the eight columns of `TEXT_COLUMNS`, all strings, in the order of the file.
A line of a CSV with too many or too few fields comes out as a line whose whole text stands in `description`.
"""

import codecs
import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import python_calamine

from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.ledger.columns import has_any_column, match_columns
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.sources import Format, LedgerFile, check_unchanged, unpacked

TEXT_SCHEMA = pa.schema([(column, pa.string()) for column in TEXT_COLUMNS])
_ROWS = 50_000
_VERSION = 1  # counted up when readers come to read the same file differently
_BYTES = 8 << 20
_HAS_NUL = (
    "has a NUL byte, so it is no text, or text of another encoding. Set the encoding in segmentation.toml, "
    "[ledger] encoding = …, or export the ledger again as UTF-8."
)
_Rows = Iterator[Sequence[object]]
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read.

    Attributes:
        encoding: of a CSV; `auto` takes a byte order mark, else UTF-8 if the whole file is valid, else latin-1
        columns: ledger column to the file's column, where the names don't tell

    """

    encoding: str = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)

    def key(self) -> str:
        """The options as JSON, with the version of the readers: what makes two readings of a file the same."""
        return json.dumps([_VERSION, self.encoding, sorted(self.columns.items())])


def read_ledger(file: LedgerFile, options: ReadOptions) -> Iterator[pa.RecordBatch]:
    """Read a ledger file.

    Yields:
        Batches of `TEXT_SCHEMA`, in the order of the file.

    Raises:
        LedgerError: when the file can't be read, lacks a column, has no lines, or changed while it was read.
            Nothing that was yielded before may be kept then.

    """
    lines = 0
    with unpacked(file.path) as (path, kind):
        for batch in _READERS[kind](path, options):
            _check_text(batch, lines, file.path)
            lines += batch.num_rows
            yield batch
    check_unchanged(file)
    if lines == 0:
        raise LedgerError(f"{file.path} has a header but no lines. Export the ledger again.")


def _check_text(batch: pa.RecordBatch, before: int, path: Path) -> None:
    for name, cells in zip(batch.schema.names, batch.columns, strict=True):
        row = pc.index(pc.match_substring(cells, "\0"), True).as_py()
        if row >= 0:
            raise LedgerError(f"{path}: {name} of line {before + row + 1:,} {_HAS_NUL}")


def _read_csv(path: Path, options: ReadOptions) -> Iterator[pa.RecordBatch]:
    encoding = _encoding(path) if options.encoding == "auto" else options.encoding
    header = _header(path, encoding)
    matched = match_columns(header.names, options.columns)
    if header.is_all:
        return
    ragged: list[tuple[int, str]] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    try:
        reader = pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(
                encoding=encoding,
                block_size=_BYTES,
                use_threads=False,
                column_names=header.names,
                skip_rows=header.lines,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=header.delimiter, newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(header.names, pa.string()), strings_can_be_null=False
            ),
        )
        yield from _in_order(reader, header, matched, ragged)
    except (pa.ArrowInvalid, UnicodeError, LookupError) as error:
        raise LedgerError(
            f"The file can't be read as {encoding} text: {error}. "
            "Set its encoding in segmentation.toml, [ledger] encoding = …, or save it as UTF-8."
        ) from error


def _in_order(
    reader: Iterable[pa.RecordBatch], header: "_Header", matched: Mapping[str, str], ragged: list[tuple[int, str]]
) -> Iterator[pa.RecordBatch]:
    """The parsed lines with the ragged ones put back in their places.

    `ragged` grows while the reader goes on: the number of each line, lines of the header counted, and its text.
    """
    number = header.lines + 1
    for batch in reader:
        _check_quotes(batch, header, number)
        columns = [batch.column(batch.schema.get_field_index(matched[column])) for column in TEXT_COLUMNS]
        rest = pa.record_batch(columns, schema=TEXT_SCHEMA)
        while ragged and ragged[0][0] - number <= rest.num_rows:
            place, text = ragged.pop(0)
            _check_swallowed(text, header, place)
            if place > number:
                yield rest.slice(0, place - number)
            yield _ragged_line(text)
            rest, number = rest.slice(place - number), place + 1
        if rest.num_rows:
            yield rest
        number += rest.num_rows
    for place, text in ragged:
        _check_swallowed(text, header, place)
        yield _ragged_line(text)


def _check_quotes(batch: pa.RecordBatch, header: "_Header", number: int) -> None:
    for cells in batch.columns:
        for row in pc.indices_nonzero(pc.match_substring(cells, "\n")).to_pylist():
            _check_swallowed(cells[row].as_py(), header, number + row)


def _check_swallowed(text: str, header: "_Header", number: int) -> None:
    """Refuse text that holds whole lines of the file: a quote was opened and not closed, and swallowed them."""
    if any(line.count(header.delimiter) == len(header.names) - 1 for line in text.splitlines()[1:]):
        raise LedgerError(
            f"Line {number - header.lines:,} opens a quote that swallows the lines after it. "
            "Close the quote there, or write it twice if it is part of the text."
        )


def _ragged_line(text: str) -> pa.RecordBatch:
    nothing = pa.nulls(1, pa.string())
    columns = [pa.array([text], pa.string()) if c == "description" else nothing for c in TEXT_COLUMNS]
    return pa.record_batch(columns, schema=TEXT_SCHEMA)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in _BOMS.items():
            if head.startswith(mark):
                return name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8"


@dataclass(frozen=True)
class _Header:
    names: list[str]
    delimiter: str
    lines: int
    """How many lines of the file it takes, blank ones before it included."""
    is_all: bool
    """Whether nothing follows it."""


def _header(path: Path, encoding: str) -> _Header:
    try:
        with path.open(encoding=encoding, newline="") as file:
            line = next((line for line in file if line.strip()), "")
            delimiter = max(",;\t|", key=line.count)
            file.seek(0)
            rows = csv.reader(file, delimiter=delimiter)
            names = next((row for row in rows if row), [""])
            lines = rows.line_num
            is_all = not any(rest.strip("\r\n") for rest in file)
    except (UnicodeError, LookupError, csv.Error) as error:
        raise LedgerError(
            f"The file can't be read as {encoding} text: {error}. "
            'Set its encoding in segmentation.toml, [ledger] encoding = "auto" or another, or save it as UTF-8.'
        ) from error
    if any("\0" in name for name in names):
        raise LedgerError(f"{path}: the first line {_HAS_NUL}")
    return _Header([names[0].removeprefix("\ufeff"), *names[1:]], delimiter, lines, is_all)


def _read_parquet(path: Path, options: ReadOptions) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(path) as file:
            matched = match_columns(file.schema_arrow.names, options.columns)
            for batch in file.iter_batches(_ROWS, columns=list(matched.values())):
                yield pa.record_batch([_as_text(batch.column(name)) for name in matched.values()], schema=TEXT_SCHEMA)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise LedgerError(f"The parquet file is damaged or can't be read: {error}. Export it again.") from error


def _as_text(values: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_timestamp(values.type):
        whole = pc.all(pc.equal(pc.subsecond(values), 0)).as_py() is not False
        unit = pa.timestamp("s" if whole else "us", values.type.tz)
        return pc.strftime(values.cast(unit, safe=False), "%Y-%m-%d %H:%M:%S").cast(pa.string())
    if pa.types.is_floating(values.type):
        return _numbers_as_text(values)
    return values.cast(pa.string())


def _numbers_as_text(values: pa.Array) -> pa.Array:
    """Numbers without an exponent where they are whole: pandas keeps ids with gaps as 12345678901.0."""
    whole = pc.and_(pc.equal(pc.floor(values), values), pc.less(pc.abs(values), 2**53))
    text = pc.if_else(whole, values.cast(pa.int64(), safe=False).cast(pa.string()), values.cast(pa.string()))
    return pc.if_else(pc.is_nan(values), None, text)


def _read_excel(path: Path, options: ReadOptions) -> Iterator[pa.RecordBatch]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError) as error:
        raise LedgerError(f"The workbook is damaged or can't be read: {error}. Save it again.") from error
    for rows, places in _ledger_sheets(sheets, options):
        yield from _read_sheet(rows, places)


def _ledger_sheets(
    sheets: Iterable[python_calamine.CalamineSheet], options: ReadOptions
) -> list[tuple[_Rows, list[int]]]:
    """The rows below the header, and the places of the columns, of each sheet that is part of the ledger.

    A sheet with none of the columns (notes, a legend) is passed over if another has them all.
    """
    found: list[tuple[_Rows, list[int]]] = []
    others: list[LedgerError] = []
    for sheet in sheets:
        rows = iter(sheet.iter_rows())
        header = [_cell_text(cell) or "" for cell in next(rows, [])]
        if not any(header):
            continue
        try:
            matched = match_columns(header, options.columns)
        except LedgerError as error:
            refusal = LedgerError(f"Sheet {sheet.name}: {error}")
            if has_any_column(header, options.columns):
                raise refusal from error
            others.append(refusal)
        else:
            found.append((rows, [header.index(name) for name in matched.values()]))
    if others and not found:
        raise others[0]
    return found


def _read_sheet(rows: _Rows, places: list[int]) -> Iterator[pa.RecordBatch]:
    while chunk := list(islice(rows, _ROWS)):
        columns = [pa.array([_cell_text(row[place]) for row in chunk], pa.string()) for place in places]
        yield pa.record_batch(columns, schema=TEXT_SCHEMA)


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


_READERS: dict[Format, Callable[[Path, ReadOptions], Iterator[pa.RecordBatch]]] = {
    Format.CSV: _read_csv,
    Format.EXCEL: _read_excel,
    Format.PARQUET: _read_parquet,
}

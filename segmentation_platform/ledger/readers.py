"""Read a ledger file as text, line for line, whatever its format; no line is lost.

Every reader yields Arrow batches of the eight columns of `TEXT_COLUMNS`, all strings, in the order of the file.
A line of a CSV with too many or too few fields comes out as a line whose whole text stands in `description`.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from segmentation_platform.ledger.columns import match_columns
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.sources import Format, LedgerFile, check_unchanged, unpacked

TEXT_SCHEMA = pa.schema([(column, pa.string()) for column in TEXT_COLUMNS])
_ROWS = 50_000
_BYTES = 8 << 20
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
            lines += batch.num_rows
            yield batch
    check_unchanged(file)
    if lines == 0:
        raise LedgerError(f"{file.path} has a header but no lines. Export the ledger again.")


def _read_csv(path: Path, options: ReadOptions) -> Iterator[pa.RecordBatch]:
    encoding = _encoding(path) if options.encoding == "auto" else options.encoding
    header = _header(path, encoding)
    ragged: list[tuple[int, str]] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    try:
        reader = pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(encoding=encoding, block_size=_BYTES, use_threads=False),
            parse_options=pa_csv.ParseOptions(
                delimiter=_delimiter(header), newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in _fields(header)}, strings_can_be_null=False
            ),
        )
        matched = match_columns(reader.schema.names, options.columns)
        yield from _with_ragged(reader, matched, ragged)
    except (pa.ArrowInvalid, UnicodeError, LookupError) as error:
        raise LedgerError(
            f"The file can't be read as {encoding} text: {error}. "
            "Set its encoding in segmentation.toml, [ledger] encoding = …, or save it as UTF-8."
        ) from error


def _with_ragged(
    reader: Iterable[pa.RecordBatch], matched: Mapping[str, str], ragged: list[tuple[int, str]]
) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        columns = [batch.column(batch.schema.get_field_index(matched[column])) for column in TEXT_COLUMNS]
        if batch.num_rows:
            yield pa.record_batch(columns, schema=TEXT_SCHEMA)
        if ragged:
            yield _ragged_lines([text for _, text in ragged])
            ragged.clear()
    if ragged:
        yield _ragged_lines([text for _, text in ragged])


def _ragged_lines(texts: list[str]) -> pa.RecordBatch:
    nothing = pa.nulls(len(texts), pa.string())
    columns = [pa.array(texts, pa.string()) if c == "description" else nothing for c in TEXT_COLUMNS]
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


def _header(path: Path, encoding: str) -> str:
    try:
        with path.open(encoding=encoding, newline="") as file:
            return file.readline().rstrip("\r\n")
    except (UnicodeError, LookupError) as error:
        raise LedgerError(
            f"The file can't be read as {encoding} text: {error}. "
            'Set its encoding in segmentation.toml, [ledger] encoding = "auto" or another, or save it as UTF-8.'
        ) from error


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header.count)


def _fields(header: str) -> list[str]:
    return [name.strip('"') for name in header.split(_delimiter(header))]


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
        whole = pc.all(pc.equal(pc.microsecond(values), 0)).as_py() is not False
        unit = pa.timestamp("s" if whole else "us", values.type.tz)
        return pc.strftime(values.cast(unit, safe=not whole), "%Y-%m-%d %H:%M:%S").cast(pa.string())
    return values.cast(pa.string())


def _read_excel(path: Path, options: ReadOptions) -> Iterator[pa.RecordBatch]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError) as error:
        raise LedgerError(f"The workbook is damaged or can't be read: {error}. Save it again.") from error
    for sheet in sheets:
        yield from _read_sheet(sheet, options)


def _read_sheet(sheet: python_calamine.CalamineSheet, options: ReadOptions) -> Iterator[pa.RecordBatch]:
    rows = iter(sheet.iter_rows())
    header = [_cell_text(cell) or "" for cell in next(rows, [])]
    if not any(header):
        return
    matched = match_columns(header, options.columns)
    places = [header.index(name) for name in matched.values()]
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

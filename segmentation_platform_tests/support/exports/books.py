"""Rows of cells as files: text with a delimiter, workbooks, web pages."""

import csv
import gzip
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

import xlsxwriter

Cell = str | int | float | datetime | None

_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="Sheet1">'
)
_ODS_FOOT = "</table:table></office:spreadsheet></office:body></office:document-content>"
_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as text with a delimiter."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a text as it is."""
    path.write_bytes(text.encode(encoding))
    return path


def write_csv(folder: Path, rows: Sequence[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Write rows as a text file with a delimiter."""
    return write_text(folder / "export.csv", as_csv(rows, delimiter), encoding)


def write_gzip(path: Path, text: str) -> Path:
    """Write a packed text."""
    path.write_bytes(gzip.compress(text.encode()))
    return path


def write_zip(path: Path, files: Mapping[str, str]) -> Path:
    """Write an archive of texts."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def write_workbook(path: Path, **sheets: Sequence[Sequence[Cell]]) -> Path:
    """Write sheets of cells."""
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_formulas": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                _write_cell(sheet, number, place, cell)
    book.close()
    return path


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    else:
        sheet.write(row, column, cell)


def write_ods(path: Path, rows: Sequence[Sequence[Cell]]) -> Path:
    """Write an OpenDocument sheet."""
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", _ODS, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
        archive.writestr("content.xml", _ODS_HEAD + body + _ODS_FOOT)
    return path


def _ods_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, datetime):
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
    if isinstance(cell, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell}">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def as_web_page(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a web page with one table."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows[1:])
    return (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"></head>\n'
        f"<body><table border='1'><tr>{head}</tr>\n{body}</table></body></html>\n"
    )

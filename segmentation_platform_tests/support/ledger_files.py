"""The same small ledger in every format, for those who read files."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.inspection import found_columns
from segmentation_platform.ledger.profile.model import LedgerColumn, Profile
from segmentation_platform_tests.support.ledgers import read_file

Row = Sequence[str]

HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
ROWS: tuple[Row, ...] = (
    ("536365", "85123A", "WHITE HEART", "6", "2010-12-01 08:26:00", "2.55", "17850", "United Kingdom"),
    ("536366", "22633", 'HAND WARMER, "UNION" £', "12", "2010-12-01 09:02:30", "1.85", "", "Österreich"),
    ("C536379", "22086", "PAPER CHAIN\nKIT 50'S", "-1", "2010-12-01 09:41:00", "0.001", "12345678901", "EIRE"),
    ("536380", "0042", "", "3", "2010-12-02 00:00:00", "2", "17850", ""),
)


def csv_bytes(
    rows: Sequence[Row] = ROWS,
    header: Row = HEADER,
    delimiter: str = ",",
    newline: str = "\n",
    encoding: str = "utf-8",
) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def typed_table() -> pa.Table:
    """The rows with the types that a data frame would give them: gaps make customer numbers floats."""
    columns = dict(zip(HEADER, zip(*ROWS, strict=True), strict=True))
    return pa.table(
        {
            "InvoiceNo": pa.array(columns["InvoiceNo"]).dictionary_encode(),
            "StockCode": columns["StockCode"],
            "Description": pa.array(columns["Description"], pa.large_string()),
            "Quantity": pa.array([int(text) for text in columns["Quantity"]], pa.int32()),
            "InvoiceDate": pa.array([datetime.fromisoformat(t) for t in columns["InvoiceDate"]], pa.timestamp("ns")),
            "UnitPrice": [float(text) for text in columns["UnitPrice"]],
            "CustomerID": [float(text) if text else None for text in columns["CustomerID"]],
            "Country": columns["Country"],
        }
    )


def parquet_bytes(table: pa.Table) -> bytes:
    packed = io.BytesIO()
    pq.write_table(table, packed)
    return packed.getvalue()


def workbook_bytes(*sheets: Sequence[Sequence[object]]) -> bytes:
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return packed.getvalue()


def spreadsheet() -> bytes:
    """The rows as a spreadsheet keeps them, numbers as floats, on two sheets and beside an empty one."""
    rows = [
        [
            invoice,
            code,
            description,
            float(quantity),
            datetime.fromisoformat(date),
            float(price),
            float(customer) if customer else None,
            country,
        ]
        for invoice, code, description, quantity, date, price, customer, country in ROWS
    ]
    return workbook_bytes([HEADER, *rows[:3]], [], [HEADER, *rows[3:]])


def read(path: Path, said: Profile | None = None) -> pa.Table:
    """Read a ledger file whole, its columns found by their names."""
    said = said or Profile()
    return read_file(path, said.model_copy(update={"columns": found_columns(identify(path), said)}))


def text_lines(table: pa.Table) -> list[tuple[str, ...]]:
    """The lines; a missing cell and an empty one are told apart by some formats only."""
    assert table.column_names == list(TEXT_COLUMNS)
    for column in TEXT_COLUMNS[len(HEADER) :]:
        assert table[column].null_count == table.num_rows, f"the ledgers here have no {column}"
    return [
        tuple(cell or "" for cell in row.values()) for row in table.select(TEXT_COLUMNS[: len(HEADER)]).to_pylist()
    ]


CELLS: tuple[LedgerColumn, ...] = (
    "invoice", "stock_code", "description", "quantity", "invoice_date", "unit_price", "customer_id", "country",
)  # fmt: skip
BY_THEIR_NAMES = Profile(columns={column: column for column in CELLS})

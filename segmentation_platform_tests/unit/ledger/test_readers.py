"""A ledger file becomes text, line for line, whatever its format, and what can't be read is refused with advice."""

import csv
import gzip
import io
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import Layout, identify
from segmentation_platform.ledger.inspection import found_columns, inspect
from segmentation_platform.ledger.profile.model import LedgerColumn, Profile
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.ledger.readers import read_ledger
from segmentation_platform_tests.support.ledgers import SALE, read_file

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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.csv", csv_bytes()),
        ("latin-1 and CRLF.csv", csv_bytes(newline="\r\n", encoding="latin-1")),
        ("byte order mark.csv", csv_bytes(encoding="utf-8-sig")),
        ("utf-16.csv", csv_bytes(encoding="utf-16")),
        ("semicolon.csv", csv_bytes(delimiter=";")),
        ("tab.tsv", csv_bytes(delimiter="\t")),
        ("pipe.txt", csv_bytes(delimiter="|")),
        ("blank lines before.csv", b"\r\n\r\n" + csv_bytes(newline="\r\n")),
        ("no newline at the end.csv", csv_bytes().rstrip(b"\n")),
        ("gzip.csv.gz", gzip.compress(csv_bytes(encoding="latin-1"))),
        ("zip.zip", zipped(ledger=csv_bytes())),
        ("zip of a Mac.zip", zipped(**{"a/": b"", "a/ledger.csv": csv_bytes(), "__MACOSX/._ledger.csv": b"x"})),
        ("types.parquet", parquet_bytes(typed_table())),
        ("text.parquet", parquet_bytes(pa.table(dict(zip(HEADER, zip(*ROWS, strict=True), strict=True))))),
        ("gzip.parquet.gz", gzip.compress(parquet_bytes(typed_table()))),
        ("sheets.xlsx", spreadsheet()),
        ("zip of sheets.zip", zipped(ledger=spreadsheet())),
        ("the name lies.xlsx", csv_bytes()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_ledger_gives_the_same_lines_in_every_format(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    table = read(path)
    # A spreadsheet doesn't tell a day from its midnight.
    dates = pa.array([str(pd.Timestamp(text)) for text in table["invoice_date"].to_pylist()])
    assert text_lines(table.set_column(4, "invoice_date", dates)) == list(ROWS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16-le"])
def test_an_encoding_that_is_named_is_used(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes(encoding=encoding))
    assert text_lines(read(path, Profile(file=Layout(encoding=encoding)))) == list(ROWS)


def test_a_byte_order_mark_is_no_part_of_the_first_column_when_the_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([("0042", *ROWS[0][1:])], encoding="utf-8-sig"))
    table = read(path, Profile(file=Layout(encoding="utf-8"), columns={"invoice": "InvoiceNo"}))
    assert table["invoice"].to_pylist() == ["0042"]


def test_numbers_keep_their_zeros_where_the_name_of_their_column_holds_the_delimiter(tmp_path: Path) -> None:
    header = ("Invoice, No", *HEADER[1:])
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([("0042", *ROWS[0][1:])], header))
    table = read(path, Profile(columns={"invoice": "Invoice, No"}))
    assert table["invoice"].to_pylist() == ["0042"]


def test_columns_are_found_in_any_order_among_others_and_under_other_names(tmp_path: Path) -> None:
    header = ("Country", "order_id", "margin", "SKU", "Product Name", "qty", "Order Date", "price", "customer no.")
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([("EIRE", "1", "9 %", "22633", "MUG", "2", "2011-01-01", "1.5", "7")], header))
    assert text_lines(read(path)) == [("1", "22633", "MUG", "2", "2011-01-01", "1.5", "7", "EIRE")]


def test_a_named_column_wins_over_those_that_the_names_would_tell(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([(*ROWS[0], "9.99")], (*HEADER, "Price")))
    assert read(path, Profile(columns={"unit_price": "Price"}))["unit_price"].to_pylist() == ["9.99"]


def test_lines_with_too_many_or_too_few_fields_are_kept_with_their_whole_text(tmp_path: Path) -> None:
    lines = csv_bytes().split(b"\n")
    path = tmp_path / "ledger.csv"
    path.write_bytes(b"\n".join([lines[0], lines[1], b"1,2,3", b"1,2,3,4,5,6,7,8,9,10", *lines[2:]]))
    table = read(path)
    ragged = [line for line in text_lines(table) if line not in ROWS]
    assert sorted(ragged) == [("", "", text, "", "", "", "", "") for text in ("1,2,3", "1,2,3,4,5,6,7,8,9,10")]
    assert table.num_rows == len(ROWS) + 2


def test_a_ledger_of_ragged_lines_alone_is_kept_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([("a", "b")]))
    assert read_file(path)["description"].to_pylist() == ["a,b"]


def test_a_quote_inside_a_cell_that_is_not_quoted_is_a_character_like_others(tmp_path: Path) -> None:
    line = b'1,22633,CANDLE 3" TALL,2,2011-01-01,1.5,7,EIRE\n'
    path = tmp_path / "ledger.csv"
    path.write_bytes(",".join(HEADER).encode() + b"\n" + line * 2)
    assert read(path)["description"].to_pylist() == ['CANDLE 3" TALL'] * 2


def test_fractions_of_a_second_survive_parquet(tmp_path: Path) -> None:
    moments = [datetime(2011, 1, 1, 12, 0, 0, 500_000), datetime(2011, 1, 1, 12, 0, 1)]  # noqa: DTZ001
    table = typed_table().slice(0, 2).set_column(4, "InvoiceDate", pa.array(moments, pa.timestamp("ms")))
    path = tmp_path / "ledger.parquet"
    pq.write_table(table, path)
    assert [pd.Timestamp(text) for text in read(path)["invoice_date"].to_pylist()] == moments


def test_a_date_with_a_time_zone_is_told_in_that_zone(tmp_path: Path) -> None:
    noon = pa.array([pd.Timestamp("2011-07-01 12:00", tz="UTC")], pa.timestamp("us", "Europe/London"))
    path = tmp_path / "ledger.parquet"
    pq.write_table(typed_table().slice(0, 1).set_column(4, "InvoiceDate", noon), path)
    assert read(path)["invoice_date"].to_pylist() == ["2011-07-01 13:00:00"]


@given(st.lists(st.floats(allow_infinity=False, width=64), min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example([1e10, 12345678901.0, 0.001, 1e-05, 2.0**53, float("nan")])
def test_floats_of_a_parquet_file_are_written_as_the_numbers_they_are(tmp_path: Path, values: list[float]) -> None:
    rows = typed_table().slice(0, 1).take(pa.array([0] * len(values)))
    path = tmp_path / "ledger.parquet"
    pq.write_table(rows.set_column(6, "CustomerID", pa.array(values, pa.float64())), path)
    texts = read_file(path)["customer_id"].to_pylist()
    for value, text in zip(values, texts, strict=True):
        assert (text is None) == (value != value)
        assert text is None or float(text) == value
        if text is not None and value.is_integer() and abs(value) < 2**53:
            assert text == str(int(value))


@st.composite
def cells(draw: st.DrawFn) -> list[Row]:
    # What a text file can hold: no NUL and no lone surrogates.
    cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
    quotes_and_breaks = st.text("\"',;\r\n £\ufeff1", max_size=6)
    return draw(st.lists(st.tuples(*[cell | quotes_and_breaks] * len(HEADER)), min_size=1, max_size=12))


@given(rows=cells(), delimiter=st.sampled_from(",;\t|"), encoding=st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_whatever_stands_in_the_cells_of_a_csv_no_line_is_lost_or_changed(
    tmp_path: Path, rows: list[Row], delimiter: str, encoding: str
) -> None:
    path = tmp_path / "ledger.csv"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    assert text_lines(read_file(path)) == [tuple(row) for row in rows]


RAGGED = st.lists(st.text("abc1. ", max_size=5), max_size=11).map(",".join).filter(str.strip)


@given(st.lists(RAGGED, min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_line_that_is_not_blank_comes_out_however_many_fields_it_has(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("\n".join([",".join(HEADER), *lines]), encoding="utf-8")
    whole = {tuple(line.split(",")) for line in lines if line.count(",") == 7}
    table = text_lines(read_file(path))
    assert len(table) == len(lines)
    assert {line for line in table if line in whole} == whole
    assert sorted(line[2] for line in table if line not in whole) == sorted(
        line for line in lines if line.count(",") != 7
    )


def test_a_ledger_larger_than_a_block_is_read_whole_also_where_a_block_ends_inside_a_cell(tmp_path: Path) -> None:
    long = (*ROWS[0][:2], "A\n" * 500, *ROWS[0][3:])
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([long] * 18_000))  # 19 MB; a block has 8
    table = read(path)
    assert table.num_rows == 18_000
    assert set(text_lines(table)) == {long}


# --- what can't be table ---


def refused(path: Path, said: Profile | None = None) -> str:
    """The message with which a file is refused, on one line."""
    with pytest.raises(LedgerError) as caught:
        read(path, said)
    return " ".join(str(caught.value).split())


def test_a_missing_file_is_refused_with_where_its_path_is_set(tmp_path: Path) -> None:
    message = refused(tmp_path / "nowhere.csv")
    assert str(tmp_path / "nowhere.csv") in message
    assert "Check the path given by --sales or in segmentation.toml" in message


def test_a_folder_without_a_ledger_is_refused_with_advice_to_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "notes.docx").write_bytes(b"PK")
    assert "is a folder without a ledger file" in refused(tmp_path)
    assert "Name the file" in refused(tmp_path)


def test_a_pattern_that_names_nothing_is_refused_with_where_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_bytes(csv_bytes())
    message = refused(tmp_path / "sales-*.csv")
    assert "No ledger file is named like" in message
    assert "Check the pattern given by --sales" in message


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("empty", b"", "is empty. Export the ledger again"),
        ("header only", csv_bytes([]), "has a header but no lines. Export the ledger again"),
        ("header without newline", csv_bytes([]).rstrip(), "has a header but no lines. Export the ledger again"),
        ("header and blank lines", csv_bytes([]) + b"\r\n\r\n", "has a header but no lines. Export the ledger again"),
        ("header of a parquet", parquet_bytes(typed_table().slice(0, 0)), "has a header but no lines"),
        ("header of a sheet", workbook_bytes([HEADER]), "has a header but no lines"),
        ("empty workbook", workbook_bytes([]), "has no table. Export the ledger again"),
        ("blank lines alone", b"\n\n\n", "The file has: none"),
        ("gzip of nothing", gzip.compress(b""), "The file has: none"),
        ("truncated gzip", gzip.compress(os.urandom(5_000))[:-100], "cut short"),
        ("damaged gzip", gzip.compress(csv_bytes())[:-9] + b"x" * 9, "copy or download it again"),
        ("truncated zip", zipped(ledger=csv_bytes())[:-30], "copy or download it again"),
        ("zip of none", zipped(**{"a/": b""}), "an archive without a file in it. Export the ledger again"),
        ("gzip in a zip", zipped(ledger=gzip.compress(csv_bytes())), "archive inside an archive. Unpack it once"),
        ("zip in a gzip", gzip.compress(zipped(ledger=csv_bytes())), "archive inside an archive. Unpack it once"),
        ("truncated parquet", parquet_bytes(typed_table())[:-20], "parquet file is damaged"),
        ("nothing but a parquet's mark", b"PAR1", "Export it again"),
        ("NUL in a cell", csv_bytes([(*ROWS[0][:2], "A\0B", *ROWS[0][3:])]), "Description of line 1 has a NUL byte"),
        ("utf-16 without mark", csv_bytes(encoding="utf-16-le"), "Set the encoding in segmentation.toml"),
        ("binary", bytes(range(256)) * 50, "can't be read as cp1252 text"),
        (
            "a picture",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "has a NUL byte, so it is no text, or text of another encoding",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_can_not_be_a_ledger_is_refused_with_what_to_do(
    name: str, content: bytes, advice: str, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.csv"
    path.write_bytes(content)
    assert advice in refused(path)


def test_a_zip_whose_content_is_damaged_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(ledger=csv_bytes(list(ROWS) * 50)))
    content[60:90] = bytes(30)
    path = tmp_path / "ledger.zip"
    path.write_bytes(content)
    assert "damaged or was cut short" in refused(path)


def test_a_zip_that_zipfile_can_not_unpack_is_refused_with_advice_to_unpack_it(tmp_path: Path) -> None:
    content = bytearray(zipped(ledger=csv_bytes()))
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + offset] = 9  # Deflate64, as Windows packs large files
    path = tmp_path / "ledger.zip"
    path.write_bytes(content)
    assert "Unpack it and name the file in it" in refused(path)


def test_a_parquet_file_with_a_damaged_page_is_refused(tmp_path: Path) -> None:
    content = bytearray(parquet_bytes(pa.concat_tables([typed_table()] * 2_000)))
    content[len(content) // 3 : len(content) // 3 + 400] = os.urandom(400)
    path = tmp_path / "ledger.parquet"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="Export it again"):
        read_file(path)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_damaged_workbook_is_refused(keep: float, tmp_path: Path) -> None:
    rows = [list(range(8)) for _ in range(2_000)]
    content = workbook_bytes([HEADER, *rows])
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(content[: int(len(content) * keep)])
    assert "copy or download it again" in refused(path)


def test_a_workbook_with_a_part_missing_is_refused_with_advice_to_save_it_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<workbook"}))
    assert "Save it again" in refused(path)


@pytest.mark.parametrize(
    "write",
    [
        lambda header: csv_bytes([ROWS[0]], header),
        lambda header: parquet_bytes(pa.table(dict(zip(header, ([cell] for cell in ROWS[0]), strict=True)))),
        lambda header: workbook_bytes([header, ROWS[0]]),
    ],
    ids=["csv", "parquet", "xlsx"],
)
class TestColumnsThatAreNotUnderstood:
    def test_missing_ones_that_no_ledger_does_without_are_named_with_those_found_and_the_setting_that_maps_them(
        self, write: Callable[[Row], bytes], tmp_path: Path
    ) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write((*HEADER[:4], "Alpha", "Beta", *HEADER[6:])))
        message = refused(path)
        assert "Columns not found: invoice_date, unit_price." in message
        assert "The file has: InvoiceNo, StockCode, Description, Quantity, Alpha, Beta, CustomerID" in message
        assert '[profile.columns] invoice_date = "name in the file" unit_price = "name in the file"' in message

    def test_naming_them_is_all_it_takes(self, write: Callable[[Row], bytes], tmp_path: Path) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write((*HEADER[:4], "Alpha", "Beta", *HEADER[6:])))
        named = Profile(columns={"invoice_date": "Alpha", "unit_price": "Beta"})
        assert text_lines(read(path, named)) == [ROWS[0]]

    def test_others_that_are_missing_are_left_blank(self, write: Callable[[Row], bytes], tmp_path: Path) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write(("Alpha", "StockCode", "Description", "Beta", *HEADER[4:])))
        found = read(path)
        assert found["invoice"].null_count == found["quantity"].null_count == 1
        assert text_lines(found) == [("", *ROWS[0][1:3], "", *ROWS[0][4:])]

    def test_a_name_that_the_file_does_not_have_is_refused(
        self, write: Callable[[Row], bytes], tmp_path: Path
    ) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write(HEADER))
        message = refused(path, Profile(columns={"invoice": "Beleg"}))
        assert "There is no column Beleg for invoice. The file has: InvoiceNo, StockCode" in message
        assert '[profile.columns] invoice = "name in the file"' in message

    def test_of_two_that_could_be_the_same_one_is_taken_and_the_other_named_with_the_setting_that_chooses(
        self, write: Callable[[Row], bytes], tmp_path: Path
    ) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write((*HEADER[:6], "Customer", "customer_id")))
        doubts = inspect(DuckDBEngine(), identify(path)).doubts
        [doubt] = [each for each in doubts if "customer_id" in each.says]
        names = ["Customer", "customer_id"]
        [taken] = [name for name in names if f"{name} is taken for customer_id" in doubt.says]
        [other] = [name for name in names if name != taken]
        assert f"it could also be {other}." in doubt.says
        assert doubt.setting == f'[profile.columns]\ncustomer_id = "{taken}"'
        column = HEADER.index("CustomerID") + names.index(taken)
        assert read(path)["customer_id"].to_pylist() == [ROWS[0][column]]


class TestSheetsBesideTheLedger:
    def test_one_with_none_of_the_columns_is_passed_over(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.xlsx"
        path.write_bytes(workbook_bytes([("Notes", "By"), ("a draft", "me")], [HEADER, ROWS[0]]))
        assert text_lines(read(path)) == [ROWS[0]]

    def test_one_that_lacks_a_column_which_ledgers_can_do_without_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.xlsx"
        path.write_bytes(workbook_bytes([HEADER, ROWS[0]], [HEADER[1:], ROWS[0][1:]]))
        assert text_lines(read(path)) == [ROWS[0], ("", *ROWS[0][1:])]

    def test_none_is_passed_over_where_no_other_is_a_ledger(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.xlsx"
        path.write_bytes(workbook_bytes([("Notes", "By"), ("a draft", "me")]))
        assert "Columns not found: invoice_date, unit_price. The file has: Notes, By." in refused(path)
        with pytest.raises(
            LedgerError,
            match=r"Sheet Sheet1 has no column Quantity, InvoiceDate, .*; it has: Notes, By",
        ):
            read_file(path)


def priced_twice(path: Path) -> Path:
    path.write_bytes(
        csv_bytes([(*ROWS[0][:5], "1", "2", *ROWS[0][6:])], (*HEADER[:5], "Price", "Price", *HEADER[6:]))
    )
    return path


def test_a_named_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = priced_twice(tmp_path / "ledger.csv")
    message = refused(path, Profile(columns={"unit_price": "Price"}))
    assert "more than one column Price. Rename or remove all but one" in message


def test_of_two_columns_of_the_same_name_the_first_is_taken_and_the_second_named_as_a_doubt(tmp_path: Path) -> None:
    path = priced_twice(tmp_path / "ledger.csv")
    assert read(path)["unit_price"].to_pylist() == ["1"]
    doubts = inspect(DuckDBEngine(), identify(path)).doubts
    assert any("Price is taken for unit_price; it could also be Price (2)." in doubt.says for doubt in doubts)


# --- several files that are one ledger ---


NEXT: Row = ("536381", "22633", "MUG", "2", "2010-12-03 10:00:00", "1.5", "17851", "EIRE")


def test_the_files_of_a_zip_are_one_ledger_in_order_of_their_names(tmp_path: Path) -> None:
    path = tmp_path / "ledger.zip"
    path.write_bytes(zipped(**{"b.csv": csv_bytes([NEXT], delimiter=";"), "a.csv": csv_bytes()}))
    assert text_lines(read(path)) == [*ROWS, NEXT]


def test_the_ledger_files_of_a_folder_are_one_ledger_in_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "2010-12.parquet").write_bytes(parquet_bytes(typed_table().slice(0, 1)))
    (tmp_path / "2011-01.csv").write_bytes(csv_bytes([NEXT]))
    (tmp_path / "readme.md").write_text("how these were exported")
    (tmp_path / ".2010-11.csv").write_bytes(csv_bytes())
    assert text_lines(read(tmp_path)) == [ROWS[0], NEXT]


def test_the_files_that_a_pattern_names_are_one_ledger_and_no_other_is_read(tmp_path: Path) -> None:
    for name, rows in (("sales-2", [NEXT]), ("sales-1", ROWS), ("stock", [NEXT])):
        (tmp_path / f"{name}.csv").write_bytes(csv_bytes(rows))
    assert text_lines(read(tmp_path / "sales-*.csv")) == [*ROWS, NEXT]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (csv_bytes(encoding="latin-1"), "utf-8"),
        (csv_bytes(encoding="latin-1"), "ascii"),
        (csv_bytes(encoding="utf-8"), "utf-16"),
        (csv_bytes(encoding="utf-16"), "utf-8"),
        (csv_bytes(), "klingon"),
    ],
)
def test_a_wrong_or_unknown_encoding_is_refused_by_its_name_with_where_it_is_set(
    content: bytes, encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(content)
    message = refused(path, Profile(file=Layout(encoding=encoding)))
    assert f"can't be read as {encoding} text" in message
    assert "Set its encoding in segmentation.toml, [profile.file] encoding = " in message


def test_a_wrong_byte_deep_in_the_file_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([ROWS[0]] * 150_000) + csv_bytes([ROWS[1]], encoding="latin-1"))
    assert "can't be read as utf-8 text" in refused(path, Profile(file=Layout(encoding="utf-8")))


# --- a file that changes while it is read ---


def reading(path: Path) -> Iterator[pa.RecordBatch]:
    return read_ledger(identify(path), online_retail())


@pytest.mark.parametrize("change", ["longer", "touched", "replaced", "gone"])
def test_a_file_that_changes_between_batches_is_refused(change: str, tmp_path: Path) -> None:
    path = tmp_path / "ledger.parquet"
    pq.write_table(pa.concat_tables([typed_table()] * 20_000), path)
    batches = reading(path)
    next(batches)
    if change == "longer":
        with path.open("ab") as file:
            file.write(b"more")
    elif change == "touched":
        os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    elif change == "replaced":
        (tmp_path / "new").write_bytes(csv_bytes())
        (tmp_path / "new").replace(path)
    else:
        path.unlink()
    with pytest.raises(LedgerError, match=r"while it was read\. Nothing was loaded; run again"):
        list(batches)


def test_a_file_that_changed_after_it_was_looked_at_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes())
    batches = reading(path)
    path.write_bytes(csv_bytes(list(ROWS) * 2))
    with pytest.raises(LedgerError, match="changed while it was read"):
        list(batches)


# --- what a file is ---


def test_a_file_is_known_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.csv", "same.csv", "other.csv"))
    one.write_bytes(csv_bytes())
    same.write_bytes(csv_bytes())
    other.write_bytes(csv_bytes(ROWS[:1]))
    assert identify(one).sha256 == identify(same).sha256
    assert identify(one).sha256 != identify(other).sha256


def test_a_relative_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ledger.csv").write_bytes(csv_bytes())
    monkeypatch.chdir(tmp_path)
    assert identify(Path("ledger.csv")).path == tmp_path / "ledger.csv"


def test_nothing_is_left_behind_of_an_unpacked_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    path = tmp_path / "ledger.csv.gz"
    path.write_bytes(gzip.compress(csv_bytes()))
    batches = reading(path)
    next(batches)
    assert list(scratch.iterdir())
    batches.close()  # type: ignore[attr-defined]
    assert not list(scratch.iterdir())


CELLS: tuple[LedgerColumn, ...] = (
    "invoice", "stock_code", "description", "quantity", "invoice_date", "unit_price", "customer_id", "country",
)  # fmt: skip
BY_THEIR_NAMES = Profile(columns={column: column for column in CELLS})


def test_a_ragged_line_keeps_its_place_among_the_others(tmp_path: Path) -> None:
    lines = [",".join(SALE[column] or "" for column in CELLS).replace("536365", str(n)) for n in range(40)]
    for place in (0, 1, 17, 39):
        lines[place] = f"ragged {place}"
    path = tmp_path / "ragged.csv"
    path.write_text("\n".join([",".join(CELLS), *lines]) + "\n")
    table = read_file(path, BY_THEIR_NAMES).to_pylist()
    assert len(table) == 40
    assert [n for n, line in enumerate(table) if (line["description"] or "").startswith("ragged")] == [0, 1, 17, 39]
    assert [line["invoice"] for n, line in enumerate(table) if n not in (0, 1, 17, 39)] == [
        str(n) for n in range(40) if n not in (0, 1, 17, 39)
    ]


def test_a_quote_that_is_never_closed_is_named_with_its_line(tmp_path: Path) -> None:
    line = ",".join(SALE[column] or "" for column in CELLS)
    opened = line.replace("WHITE", '"WHITE')
    path = tmp_path / "quote.csv"
    path.write_text("\n".join([",".join(CELLS), line, line, opened, *[line] * 50]) + "\n")
    with pytest.raises(LedgerError, match="Line 3 opens a quote"):
        list(read_ledger(identify(path), BY_THEIR_NAMES))

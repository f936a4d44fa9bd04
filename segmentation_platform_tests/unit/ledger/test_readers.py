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
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.readers import ReadOptions, read_ledger
from segmentation_platform.ledger.sources import identify
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


def text_lines(table: pa.Table) -> list[tuple[str, ...]]:
    """The lines; a missing cell and an empty one are told apart by some formats only."""
    return [tuple(cell or "" for cell in row.values()) for row in table.to_pylist()]


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
    read = read_file(path)
    # A spreadsheet doesn't tell a day from its midnight.
    dates = pa.array([str(pd.Timestamp(text)) for text in read["invoice_date"].to_pylist()])
    assert text_lines(read.set_column(4, "invoice_date", dates)) == list(ROWS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16-le"])
def test_an_encoding_that_is_named_is_used(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes(encoding=encoding))
    assert text_lines(read_file(path, ReadOptions(encoding=encoding))) == list(ROWS)


def test_a_byte_order_mark_is_no_part_of_the_first_column_when_the_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([("0042", *ROWS[0][1:])], encoding="utf-8-sig"))
    read = read_file(path, ReadOptions(encoding="utf-8", columns={"invoice": "InvoiceNo"}))
    assert read["invoice"].to_pylist() == ["0042"]


def test_numbers_keep_their_zeros_where_the_name_of_their_column_holds_the_delimiter(tmp_path: Path) -> None:
    header = ("Invoice, No", *HEADER[1:])
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([("0042", *ROWS[0][1:])], header))
    read = read_file(path, ReadOptions(columns={"invoice": "Invoice, No"}))
    assert read["invoice"].to_pylist() == ["0042"]


def test_columns_are_found_in_any_order_among_others_and_under_other_names(tmp_path: Path) -> None:
    header = ("Country", "order_id", "margin", "SKU", "Product Name", "qty", "Order Date", "price", "customer no.")
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([("EIRE", "1", "9 %", "22633", "MUG", "2", "2011-01-01", "1.5", "7")], header))
    assert text_lines(read_file(path)) == [("1", "22633", "MUG", "2", "2011-01-01", "1.5", "7", "EIRE")]


def test_a_named_column_wins_over_those_that_the_names_would_tell(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([(*ROWS[0], "9.99")], (*HEADER, "Price")))
    assert read_file(path, ReadOptions(columns={"unit_price": "Price"}))["unit_price"].to_pylist() == ["9.99"]


def test_lines_with_too_many_or_too_few_fields_are_kept_with_their_whole_text(tmp_path: Path) -> None:
    lines = csv_bytes().split(b"\n")
    path = tmp_path / "ledger.csv"
    path.write_bytes(b"\n".join([lines[0], lines[1], b"1,2,3", b"1,2,3,4,5,6,7,8,9,10", *lines[2:]]))
    read = read_file(path)
    ragged = [line for line in text_lines(read) if line not in ROWS]
    assert sorted(ragged) == [("", "", text, "", "", "", "", "") for text in ("1,2,3", "1,2,3,4,5,6,7,8,9,10")]
    assert read.num_rows == len(ROWS) + 2


def test_a_ledger_of_ragged_lines_alone_is_kept_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([("a", "b")]))
    assert read_file(path)["description"].to_pylist() == ["a,b"]


def test_a_quote_inside_a_cell_that_is_not_quoted_is_a_character_like_others(tmp_path: Path) -> None:
    line = b'1,22633,CANDLE 3" TALL,2,2011-01-01,1.5,7,EIRE\n'
    path = tmp_path / "ledger.csv"
    path.write_bytes(",".join(HEADER).encode() + b"\n" + line * 2)
    assert read_file(path)["description"].to_pylist() == ['CANDLE 3" TALL'] * 2


def test_fractions_of_a_second_survive_parquet(tmp_path: Path) -> None:
    moments = [datetime(2011, 1, 1, 12, 0, 0, 500_000), datetime(2011, 1, 1, 12, 0, 1)]  # noqa: DTZ001
    table = typed_table().slice(0, 2).set_column(4, "InvoiceDate", pa.array(moments, pa.timestamp("ms")))
    path = tmp_path / "ledger.parquet"
    pq.write_table(table, path)
    assert [pd.Timestamp(text) for text in read_file(path)["invoice_date"].to_pylist()] == moments


def test_a_date_with_a_time_zone_is_told_in_that_zone(tmp_path: Path) -> None:
    noon = pa.array([pd.Timestamp("2011-07-01 12:00", tz="UTC")], pa.timestamp("us", "Europe/London"))
    path = tmp_path / "ledger.parquet"
    pq.write_table(typed_table().slice(0, 1).set_column(4, "InvoiceDate", noon), path)
    assert read_file(path)["invoice_date"].to_pylist() == ["2011-07-01 13:00:00"]


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
    read = text_lines(read_file(path))
    assert len(read) == len(lines)
    assert {line for line in read if line in whole} == whole
    assert sorted(line[2] for line in read if line not in whole) == sorted(
        line for line in lines if line.count(",") != 7
    )


def test_a_ledger_larger_than_a_block_is_read_whole_also_where_a_block_ends_inside_a_cell(tmp_path: Path) -> None:
    long = (*ROWS[0][:2], "A\n" * 500, *ROWS[0][3:])
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([long] * 18_000))  # 19 MB; a block has 8
    read = read_file(path)
    assert read.num_rows == 18_000
    assert set(text_lines(read)) == {long}


# --- what can't be read ---


def refused(path: Path, options: ReadOptions | None = None) -> str:
    """The message with which a file is refused, on one line."""
    with pytest.raises(LedgerError) as caught:
        read_file(path, options)
    return " ".join(str(caught.value).split())


def test_a_missing_file_is_refused_with_where_its_path_is_set(tmp_path: Path) -> None:
    message = refused(tmp_path / "nowhere.csv")
    assert str(tmp_path / "nowhere.csv") in message
    assert "Check the path given by --sales or in segmentation.toml" in message


def test_a_folder_is_refused_with_advice_to_name_the_file(tmp_path: Path) -> None:
    assert "is a folder. Name the ledger file in it" in refused(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("empty", b"", "is empty. Export the ledger again"),
        ("header only", csv_bytes([]), "has a header but no lines. Export the ledger again"),
        ("header without newline", csv_bytes([]).rstrip(), "has a header but no lines. Export the ledger again"),
        ("header and blank lines", csv_bytes([]) + b"\r\n\r\n", "has a header but no lines. Export the ledger again"),
        ("header of a parquet", parquet_bytes(typed_table().slice(0, 0)), "has a header but no lines"),
        ("header of a sheet", workbook_bytes([HEADER]), "has a header but no lines"),
        ("empty workbook", workbook_bytes([]), "has a header but no lines"),
        ("blank lines alone", b"\n\n\n", "The file has: none"),
        ("gzip of nothing", gzip.compress(b""), "The file has: none"),
        ("truncated gzip", gzip.compress(os.urandom(5_000))[:-100], "cut short"),
        ("damaged gzip", gzip.compress(csv_bytes())[:-9] + b"x" * 9, "copy or download it again"),
        ("truncated zip", zipped(ledger=csv_bytes())[:-30], "copy or download it again"),
        (
            "zip of two",
            zipped(january=csv_bytes(), february=csv_bytes()),
            "2 files (january, february); it must hold",
        ),
        ("zip of none", zipped(**{"a/": b""}), "holds 0 files (none); it must hold the ledger alone"),
        ("gzip in a zip", zipped(ledger=gzip.compress(csv_bytes())), "archive inside an archive. Unpack it once"),
        ("zip in a gzip", gzip.compress(zipped(ledger=csv_bytes())), "archive inside an archive. Unpack it once"),
        ("truncated parquet", parquet_bytes(typed_table())[:-20], "parquet file is damaged"),
        ("nothing but a parquet's mark", b"PAR1", "Export it again"),
        ("NUL in a cell", csv_bytes([(*ROWS[0][:2], "A\0B", *ROWS[0][3:])]), "description of line 1 has a NUL byte"),
        ("utf-16 without mark", csv_bytes(encoding="utf-16-le"), "Set the encoding in segmentation.toml"),
        ("binary", bytes(range(256)) * 50, "no text, or text of another encoding"),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "The file has: "),
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
    def test_missing_ones_are_named_with_those_found_and_the_setting_that_maps_them(
        self, write: Callable[[Row], bytes], tmp_path: Path
    ) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write(("Beleg", "StockCode", "Description", "Menge", *HEADER[4:])))
        message = refused(path)
        assert "Columns not found: invoice, quantity." in message
        assert "The file has: Beleg, StockCode, Description, Menge, InvoiceDate" in message
        assert '[ledger.columns] invoice = "name in the file" quantity = "name in the file"' in message

    def test_naming_them_is_all_it_takes(self, write: Callable[[Row], bytes], tmp_path: Path) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write(("Beleg", "StockCode", "Description", "Menge", *HEADER[4:])))
        named = ReadOptions(columns={"invoice": "Beleg", "quantity": "Menge"})
        assert text_lines(read_file(path, named)) == [ROWS[0]]

    def test_a_name_that_the_file_does_not_have_is_refused(
        self, write: Callable[[Row], bytes], tmp_path: Path
    ) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write(HEADER))
        assert "Column not found: invoice." in refused(path, ReadOptions(columns={"invoice": "Beleg"}))

    def test_two_that_could_be_the_same_are_named_with_the_setting_that_chooses(
        self, write: Callable[[Row], bytes], tmp_path: Path
    ) -> None:
        path = tmp_path / "ledger"
        path.write_bytes(write((*HEADER[:6], "Customer", "customer_id")))
        message = refused(path)
        assert "Column customer_id could be any of Customer, customer_id" in message
        assert '[ledger.columns] customer_id = "Customer"' in message


class TestSheetsBesideTheLedger:
    def test_one_with_none_of_the_columns_is_passed_over(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.xlsx"
        path.write_bytes(workbook_bytes([("Notes", "By"), ("a draft", "me")], [HEADER, ROWS[0]]))
        assert text_lines(read_file(path)) == [ROWS[0]]

    def test_one_with_some_of_the_columns_is_refused_by_its_name(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.xlsx"
        path.write_bytes(workbook_bytes([HEADER, ROWS[0]], [HEADER[1:], ROWS[0][1:]]))
        assert "Sheet Sheet2: Column not found: invoice." in refused(path)

    def test_none_is_passed_over_where_no_other_is_a_ledger(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.xlsx"
        path.write_bytes(workbook_bytes([("Notes", "By"), ("a draft", "me")]))
        assert "Sheet Sheet1: Columns not found: invoice, stock_code" in refused(path)


@pytest.mark.parametrize("named", [{}, {"unit_price": "Price"}])
def test_two_columns_of_the_same_name_are_refused(named: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(
        csv_bytes([(*ROWS[0][:5], "1", "2", *ROWS[0][6:])], (*HEADER[:5], "Price", "Price", *HEADER[6:]))
    )
    assert "more than one column Price. Rename or remove all but one" in refused(path, ReadOptions(columns=named))


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
    message = refused(path, ReadOptions(encoding=encoding))
    assert f"can't be read as {encoding} text" in message
    assert "Set its encoding in segmentation.toml, [ledger] encoding = " in message


def test_a_wrong_byte_deep_in_the_file_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes([ROWS[0]] * 150_000) + csv_bytes([ROWS[1]], encoding="latin-1"))
    assert "can't be read as utf-8 text" in refused(path, ReadOptions(encoding="utf-8"))


# --- a file that changes while it is read ---


def reading(path: Path) -> Iterator[pa.RecordBatch]:
    return read_ledger(identify(path), ReadOptions())


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


def test_a_ragged_line_keeps_its_place_among_the_others(tmp_path: Path) -> None:
    lines = [",".join(SALE[column] or "" for column in TEXT_COLUMNS).replace("536365", str(n)) for n in range(40)]
    for place in (0, 1, 17, 39):
        lines[place] = f"ragged {place}"
    path = tmp_path / "ragged.csv"
    path.write_text("\n".join([",".join(TEXT_COLUMNS), *lines]) + "\n")
    read = pa.Table.from_batches(read_ledger(identify(path), ReadOptions())).to_pylist()
    assert len(read) == 40
    assert [n for n, line in enumerate(read) if (line["description"] or "").startswith("ragged")] == [0, 1, 17, 39]
    assert [line["invoice"] for n, line in enumerate(read) if n not in (0, 1, 17, 39)] == [
        str(n) for n in range(40) if n not in (0, 1, 17, 39)
    ]


def test_a_quote_that_is_never_closed_is_named_with_its_line(tmp_path: Path) -> None:
    line = ",".join(SALE[column] or "" for column in TEXT_COLUMNS)
    opened = line.replace("WHITE", '"WHITE')
    path = tmp_path / "quote.csv"
    path.write_text("\n".join([",".join(TEXT_COLUMNS), line, line, opened, *[line] * 50]) + "\n")
    with pytest.raises(LedgerError, match="Line 3 opens a quote"):
        list(read_ledger(identify(path), ReadOptions()))

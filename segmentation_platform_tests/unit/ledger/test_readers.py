"""A ledger file becomes text, line for line, whatever its format."""

import csv
import gzip
import io
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from segmentation_platform.ledger.profile.layout import Layout
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform_tests.support.ledger_files import (
    BY_THEIR_NAMES,
    CELLS,
    HEADER,
    ROWS,
    Row,
    csv_bytes,
    parquet_bytes,
    read,
    spreadsheet,
    text_lines,
    typed_table,
    zipped,
)
from segmentation_platform_tests.support.ledgers import SALE, read_file
from segmentation_platform_tests.support.variants import examples


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
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(200))
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

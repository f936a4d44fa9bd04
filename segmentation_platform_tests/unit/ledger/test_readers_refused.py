"""What can't be read of a ledger file is refused with advice, and nothing is left behind."""

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.inspection import inspect
from segmentation_platform.ledger.profile.layout import Layout
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.ledger.readers import read_ledger
from segmentation_platform_tests.support.ledger_files import (
    BY_THEIR_NAMES,
    CELLS,
    HEADER,
    ROWS,
    Row,
    csv_bytes,
    parquet_bytes,
    read,
    text_lines,
    typed_table,
    workbook_bytes,
    zipped,
)
from segmentation_platform_tests.support.ledgers import SALE, read_file


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


def test_a_quote_that_is_never_closed_is_named_with_its_line(tmp_path: Path) -> None:
    line = ",".join(SALE[column] or "" for column in CELLS)
    opened = line.replace("WHITE", '"WHITE')
    path = tmp_path / "quote.csv"
    path.write_text("\n".join([",".join(CELLS), line, line, opened, *[line] * 50]) + "\n")
    with pytest.raises(LedgerError, match="Line 3 opens a quote"):
        list(read_ledger(identify(path), BY_THEIR_NAMES))

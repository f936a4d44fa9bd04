"""What stands in a ledger's files: tables of text, whatever the format, and every line of them."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import WHOLE_LINE, identify, is_there, open_tables
from segmentation_platform.ledger.files.header import find_delimiter, find_header
from segmentation_platform.ledger.profile.layout import Layout
from segmentation_platform.ledger.profile.names import is_known
from segmentation_platform_tests.support.exports.books import (
    Cell,
    as_csv,
    as_web_page,
    write_gzip,
    write_ods,
    write_text,
    write_workbook,
    write_zip,
)

ROWS = [
    ["Order No", "Item", "Qty", "Date", "Price"],
    ["1", "Mug", "2", "2024-01-03", "1.50"],
    ["2", "Tray", "1", "2024-01-04", "9.00"],
]
Table = tuple[str, list[str], list[list[str | None]]]


def tables(path: Path, layout: Layout | None = None) -> list[Table]:
    """The tables of a file: origin, names, rows with the whole line last."""
    found: list[Table] = []
    for table in open_tables(identify(path), layout or Layout(), is_known):
        rows = [list(row.values()) for batch in table.batches for row in batch.to_pylist()]
        found.append((table.origin, table.names, rows))
    return found


def one(path: Path, layout: Layout | None = None) -> list[list[str | None]]:
    """The rows of the only table of a file, headings first, without whole lines where none is ragged."""
    ((_, names, rows),) = tables(path, layout)
    assert all(row[-1] is None for row in rows)
    return [list(names), *(row[:-1] for row in rows)]


def test_a_folder_is_its_ledger_files_in_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.tsv"):
        write_text(tmp_path / name, as_csv(ROWS))
    for name in ("notes.docx", ".hidden.csv", "~lock.csv"):
        (tmp_path / name).write_bytes(b"x")
    assert [origin for origin, _, _ in tables(tmp_path)] == ["a.csv", "b.csv", "c.tsv"]


def test_a_pattern_names_files(tmp_path: Path) -> None:
    for name in ("sales-1.csv", "sales-2.csv", "other.csv"):
        write_text(tmp_path / name, as_csv(ROWS))
    assert [origin for origin, _, _ in tables(tmp_path / "sales-*.csv")] == ["sales-1.csv", "sales-2.csv"]
    assert is_there(tmp_path / "sales-*.csv")
    assert not is_there(tmp_path / "nothing-*.csv")


def test_several_files_change_their_hash_with_each_of_them(tmp_path: Path) -> None:
    write_text(tmp_path / "a.csv", as_csv(ROWS))
    write_text(tmp_path / "b.csv", as_csv(ROWS))
    before = identify(tmp_path)
    write_text(tmp_path / "b.csv", as_csv(ROWS[:2]))
    after = identify(tmp_path)
    assert before.sha256 != after.sha256
    assert before.size > after.size


def test_a_zip_is_all_files_in_it(tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "x.zip", {"b.csv": as_csv(ROWS), "in/a.csv": as_csv(ROWS[:2], ";"), "__MACOSX/b": "?"}
    )
    assert [(origin, len(rows)) for origin, _, rows in tables(path)] == [("b.csv", 2), ("in/a.csv", 1)]


def test_a_gzip_is_the_file_in_it(tmp_path: Path) -> None:
    assert one(write_gzip(tmp_path / "x.csv.gz", as_csv(ROWS))) == ROWS


def test_json_lines_keep_their_numbers_as_they_stand(tmp_path: Path) -> None:
    lines = [
        '{"Order No": 12, "Price": 12.50, "Item": "Müg"}',
        '{"Price": 3e2, "Order No": "0012", "More": {"a": 1}}',
    ]
    ((_, names, rows),) = tables(write_text(tmp_path / "x.jsonl", "\n".join(lines)))
    assert names == ["Order No", "Price", "Item", "More"]
    assert rows == [["12", "12.50", "Müg", None, None], ["0012", "3e2", None, json.dumps({"a": "1"}), None]]


def test_a_line_that_is_no_json_is_kept_whole(tmp_path: Path) -> None:
    ((_, names, rows),) = tables(write_text(tmp_path / "x.jsonl", '{"Price": 1}\noops\n{"Price": 2}\n'))
    assert names == ["Price"]
    assert rows == [["1", None], [None, "oops"], ["2", None]]


def test_a_web_page_has_tables_whatever_it_is_called(tmp_path: Path) -> None:
    rows = [ROWS[0], ["1", "Mug & <Tray>", "2", "2024-01-03", "1.50"]]
    assert one(write_text(tmp_path / "x.xls", as_web_page(rows))) == rows


def test_cells_of_a_web_page_need_no_end(tmp_path: Path) -> None:
    page = "<table><tr><th>Order No<th>Price<tr><td>1<td>2.50<tr><td>2<td>3.50</table>"
    assert one(write_text(tmp_path / "x.html", page)) == [["Order No", "Price"], ["1", "2.50"], ["2", "3.50"]]


def test_a_web_page_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="a web page without a table"):
        tables(write_text(tmp_path / "x.xls", "<!DOCTYPE html><html><p>Log in</p></html>"))


def test_an_ods_sheet_has_its_cells(tmp_path: Path) -> None:
    cells: list[list[Cell]] = [list(ROWS[0]), ["1", "Mug", 2, "2024-01-03", 1.5]]
    assert one(write_ods(tmp_path / "x.ods", cells)) == [ROWS[0], ["1", "Mug", "2", "2024-01-03", "1.5"]]


def test_every_sheet_with_anything_in_it_is_a_table(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "x.xlsx", First=ROWS, Empty=[], Second=ROWS[:2])
    assert [(origin, len(rows)) for origin, _, rows in tables(path)] == [("Sheet First", 2), ("Sheet Second", 1)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["sep={}\n", "SEP={}\r\n", '"sep={}"\n', "\ufeffsep={}\n"])
def test_a_line_that_names_the_delimiter_is_no_heading(first: str, delimiter: str, tmp_path: Path) -> None:
    assert one(write_text(tmp_path / "x.csv", first.format(delimiter) + as_csv(ROWS, delimiter))) == ROWS


@pytest.mark.parametrize(
    "title", [[["Report"]], [["Report", "", ""], []], [["Period", "2024-01", "2024-12"], [], []]]
)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_titles_above_the_headings_are_no_lines(title: list[list[str]], delimiter: str, tmp_path: Path) -> None:
    assert one(write_text(tmp_path / "x.csv", as_csv([*title, *ROWS], delimiter))) == ROWS
    assert one(write_workbook(tmp_path / "x.xlsx", Sheet1=[*title, *ROWS])) == ROWS


def test_the_row_of_headings_can_be_said(tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "x.csv",
        as_csv([["Price", "Order No", "Date", "Qty", "Item"], ["a", "b", "c", "d", "e"], ["1", "2", "3", "4", "5"]]),
    )
    assert one(path, Layout(header_row=2)) == [["a", "b", "c", "d", "e"], ["1", "2", "3", "4", "5"]]


def test_twin_and_blank_headings_get_names_of_their_own() -> None:
    header = find_header([["Price", "", "Price", " ", "Qty"]], Layout(), is_known)
    assert header.names == ["Price", "column 2", "Price (2)", "column 4", "Qty"]


def test_surplus_fields_belong_to_the_column_that_is_said(tmp_path: Path) -> None:
    path = write_text(tmp_path / "x.csv", "Order No,Item,Price\n1,Mug, blue, large,2.50\n2,Tray,3.00\n")
    ((_, _, rows),) = tables(path)
    assert rows == [[None, None, None, "1,Mug, blue, large,2.50"], ["2", "Tray", "3.00", None]]
    assert one(path, Layout(text_column="Item"))[1:] == [["1", "Mug, blue, large", "2.50"], ["2", "Tray", "3.00"]]


def test_lines_with_too_few_fields_are_kept_whole(tmp_path: Path) -> None:
    ((_, _, rows),) = tables(write_text(tmp_path / "x.csv", "Order No,Item,Price\n1,Mug\n2,Tray,3.00\nfoot\n"))
    assert rows == [[None, None, None, "1,Mug"], ["2", "Tray", "3.00", None], [None, None, None, "foot"]]


PLAIN_TEXT = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), max_size=12)


@given(
    cells=st.lists(st.tuples(PLAIN_TEXT, PLAIN_TEXT, PLAIN_TEXT, st.integers(1, 99)), min_size=1, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cells_come_back_as_they_were_written(
    cells: list[tuple[str, str, str, int]], delimiter: str, encoding: str, tmp_path: Path
) -> None:
    rows = [["Order No", "Item", "Client", "Qty"], *([*texts, str(number)] for *texts, number in cells)]
    path = write_text(tmp_path / "x.csv", as_csv(rows, delimiter), encoding)
    assert one(path, Layout(delimiter=delimiter)) == rows


@given(
    rows=st.lists(
        st.lists(st.sampled_from(["a", "1.5", "2,5", "x y", ""]), min_size=5, max_size=5), min_size=2, max_size=20
    ),
    delimiter=st.sampled_from(";\t|"),
)
def test_the_delimiter_is_the_one_that_makes_even_rows(rows: list[list[str]], delimiter: str) -> None:
    heading = ["Order No", "Item", "Client", "Qty", "Price"]
    assert (
        find_delimiter(as_csv([heading, *rows], delimiter).splitlines(keepends=True), Layout(), is_known) == delimiter
    )


def test_the_last_column_of_every_table_is_for_whole_lines(tmp_path: Path) -> None:
    (table,) = open_tables(identify(write_text(tmp_path / "x.csv", as_csv(ROWS))), Layout(), is_known)
    assert next(table.batches).schema.names == [*ROWS[0], WHOLE_LINE]


def test_a_column_that_only_the_last_of_many_json_lines_brings_is_one_too(tmp_path: Path) -> None:
    path = tmp_path / "sales.jsonl"
    path.write_text('{"Order": "1"}\n' * 3_000 + '{"Order": "2", "Discount": "5"}\n')
    [table] = open_tables(identify(path), Layout(), lambda _: False)
    assert table.names == ["Order", "Discount"]
    assert sum(batch["Discount"].drop_null().to_pylist().count("5") for batch in table.batches) == 1


def test_a_wrong_byte_far_down_in_json_lines_is_refused_with_where_the_encoding_is_set(tmp_path: Path) -> None:
    path = tmp_path / "sales.jsonl"
    path.write_bytes(b'{"Order": "1"}\n' * 3_000 + b'{"Order": "\xff"}\n')
    with pytest.raises(LedgerError, match="encoding"):
        list(open_tables(identify(path), Layout(encoding="utf-8"), lambda _: False))

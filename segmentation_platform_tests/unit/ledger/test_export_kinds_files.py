"""Kinds of export that differ in their files: formats, pieces, titles, totals, broken lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform_tests.support.exports.books import (
    Cell,
    as_csv,
    as_web_page,
    write_csv,
    write_gzip,
    write_ods,
    write_text,
    write_workbook,
    write_zip,
)
from segmentation_platform_tests.support.exports.reading import (
    answered,
    inspected,
    numbers_of,
    understood,
    understood_or_answered,
)
from segmentation_platform_tests.support.exports.rows import (
    PLAIN,
    Right,
    Sale,
    but,
    cells,
    money,
    named,
    right,
    sales_and_returns,
    some_sales,
    table,
    with_changed,
)

pytestmark = pytest.mark.variants


def typed(sale: Sale) -> list[Cell]:
    """A line as a workbook holds it: numbers and moments as such."""
    customer = None if sale.customer is None else 40_100 + sale.customer
    return [
        700_000 + sale.order, 31_000 + sale.product, sale.name, sale.quantity, sale.moment, sale.cents / 100,
        customer,
        sale.country,
    ]  # fmt: skip


# --- files in pieces ---


def by_month(sales: list[Sale]) -> dict[str, str]:
    """A text for each month, by its name."""
    months: dict[str, list[Sale]] = {}
    for sale in sales:
        months.setdefault(f"turnover_{sale.moment:%Y_%m}.csv", []).append(sale)
    return {name: as_csv(table(lines)) for name, lines in months.items()}


def as_folder(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        write_text(folder / name, text)
    return folder


def as_pattern(folder: Path, files: dict[str, str]) -> Path:
    write_text(as_folder(folder, files) / "notes.txt", "not a ledger\n")
    return folder / "turnover_*.csv"


def as_zip(folder: Path, files: dict[str, str]) -> Path:
    return write_zip(folder / "turnover.zip", files)


def as_zip_with_folders(folder: Path, files: dict[str, str]) -> Path:
    inner = {f"2024/{name}": text for name, text in files.items()}
    return write_zip(folder / "turnover.zip", {"2024/": "", **inner, "__MACOSX/._x": "junk"})


def as_gzips(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        write_gzip(folder / f"{name}.gz", text)
    return folder


def as_mixed_formats(folder: Path, files: dict[str, str]) -> Path:
    for place, (name, text) in enumerate(files.items()):
        if place % 2:
            write_text(folder / name, text.replace(",", ";"))
        else:
            write_text(folder / name, text, "utf-16")
    return folder


@pytest.mark.parametrize(
    "write",
    [as_folder, as_pattern, as_zip, as_zip_with_folders, as_gzips, as_mixed_formats],
    ids=lambda f: f.__name__,
)
def test_a_file_a_month_makes_one_ledger(write: Callable[[Path, dict[str, str]], Path], tmp_path: Path) -> None:
    sales = sales_and_returns(101)
    assert understood(write(tmp_path, by_month(sales))) == right(sales)


def test_months_that_overlap_count_once(tmp_path: Path) -> None:
    sales = some_sales(102)
    halves = {"a.csv": as_csv(table(sales[:300])), "b.csv": as_csv(table(sales[240:]))}
    assert understood(as_folder(tmp_path, halves)) == right(sales)


def test_months_whose_headings_stand_in_another_order_are_put_together(tmp_path: Path) -> None:
    sales = some_sales(103)
    turned = {heading: PLAIN[heading] for heading in reversed(list(PLAIN))}
    files = {"a.csv": as_csv(table(sales[:200])), "b.csv": as_csv(table(sales[200:], turned))}
    assert understood(as_folder(tmp_path, files)) == right(sales)


def test_months_that_lack_a_column_or_call_it_otherwise_are_no_silent_loss(tmp_path: Path) -> None:
    sales = some_sales(104)
    other = named(
        PLAIN, "Order No", "Item Code", "Item Name", "Quantity", "Sold At", "Unit Price", "Client", "Country"
    )
    files = {"a.csv": as_csv(table(sales[:200])), "b.csv": as_csv(table(sales[200:], other))}
    assert is_refused_or_comes_to(as_folder(tmp_path, files), right(sales))


def test_a_month_with_another_name_for_the_price_is_no_silent_loss(tmp_path: Path) -> None:
    sales = some_sales(105)
    other = named(PLAIN, "Order No", "Item Code", "Item Name", "Qty", "Sold At", "Price each", "Client ID", "Country")
    files = {"a.csv": as_csv(table(sales[:200])), "b.csv": as_csv(table(sales[200:], other))}
    assert is_refused_or_comes_to(as_folder(tmp_path, files), right(sales))


def is_refused_or_comes_to(path: Path, wanted: Right) -> bool:
    """Whether a file is no silent loss."""
    try:
        found = inspected(path)
    except LedgerError:
        return True
    return bool(found.stopping) or numbers_of(found) == wanted


# --- workbooks and web pages ---


def test_a_workbook_of_typed_cells_is_understood(tmp_path: Path) -> None:
    sales = sales_and_returns(106)
    path = write_workbook(tmp_path / "export.xlsx", Sheet1=[list(PLAIN), *map(typed, sales)])
    assert understood(path) == right(sales)


def test_an_ods_sheet_is_understood(tmp_path: Path) -> None:
    sales = sales_and_returns(107)
    assert understood(write_ods(tmp_path / "export.ods", [list(PLAIN), *map(typed, sales)])) == right(sales)


@pytest.mark.parametrize("name", ["export.xls", "export.html"])
@pytest.mark.parametrize(("decimal", "thousands"), [(".", ""), (",", "."), (".", ",")])
def test_a_web_page_is_understood(name: str, decimal: str, thousands: str, tmp_path: Path) -> None:
    sales = with_changed(some_sales(108), lambda sale: {"name": f"{sale.name} <{sale.product}> & co"})
    sales = with_changed(sales, lambda sale: {"cents": sale.cents + (200_000 if sale.product == 1 else 0)})
    page = as_web_page(table(sales, but(unit_price=lambda sale: money(sale.cents, decimal, thousands))))
    assert understood(write_text(tmp_path / name, page)) == right(sales)


def test_two_sheets_that_overlap_and_one_of_notes_make_one_ledger(tmp_path: Path) -> None:
    sales = sales_and_returns(109)
    headings: list[Cell] = [
        "Invoice",
        "StockCode",
        "Description",
        "Quantity",
        "InvoiceDate",
        "Price",
        "Customer ID",
        "Country",
    ]
    path = write_workbook(
        tmp_path / "export.xlsx",
        Notes=[["Made by the till"], ["Do not change"]],
        First=[headings, *map(typed, sales[:300])],
        Second=[headings, *map(typed, sales[230:])],
    )
    assert understood(path) == right(sales)


def test_a_second_sheet_with_a_title_of_its_own_is_read_too(tmp_path: Path) -> None:
    sales = some_sales(110)
    path = write_workbook(
        tmp_path / "export.xlsx",
        First=[list(PLAIN), *map(typed, sales[:200])],
        Second=[["Second half"], [], list(PLAIN), *map(typed, sales[200:])],
    )
    assert understood(path) == right(sales)


def test_a_sheet_that_sums_up_the_others_does_not_count(tmp_path: Path) -> None:
    sales = some_sales(111)
    months: dict[str, int] = {}
    for sale in sales:
        months[f"{sale.moment:%Y-%m}"] = months.get(f"{sale.moment:%Y-%m}", 0) + sale.worth
    summary: list[list[Cell]] = [["Month", "Revenue"]]
    for month, cents in months.items():
        summary.append([month, cents / 100])
    path = write_workbook(
        tmp_path / "export.xlsx",
        Summary=summary,
        Lines=[list(PLAIN), *map(typed, sales)],
    )
    assert understood(path) == right(sales)


# --- above and below the table ---

TITLES: list[Cell] = ["Umsatzbericht", "Sales detail", "Raport sprzedaży"]


@pytest.mark.parametrize("title", TITLES)
def test_titles_above_and_a_total_below_a_sheet_are_no_lines(title: Cell, tmp_path: Path) -> None:
    sales = some_sales(112)
    total: list[Cell] = ["Total", None, None, sum(sale.quantity for sale in sales), None, right(sales).cents / 100]
    path = write_workbook(
        tmp_path / "export.xlsx",
        Report=[[title], ["Period", "2024-01-01", "2024-12-31"], [], list(PLAIN), *map(typed, sales), [], total],
    )
    assert understood(path) == right(sales)


@pytest.mark.parametrize("word", ["Total", "Summe", "Grand total:", "Celkem", ""])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_titles_above_and_a_total_below_a_text_are_no_lines(word: str, delimiter: str, tmp_path: Path) -> None:
    sales = some_sales(113)
    total = [word, "", "", str(sum(sale.quantity for sale in sales)), "", money(right(sales).cents), "", ""]
    rows = [["Sales by line"], ["Printed 2024-12-31"], [], *table(sales), [], total]
    assert understood(write_csv(tmp_path, rows, delimiter)) == right(sales)


def test_subtotals_between_the_lines_are_no_lines(tmp_path: Path) -> None:
    sales = some_sales(114)
    rows = [list(PLAIN)]
    for place, sale in enumerate(sales):
        rows += cells([sale], PLAIN)
        if place % 40 == 39:
            rows.append(
                ["Subtotal", "", "", "", "", money(sum(each.worth for each in sales[place - 39 : place + 1])), "", ""]
            )
    assert understood(write_csv(tmp_path, rows)) == right(sales)


SAP = (
    "Billing Document", "Material", "Material description", "Billed Quantity", "Billing Date", "Net value",
    "Sold-to party", "Country",
)  # fmt: skip


@pytest.mark.parametrize(
    "headings",
    [
        SAP,
        ("Belegnr.", "Material", "Bezeichnung", "Fakturamenge", "Fakturadatum", "Nettowert", "Auftraggeber", "Land"),
    ],
)
def test_a_report_with_a_minus_behind_titles_and_total_is_understood(
    headings: tuple[str, ...], tmp_path: Path
) -> None:
    sales = sales_and_returns(115)

    def behind(text: str) -> str:
        return f"{text[1:]}-" if text.startswith("-") else text

    columns = named(
        but(
            qty=lambda sale: behind(f"{sale.quantity},000"),
            unit_price=lambda sale: behind(money(sale.worth, ",", ".")),
            sold_at=lambda sale: f"{sale.moment:%d.%m.%Y}",
        ),
        *headings,
    )
    total = ["Total", "", "", "", "", money(right(sales).cents, ",", "."), "", ""]
    rows = [["Billing documents: list"], ["Sales org. 1000"], [], *table(sales, columns), total]
    assert understood_or_answered(write_csv(tmp_path, rows, ";", "cp1252")) == right(sales)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_first_line_for_a_spreadsheet_is_no_heading(delimiter: str, tmp_path: Path) -> None:
    sales = some_sales(116)
    text = f"sep={delimiter}\r\n" + as_csv(table(sales), delimiter)
    assert understood(write_text(tmp_path / "export.csv", text)) == right(sales)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_first_line_for_a_spreadsheet_is_no_heading_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    sales = some_sales(117)
    text = '"sep=;"\r\n' + as_csv(table(sales), ";")
    assert understood(write_text(tmp_path / "export.csv", text, encoding)) == right(sales)


# --- broken lines ---


def test_a_comma_in_a_name_without_quotes_is_part_of_the_name(tmp_path: Path) -> None:
    sales = with_changed(
        some_sales(118),
        lambda sale: {"name": f"{sale.name}, set of {sale.product}" if sale.product % 9 == 0 else sale.name},
    )
    text = "\n".join(",".join(row) for row in table(sales))
    path = write_text(tmp_path / "export.csv", text + "\n")
    assert understood_or_answered(path) == right(sales)


def test_a_decimal_comma_between_commas_without_quotes_is_refused(tmp_path: Path) -> None:
    rows = table(some_sales(119), but(unit_price=lambda sale: money(sale.cents, ",")))
    path = write_text(tmp_path / "export.csv", "\n".join(",".join(row) for row in rows) + "\n")
    with pytest.raises(LedgerError):
        inspected(path)


def test_inch_marks_blank_lines_blank_columns_and_a_total_are_understood(tmp_path: Path) -> None:
    sales = with_changed(
        some_sales(120), lambda sale: {"name": f'{8 + sale.product}" {sale.name}' if sale.product % 2 else sale.name}
    )
    lines = [",".join([*row, "", ""]) for row in table(sales)]
    lines.append(f"TOTAL,,,,,{money(right(sales).cents)},,,,")
    assert understood(write_text(tmp_path / "export.csv", "\n\n".join(lines) + "\n")) == right(sales)


def test_inch_marks_within_names_are_understood(tmp_path: Path) -> None:
    sales = with_changed(some_sales(121), lambda sale: {"name": f'{sale.name} 12" round'})
    text = "\n".join(",".join(row) for row in table(sales))
    assert understood(write_text(tmp_path / "export.csv", text)) == right(sales)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_is_one(end: str, tmp_path: Path) -> None:
    sales = some_sales(122)
    text = as_csv(table(sales)).replace("\r\n", end)
    assert understood(write_text(tmp_path / "export.csv", text)) == right(sales)


def test_a_column_of_row_numbers_in_front_is_left_alone(tmp_path: Path) -> None:
    sales = some_sales(123)
    rows = table(sales)
    numbered = [["", *rows[0]], *([str(place), *row] for place, row in enumerate(rows[1:], 1))]
    assert understood(write_csv(tmp_path, numbered)) == right(sales)


def test_texts_that_are_written_as_formulas_are_texts(tmp_path: Path) -> None:
    sales = some_sales(124)
    columns = but(order_no=lambda sale: f'="{700_000 + sale.order}"', item_code=lambda sale: f'="{sale.product:05d}"')
    assert understood(write_csv(tmp_path, table(sales, columns))) == right(sales)


def test_moments_in_two_columns_of_day_and_time_are_the_days(tmp_path: Path) -> None:
    sales = some_sales(125)
    rows = [
        [*row, f"{sale.moment:%H:%M}"]
        for sale, row in zip(
            sales, table(sales, but(sold_at=lambda sale: f"{sale.moment:%d/%m/%Y}"))[1:], strict=True
        )
    ]
    assert understood(write_csv(tmp_path, [[*PLAIN, "Time"], *rows])) == right(sales)


def test_a_ledger_that_can_be_answered_is_answered_once(tmp_path: Path) -> None:
    sales = some_sales(126)
    path = write_csv(
        tmp_path,
        table(sales, but(order_no=lambda sale: f"RET{sale.order}" if sale.order % 9 == 0 else f"{sale.order}")),
    )
    assert answered(path, {"cancellations": {"by": "sign"}}) == right(sales)

"""Kinds of export that differ in their texts: numbers, dates, encodings, countries, codes of products."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform_tests.support.exports.books import as_csv, write_csv, write_text, write_workbook
from segmentation_platform_tests.support.exports.reading import (
    TODAY,
    answered,
    inspected,
    numbers_of,
    understood,
    understood_or_answered,
)
from segmentation_platform_tests.support.exports.rows import (
    PLAIN,
    Columns,
    Sale,
    but,
    money,
    named,
    right,
    sales_and_returns,
    some_sales,
    table,
    with_changed,
)

pytestmark = pytest.mark.variants

GERMAN = ("Belegnummer", "Artikel-Nr.", "Artikelbezeichnung", "Menge", "Belegdatum", "VK-Preis", "Kunden-Nr.", "Land")
CZECH = ("Číslo objednávky", "Kód zboží", "Název", "Množství", "Datum", "Cena za kus", "Zákazník", "Země")
HUNGARIAN = ("Számlaszám", "Cikkszám", "Megnevezés", "Mennyiség", "Kelt", "Egységár", "Vevőkód", "Ország")
INDONESIAN = ("No Faktur", "Kode Barang", "Nama Barang", "Jumlah", "Tanggal", "Harga Satuan", "Kode Pelanggan", "")
TURKISH = ("Fatura No", "Stok Kodu", "Ürün Adı", "Adet", "Tarih", "Birim Fiyat", "Müşteri No", "Ülke")
RUSSIAN = ("Номер заказа", "Артикул", "Наименование", "Количество", "Дата", "Цена", "Клиент", "")


def dear(sales: list[Sale]) -> list[Sale]:
    """The lines, a few products of which cost more than a thousand."""
    return with_changed(sales, lambda sale: {"cents": sale.cents + 250_000 if sale.product < 3 else sale.cents})


def whole(sale: Sale, mark: str) -> str:
    """A price of hundreds to hundred thousands without decimals."""
    return f"{sale.cents // 100:,}".replace(",", mark)


# --- numbers ---


@pytest.mark.parametrize(
    ("headings", "decimal", "thousands", "encoding"),
    [
        (GERMAN, ",", ".", "cp1252"),
        (CZECH, ",", "\u00a0", "cp1250"),
        (CZECH, ",", " ", "utf-8"),
        (HUNGARIAN, ",", "\u00a0", "cp1250"),
        (TURKISH, ",", ".", "cp1254"),
        (TURKISH, ",", ".", "utf-8"),
        (GERMAN, ".", "'", "cp1252"),
        (GERMAN, ".", "’", "utf-8"),
        (CZECH, ",", "\u202f", "utf-8"),
    ],
)
def test_semicolons_and_decimal_commas_are_read_to_the_cent(
    headings: tuple[str, ...], decimal: str, thousands: str, encoding: str, tmp_path: Path
) -> None:
    sales = dear(some_sales(1))
    columns = named(
        but(
            unit_price=lambda sale: money(sale.cents, decimal, thousands),
            sold_at=lambda sale: f"{sale.moment:%d.%m.%Y %H:%M}",
        ),
        *headings,
    )
    assert understood(write_csv(tmp_path, table(sales, columns), ";", encoding)) == right(sales)


@pytest.mark.parametrize("mark", [".", ",", " ", "\u00a0", "'"])
def test_whole_prices_with_a_mark_at_the_thousands_are_thousands(mark: str, tmp_path: Path) -> None:
    sales = some_sales(2, scale=100)
    columns = named(but(unit_price=lambda sale: whole(sale, mark)), *INDONESIAN)
    assert understood(write_csv(tmp_path, table(sales, columns), ";")) == right(sales)


@pytest.mark.parametrize("sign", ["Rp {}", "Rp{}", "{} Ft", "IDR {}"])
def test_whole_prices_with_a_dot_at_the_thousands_and_a_sign_are_thousands(sign: str, tmp_path: Path) -> None:
    sales = some_sales(3, scale=100)
    columns = named(but(unit_price=lambda sale: sign.format(whole(sale, "."))), *INDONESIAN)
    assert understood(write_csv(tmp_path, table(sales, columns), ";")) == right(sales)


@pytest.mark.parametrize("mark", [".", ","])
def test_prices_that_all_have_three_digits_behind_one_mark_are_asked_about(mark: str, tmp_path: Path) -> None:
    sales = with_changed(some_sales(4, scale=100), lambda sale: {"cents": 100_000 + sale.cents % 9_900_000})
    sales = with_changed(sales, lambda sale: {"cents": sale.cents // 100 * 100})
    path = write_csv(tmp_path, table(sales, but(unit_price=lambda sale: whole(sale, mark))), ";")
    found = inspected(path)
    assert any("can mean" in doubt.says for doubt in found.stopping)
    style = {"decimal": "," if mark == "." else ".", "thousands": mark}
    assert answered(path, {"numbers": style}) == right(sales)


@pytest.mark.parametrize(
    "sign", ["${}", "£{}", "{} €", "EUR {}", "US${}", "{} zł", "{} Kč", "CHF {}", "₹{}", "{} kr"]
)
def test_signs_of_a_currency_beside_prices_are_left_off(sign: str, tmp_path: Path) -> None:
    sales = dear(some_sales(5))
    path = write_csv(tmp_path, table(sales, but(unit_price=lambda sale: sign.format(money(sale.cents, ".", ",")))))
    assert understood(path) == right(sales)


def test_commas_at_the_thousands_of_few_large_prices_are_understood(tmp_path: Path) -> None:
    sales = dear(some_sales(6))
    path = write_csv(tmp_path, table(sales, but(unit_price=lambda sale: money(sale.cents, ".", ","))))
    assert understood(path) == right(sales)


def test_lakhs_are_understood(tmp_path: Path) -> None:
    sales = with_changed(some_sales(7), lambda sale: {"cents": 15_000_000 + sale.cents})
    path = write_csv(
        tmp_path,
        table(
            sales,
            but(
                unit_price=lambda sale: (
                    f"1,5{(sale.cents // 100) % 10000 // 1000},{sale.cents // 100 % 1000:03d}.{sale.cents % 100:02d}"
                )
            ),
        ),
    )
    assert understood(path) == right(sales)


@pytest.mark.parametrize("few", [7, 25, 60])
def test_whole_prices_among_which_a_few_have_a_decimal_comma_are_read_to_the_cent(few: int, tmp_path: Path) -> None:
    sales = with_changed(
        some_sales(8), lambda sale: {"cents": sale.cents // 100 * 100 + 300 + (45 if sale.order % few == 0 else 0)}
    )
    columns = but(unit_price=lambda sale: money(sale.cents, ",").removesuffix(",00"))
    assert understood(write_csv(tmp_path, table(sales, columns), ";")) == right(sales)


@pytest.mark.parametrize("minus", ["{}-", "({})", "\u2212{}", "- {}", "\u2013{}"])
def test_returns_by_any_kind_of_minus_are_taken_off(minus: str, tmp_path: Path) -> None:
    sales = sales_and_returns(9)

    def quantity(sale: Sale) -> str:
        return minus.format(-sale.quantity) if sale.quantity < 0 else str(sale.quantity)

    assert understood(write_csv(tmp_path, table(sales, but(qty=quantity)))) == right(sales)


@pytest.mark.parametrize("minus", ["{}-", "({})", "(${})", "-${}", "$-{}", "-{}"])
def test_returns_by_a_minus_at_the_amount_of_the_line_are_taken_off(minus: str, tmp_path: Path) -> None:
    sales, sign = sales_and_returns(10), "$" if "$" in minus else ""
    columns = but(
        qty=lambda sale: str(abs(sale.quantity)),
        unit_price=lambda sale: minus.format(money(-sale.worth)) if sale.worth < 0 else sign + money(sale.worth),
    )
    columns = named(columns, *[*PLAIN][:5], "Line Amount", "Client ID", "Country")
    assert understood_or_answered(write_csv(tmp_path, table(sales, columns))) == right(sales)


@pytest.mark.parametrize("written", ["{whole}’{rest}", "USD {whole} {rest}?"])
def test_few_very_large_prices_that_cannot_be_read_are_asked_about(written: str, tmp_path: Path) -> None:
    sales = with_changed(
        some_sales(6, orders=600),
        lambda sale: {"cents": 2_000_000 if sale.order in {100, 101} and sale.first else sale.cents},
    )

    def price(sale: Sale) -> str:
        text = money(sale.cents)
        return written.format(whole=text[:2], rest=text[2:]) if sale.cents == 2_000_000 else text

    found = inspected(write_csv(tmp_path, table(sales, but(unit_price=price))))
    assert found.stopping or numbers_of(found) == right(sales)


@pytest.mark.parametrize("unit", ["{} pcs", "{} ST", "{}x", "{} szt."])
def test_quantities_with_a_unit_behind_them_are_read_or_asked_about(unit: str, tmp_path: Path) -> None:
    sales = some_sales(29)
    found = inspected(write_csv(tmp_path, table(sales, but(qty=lambda sale: unit.format(sale.quantity)))))
    assert found.stopping or numbers_of(found) == right(sales)


# --- dates ---


@pytest.mark.parametrize(
    "written",
    [
        "%Y-%m-%d %H:%M:%S -0500", "%Y-%m-%dT%H:%M:%S+02:00", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z",
        "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%dT%H:%M-08:00", "%m/%d/%y %I:%M %p", "%d.%m.%y", "%d.%m.%Y %H:%M",
        "%d.%m.%Y, %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d %b %Y %H:%M", "%B %d, %Y", "%b %d, %Y %I:%M %p", "%d-%b-%Y",
        "%d-%b-%y", "%Y%m%d", "%Y/%m/%d", "%d/%m/%Y", "%m-%d-%Y", "%Y.%m.%d. %H:%M", "%d. %m. %Y", "%d%m%Y",
    ],
)  # fmt: skip
def test_dates_are_the_days_that_they_are_however_they_are_written(written: str, tmp_path: Path) -> None:
    sales = some_sales(11)
    path = write_csv(tmp_path, table(sales, but(sold_at=lambda sale: sale.moment.strftime(written))))
    assert understood(path) == right(sales)


def test_an_evening_sale_stays_on_its_own_day_whatever_its_offset(tmp_path: Path) -> None:
    evening = with_changed(some_sales(12), lambda sale: {"moment": sale.moment.replace(hour=23)})

    def moment(sale: Sale) -> str:
        return f"{sale.moment:%Y-%m-%dT%H:%M:%S}-0{4 if 3 < sale.moment.month < 11 else 5}:00"

    path = write_csv(tmp_path, table(evening, but(sold_at=moment)))
    assert understood(path) == right(evening)
    assert {moment.hour for moment in clean_file(DuckDBEngine(), path, Given()).clean["sold_at"].to_pylist()} == {23}


@pytest.mark.parametrize("decimals", [0, 2, 6, 10])
def test_day_numbers_of_a_spreadsheet_are_days(decimals: int, tmp_path: Path) -> None:
    sales = some_sales(13)

    def days(sale: Sale) -> str:
        moment = sale.moment if decimals else sale.moment.replace(hour=0, minute=0, second=0)
        return f"{(moment - datetime(1899, 12, 30)) / timedelta(days=1):.{decimals}f}"  # noqa: DTZ001

    assert understood(write_csv(tmp_path, table(sales, but(sold_at=days)))) == right(sales)


def test_some_day_numbers_among_texts_are_days_too(tmp_path: Path) -> None:
    sales = some_sales(14)

    def moment(sale: Sale) -> str:
        number = (sale.moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
        return f"{sale.moment:%d/%m/%Y %H:%M}" if sale.moment.day > 12 else f"{number:.5f}"

    assert understood(write_csv(tmp_path, table(sales, but(sold_at=moment)))) == right(sales)


@pytest.mark.parametrize("written", ["%d/%m/%Y %H:%M", "%d.%m.%Y", "%d/%m/%y"])
def test_days_that_a_spreadsheet_turned_about_are_turned_back_or_asked_about(written: str, tmp_path: Path) -> None:
    sales = some_sales(15)
    if "%H" not in written:
        sales = with_changed(sales, lambda sale: {"moment": sale.moment.replace(hour=0, minute=0, second=0)})

    def cell(sale: Sale) -> str | datetime:
        moment = sale.moment.replace(second=0)
        return moment.replace(day=moment.month, month=moment.day) if moment.day <= 12 else moment.strftime(written)

    rows = [[*row[:4], cell(sale), *row[5:]] for sale, row in zip(sales, table(sales)[1:], strict=True)]
    path = write_workbook(tmp_path / "export.xlsx", Sheet1=[list(PLAIN), *rows])
    assert understood_or_answered(path) == right(sales)


@pytest.mark.parametrize("written", ["%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y %H:%M", "%m/%d/%y %I:%M %p", "%d.%m.%Y"])
def test_a_short_file_with_days_up_to_twelve_alone_has_them_close_together(written: str, tmp_path: Path) -> None:
    sales = with_changed(
        some_sales(16),
        lambda sale: {"moment": sale.moment.replace(month=5, day=1 + sale.moment.timetuple().tm_yday % 11)},
    )
    sales = with_changed(sales, lambda sale: {"order": sale.moment.day * 1_000 + sale.order})
    path = write_csv(tmp_path, table(sales, but(sold_at=lambda sale: sale.moment.strftime(written))))
    assert understood_or_answered(path) == right(sales)


@pytest.mark.parametrize("order", ["day first", "month first"])
def test_dates_of_which_nothing_tells_day_from_month_are_asked_about(order: str, tmp_path: Path) -> None:
    sales = with_changed(
        some_sales(17),
        lambda sale: {"moment": sale.moment.replace(month=1 + sale.order % 9, day=1 + sale.order // 9 % 9)},
    )
    written = "%d/%m/%Y" if order == "day first" else "%m/%d/%Y"
    path = write_csv(tmp_path, table(sales, but(sold_at=lambda sale: sale.moment.strftime(written))))
    assert answered(path, {"dates": {"order": order}}) == right(sales)
    given = Given(said=Profile.model_validate({"dates": {"order": order}}))
    clean = clean_file(DuckDBEngine(), path, given).clean.sort_by("line_number")
    assert [moment.date() for moment in clean["sold_at"].to_pylist()] == [sale.moment.date() for sale in sales]


@pytest.mark.parametrize("orders", [150, 600])
@pytest.mark.parametrize("year", [2032, 1924])
def test_a_line_of_a_wrong_year_does_not_move_the_last_day(year: int, orders: int, tmp_path: Path) -> None:
    sales = some_sales(18, orders)
    odd = next(sale for sale in sales[100:] if not sale.first)
    slipped = replace(odd, moment=odd.moment.replace(year=year))
    path = write_csv(tmp_path, table([slipped if sale is odd else sale for sale in sales]))
    found = inspected(path)
    others = right([sale for sale in sales if sale is not odd])
    assert understood_or_answered(path) == others
    assert any(str(year) in doubt.says for doubt in found.doubts), "the line is named"


@pytest.mark.parametrize("orders", [150, 600])
def test_orders_placed_ahead_for_the_next_weeks_do_not_become_the_last_day(orders: int, tmp_path: Path) -> None:
    sales = with_changed(some_sales(19, orders, days=100), lambda sale: {"moment": sale.moment + timedelta(days=960)})
    assert max(sale.moment for sale in sales).date() < TODAY
    odd = sales[-1]
    ahead = replace(odd, moment=datetime(2026, 12, 20, 10))  # noqa: DTZ001
    path = write_csv(tmp_path, table([*sales[:-1], ahead]))
    assert understood_or_answered(path).last <= date(2026, 11, 30)


# --- codes of products ---


@pytest.mark.parametrize(
    "code",
    [
        lambda sale: f"{'AB'[sale.product % 2]}-{sale.product}/X" if sale.product % 3 else f"{20_000 + sale.product}",
        lambda sale: f"{sale.product}.750" if sale.product % 2 else f"LAMP-{sale.product}",
        lambda sale: f"{sale.product + 10}E{sale.product % 7}" if sale.product % 4 else f"{31_000 + sale.product}",
        lambda sale: sale.name.lower().replace(" ", "-"),
    ],
)  # fmt: skip
def test_codes_of_several_styles_are_all_products(code: object, tmp_path: Path) -> None:
    assert callable(code)
    sales = some_sales(25)
    assert understood(write_csv(tmp_path, table(sales, but(item_code=code)))) == right(sales)


@pytest.mark.parametrize("headings", [("Order No", "Item Code"), ("InvoiceNo", "StockCode")])
def test_codes_of_which_half_lost_their_zeros_are_the_same_products(
    headings: tuple[str, str], tmp_path: Path
) -> None:
    sales = some_sales(26)

    def code(sale: Sale) -> str:
        return f"{140 + sale.product:06d}" if sale.order < 75 else f"{140 + sale.product}"

    path = write_csv(tmp_path, table(sales, named(but(item_code=code), *headings, *[*PLAIN][2:])))
    assert understood(path) == right(sales)
    clean = clean_file(DuckDBEngine(), path, Given()).clean
    assert len(set(clean["stock_code"].to_pylist())) == len({sale.product for sale in sales})


@pytest.mark.parametrize(
    "pad",
    [
        "\u00a0{}",
        "{}\u00a0",
        " {} ",
        "{}\u2009",
        "\u3000{}",
        "{}\t",
    ],
)
def test_blanks_of_any_kind_around_texts_make_no_difference(pad: str, tmp_path: Path) -> None:
    sales = some_sales(27)

    def padded(cells: Columns, heading: str) -> Columns:
        plain = cells[heading]
        return {
            **cells,
            heading: lambda sale: pad.format(plain(sale)) if sale.order % 3 and plain(sale) else plain(sale),
        }

    columns: Columns = PLAIN
    for heading in PLAIN:
        columns = padded(columns, heading)
    path = write_csv(tmp_path, table(sales, columns))
    assert understood(path) == right(sales)
    clean = clean_file(DuckDBEngine(), path, Given()).clean
    assert len(set(clean["stock_code"].to_pylist())) == len({sale.product for sale in sales})
    assert len(set(clean["country"].to_pylist())) == 5


def test_a_tiny_shop_is_read_as_it_is(tmp_path: Path) -> None:
    sales = some_sales(28, orders=14, days=21)
    assert understood(write_text(tmp_path / "export.csv", as_csv(table(sales)))) == right(sales)

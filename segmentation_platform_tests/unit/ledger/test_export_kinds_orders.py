"""Kinds of export that differ in what an order, a line, a customer and an amount are."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform_tests.support.exports.books import write_csv
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
    without,
)

pytestmark = pytest.mark.variants


def number(sale: Sale) -> int:
    return 700_000 + sale.order


# --- order numbers ---


@pytest.mark.parametrize("prefix", ["CA-2024-", "C", "C0", "CN-", "S0", "CREDIT", "R", "INV", "#"])
def test_a_prefix_of_order_numbers_with_positive_quantities_is_no_cancellation(prefix: str, tmp_path: Path) -> None:
    sales = some_sales(41)
    path = write_csv(tmp_path, table(sales, but(order_no=lambda sale: f"{prefix}{number(sale)}")))
    assert understood(path) == right(sales)


@pytest.mark.parametrize("prefix", ["C", "CA-", "CL-2023-"])
def test_a_prefix_of_most_order_numbers_beside_others_is_no_cancellation(prefix: str, tmp_path: Path) -> None:
    sales = some_sales(42)
    path = write_csv(
        tmp_path, table(sales, but(order_no=lambda sale: f"{prefix if sale.order % 5 else 'US-'}{number(sale)}"))
    )
    assert understood(path) == right(sales)


@pytest.mark.parametrize("headings", ["own", "uci"])
@pytest.mark.parametrize("prefix", ["RET", "R", "C", "CN-", "RMA/", "K-"])
def test_returns_with_a_prefix_and_a_minus_are_taken_off(prefix: str, headings: str, tmp_path: Path) -> None:
    sales = sales_and_returns(43)
    columns = but(order_no=lambda sale: f"{prefix if sale.quantity < 0 else ''}{number(sale)}")
    if headings == "uci":
        columns = named(
            columns, "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
            "CustomerID", "Country"
        )  # fmt: skip
    assert understood(write_csv(tmp_path, table(sales, columns))) == right(sales)


def test_returns_with_a_minus_under_the_number_of_their_order_are_taken_off(tmp_path: Path) -> None:
    sales = sales_and_returns(44)
    sold = {sale.customer: sale.order for sale in reversed(sales) if sale.quantity > 0}
    sales = with_changed(sales, lambda sale: {"order": sold[sale.customer] if sale.quantity < 0 else sale.order})
    assert understood(write_csv(tmp_path, table(sales))) == right(sales)


@pytest.mark.parametrize("prefix", ["RET", "CN", "GS-"])
def test_credit_notes_with_a_prefix_and_without_a_minus_are_asked_about(prefix: str, tmp_path: Path) -> None:
    sales = sales_and_returns(45)
    columns = but(
        order_no=lambda sale: f"{prefix if sale.quantity < 0 else ''}{number(sale)}",
        qty=lambda sale: str(abs(sale.quantity)),
    )
    path = write_csv(tmp_path, table(sales, columns))
    assert answered(path, {"cancellations": {"by": "prefix"}}) == right(sales)


@pytest.mark.parametrize("heading", ["Transaction Type", "Document type", "Belegart"])
def test_returns_told_by_a_column_of_types_are_taken_off(heading: str, tmp_path: Path) -> None:
    path, wanted = told_by_types(tmp_path, heading, "Sale", "Return")
    assert understood_or_answered(path) == wanted


@pytest.mark.parametrize(
    ("sale", "taken_back"),
    [
        ("Verkauf", "Retoure"), ("Rechnung", "Gutschrift"), ("Vente", "Retour"), ("Facture", "Avoir"),
        ("Venta", "Devolución"), ("Vendita", "Reso"), ("Venda", "Devolução"), ("Verkoop", "Creditnota"),
        ("Försäljning", "Retur"), ("Myynti", "Palautus"), ("Sprzedaż", "Zwrot"), ("Prodej", "Dobropis"),
        ("Eladás", "Visszáru"), ("Satış", "İade"), ("Penjualan", "Retur Barang"), ("Продажа", "Возврат"),
        ("销售", "退货"), ("売上", "返品"), ("매출", "반품"), ("Sale", "Refund"),
    ],
)  # fmt: skip
def test_returns_are_told_by_the_words_of_a_column_of_any_name(sale: str, taken_back: str, tmp_path: Path) -> None:
    path, wanted = told_by_types(tmp_path, "Xyz", sale, taken_back)
    assert understood(path) == wanted


def test_words_for_returns_among_others_in_a_column_of_any_name_are_asked_about(tmp_path: Path) -> None:
    path, _ = told_by_types(tmp_path, "Xyz", "Sale", "Return", some="Kbzl")
    assert any("Xyz" in doubt.says for doubt in inspected(path).stopping)


def test_returns_told_beside_a_column_of_statuses_are_asked_about_where_no_minus_tells_them(tmp_path: Path) -> None:
    path, wanted = told_by_types(tmp_path, "Xyz", "Sale", "Return", Status="Paid")
    assert answered(path, {"columns": {"status": "Xyz"}}) == wanted
    with_minus = {**PLAIN, "Status": lambda _: "Paid", "Xyz": lambda sale: "Return" if sale.quantity < 0 else "Sale"}
    assert understood(write_csv(tmp_path, table(sales_and_returns(46), with_minus))) == wanted


def test_what_became_of_an_order_takes_nothing_back(tmp_path: Path) -> None:
    sales = some_sales(48)
    columns = {**PLAIN, "Order Status": lambda sale: "Return" if sale.order % 5 == 0 else "Sale"}
    assert understood(write_csv(tmp_path, table(sales, columns))) == right([sale for sale in sales if sale.order % 5])


def told_by_types(
    folder: Path, heading: str, sale: str, taken_back: str, some: str = "", **more: str
) -> tuple[Path, Right]:
    """An export whose returns have no minus and a type, and what is right about it.

    Args:
        folder: to write it into
        heading: of the types
        sale: type of sales
        taken_back: type of returns
        some: type of a few sales instead
        more: columns of one text

    """
    sales = sales_and_returns(46)

    def kind(line: Sale) -> str:
        return taken_back if line.quantity < 0 else some if some and line.order % 9 == 0 else sale

    texts = {name: (lambda _, text=text: text) for name, text in more.items()}
    columns = {**but(qty=lambda line: str(abs(line.quantity))), **texts, heading: kind}
    return write_csv(folder, table(sales, columns)), right(sales)


@pytest.mark.parametrize("text", ["4.82910E+15", "4,82910E+15", "5.1E+12"])
@pytest.mark.parametrize("column", ["order_no", "client_id"])
def test_numbers_that_a_spreadsheet_shortened_are_refused_with_advice(text: str, column: str, tmp_path: Path) -> None:
    sales = some_sales(47)
    path = write_csv(tmp_path, table(sales, but(None, **{column: lambda _: text})), ";")
    found = inspected(path)
    assert any("shortened" in doubt.says and "as text" in doubt.says for doubt in found.stopping)


def test_orders_without_their_numbers_are_days_of_customers_if_that_is_said(tmp_path: Path) -> None:
    sales = [sale for sale in some_sales(48) if sale.customer is not None]
    path = write_csv(tmp_path, table(sales, but(order_no=lambda _: "4.82910E+15")))
    days = {(sale.customer, sale.moment.date()) for sale in sales}
    assert answered(path) == replace(right(sales), orders=len(days))


def test_customer_date_number_and_amount_are_orders_of_one_line(tmp_path: Path) -> None:
    orders = [sale for sale in some_sales(49, orders=400) if sale.first and sale.customer is not None]
    rows = [
        [f"{sale.customer:05d}", f"{sale.moment:%Y%m%d}", str(sale.quantity), money(sale.worth)] for sale in orders
    ]
    for heading in (["cust_id", "date", "cds", "amount"], ["Customer ID", "Date", "Quantity", "Amount"]):
        path = write_csv(tmp_path, [heading, *rows])
        assert understood_or_answered(path) == right(orders), heading


# --- identical lines ---


@pytest.mark.parametrize("quantities", [True, False])
def test_a_till_that_prints_a_line_for_each_piece_has_all_of_them_counted(quantities: bool, tmp_path: Path) -> None:
    sales = [replace(sale, quantity=1) for sale in some_sales(50) for _ in range(sale.quantity)]
    columns = PLAIN if quantities else without(PLAIN, "Qty")
    assert understood(write_csv(tmp_path, table(sales, columns))) == right(sales)


def test_a_till_of_which_few_lines_are_alike_has_all_of_them_counted(tmp_path: Path) -> None:
    sales = [
        replace(sale, quantity=1) for sale in some_sales(51) for _ in range(1 + (sale.product + sale.order) % 9 // 8)
    ]
    assert understood_or_answered(write_csv(tmp_path, table(sales)), {"lines": {"identical": "pieces"}}) == right(
        sales
    )


def test_pieces_among_lines_of_other_quantities_are_counted_or_asked_about(tmp_path: Path) -> None:
    sales = [sale for sale in some_sales(52) for _ in range(3 if sale.quantity == 1 and sale.product % 3 == 0 else 1)]
    path = write_csv(tmp_path, table(sales))
    assert understood_or_answered(path, {"lines": {"identical": "pieces"}}) == right(sales)


def test_lines_written_twice_by_mistake_count_once_if_that_is_said(tmp_path: Path) -> None:
    sales = some_sales(53)
    twice = [sale for sale in sales for _ in range(2 if sale.product % 4 == 0 else 1)]
    assert understood_or_answered(write_csv(tmp_path, table(twice))) == right(sales)


@pytest.mark.parametrize("heading_again", [True, False])
def test_an_overlap_of_exports_that_were_joined_counts_once(heading_again: bool, tmp_path: Path) -> None:
    sales = some_sales(54)
    start = next(place for place, sale in enumerate(sales) if sale.order == 120)
    shorter = cells(sales[start:], but(unit_price=lambda sale: money(sale.cents).rstrip("0").rstrip(".")))
    rows = [*table(sales), *([list(PLAIN)] if heading_again else []), *shorter]
    assert understood(write_csv(tmp_path, rows)) == right(sales)


# --- statuses ---

STATUSES = {
    "english": ("Completed", "Cancelled", "Failed", "Pending", "Refunded"),
    "german": ("Abgeschlossen", "Storniert", "Fehlgeschlagen", "Ausstehend", "Erstattet"),
    "french": ("Terminée", "Annulée", "Échouée", "En attente", "Remboursée"),
    "spanish": ("Completado", "Cancelado", "Fallido", "Pendiente", "Reembolsado"),
    "polish": ("Zrealizowane", "Anulowane", "Nieudane", "Oczekujące", "Zwrócone"),
    "czech": ("Dokončeno", "Zrušeno", "Neúspěšná", "Čeká na platbu", "Vráceno"),
    "magento": ("complete", "canceled", "payment_review", "pending_payment", "closed"),
    "woo": ("wc-completed", "wc-cancelled", "wc-failed", "wc-pending", "wc-refunded"),
    "russian": ("Выполнен", "Отменён", "Ошибка", "Ожидает оплаты", "Возвращен"),
    "numbers": ("1", "2", "3", "4", "5"),
}


@pytest.mark.parametrize("language", STATUSES)
def test_orders_that_were_not_paid_do_not_count(language: str, tmp_path: Path) -> None:
    good, *bad = STATUSES[language]
    sales = some_sales(62)

    def status(sale: Sale) -> str:
        return bad[sale.order % 4] if sale.order % 6 == 0 else good

    path = write_csv(tmp_path, table(sales, {**PLAIN, "Order Status": status}))
    wanted = right([sale for sale in sales if sale.order % 6])
    found = inspected(path)
    if found.stopping:
        assert answered(path, {"status": {"not_counted": bad, "counted": [good]}}) == wanted
    else:
        assert numbers_of(found) == wanted


def test_a_status_that_no_list_has_is_asked_about(tmp_path: Path) -> None:
    sales = some_sales(63)
    columns = {**PLAIN, "Order Status": lambda sale: "Paid" if sale.order % 7 else "Zombie"}
    path = write_csv(tmp_path, table(sales, columns))
    assert answered(path) == right([sale for sale in sales if sale.order % 7])
    assert answered(path, {"status": {"counted": ["Paid", "Zombie"], "not_counted": []}}) == right(sales)


@pytest.mark.parametrize(
    ("heading", "bad", "good"),
    [
        ("Cancelled", "TRUE", "FALSE"),
        ("Vorgang", "Storno", "Verkauf"),
        ("Is void", "Y", "N"),
        ("State", "cancelled", "paid"),
    ],
)
def test_a_column_that_tells_cancelled_orders_under_another_name_is_understood_or_asked_about(
    heading: str, bad: str, good: str, tmp_path: Path
) -> None:
    sales = some_sales(73)
    columns = {**PLAIN, heading: lambda sale: bad if sale.order % 6 == 0 else good}
    found = inspected(write_csv(tmp_path, table(sales, columns)))
    assert found.stopping or numbers_of(found) == right([sale for sale in sales if sale.order % 6])


# --- amounts ---


@pytest.mark.parametrize(
    "heading", ["Price", "Amount", "Line Total", "Betrag", "Wartość", "Importe", "Net Sales", "Preis"]
)
def test_the_amount_of_a_line_is_not_multiplied_whatever_it_is_called(heading: str, tmp_path: Path) -> None:
    sales = some_sales(64)
    columns = named(but(unit_price=lambda sale: money(sale.worth)), *[*PLAIN][:5], heading, "Client ID", "Country")
    assert understood(write_csv(tmp_path, table(sales, columns))) == right(sales)


@pytest.mark.parametrize("heading", ["Price", "Unit Price", "Rate", "Amount", "Net Price"])
def test_the_price_of_a_unit_is_multiplied_whatever_it_is_called(heading: str, tmp_path: Path) -> None:
    sales = some_sales(65)
    columns = named(PLAIN, *[*PLAIN][:5], heading, "Client ID", "Country")
    path = write_csv(tmp_path, table(sales, columns))
    assert understood_or_answered(path, {"columns": {"unit_price": heading}} if heading == "Amount" else {}) == right(
        sales
    )


def test_the_total_of_the_order_beside_prices_is_left_alone(tmp_path: Path) -> None:
    sales = some_sales(66)
    totals: dict[int, int] = {}
    for sale in sales:
        totals[sale.order] = totals.get(sale.order, 0) + sale.worth
    columns = {**PLAIN, "Order Total": lambda sale: money(totals[sale.order])}
    assert understood(write_csv(tmp_path, table(sales, columns))) == right(sales)


def test_the_total_of_the_order_alone_is_asked_about(tmp_path: Path) -> None:
    sales = some_sales(67)
    totals: dict[int, int] = {}
    for sale in sales:
        totals[sale.order] = totals.get(sale.order, 0) + sale.worth
    columns = {**without(PLAIN, "Unit Price"), "Total": lambda sale: money(totals[sale.order])}
    assert inspected(write_csv(tmp_path, table(sales, columns))).stopping


def test_prices_in_whole_cents_beside_totals_are_asked_about(tmp_path: Path) -> None:
    sales = some_sales(68)
    columns = {**but(unit_price=lambda sale: str(sale.cents)), "Line Total": lambda sale: money(sale.worth)}
    path = write_csv(tmp_path, table(sales, columns))
    assert answered(path, {"columns": {"line_total": "Line Total", "unit_price": ""}}) == right(sales)


@pytest.mark.parametrize("discounts", [("DISC10", "Order discount"), ("RABATT", "Rabatt"), ("", "Discount")])
def test_lines_of_discount_come_off_and_services_are_no_products(discounts: tuple[str, str], tmp_path: Path) -> None:
    sales = some_sales(69)
    services = {
        3: ("SHIP", "Standard shipping", 590),
        4: ("GC25", "Gift card 25", 2_500),
        5: ("POST", "Postage", 320),
    }
    rows: list[list[str]] = [list(PLAIN)]
    off = 0
    for sale in sales:
        rows += cells([sale], PLAIN)
        if not sale.first:
            continue
        if sale.order % 7 in services:
            code, name, cents = services[sale.order % 7]
            rows.append([rows[-1][0], code, name, "1", rows[-1][4], money(cents), *rows[-1][6:]])
        if sale.order % 4 == 0 and sale.worth > 900:
            off += 250
            rows.append([rows[-1][0], *discounts, "1", rows[-1][4], "-2.50", *rows[-1][6:]])
    assert understood_or_answered(write_csv(tmp_path, rows)) == right(sales, off)


RATES = {"EUR": 1.0, "USD": 0.5, "JPY": 0.01}


@pytest.mark.parametrize("how", ["column", "codes", "signs"])
def test_several_currencies_are_asked_about_and_their_rates_are_used(how: str, tmp_path: Path) -> None:
    sales = with_changed(some_sales(70), lambda sale: {"cents": sale.cents // 100 * 100 + 200})
    names = {sale.order: ("EUR", "EUR", "USD", "JPY")[sale.order % 4] for sale in sales}
    signs = {"EUR": "€", "USD": "$", "JPY": "¥"}

    def price(sale: Sale) -> str:
        name = names[sale.order]
        text = f"{round(sale.cents / 100 / RATES[name])}.00"
        return {"column": text, "codes": f"{name} {text}", "signs": f"{signs[name]}{text}"}[how]

    columns = but(unit_price=price)
    if how == "column":
        columns = {**columns, "Currency": lambda sale: names[sale.order]}
    path = write_csv(tmp_path, table(sales, columns))
    rates = {signs[name] if how == "signs" else name: rate for name, rate in RATES.items() if name != "EUR"}
    assert answered(path, {"currency": {"rates": rates}}) == right(sales)


@pytest.mark.parametrize("unknown", ["Qty", "Order No"])
def test_a_column_of_quantities_or_orders_of_an_unknown_name_is_asked_about(unknown: str, tmp_path: Path) -> None:
    sales = some_sales(74)
    columns = named(PLAIN, *["How much of it" if heading == unknown else heading for heading in PLAIN])
    assert inspected(write_csv(tmp_path, table(sales, columns))).stopping


@pytest.mark.parametrize("unknown", ["Client ID", "Sold At", "Unit Price"])
def test_a_column_that_no_ledger_does_without_of_an_unknown_name_is_asked_about(unknown: str, tmp_path: Path) -> None:
    columns = named(PLAIN, *["Thing" if heading == unknown else heading for heading in PLAIN])
    path = write_csv(tmp_path, table(some_sales(75), columns))
    if unknown == "Client ID":
        assert inspected(path).stopping
        return
    with pytest.raises(LedgerError, match=r"\[profile.columns\]"):
        inspected(path)


def test_orders_ahead_of_time_by_a_day_count(tmp_path: Path) -> None:
    sales = with_changed(some_sales(71, days=50), lambda sale: {"moment": sale.moment + timedelta(days=1010)})
    assert understood(write_csv(tmp_path, table(sales))) == right(sales)


def test_what_is_cleaned_is_what_was_inspected(tmp_path: Path) -> None:
    sales = sales_and_returns(72)
    clean = clean_file(DuckDBEngine(), write_csv(tmp_path, table(sales)), Given()).clean.to_pandas()
    assert round(clean["amount"].sum() * 100) == right(sales).cents

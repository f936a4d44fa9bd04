"""How an export is written: every choice that shops' systems make differently."""

from dataclasses import dataclass
from random import Random
from typing import Literal

HEADERS: dict[str, dict[str, str]] = {
    "uci": {
        "order": "InvoiceNo", "code": "StockCode", "name": "Description", "quantity": "Quantity",
        "date": "InvoiceDate", "price": "UnitPrice", "total": "LineTotal", "customer": "CustomerID",
        "country": "Country", "status": "Order Status", "currency": "Currency",
    },
    "plain": {
        "order": "Order ID", "code": "SKU", "name": "Product Name", "quantity": "Qty", "date": "Order Date",
        "price": "Price", "total": "Line Total", "customer": "Customer ID", "country": "Country",
        "status": "Status", "currency": "Currency",
    },
    "till": {
        "order": "Receipt number", "code": "Item code", "name": "Item", "quantity": "Units", "date": "Date",
        "price": "Price each", "total": "Amount", "customer": "Member no", "country": "Market",
        "status": "Payment status", "currency": "Ccy",
    },
    "german": {
        "order": "Rechnungsnummer", "code": "Artikelnummer", "name": "Bezeichnung", "quantity": "Menge",
        "date": "Rechnungsdatum", "price": "Einzelpreis", "total": "Gesamtpreis", "customer": "Kundennummer",
        "country": "Land", "status": "Bestellstatus", "currency": "Währung",
    },
    "french": {
        "order": "N° commande", "code": "Référence", "name": "Désignation", "quantity": "Quantité",
        "date": "Date de commande", "price": "Prix unitaire", "total": "Montant", "customer": "Code client",
        "country": "Pays", "status": "Statut", "currency": "Devise",
    },
    "spanish": {
        "order": "Pedido", "code": "Código", "name": "Producto", "quantity": "Cantidad", "date": "Fecha",
        "price": "Precio", "total": "Importe", "customer": "Cliente", "country": "País", "status": "Estado",
        "currency": "Moneda",
    },
    "polish": {
        "order": "Nr zamówienia", "code": "Kod produktu", "name": "Nazwa", "quantity": "Ilość",
        "date": "Data zamówienia", "price": "Cena", "total": "Wartość", "customer": "Nr klienta", "country": "Kraj",
        "status": "Status zamówienia", "currency": "Waluta",
    },
}  # fmt: skip
"""What the columns are called, by language."""

DATES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M",
    "%d.%m.%y", "%d-%m-%Y", "%m/%d/%y %I:%M %p", "%Y/%m/%d %H:%M", "%Y%m%d", "%d %b %Y %H:%M",
    "%Y-%m-%d %H:%M:%S +0200", "serial",
)  # fmt: skip
NUMBERS = ((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", "'"))
GUESTS = ("", "0", "Guest", "NULL", "#N/A", "-", "Gast", "anonymous")


@dataclass(frozen=True)
class Style:
    """How an export is written."""

    headers: str = "plain"
    delimiter: str = ","
    encoding: str = "utf-8"
    numbers: tuple[str, str] = (".", "")
    """Decimal and thousands mark."""
    whole_prices: bool = False
    """Prices without decimals."""
    sign: str = ""
    """Beside every amount."""
    dates: str = "%Y-%m-%d %H:%M:%S"
    amount: Literal["unit", "total", "both"] = "unit"
    returns: Literal["none", "minus", "behind", "parentheses", "prefix", "same order"] = "none"
    status: bool = False
    """A column of statuses; a fifth of the orders do not count."""
    customers: Literal["numbers", "mails", "zeros", "points"] = "numbers"
    guest: str = ""
    codes: Literal["digits", "mixed", "zeros lost", "none"] = "digits"
    country: Literal["names", "iso2", "iso3", "none"] = "names"
    services: Literal["none", "shipping", "discounts"] = "none"
    pieces: bool = False
    """A line for each piece."""
    overlap: bool = False
    """The last orders stand twice, as in two exports that were joined, with the heading between them."""
    filled_down: bool = False
    """Customer, country and status on the first line of an order only."""
    titles: bool = False
    """Title rows above, a total below."""
    separator_line: bool = False
    """Excel's `sep=` above all."""
    order_prefix: str = ""


def draw_style(random: Random) -> Style:
    """Draw a style; combinations that no system writes are left out."""
    decimal, thousands = random.choice(NUMBERS)
    delimiter = random.choice(",;\t|")
    headers = random.choice(list(HEADERS))
    pieces = random.random() < 0.15
    amount = "unit" if pieces else random.choice(("unit", "unit", "total", "both"))
    codes = random.choice(("digits", "digits", "mixed", "zeros lost", "none"))
    filled_down = random.random() < 0.15
    return Style(
        headers=headers,
        delimiter=delimiter,
        encoding=random.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
        if headers != "polish"
        else random.choice(("utf-8", "utf-8-sig", "utf-16")),
        numbers=(decimal, thousands),
        whole_prices=random.random() < 0.12,
        sign=random.choice(("", "", "", "$", "€", "£", "EUR ")),
        dates=random.choice(DATES),
        amount=amount,  # type: ignore[arg-type]
        returns=random.choice(("none", "none", "minus", "behind", "parentheses", "prefix", "same order")),
        status=random.random() < 0.25,
        customers=random.choice(("numbers", "numbers", "mails", "zeros", "points")),
        guest=random.choice(GUESTS) if not filled_down else "Guest",
        codes=codes,  # type: ignore[arg-type]
        country=random.choice(("names", "names", "iso2", "iso3", "none")),
        services=random.choice(("none", "none", "shipping", "discounts")),
        pieces=pieces,
        overlap=random.random() < 0.2,
        filled_down=filled_down,
        titles=random.random() < 0.1,
        separator_line=random.random() < 0.05,
        order_prefix=random.choice(("", "", "", "CA-", "SO", "#")),
    )

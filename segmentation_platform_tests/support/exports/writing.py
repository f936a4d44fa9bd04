"""Writing a shop's orders in a style, and what is right about the file that comes of it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from segmentation_platform_tests.support.exports.style import HEADERS, Style
from segmentation_platform_tests.support.exports.truth import (
    Line,
    Order,
    Shop,
    make_shop,
    with_failed_orders,
    with_returns,
)

_CODES = {
    "United Kingdom": "GB GBR",
    "Germany": "DE DEU",
    "France": "FR FRA",
    "Netherlands": "NL NLD",
    "United States": "US USA",
}
_BAD = ("cancelled", "pending", "failed", "refunded")
_SHIPPING_CENTS, _DISCOUNT_CENTS = 495, 300


@dataclass(frozen=True)
class Expected:
    """What is right about an export.

    Attributes:
        lines: genuine lines of sale
        orders: with one
        customers: known, with a sale
        cents: net revenue

    """

    lines: int
    orders: int
    customers: int
    cents: int


def shop_for(style: Style, seed: int) -> Shop:
    """The shop of a seed as far as a style can tell it."""
    shop = make_shop(seed, scale=100 if style.whole_prices else 1)
    if style.returns != "none":
        shop = with_returns(shop, seed)
    return with_failed_orders(shop, seed) if style.status else shop


def write_export(folder: Path, style: Style, seed: int) -> tuple[Path, Expected]:
    """Write the shop of a seed in a style.

    Returns:
        The file and what is right about it.

    """
    shop = shop_for(style, seed)
    writer = _Writer(style, seed)
    rows = [row for order in shop.orders for row in writer.rows(order)]
    if style.overlap:
        first_of_last = next(place for place, row in enumerate(rows) if row[0] == rows[-max(1, len(rows) // 10)][0])
        rows += [writer.header(), *rows[first_of_last:]]
    path = folder / "export.csv"
    path.write_bytes(_text(style, writer, rows).encode(style.encoding, errors="replace"))
    return path, _expected(style, shop)


def _text(style: Style, writer: "_Writer", rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    out = csv.writer(buffer, delimiter=style.delimiter)
    if style.separator_line:
        buffer.write(f"sep={style.delimiter}\r\n")
    if style.titles:
        width = len(writer.header())
        out.writerow(["Sales report", *[""] * (width - 1)])
        out.writerow(["All branches", *[""] * (width - 1)])
    out.writerow(writer.header())
    out.writerows(rows)
    if style.titles:
        out.writerow(["Total", *[""] * (len(writer.header()) - 1)])
    return buffer.getvalue()


def _expected(style: Style, shop: Shop) -> Expected:
    lines = sum(line.quantity if style.pieces else 1 for order in shop.good for line in order.lines)
    cents = shop.cents
    if style.services == "discounts":
        cents -= sum(_discount(order) for order in shop.good)
    return Expected(lines, len(shop.good), shop.customers, cents)


def _discount(order: Order) -> int:
    """What comes off an order by a line of its own; every fifth order has one, if it is worth more."""
    worth = sum(line.cents for line in order.lines)
    return _DISCOUNT_CENTS if order.number % 5 == 0 and worth > _DISCOUNT_CENTS else 0


class _Writer:
    def __init__(self, style: Style, seed: int) -> None:
        self._style = style
        self._names = HEADERS[style.headers]
        self._random = Random(seed)  # noqa: S311 - a made-up shop

    def header(self) -> list[str]:
        """The names of the columns that the style has."""
        return [self._names[column] for column in self._columns()]

    def rows(self, order: Order) -> Iterator[list[str]]:
        """The lines of an order."""
        lines = [self._cells(order, line) for line in self._pieces(order)]
        if not order.is_return:
            lines += self._services(order)
        if self._style.filled_down:
            for cells in lines[1:]:
                cells.update(dict.fromkeys(("customer", "country", "status"), ""))
        for cells in lines:
            yield [cells[column] for column in self._columns()]

    def _columns(self) -> list[str]:
        style = self._style
        money = {"unit": ["price"], "total": ["total"], "both": ["price", "total"]}[style.amount]
        return [
            "order",
            *([] if style.codes == "none" else ["code"]),
            "name",
            "quantity",
            "date",
            *money,
            "customer",
            *([] if style.country == "none" else ["country"]),
            *(["status"] if style.status else []),
        ]

    def _pieces(self, order: Order) -> Iterator[Line]:
        for line in order.lines:
            if not self._style.pieces:
                yield line
                continue
            for _ in range(abs(line.quantity)):
                yield Line(line.product, 1 if line.quantity > 0 else -1)

    def _cells(self, order: Order, line: Line) -> dict[str, str]:
        return {
            "order": self._order(order),
            "code": self._code(line.product.number),
            "name": line.product.name,
            "quantity": self._quantity(line.quantity),
            "date": self._date(order.moment),
            "price": self._money(line.product.cents),
            "total": self._money(line.cents),
            "customer": self._customer(order),
            "country": self._country(order.country),
            "status": "completed" if order.counts else _BAD[order.number % len(_BAD)],
        }

    def _services(self, order: Order) -> list[dict[str, str]]:
        if self._style.services == "none":
            return []
        if self._style.services == "shipping":
            return [self._service(order, "SHIP", "Shipping", _SHIPPING_CENTS)] if order.number % 3 == 0 else []
        off = _discount(order)
        return [self._service(order, "DISCOUNT", "Discount", -off)] if off else []

    def _service(self, order: Order, code: str, name: str, cents: int) -> dict[str, str]:
        cells = self._cells(order, order.lines[0])
        amount = self._money(cents)
        return {**cells, "code": code, "name": name, "quantity": "1", "price": amount, "total": amount}

    def _order(self, order: Order) -> str:
        number = 500_000 + order.number
        if order.is_return and self._style.returns == "prefix":
            return f"RET{number}"
        return f"{self._style.order_prefix}{number}"

    def _code(self, number: int) -> str:
        style = self._style.codes
        if style == "mixed":
            return f"{'ABCDEFG'[number % 7]}{number % 3}-{number:03d}" if number % 3 else str(30_000 + number)
        if style == "zeros lost":
            padded = f"{110 + number:05d}"
            return padded if self._random.random() < 0.5 else padded.lstrip("0")
        return str(20_000 + 7 * number)

    def _quantity(self, quantity: int) -> str:
        if quantity >= 0:
            return str(quantity)
        how = self._style.returns
        if how == "behind":
            return f"{-quantity}-"
        return f"({-quantity})" if how == "parentheses" else str(quantity)

    def _money(self, cents: int) -> str:
        decimal, thousands = self._style.numbers
        whole, rest = divmod(abs(cents), 100)
        text = f"{whole:,}".replace(",", thousands)
        if not self._style.whole_prices:
            text += f"{decimal}{rest:02d}"
        minus = "-" if cents < 0 else ""
        return f"{minus}{self._style.sign}{text}"

    def _date(self, moment: datetime) -> str:
        if self._style.dates == "serial":
            days = (moment - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - a shop's own time
            return f"{days:.5f}"
        return moment.strftime(self._style.dates)

    def _customer(self, order: Order) -> str:
        if order.customer is None:
            return self._style.guest
        number = 12_000 + order.customer
        match self._style.customers:
            case "mails":
                mail = f"shopper.{number}@example.com"
                return mail.title() if self._random.random() < 0.3 else mail
            case "zeros":
                return f"0{number}" if self._random.random() < 0.4 else str(number)
            case "points":
                return f"{number}.0" if self._random.random() < 0.4 else str(number)
        return str(number)

    def _country(self, name: str) -> str:
        two, three = _CODES[name].split()
        return {"names": name, "iso2": two, "iso3": three, "none": ""}[self._style.country]

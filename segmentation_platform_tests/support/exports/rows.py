"""Sales as rows that a test writes cell by cell, and what is right about them; all amounts in whole cents."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from segmentation_platform_tests.support.exports.truth import Shop, make_shop, with_returns


@dataclass(frozen=True)
class Sale:
    """One line of an order; the quantity is negative where it takes a sale back.

    Attributes:
        order: number of the order
        product: number of the product
        name: of the product
        quantity: of it
        moment: when
        cents: price of a unit
        customer: number of the customer; None for a guest
        country: by its English name
        first: whether it is the first line of its order

    """

    order: int
    product: int
    name: str
    quantity: int
    moment: datetime
    cents: int
    customer: int | None
    country: str
    first: bool

    @property
    def worth(self) -> int:
        """What the line is worth."""
        return self.quantity * self.cents


@dataclass(frozen=True)
class Right:
    """What is right about an export.

    Attributes:
        lines: of sale
        orders: with one
        customers: known, with a sale
        cents: net revenue
        first: day of the first sale
        last: day of the last one

    """

    lines: int
    orders: int
    customers: int
    cents: int
    first: date
    last: date


Columns: TypeAlias = Mapping[str, Callable[[Sale], str]]
"""What stands in each column, by its heading."""


def sales_of(shop: Shop) -> list[Sale]:
    """The lines of a shop's orders, in order of time."""
    return [
        Sale(
            order.number, line.product.number, line.product.name, line.quantity, order.moment, line.product.cents,
            order.customer, order.country, first=place == 0,
        )
        for order in shop.orders
        for place, line in enumerate(order.lines)
    ]  # fmt: skip


def some_sales(seed: int, orders: int = 150, days: int = 200, scale: int = 1) -> list[Sale]:
    """The lines of a shop without returns."""
    return sales_of(make_shop(seed, orders, days, scale))


def sales_and_returns(seed: int, orders: int = 150) -> list[Sale]:
    """The lines of a shop with returns, which are orders of their own."""
    return sales_of(with_returns(make_shop(seed, orders), seed))


def with_changed(sales: Iterable[Sale], change: Callable[[Sale], Mapping[str, object]]) -> list[Sale]:
    """Lines, each with what a function of it says in place of its own."""
    return [replace(sale, **change(sale)) for sale in sales]  # type: ignore[arg-type]


def right(sales: Iterable[Sale], off: int = 0) -> Right:
    """What is right about lines that all count.

    Args:
        sales: the lines
        off: cents that are taken off them all together

    """
    sales = list(sales)
    sold = [sale for sale in sales if sale.quantity > 0]
    return Right(
        len(sold),
        len({sale.order for sale in sold}),
        len({sale.customer for sale in sold if sale.customer is not None}),
        sum(sale.worth for sale in sales) - off,
        min(sale.moment for sale in sold).date(),
        max(sale.moment for sale in sold).date(),
    )


def money(cents: int, decimal: str = ".", thousands: str = "") -> str:
    """An amount with two decimals.

    Examples:
        >>> money(-123456, ",", ".")
        '-1.234,56'

    """
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{f'{whole:,}'.replace(',', thousands)}{decimal}{rest:02d}"


def mail(sale: Sale) -> str:
    """The address of a customer."""
    return "" if sale.customer is None else f"buyer{sale.customer}@mail.test"


PLAIN: Columns = {
    "Order No": lambda sale: f"{700_000 + sale.order}",
    "Item Code": lambda sale: f"{31_000 + 13 * sale.product}",
    "Item Name": lambda sale: sale.name,
    "Qty": lambda sale: f"{sale.quantity}",
    "Sold At": lambda sale: f"{sale.moment}",
    "Unit Price": lambda sale: money(sale.cents),
    "Client ID": lambda sale: "" if sale.customer is None else f"{40_100 + sale.customer}",
    "Country": lambda sale: sale.country,
}
"""An export in which nothing is odd."""


def but(columns: Columns | None = None, **changed: Callable[[Sale], str]) -> Columns:
    """Columns with some changed: by their headings in lower case, with underscores for blanks."""
    columns = PLAIN if columns is None else columns
    keys = {heading.lower().replace(" ", "_"): heading for heading in columns}
    return {**columns, **{keys[key]: cell for key, cell in changed.items()}}


def named(columns: Columns, *headings: str) -> Columns:
    """Columns under other headings; one that has an empty heading is left out."""
    cells = zip(headings, columns.values(), strict=True)
    return {heading: cell for heading, cell in cells if heading}


def without(columns: Columns, *headings: str) -> Columns:
    """Columns without some."""
    return {heading: cell for heading, cell in columns.items() if heading not in headings}


def cells(sales: Iterable[Sale], columns: Columns) -> list[list[str]]:
    """The lines as rows of cells."""
    return [[cell(sale) for cell in columns.values()] for sale in sales]


def table(sales: Iterable[Sale], columns: Columns | None = None) -> list[list[str]]:
    """The heading and the lines as rows of cells."""
    columns = PLAIN if columns is None else columns
    return [list(columns), *cells(sales, columns)]


Rows: TypeAlias = Sequence[Sequence[str]]

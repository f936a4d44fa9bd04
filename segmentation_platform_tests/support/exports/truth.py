"""A made-up shop: orders, products, customers, returns; all amounts in whole cents."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

FIRST_DAY = datetime(2024, 1, 2, 8, 0)  # noqa: DTZ001 - a shop's own time

_COLOURS = ("Amber", "Cobalt", "Ivory", "Moss", "Slate", "Linen", "Brass", "Oak")
_THINGS = ("Lantern", "Teapot", "Mug", "Rug", "Bowl", "Vase", "Candle", "Coaster", "Tray", "Kettle")
_COUNTRIES = ("United Kingdom", "Germany", "France", "Netherlands", "United States")


@dataclass(frozen=True)
class Product:
    """What is sold.

    Attributes:
        number: from 0
        name: as the shop writes it
        cents: price of a unit

    """

    number: int
    name: str
    cents: int


@dataclass(frozen=True)
class Line:
    """One product of an order; the quantity is negative on returns."""

    product: Product
    quantity: int

    @property
    def cents(self) -> int:
        """What it is worth."""
        return self.quantity * self.product.cents


@dataclass(frozen=True)
class Order:
    """One order, or the return of one.

    Attributes:
        number: of the order
        moment: when
        customer: number of the customer; None for a guest
        country: by its English name
        lines: of it
        is_return: whether it takes back what was bought before
        counts: False for an order that was cancelled or never paid

    """

    number: int
    moment: datetime
    customer: int | None
    country: str
    lines: tuple[Line, ...]
    is_return: bool = False
    counts: bool = True


@dataclass(frozen=True)
class Shop:
    """All orders in order of time."""

    products: tuple[Product, ...]
    orders: tuple[Order, ...]

    @property
    def good(self) -> list[Order]:
        """The orders that count, returns left out."""
        return [order for order in self.orders if order.counts and not order.is_return]

    @property
    def cents(self) -> int:
        """Net revenue."""
        return sum(line.cents for order in self.orders if order.counts for line in order.lines)

    @property
    def customers(self) -> int:
        """Known customers with an order that counts."""
        return len({order.customer for order in self.good if order.customer is not None})


def make_shop(seed: int, orders: int = 150, days: int = 200, scale: int = 1) -> Shop:
    """Make a shop.

    Args:
        seed: equal seeds make equal shops
        orders: of sale
        days: over which they are spread
        scale: multiplies prices; at 100 they are whole

    """
    random = Random(seed)  # noqa: S311 - a made-up shop
    names = [f"{colour} {thing}" for colour in _COLOURS for thing in _THINGS]
    random.shuffle(names)
    products = tuple(
        Product(number, name, max(1, round(random.lognormvariate(6.8, 0.8))) * scale)
        for number, name in enumerate(names[:40])
    )
    made: list[Order] = []
    for number in range(orders):
        moment = FIRST_DAY + timedelta(
            days=number * days // orders, minutes=random.randrange(11 * 60), seconds=random.randrange(60)
        )
        chosen = random.sample(products, random.randint(1, 5))
        lines = tuple(Line(product, random.choice((1, 1, 1, 2, 2, 3, 4, 6, 12))) for product in chosen)
        customer = None if random.random() < 0.12 else random.randrange(60)
        made.append(Order(number, moment, customer, _COUNTRIES[(customer or 0) % 5], lines))
    return Shop(products, tuple(sorted(made, key=lambda order: order.moment)))


def with_returns(shop: Shop, seed: int) -> Shop:
    """The shop, some of whose orders of known customers are taken back in part."""
    random = Random(seed)  # noqa: S311 - a made-up shop
    returns = [
        Order(
            len(shop.orders) + number,
            order.moment + timedelta(hours=3),
            order.customer,
            order.country,
            (Line(order.lines[0].product, -random.randint(1, order.lines[0].quantity)),),
            is_return=True,
        )
        for number, order in enumerate(
            order for order in shop.orders if order.customer is not None and random.random() < 0.12
        )
    ]
    return replace(shop, orders=tuple(sorted((*shop.orders, *returns), key=lambda order: order.moment)))


def with_failed_orders(shop: Shop, seed: int) -> Shop:
    """The shop, a fifth of whose orders do not count."""
    random = Random(seed)  # noqa: S311 - a made-up shop
    orders = tuple(replace(order, counts=order.is_return or random.random() > 0.2) for order in shop.orders)
    return replace(shop, orders=orders)

"""The natures of simulated shops: what makes a grocer's ledger another than that of a gift shop."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

Kind: TypeAlias = Literal["gift", "grocery", "fashion", "trade"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True)
class Nature:
    """How a kind of shop sells."""

    lines_per_customer: float
    """Lines of the ledger for which there is a customer."""
    lines_per_sale: float
    """Lines of an invoice, on average."""
    most_visits: int
    """No customer buys more often."""
    products: int
    """Products of a ledger of 540,000 lines; they grow with the root of the lines."""
    tail: float
    """Exponent of the products' base demand by rank: the higher, the fewer sell nearly all."""
    favourites: int
    """Products of each customer's own."""
    favourite_share: float
    """Share of a customer's lines that are of these."""
    staples: float
    """How far the first of them lead: 1 where all count the same, 2 where half of them are seldom bought."""
    launched_late: float
    """Share of the products that come in while the ledger runs."""
    launches: tuple[float, float]
    """When these come in, from and to, as shares of the span."""
    life: float
    """How long they are sold, as a share of the span."""
    swing: float
    """How far demand for a product goes up and down, on the log scale."""
    price: float
    """Usual price in hundredths."""
    units: float
    """Logarithm of a factor on the units of a line."""
    week: tuple[float, ...]
    """How much trade a day of the week sees, from Monday."""
    year: tuple[float, ...]
    """How much a month sees, from January."""


_FLAT: Final = (1.0,) * 12

NATURES: Final[dict[Kind, Nature]] = {
    "gift": Nature(
        lines_per_customer=124,
        lines_per_sale=22,
        most_visits=300,
        products=4_000,
        tail=0.85,
        favourites=12,
        favourite_share=0.48,
        staples=1.0,
        launched_late=0.25,
        launches=(0.0, 0.8),
        life=2.0,
        swing=0.9,
        price=210,
        units=0.0,
        # As in the real ledger, Thursday is the best day and nothing is sold on Saturdays.
        week=(0.95, 1.02, 0.95, 1.08, 0.85, 0.0, 0.65),
        # A flat spring and summer, then a climb to a peak in November.
        year=(0.85, 0.8, 0.85, 0.85, 0.95, 0.95, 0.95, 0.95, 1.45, 1.6, 2.1, 1.9),
    ),
    # The same few dozen products week after week, of tens of thousands.
    "grocery": Nature(
        lines_per_customer=400,
        lines_per_sale=9,
        most_visits=400,
        products=9_000,
        tail=1.0,
        favourites=40,
        favourite_share=0.75,
        staples=2.0,
        launched_late=0.1,
        launches=(0.0, 1.0),
        life=2.0,
        swing=0.2,
        price=240,
        units=-1.0,
        week=(0.9, 0.85, 0.9, 1.0, 1.25, 1.35, 0.9),
        year=_FLAT,
    ),
    # Collections: most products are there for a quarter of a year, and hardly anything is bought twice.
    "fashion": Nature(
        lines_per_customer=20,
        lines_per_sale=3,
        most_visits=60,
        products=5_000,
        tail=0.7,
        favourites=5,
        favourite_share=0.08,
        staples=1.0,
        launched_late=0.9,
        launches=(-0.25, 1.0),
        life=0.25,
        swing=0.4,
        price=3_500,
        units=-1.3,
        week=(0.9, 0.9, 0.9, 1.0, 1.1, 1.3, 1.2),
        year=(0.9, 0.8, 1.0, 1.1, 1.1, 1.0, 0.9, 0.8, 1.1, 1.1, 1.3, 1.2),
    ),
    # Few customers with contracts: much of the same, on working days.
    "trade": Nature(
        lines_per_customer=300,
        lines_per_sale=12,
        most_visits=300,
        products=6_000,
        tail=0.6,
        favourites=25,
        favourite_share=0.85,
        staples=1.5,
        launched_late=0.05,
        launches=(0.0, 1.0),
        life=2.0,
        swing=0.2,
        price=900,
        units=1.2,
        week=(1.0, 1.1, 1.1, 1.1, 0.9, 0.0, 0.0),
        year=_FLAT,
    ),
}

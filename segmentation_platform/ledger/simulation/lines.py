"""The lines of a simulated ledger, made piece by piece and forgotten again.

A piece is a fixed run of invoices with its own random numbers, so how the lines are later cut into batches
changes nothing. Pieces must be made in order: a cancellation takes back what an earlier piece has sold.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa

from segmentation_platform.ledger.simulation.catalog import Demand
from segmentation_platform.ledger.simulation.draws import Ints, hashed_uniform, stream
from segmentation_platform.ledger.simulation.invoices import GUEST, NONE, Invoices, month_of
from segmentation_platform.ledger.simulation.natures import Nature
from segmentation_platform.ledger.simulation.texts import Lines, LineTexts, Shop

_LINES_PER_PIECE: Final = 100_000
_FIRST_INVOICE: Final = 536_365
_PACKS: Final = np.array(
    [1, 2, 3, 4, 6, 8, 10, 12, 16, 18, 20, 24, 36, 48, 60, 72, 96, 120, 144, 192, 240, 288, 480], dtype=np.int64
)
_PACKS_UNTIL: Final = np.sqrt(_PACKS[:-1] * _PACKS[1:])
_GUEST_UNITS: Final = -0.5
"""Logarithm of the factor on a guest's units."""
_MANY_UNITS: Final = 48
_PATIENCE: Final = 4


def make_pieces(shop: Shop) -> Iterator[pa.RecordBatch]:
    """Make the ledger from its first line to its last, in pieces of whole invoices.

    Yields:
        Record batches of about 100,000 lines with the text columns `COLUMNS`.

    """
    first_line = shop.invoices.first_line
    edges = np.unique(np.searchsorted(first_line, np.arange(0, first_line[-1], _LINES_PER_PIECE)))
    edges = np.append(edges, shop.invoices.size)
    baskets, returns, texts = _Baskets(shop), _Returns(shop.invoices), LineTexts(shop)
    for piece, (first, end) in enumerate(pairwise(edges.tolist())):
        lines = baskets.fill(range(first, end), stream(shop.plan.seed, "lines", piece))
        returns.keep_sold(lines)
        returns.take_back(lines)
        yield texts.write(lines, shop.dirt.between(int(first_line[first]), int(first_line[end])))


class _Baskets:
    """Draws what is bought, how many and at which price."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._month, self._month_of_year = month_of(shop.invoices, shop.calendar)
        self._demand = Demand(shop.catalog, int(self._month[-1]) + 1, shop.plan)

    def fill(self, invoices: range, rng: np.random.Generator) -> Lines:
        sizes = self._shop.invoices.lines[invoices.start : invoices.stop]
        invoice = np.repeat(np.arange(invoices.start, invoices.stop), sizes)
        place = np.arange(invoice.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        product = self._distinct_products(invoice, rng)
        units = self._units(invoice, product, rng)
        cents = self._shop.catalog.cents[product]
        # Who takes many of one thing gets it cheaper.
        cents = np.where(units >= _MANY_UNITS, cents * 85 // 100, cents)
        return Lines(invoice, place, product, units, cents, rng.random(invoice.size))

    def _distinct_products(self, invoice: Ints, rng: np.random.Generator) -> Ints:
        """Draw a product for each line, none twice in an invoice."""
        products = self._shop.catalog.size
        product = self._wanted_products(invoice, rng)
        again = _repeated(invoice, product, products)
        tries = 1
        while again.size:
            # After some tries of what is in demand, anything: a basket has at most a quarter of the products.
            is_patient = tries < _PATIENCE
            product[again] = (
                self._wanted_products(invoice[again], rng) if is_patient else rng.integers(products, size=again.size)
            )
            again = _repeated(invoice, product, products)
            tries += 1
        return product

    def _wanted_products(self, invoice: Ints, rng: np.random.Generator) -> Ints:
        """Draw a product for each line by the demand of its month, or one of the customer's favourites."""
        invoices = self._shop.invoices
        group = 2 * invoices.taste[invoice] + (invoices.country[invoice] > 0)
        month, uniform = self._month[invoice], rng.random(invoice.size)
        product = np.empty(invoice.size, dtype=np.int64)
        for each in np.unique(month):
            lines = np.flatnonzero(month == each)
            of_year = int(self._month_of_year[invoice[lines[0]]])
            product[lines] = self._demand.draw(int(each), of_year, group[lines], uniform[lines])
        customer = invoices.customer[invoice]
        nature = self._shop.plan.nature
        which = rng.integers(round(nature.favourites / nature.favourite_share), size=invoice.size)
        lines = np.flatnonzero((which < nature.favourites) & (customer != GUEST))
        which = _leading(nature)[np.minimum(which, nature.favourites - 1)]
        liked = hashed_uniform(self._shop.plan.seed, customer[lines], which[lines])
        favourite = self._demand.favourites(group[lines], liked)
        is_sold = self._demand.is_sold(favourite, month[lines])
        product[lines[is_sold]] = favourite[is_sold]
        return product

    def _units(self, invoice: Ints, product: Ints, rng: np.random.Generator) -> Ints:
        """Draw the units of each line, in packs: more of what is cheap, and more for big buyers."""
        customer = self._shop.invoices.customer[invoice]
        buyer = np.where(customer == GUEST, _GUEST_UNITS, self._shop.customers.units[customer])
        cheapness = -0.65 * np.log(self._shop.catalog.cents[product] / self._shop.plan.nature.price)
        wished = 1.5 + self._shop.plan.nature.units + cheapness + buyer + rng.normal(0, 0.75, invoice.size)
        return _PACKS[np.searchsorted(_PACKS_UNTIL, np.exp(wished))]


def _leading(nature: Nature) -> Ints:
    """Which favourite each of equally likely draws is: the first ones more often, as staples are."""
    places = np.arange(nature.favourites) / nature.favourites
    # A crumb, so that a place stays what it is where all are alike.
    leading: Ints = np.floor(places**nature.staples * nature.favourites + 1e-9).astype(np.int64)
    return leading


def _repeated(invoice: Ints, product: Ints, products: int) -> Ints:
    """Return the lines whose product an earlier line of the same invoice has."""
    key = (invoice - invoice[0]) * products + product
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    return np.sort(order[1:][ordered[1:] == ordered[:-1]])


class _Returns:
    """Remembers what will be taken back from its sale until its cancellation."""

    def __init__(self, invoices: Invoices) -> None:
        self._invoices = invoices
        own = np.arange(invoices.size)
        self._is_cancellation = invoices.cancels != NONE
        self._is_matched = self._is_cancellation & (invoices.cancels != own)
        matched = np.flatnonzero(self._is_matched)
        self._taken_by = np.full(invoices.size, NONE, dtype=np.int64)
        self._taken_by[invoices.cancels[matched]] = matched
        self._first_slot = np.cumsum(np.where(self._is_matched, invoices.lines, 0))
        self._first_slot -= np.where(self._is_matched, invoices.lines, 0)
        self._slots = np.zeros((3, int(invoices.lines[matched].sum())), dtype=np.int64)

    def keep_sold(self, lines: Lines) -> None:
        taken_by = self._taken_by[lines.invoice]
        kept = np.flatnonzero((taken_by != NONE) & (lines.place < self._invoices.lines[taken_by]))
        slot = self._first_slot[taken_by[kept]] + lines.place[kept]
        self._slots[:, slot] = lines.product[kept], lines.units[kept], lines.cents[kept]

    def take_back(self, lines: Lines) -> None:
        """Turn lines of cancellations into what they take back: three in four times all of it."""
        matched = np.flatnonzero(self._is_matched[lines.invoice])
        slot = self._first_slot[lines.invoice[matched]] + lines.place[matched]
        lines.product[matched], lines.units[matched], lines.cents[matched] = self._slots[:, slot]
        part = np.minimum(lines.noise[matched] / 0.25, 1.0)
        lines.units[matched] = np.ceil(lines.units[matched] * part).clip(1).astype(np.int64)
        cancelled = np.flatnonzero(self._is_cancellation[lines.invoice])
        lines.units[cancelled] *= -1

"""How lines are written: every column as text, as it stands in a source, small slips included."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from segmentation_platform.ledger.simulation.catalog import Catalog
from segmentation_platform.ledger.simulation.customers import COUNTRIES, Customers
from segmentation_platform.ledger.simulation.dirt import Dirt, spoil
from segmentation_platform.ledger.simulation.draws import Floats, Ints
from segmentation_platform.ledger.simulation.invoices import GUEST, NONE, Invoices, trading_times
from segmentation_platform.ledger.simulation.plan import ShopPlan
from segmentation_platform.ledger.simulation.trading import TradingCalendar

COLUMNS: Final = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
"""The columns, named as in the Kaggle file."""

SCHEMA: Final = pa.schema([(column, pa.string()) for column in COLUMNS])

_FIRST_INVOICE: Final = 536_365

# Upper bounds of the noise at which a slip happens: the code in lower case, the code with a stray space, the
# description missing (null), the description empty, and the description with stray spaces.
_SLIPS: Final = np.array([0.003, 0.005, 0.0065, 0.008, 0.011])


@dataclass(frozen=True)
class Shop:
    """Everything that is known before the first line."""

    plan: ShopPlan
    calendar: TradingCalendar
    catalog: Catalog
    customers: Customers
    invoices: Invoices
    dirt: Dirt


@dataclass(frozen=True)
class Lines:
    """Lines of a piece of the ledger as numbers; every array has the shape (lines,) and may be changed."""

    invoice: Ints
    place: Ints
    """Place in the invoice, from 0."""
    product: Ints
    units: Ints
    cents: Ints
    noise: Floats
    """A random number in [0, 1), for what goes wrong in writing."""

    def repeat_before(self, lines: Ints) -> None:
        """Make lines exact copies of the ones before them, which are of the same invoice."""
        for numbers in (self.product, self.units, self.cents, self.noise):
            numbers[lines] = numbers[lines - 1]


class LineTexts:
    """Writes lines of one shop."""

    def __init__(self, shop: Shop) -> None:
        codes, descriptions = shop.catalog.codes, shop.catalog.descriptions
        lower = [code.lower() for code in codes]
        spaced = [f" {code} " for code in codes]
        doubled = [description.replace(" ", "  ") for description in descriptions]
        self._products = shop.catalog.size
        self._codes = pa.array([*codes, *lower, *spaced], pa.string())
        self._descriptions = pa.array([*descriptions, *doubled, None, ""], pa.string())
        self._customer_ids = pa.array([*shop.customers.ids.astype(str), None], pa.string())
        self._countries = pa.array(list(COUNTRIES), pa.string())
        self._times = trading_times(shop.invoices, shop.calendar)
        self._invoices = shop.invoices

    def write(self, lines: Lines, dirt: Dirt) -> pa.RecordBatch:
        """Write a piece of the ledger.

        Args:
            lines: the piece; its duplicates are made in place.
            dirt: its spoilt lines, counted from the piece's first line.

        Returns:
            A record batch of `SCHEMA`.

        """
        lines.repeat_before(dirt.lines_with("duplicate_line"))
        columns = {**self._of_invoices(lines.invoice), **self._of_products(lines)}
        columns = spoil(columns, dirt, lines.place)
        return pa.record_batch([columns[column] for column in COLUMNS], schema=SCHEMA)

    def _of_invoices(self, invoice: Ints) -> dict[str, pa.Array]:
        first, end = int(invoice[0]), int(invoice[-1]) + 1
        numbers = [
            f"{'' if cancels == NONE else 'C'}{number}"
            for number, cancels in enumerate(self._invoices.cancels[first:end], _FIRST_INVOICE + first)
        ]
        customer = self._invoices.customer[first:end]
        customer = np.where(customer == GUEST, len(self._customer_ids) - 1, customer)
        texts = {
            "InvoiceNo": pa.array(numbers, pa.string()),
            "InvoiceDate": pa.array(self._times[first:end]).cast(pa.string()),
            "CustomerID": self._customer_ids.take(pa.array(customer)),
            "Country": self._countries.take(pa.array(self._invoices.country[first:end])),
        }
        of_line = pa.array(invoice - first)
        return {column: text.take(of_line) for column, text in texts.items()}

    def _of_products(self, lines: Lines) -> dict[str, pa.Array]:
        slip = np.searchsorted(_SLIPS, lines.noise, side="right")
        code = lines.product + self._products * np.select([slip == 0, slip == 1], [1, 2], 0)
        description = np.select(
            [slip == 2, slip == 3, slip == 4],
            [2 * self._products, 2 * self._products + 1, lines.product + self._products],
            lines.product,
        )
        return {
            "StockCode": self._codes.take(pa.array(code)),
            "Description": self._descriptions.take(pa.array(description)),
            "Quantity": pa.array(lines.units).cast(pa.string()),
            "UnitPrice": pa.array(lines.cents / 100).cast(pa.string()),
        }

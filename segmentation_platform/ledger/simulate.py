"""A simulated shop: a sales ledger of any size whose customers, tastes and spoilt lines are known.

Here belongs: the interface. How the shop is made is in `segmentation_platform.ledger.simulation`. It serves
those who have no ledger yet, tests that must know the truth, and benchmarks; it says nothing about real shops.

Examples:
    >>> shop = SimulatedShop(ShopPlan(lines=1_000))
    >>> sum(batch.num_rows for batch in shop.batches())
    1000

"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from segmentation_platform.ledger.simulation.catalog import make_catalog
from segmentation_platform.ledger.simulation.customers import make_customers
from segmentation_platform.ledger.simulation.dirt import make_dirt
from segmentation_platform.ledger.simulation.invoices import make_invoices
from segmentation_platform.ledger.simulation.lines import make_pieces
from segmentation_platform.ledger.simulation.plan import ShopPlan
from segmentation_platform.ledger.simulation.texts import SCHEMA, Shop
from segmentation_platform.ledger.simulation.trading import trading_calendar

__all__ = ["ShopPlan", "ShopTruth", "SimulatedShop", "write_parquet"]


@dataclass(frozen=True)
class ShopTruth:
    """What is true of a simulated shop and can't be read off its ledger.

    Attributes:
        customers: one row per customer, each of whom buys at least once: `customer_id` (text as in the ledger),
            `segment`, `taste`, `country`, `is_wholesale`.
        products: one row per product: `stock_code` (upper case), `description`, `category` (as the product rules
            name it), `unit_price`.
        dirty_lines: one row per line that cleaning must reject, in order of the ledger: `line_number` (from 1),
            `reason` (one of `contracts.ledger.REASONS`). Grows with the ledger: 16 bytes and a text per spoilt line.

    """

    customers: pd.DataFrame
    products: pd.DataFrame
    dirty_lines: pd.DataFrame


class SimulatedShop:
    """A shop whose ledger can be read as often as wanted, always with the same lines.

    The plan of all invoices is held in memory (about a twentieth of the ledger); lines are not.

    Args:
        plan: size, span and mixture.

    Raises:
        ValueError: where the plan asks for more spoilt lines than the shop has lines that can be spoilt.

    """

    schema: pa.Schema = SCHEMA
    """InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country; all text."""

    def __init__(self, plan: ShopPlan) -> None:
        self.plan = plan
        calendar, catalog, customers = trading_calendar(plan), make_catalog(plan), make_customers(plan)
        invoices = make_invoices(plan, calendar, customers, catalog.size)
        self._shop = Shop(plan, calendar, catalog, customers, invoices, make_dirt(plan, invoices))

    @property
    def truth(self) -> ShopTruth:
        """The truth behind the ledger; complete from the start."""
        return ShopTruth(
            customers=self._shop.customers.frame(),
            products=self._shop.catalog.frame(),
            dirty_lines=self._shop.dirt.frame(),
        )

    def batches(self, rows: int = 100_000) -> Iterator[pa.RecordBatch]:
        """Make the ledger's lines in order of time.

        Args:
            rows: lines per batch (the last one may have fewer); has no influence on the lines.

        Raises:
            ValueError: where `rows` is less than 1.

        """
        if rows < 1:
            raise ValueError(f"rows must be at least 1, not {rows}")
        return _cut(make_pieces(self._shop), rows)


def write_parquet(shop: SimulatedShop, path: Path, progress: Callable[[int], None] | None = None) -> ShopTruth:
    """Write a shop's ledger to a parquet file, never holding more than a batch.

    Args:
        shop: whose ledger to write.
        path: where to; is replaced in one step, and only when the ledger is complete.
        progress: called with the number of lines written so far.

    Raises:
        OSError: where the file can't be written; nothing is left behind then.

    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        _write_batches(shop, unfinished, progress or (lambda _lines: None))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return shop.truth


def _write_batches(shop: SimulatedShop, path: Path, progress: Callable[[int], None]) -> None:
    lines = 0
    with pq.ParquetWriter(path, shop.schema, compression="zstd") as writer:
        for batch in shop.batches():
            writer.write_batch(batch)
            lines += batch.num_rows
            progress(lines)


def _cut(pieces: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Cut a stream of record batches into batches of a given length."""
    held: list[pa.RecordBatch] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += piece.num_rows
        while count >= rows:
            table = pa.Table.from_batches(held)
            yield _one_batch(table.slice(0, rows))
            held = table.slice(rows).to_batches()
            count -= rows
    if count:
        yield _one_batch(pa.Table.from_batches(held))


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    return table.combine_chunks().to_batches()[0]

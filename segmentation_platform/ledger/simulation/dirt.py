"""Spoilt lines: which they are, why cleaning must reject them, and how they read.

Only every second line of a sale can be spoilt. So no spoilt line is the first of its invoice or stands beside
another, and a duplicate always copies the clean line before it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from segmentation_platform.ledger.simulation.catalog import vocabulary
from segmentation_platform.ledger.simulation.draws import Ints, apportion, stream
from segmentation_platform.ledger.simulation.invoices import NONE, Invoices
from segmentation_platform.ledger.simulation.plan import ShopPlan

REASONS: Final = (
    "unparseable_quantity",
    "unparseable_price",
    "unparseable_date",
    "missing_invoice",
    "missing_product",
    "duplicate_line",
    "not_a_product",
    "price_not_positive",
    "quantity_zero",
    "negative_without_cancellation",
)
"""Why a line of the simulated shop must be rejected; its ledger is read by the profile of the UCI ledger."""

_WEIGHTS: Final = np.array([0.03, 0.03, 0.03, 0.02, 0.02, 0.40, 0.22, 0.15, 0.02, 0.08])

_TEXTS: Final[dict[str, tuple[str, tuple[str | None, ...]]]] = {
    "unparseable_quantity": ("Quantity", ("six", "12 pcs", "?", "", None, "1O", "--3")),
    "unparseable_price": ("UnitPrice", ("£2.95", "n/a", "2,95", "", None, "free", "1.2.5")),
    "unparseable_date": ("InvoiceDate", ("yesterday", "2011-02-30 10:15:00", "", None, "31.13.2011", "0000-00-00")),
    "missing_invoice": ("InvoiceNo", ("", None, " ")),
    "missing_product": ("StockCode", ("", None, "  ")),
    "price_not_positive": ("UnitPrice", ("0", "0.0", "0.00", "-11.06", "0")),
    "quantity_zero": ("Quantity", ("0", "0", "-0")),
}
"""The column that a reason spoils and what stands there then; a line's number picks the text."""


@dataclass(frozen=True)
class Dirt:
    """The spoilt lines in order of the ledger; both arrays have the shape (spoilt lines,)."""

    line: Ints
    """Line, counted from 0."""
    reason: Ints
    """Index into `REASONS`."""

    def between(self, first: int, end: int) -> "Dirt":
        """Return the spoilt lines of a piece of the ledger, counted from its first line."""
        low, high = np.searchsorted(self.line, [first, end])
        return Dirt(self.line[low:high] - first, self.reason[low:high])

    def lines_with(self, reason: str) -> Ints:
        """Return the lines that are spoilt in one way."""
        lines: Ints = self.line[self.reason == REASONS.index(reason)]
        return lines

    def frame(self) -> pd.DataFrame:
        """Return the truth: `line_number` (from 1), `reason`."""
        return pd.DataFrame({"line_number": self.line + 1, "reason": np.array(REASONS)[self.reason]})


def make_dirt(plan: ShopPlan, invoices: Invoices) -> Dirt:
    """Choose the lines to spoil and how, every reason at least once (unless the plan wants none)."""
    rng = stream(plan.seed, "dirt")
    wanted = round(plan.lines * plan.dirty_share)
    if not plan.dirty_share:
        return Dirt(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    count = max(wanted, len(REASONS))
    reasons = 1 + apportion(count - len(REASONS), _WEIGHTS)
    reason = rng.permutation(np.repeat(np.arange(len(REASONS)), reasons))
    eligible = np.where(invoices.cancels == NONE, invoices.lines // 2, 0)
    before = np.concatenate([[0], np.cumsum(eligible)])
    chosen = _one_of_each_part(int(before[-1]), count, rng)
    invoice = np.searchsorted(before, chosen, side="right") - 1
    return Dirt(invoices.first_line[invoice] + 1 + 2 * (chosen - before[invoice]), reason)


def _one_of_each_part(size: int, parts: int, rng: np.random.Generator) -> Ints:
    """Cut `range(size)` into equal parts and draw one number of each; ascending and distinct."""
    if parts > size:
        raise ValueError(f"only {size:,} lines can be spoilt, but {parts:,} shall be: lower dirty_share")
    edges: Ints = np.arange(parts + 1) * size // parts
    return edges[:-1] + (rng.random(parts) * np.diff(edges)).astype(np.int64)


def spoil(columns: dict[str, pa.Array], dirt: Dirt, place_in_invoice: Ints) -> dict[str, pa.Array]:
    """Return a piece of the ledger with its spoilt lines written as they stand in the source.

    Duplicates are not made here: they copy the line before them, whatever it is made of.

    Args:
        columns: text columns of the piece.
        dirt: its spoilt lines, counted from the piece's first line.
        place_in_invoice: place of each line of the piece in its invoice, from 0.

    """
    spoilt = dict(columns)
    for reason, (column, texts) in _TEXTS.items():
        lines = dirt.lines_with(reason)
        if lines.size:
            spoilt[column] = _replaced(spoilt[column], lines, [texts[line % len(texts)] for line in lines])
    negative = dirt.lines_with("negative_without_cancellation")
    if negative.size:
        minus = [f"-{units}" for units in spoilt["Quantity"].take(pa.array(negative)).to_pylist()]
        spoilt["Quantity"] = _replaced(spoilt["Quantity"], negative, minus)
    fees = dirt.lines_with("not_a_product")
    return _with_fees(spoilt, fees, place_in_invoice[fees]) if fees.size else spoilt


def _with_fees(columns: dict[str, pa.Array], lines: Ints, place_in_invoice: Ints) -> dict[str, pa.Array]:
    known = vocabulary("fees")["fees"]
    fees = [known[line % len(known)] for line in lines]
    texts = {
        "StockCode": [fee["code"] for fee in fees],
        "Description": [fee["description"] for fee in fees],
        "Quantity": ["1"] * lines.size,
        # Twice the same fee in an invoice is not the same line: it stands at another place, so costs something else.
        "UnitPrice": [f"{1.5 + 0.45 * place:.2f}" for place in place_in_invoice],
    }
    replaced = {column: _replaced(columns[column], lines, values) for column, values in texts.items()}
    return {**columns, **replaced}


def _replaced(column: pa.Array, lines: Ints, texts: list[str | None] | list[str]) -> pa.Array:
    mask = np.zeros(len(column), dtype=bool)
    mask[lines] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(texts, pa.string()))

"""Cleaning what is new of a ledger, apart from its other lines: the same lines come out as of cleaning it whole.

What a line becomes hangs on its order (duplicates, discounts, what stands on one line of an order only), on the
cancellations of its customer and product, and on the ground. So the orders that new loads touch are cleaned whole,
and netted among all lines of the customers' products that they touch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import pyarrow as pa

from segmentation_platform.contracts import CleanSales
from segmentation_platform.engine import Engine, Session, Step, TableLike
from segmentation_platform.ledger.clean import (
    CLEAN_SALES,
    NET_QUANTITIES,
    REASONS,
    REJECTED_SALES,
    Understanding,
    add_categories,
    classify,
)
from segmentation_platform.ledger.ground import Ground, Naming
from segmentation_platform.ledger.profile.numbers import BLANKS
from segmentation_platform.ledger.vocabulary import ENOUGH

_NETTED: Final = ("load_id", "line_number", "customer_id", "stock_code", "sold_at", "status", "quantity")
"""Columns of clean lines that netting needs."""


def _month(line: str) -> str:
    return f"strftime({line}sold_at, '%Y-%m')"


def _columns(names: tuple[str, ...], line: str = "") -> str:
    return ", ".join(f"{line}{name}" for name in names)


_TOUCHED_ORDERS = Step(
    "touched_orders",
    "SELECT DISTINCT trim(coalesce(invoice, ''), $blanks) AS order_number"
    " FROM ledger_raw JOIN ledger_loads USING (load_id) WHERE is_changed",
)
_RAW_SALES = Step(
    "raw_sales",
    "SELECT line.* FROM ledger_raw AS line JOIN ledger_loads USING (load_id)"
    " JOIN touched_orders ON touched_orders.order_number = trim(coalesce(line.invoice, ''), $blanks)"
    " WHERE is_current",
)
_FORMER_LINES = Step(
    "former_lines",
    f"SELECT line.load_id, line.line_number, customer_id, stock_code, {_month('line.')} AS month"  # noqa: S608
    " FROM ledger_clean AS line LEFT JOIN ledger_loads AS load ON load.load_id = line.load_id"
    " LEFT JOIN touched_orders ON order_number = trim(coalesce(line.invoice, ''), $blanks)"
    " WHERE load.load_id IS NULL OR load.is_gone OR order_number IS NOT NULL",
)
_PAIRS = Step(
    "touched_pairs",
    "SELECT DISTINCT customer_id, stock_code FROM product_lines WHERE customer_id IS NOT NULL"
    " UNION SELECT customer_id, stock_code FROM former_lines WHERE customer_id IS NOT NULL",
)
_OTHER_LINES = Step(
    "other_lines",
    f"SELECT {_columns((*_NETTED, 'unit_price', 'net_quantity'), 'line.')} FROM ledger_clean AS line"  # noqa: S608
    " JOIN touched_pairs AS pair ON line.customer_id = pair.customer_id AND line.stock_code = pair.stock_code"
    " LEFT JOIN former_lines AS former ON line.load_id = former.load_id AND line.line_number = former.line_number"
    " WHERE former.load_id IS NULL",
)
_LINES = Step("touched_lines", "SELECT * FROM product_lines")
_TO_NET = Step(
    "product_lines",
    f"SELECT {_columns(_NETTED)} FROM touched_lines UNION ALL SELECT {_columns(_NETTED)} FROM other_lines",  # noqa: S608
)
_COUNT = Step("raw_lines", "SELECT COUNT(*) AS lines FROM raw_sales")
_LINES_AGAIN = Step("product_lines", "SELECT * FROM touched_lines")
_NET = "coalesce(net.net_quantity, CASE WHEN line.status = 'completed' THEN line.quantity ELSE 0 END)"
_RENETTED = Step(
    "renetted",
    f"SELECT line.load_id, line.line_number, {_month('line.')} AS month, {_NET} AS net_quantity,"  # noqa: S608
    f" round({_NET} * line.unit_price, 6) AS net_amount"
    " FROM other_lines AS line LEFT JOIN net_quantities AS net"
    " ON line.load_id = net.load_id AND line.line_number = net.line_number"
    f" WHERE {_NET} <> line.net_quantity",
)
_TOUCHED_MONTHS = Step(
    "touched_months",
    f"SELECT {_month('')} AS month FROM clean_sales UNION SELECT month FROM former_lines"  # noqa: S608
    " UNION SELECT month FROM renetted",
)
_STAYING = ", ".join(
    f"coalesce(renetted.{name}, line.{name}) AS {name}" if name in ("net_quantity", "net_amount") else f"line.{name}"
    for name in CleanSales.column_names()
)
_CLEAN_MONTHS = Step(
    "clean_months",
    f"SELECT {_STAYING} FROM ledger_clean AS line"  # noqa: S608
    f" JOIN touched_months ON touched_months.month = {_month('line.')}"
    " LEFT JOIN former_lines AS former ON line.load_id = former.load_id AND line.line_number = former.line_number"
    " LEFT JOIN renetted ON line.load_id = renetted.load_id AND line.line_number = renetted.line_number"
    f" WHERE former.load_id IS NULL UNION ALL SELECT {_columns(tuple(CleanSales.column_names()))} FROM clean_sales",
)


@dataclass(frozen=True)
class ChangedLoads:
    """The loads of a cleaned ledger that are new or gone: all lines of their orders are cleaned again.

    Attributes:
        new: loads that are to be cleaned
        gone: those whose lines are not the ledger's any more
        stay: the others of the ledger

    """

    new: frozenset[int]
    gone: frozenset[int]
    stay: frozenset[int]

    @property
    def all(self) -> frozenset[int]:
        """Those whose raw lines are looked at."""
        return self.new | self.gone | self.stay

    def frame(self) -> pd.DataFrame:
        """Columns load_id, is_changed, is_gone and is_current."""
        ids = sorted(self.all)
        columns = {"is_changed": self.new | self.gone, "is_gone": self.gone, "is_current": self.new | self.stay}
        return pd.DataFrame(
            {"load_id": ids, **{name: [each in loads for each in ids] for name, loads in columns.items()}}
        )


@dataclass(frozen=True)
class CleanedBefore:
    """A cleaned ledger, and the loads by which it changes.

    Attributes:
        raw: columns of `contracts.RawSales`, of all these loads
        clean: columns of `contracts.CleanSales`, as they were cleaned
        loads: which loads are new and gone
        ground: on which it was cleaned

    """

    raw: TableLike
    clean: TableLike
    loads: ChangedLoads
    ground: Ground


@dataclass(frozen=True)
class Patch:
    """What changes of a cleaned ledger; streams that can be read once.

    Attributes:
        months: the months (2011-12) in which clean lines change
        clean: columns of `contracts.CleanSales`: all lines of these months as they are now
        orders: column order_number: the orders that were cleaned again
        rejected: columns of `contracts.RejectedSales`, of these orders
        reasons: why lines of these orders were rejected, as in `clean.CleanedLedger`
        lines: of these orders
        ground: what all lines of the ledger decided together

    """

    months: frozenset[str]
    clean: pa.RecordBatchReader
    orders: pa.RecordBatchReader
    rejected: pa.RecordBatchReader
    reasons: pd.DataFrame
    lines: int
    ground: Ground


@contextmanager
def cleaned_patch(engine: Engine, before: CleanedBefore, understanding: Understanding) -> Iterator[Patch | None]:
    """Clean the orders that new loads touch; None where the ground has changed and the ledger must be cleaned whole.

    Args:
        engine: runs the SQL
        before: the ledger as it was cleaned, and what is new
        understanding: how its text is understood

    """
    with engine.session() as session:
        _hold(session, before)
        stay = {number: facts for number, facts in before.ground.loads.items() if number in before.loads.stay}
        known = replace(understanding, learned=before.ground.learned)
        ground = classify(session, known, stay)
        if not before.ground.holds_for(ground):
            yield None
            return
        _net(session)
        named = before.ground.naming
        naming = _together(add_categories(session, named.vocabulary, may_learn=False), named)
        if naming.share < ENOUGH <= named.share:
            yield None
            return
        for step in (CLEAN_SALES, REASONS, _COUNT, _TOUCHED_MONTHS, _CLEAN_MONTHS):
            session.run(step)
        yield Patch(
            frozenset(session.frame(_TOUCHED_MONTHS.name)["month"]),
            session.read(_CLEAN_MONTHS.name),
            session.read(_TOUCHED_ORDERS.name),
            session.read(REJECTED_SALES.name),
            session.frame(REASONS.name),
            int(session.frame(_COUNT.name)["lines"].iloc[0]),
            replace(ground, naming=naming),
        )


def _hold(session: Session, before: CleanedBefore) -> None:
    """Make `raw_sales` of the lines that are cleaned, and `former_lines` of the clean lines that give way to them."""
    session.add("ledger_raw", before.raw)
    session.add("ledger_clean", before.clean)
    session.add("ledger_loads", before.loads.frame())
    for step in (_TOUCHED_ORDERS, _RAW_SALES, _FORMER_LINES):
        session.run(step, {"blanks": BLANKS})


def _together(new: Naming, before: Naming) -> Naming:
    """How products are named, with the money of new lines; lines of an order that is cleaned again count twice."""
    return replace(new, covered=new.covered + before.covered, total=new.total + before.total)


def _net(session: Session) -> None:
    """Net the lines of the session among all lines of their customers and products."""
    for step in (_PAIRS, _OTHER_LINES, _LINES, _TO_NET, NET_QUANTITIES, _RENETTED, _LINES_AGAIN):
        session.run(step)

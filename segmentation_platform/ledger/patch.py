"""Cleaning what is new of a ledger, apart from its other lines: the same lines come out as of cleaning it whole.

What a line becomes hangs on its order (duplicates, discounts, what stands on one line of an order only), on the
cancellations of its customer and product, and on the ground. So the orders that new loads touch are cleaned whole,
and netted among all lines of the customers' products that they touch.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa

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
from segmentation_platform.ledger.vocabulary import ENOUGH

PAIR = ("customer_id", "stock_code")
NETTED = ("load_id", "line_number", *PAIR, "sold_at", "status", "quantity")
"""Columns of clean lines that netting needs."""

_PAIRS = Step(
    "touched_pairs",
    "SELECT DISTINCT customer_id, stock_code FROM product_lines WHERE customer_id IS NOT NULL"
    " UNION SELECT customer_id, stock_code FROM former_pairs WHERE customer_id IS NOT NULL",
)
_LINES = Step("touched_lines", "SELECT * FROM product_lines")
_TO_NET = Step(
    "product_lines",
    f"SELECT {', '.join(NETTED)} FROM touched_lines UNION ALL SELECT {', '.join(NETTED)} FROM other_lines",  # noqa: S608
)
_COUNT = Step("raw_lines", "SELECT COUNT(*) AS lines FROM raw_sales")
_LINES_AGAIN = Step("product_lines", "SELECT * FROM touched_lines")
_RENETTED = Step(
    "renetted",
    "SELECT line.load_id, line.line_number, net.net_quantity,"
    " round(net.net_quantity * line.unit_price, 6) AS net_amount"
    " FROM other_lines AS line JOIN net_quantities AS net"
    " ON line.load_id = net.load_id AND line.line_number = net.line_number"
    " WHERE net.net_quantity <> line.net_quantity",
)


@dataclass(frozen=True)
class Around:
    """What is known of the lines around those that are cleaned.

    Attributes:
        ground: on which they were cleaned, without the loads that are new or gone
        former_pairs: customers and products (`PAIR`) of clean lines that give way
        lines_of: the other clean lines of customers and products (`PAIR`): columns of `NETTED`, unit_price and
            net_quantity

    """

    ground: Ground
    former_pairs: pa.Table
    lines_of: Callable[[pd.DataFrame], pa.Table]


@dataclass(frozen=True)
class Patch:
    """What changes of a cleaned ledger; streams that can be read once.

    Attributes:
        clean: columns of `contracts.CleanSales`, of the orders that were cleaned
        rejected: columns of `contracts.RejectedSales`, of these orders
        renetted: columns load_id, line_number, net_quantity and net_amount, of other clean lines that change
        reasons: why lines of these orders were rejected, as in `clean.CleanedLedger`
        lines: of these orders
        ground: what all lines of the ledger decided together

    """

    clean: pa.RecordBatchReader
    rejected: pa.RecordBatchReader
    renetted: pa.RecordBatchReader
    reasons: pd.DataFrame
    lines: int
    ground: Ground


@contextmanager
def cleaned_patch(
    engine: Engine, orders: TableLike, understanding: Understanding, around: Around
) -> Iterator[Patch | None]:
    """Clean the orders that new loads touch; None where the ground has changed and the ledger must be cleaned whole.

    Args:
        engine: runs the SQL
        orders: columns of `contracts.RawSales`: all lines of the ledger's loads that are of these orders
        understanding: how their text is understood
        around: what is known of the other lines

    """
    with engine.session() as session:
        session.add("raw_sales", orders)
        known = replace(understanding, learned=around.ground.learned)
        ground = classify(session, known, around.ground.loads)
        if not around.ground.holds_for(ground):
            yield None
            return
        _net(session, around)
        before = around.ground.naming
        naming = _together(add_categories(session, before.vocabulary, may_learn=False), before)
        if naming.share < ENOUGH <= before.share:
            yield None
            return
        ground = replace(ground, naming=naming)
        session.run(CLEAN_SALES)
        session.run(REASONS)
        session.run(_COUNT)
        yield Patch(
            session.read(CLEAN_SALES.name),
            session.read(REJECTED_SALES.name),
            session.read(_RENETTED.name),
            session.frame(REASONS.name),
            int(session.frame(_COUNT.name)["lines"].iloc[0]),
            ground,
        )


def _together(new: Naming, before: Naming) -> Naming:
    """How products are named, with the money of new lines; lines of an order that is cleaned again count twice."""
    return replace(new, covered=new.covered + before.covered, total=new.total + before.total)


def _net(session: Session, around: Around) -> None:
    """Net the lines of the session among all lines of their customers and products."""
    session.add("former_pairs", around.former_pairs)
    session.run(_PAIRS)
    session.add("other_lines", around.lines_of(session.frame(_PAIRS.name)))
    session.run(_LINES)
    session.run(_TO_NET)
    session.run(NET_QUANTITIES)
    session.run(_RENETTED)
    session.run(_LINES_AGAIN)

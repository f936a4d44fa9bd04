"""The cleaned ledger as it was known on a day: the ground on which all features stand.

A report as of a past day must not use what came later, and that includes cancellations of earlier sales. So
lines from that day on are left out, and netting is done again on the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from segmentation_platform.engine import Engine, Session, Step, TableLike, read_step
from segmentation_platform.ledger.clean import NET_QUANTITIES

KNOWN_SALES = read_step(__package__, "known_sales")
_NETTED = ("load_id", "line_number", "customer_id", "stock_code", "sold_at", "status", "quantity")
# Only what netting looks at is copied: lines of customers' products of which something was cancelled before the day.
_TO_NET = Step(
    "product_lines",
    f"SELECT {', '.join(f'line.{name}' for name in _NETTED)} FROM clean_sales AS line JOIN ("  # noqa: S608
    " SELECT DISTINCT customer_id, stock_code FROM clean_sales"
    " WHERE status = 'cancelled' AND customer_id IS NOT NULL AND sold_at < $as_of"
    ") AS cancelled ON line.customer_id = cancelled.customer_id AND line.stock_code = cancelled.stock_code"
    " WHERE line.sold_at < $as_of",
)

COLUMNS = (
    "load_id",
    "line_number",
    "invoice",
    "status",
    "stock_code",
    "description",
    "product_category",
    "product_type",
    "sold_at",
    "quantity",
    "unit_price",
    "customer_id",
    "country",
    "region",
)
"""The columns of `contracts.CleanSales` from which all features can be computed."""


@contextmanager
def known_sales(engine: Engine, clean_sales: TableLike, as_of: date) -> Iterator[Session]:
    """Open a session that holds the table `known_sales`.

    Args:
        engine: runs the SQL
        clean_sales: `COLUMNS` of the cleaned ledger, or as many of them as are needed beside those of netting
        as_of: first day that is not known yet

    """
    with engine.session() as session:
        hold_ledger(session, clean_sales)
        know_sales(session, as_of)
        yield session


def hold_ledger(session: Session, clean_sales: TableLike) -> None:
    """Keep a cleaned ledger in a session."""
    session.add("clean_sales", clean_sales)


def know_sales(session: Session, as_of: date) -> None:
    """Make the table `known_sales` of the ledger that a session holds, as of a day, in place of that of another."""
    session.run(_TO_NET, {"as_of": as_of})
    session.run(NET_QUANTITIES)
    session.define(KNOWN_SALES, {"as_of": as_of})

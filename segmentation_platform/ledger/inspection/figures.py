"""What a ledger comes to, read by a profile: lines, money, customers, days, its best products and customers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd

from segmentation_platform.ledger.clean import REASONS
from segmentation_platform.ledger.increments import Extent
from segmentation_platform.ledger.inspection.evidence import Evidence

_TOP: Final = 5


@dataclass(frozen=True)
class Figures:
    """What a ledger comes to.

    Attributes:
        lines: of the files
        sales: genuine lines of sale
        orders: of them
        customers: known ones with a sale
        revenue: of the sales, discounts taken off
        returned: what lines of return take back, as a positive amount
        guests: revenue of sales without a customer
        first: first sale
        last: last sale
        reasons: of rejected lines: columns reason, rows, amount, customers, example; most rows first
        products: columns product, name, revenue; best first
        best_customers: columns customer, orders, revenue; best first
        extent: its days, customers and products

    """

    lines: int
    sales: int
    orders: int
    customers: int
    revenue: float
    returned: float
    guests: float
    first: datetime | None
    last: datetime | None
    reasons: pd.DataFrame
    products: pd.DataFrame
    best_customers: pd.DataFrame
    extent: Extent

    @property
    def net(self) -> float:
        """Revenue without what was returned."""
        return round(self.revenue - self.returned, 2)


def figures_of(evidence: Evidence) -> Figures:
    """The figures of a session that holds `product_lines` and `rejected_sales`."""
    sums = evidence.frame(
        "SELECT COUNT(*) FILTER (WHERE status = 'completed') AS sales,"
        " COUNT(DISTINCT invoice) FILTER (WHERE status = 'completed') AS orders,"
        " COUNT(DISTINCT customer_id) FILTER (WHERE status = 'completed') AS customers,"
        " SUM(quantity * unit_price) FILTER (WHERE status = 'completed') AS revenue,"
        " -SUM(quantity * unit_price) FILTER (WHERE status = 'cancelled') AS returned,"
        " SUM(quantity * unit_price) FILTER (WHERE status = 'completed' AND customer_id IS NULL) AS guests,"
        " MIN(sold_at) FILTER (WHERE status = 'completed') AS first,"
        " MAX(sold_at) FILTER (WHERE status = 'completed') AS last FROM product_lines"
    ).iloc[0]
    return Figures(
        lines=evidence.lines,
        sales=int(sums["sales"]),
        orders=int(sums["orders"]),
        customers=int(sums["customers"]),
        revenue=_money(sums["revenue"]),
        returned=_money(sums["returned"]),
        guests=_money(sums["guests"]),
        first=_moment(sums["first"]),
        last=_moment(sums["last"]),
        reasons=evidence.frame(REASONS.query),
        products=evidence.frame(
            "SELECT stock_code AS product, MAX(description) AS name, round(SUM(quantity * unit_price), 2) AS revenue"  # noqa: S608
            f" FROM product_lines GROUP BY stock_code ORDER BY revenue DESC, product LIMIT {_TOP}"
        ),
        best_customers=evidence.frame(
            "SELECT customer_id AS customer, COUNT(DISTINCT invoice) FILTER (WHERE status = 'completed') AS orders,"  # noqa: S608
            " round(SUM(quantity * unit_price), 2) AS revenue FROM product_lines WHERE customer_id IS NOT NULL"
            f" GROUP BY customer_id ORDER BY revenue DESC, customer LIMIT {_TOP}"
        ),
        extent=_extent(evidence),
    )


def _extent(evidence: Evidence) -> Extent:
    days = evidence.frame("SELECT CAST(sold_at AS DATE) AS day, COUNT(*) AS lines FROM product_lines GROUP BY 1")
    customers = evidence.frame("SELECT DISTINCT customer_id FROM product_lines WHERE customer_id IS NOT NULL")
    products = evidence.frame("SELECT DISTINCT stock_code FROM product_lines")
    return Extent(
        {pd.Timestamp(day).date(): int(lines) for day, lines in zip(days["day"], days["lines"], strict=True)},
        frozenset(customers["customer_id"]),
        frozenset(products["stock_code"]),
    )


def _money(value: object) -> float:
    return 0.0 if value is None or pd.isna(value) else round(float(str(value)), 2)  # type: ignore[call-overload]


def _moment(value: object) -> datetime | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(str(value)).to_pydatetime()  # type: ignore[call-overload]

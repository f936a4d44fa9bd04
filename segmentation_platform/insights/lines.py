"""The ground of all insights: the known lines with their category, segment, month and kind of buyer."""

import pandas as pd

from segmentation_platform.engine import Session, read_step

INSIGHT_LINES = read_step(__package__, "insight_lines")

COLUMNS = (
    "load_id",
    "line_number",
    "invoice",
    "status",
    "stock_code",
    "sold_at",
    "quantity",
    "unit_price",
    "customer_id",
    "country",
    "region",
)
"""The columns of the cleaned ledger from which insights are made."""


def hold_lines(session: Session, products: pd.DataFrame, customers: pd.DataFrame) -> None:
    """Make the table `insight_lines`, which all insights read, once for all of them.

    Args:
        session: holds `known_sales` as of the reporting date (see `ledger.known`), made of `COLUMNS` at least
        products: `stock_code` and `category` of every product sold
        customers: `customer_id` and `segment` of everybody in a segment

    """
    session.add("sold_products", products[["stock_code", "category"]])
    session.add("segment_members", customers[["customer_id", "segment"]])
    session.run(INSIGHT_LINES)

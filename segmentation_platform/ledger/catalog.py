"""What was sold: one row per product."""

from datetime import date

import pandas as pd

from segmentation_platform.engine import Engine, TableLike, read_step
from segmentation_platform.ledger.known import add_known_sales

PRODUCT_CATALOG = read_step(__package__, "product_catalog")


def product_catalog(engine: Engine, clean_sales: TableLike, as_of: date) -> pd.DataFrame:
    """Describe every product sold before a day.

    Args:
        engine: runs the SQL
        clean_sales: `ledger.known.COLUMNS` of the cleaned ledger
        as_of: first day that is not known yet

    Returns:
        Columns of `contracts.ProductCatalog`, ordered by `stock_code`.

    """
    with engine.session() as session:
        add_known_sales(session, clean_sales, as_of)
        session.run(PRODUCT_CATALOG)
        return session.frame(PRODUCT_CATALOG.name)

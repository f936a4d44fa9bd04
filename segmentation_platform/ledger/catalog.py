"""What was sold: one row per product."""

import pandas as pd

from segmentation_platform.engine import Session, read_step

PRODUCT_CATALOG = read_step(__package__, "products")


def product_catalog(session: Session) -> pd.DataFrame:
    """Describe every product in the sales that are known.

    Args:
        session: holds `known_sales` (see `ledger.known`)

    Returns:
        Columns of `contracts.Products`, ordered by `stock_code`.

    """
    session.run(PRODUCT_CATALOG)
    return session.frame(PRODUCT_CATALOG.name)

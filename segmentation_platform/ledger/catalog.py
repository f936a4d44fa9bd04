"""What was sold: one row per product."""

import pandas as pd

from segmentation_platform.engine import Session, read_step
from segmentation_platform.ledger.seasons import seasons_of

PRODUCT_CATALOG = read_step(__package__, "products")
PRODUCT_MONTHS = read_step(__package__, "product_months")


def product_catalog(session: Session) -> pd.DataFrame:
    """Describe every product in the sales that are known.

    Args:
        session: holds `known_sales` (see `ledger.known`)

    Returns:
        Columns of `contracts.Products`, ordered by `stock_code`.

    """
    session.run(PRODUCT_CATALOG)
    session.run(PRODUCT_MONTHS)
    catalog = session.frame(PRODUCT_CATALOG.name)
    seasons = seasons_of(session.frame(PRODUCT_MONTHS.name))
    return catalog.assign(season=catalog["stock_code"].map(seasons).astype("str"))

"""Recency, frequency, monetary value and habits of every customer."""

from datetime import date

import pandas as pd

from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import Engine, TableLike, read_step
from segmentation_platform.ledger.known import add_known_sales

RFM_FEATURES = read_step(__package__, "rfm_features")


def rfm_features(engine: Engine, clean_sales: TableLike, as_of: date, rules: CustomerRules) -> pd.DataFrame:
    """Describe every customer who kept at least one unit bought before a day.

    Customers who cancelled all that they bought, and guests, are not in the table.

    Args:
        engine: runs the SQL
        clean_sales: `ledger.known.COLUMNS` of the cleaned ledger
        as_of: first day that is not known yet; recency counts back from it, so it is at least 1
        rules: what counts as wholesale

    Returns:
        Columns of `contracts.RfmFeatures`, ordered by `customer_id`.

    """
    with engine.session() as session:
        add_known_sales(session, clean_sales, as_of)
        session.run(RFM_FEATURES, {"as_of": as_of, "wholesale_units": rules.wholesale_units})
        return session.frame(RFM_FEATURES.name)

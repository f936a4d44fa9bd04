"""Recency, frequency, monetary value and habits of every customer."""

from datetime import date

import pandas as pd

from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import Session, read_step

RFM_FEATURES = read_step(__package__, "rfm_features")


def rfm_features(session: Session, as_of: date, rules: CustomerRules) -> pd.DataFrame:
    """Describe every customer who kept at least one unit bought before a day.

    Customers who cancelled all that they bought, and guests, are not in the table.

    Args:
        session: holds `known_sales` as of that day (see `ledger.known`)
        as_of: first day that is not known yet; recency counts back from it, so it is at least 1
        rules: what counts as wholesale

    Returns:
        Columns of `contracts.RfmFeatures`, ordered by `customer_id`.

    """
    session.run(RFM_FEATURES, {"as_of": as_of, "wholesale_units": rules.wholesale_units})
    return session.frame(RFM_FEATURES.name)

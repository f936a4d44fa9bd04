"""What all lists are made from: the known sales, the customers' segments and the products."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.engine import Session, read_step
from segmentation_platform.recommendations.errors import RecommendationError

CUSTOMER_PRODUCTS = read_step(__package__, "customer_products")


@dataclass(frozen=True)
class Sales:
    """What lists are made from.

    Attributes:
        pairs: what each customer bought, as from `customer_products`
        segments: columns of `contracts.CustomerSegments`
        catalog: columns of `contracts.Products`

    """

    pairs: pd.DataFrame
    segments: pd.DataFrame
    catalog: pd.DataFrame


def customer_products(session: Session, as_of: date) -> pd.DataFrame:
    """What each customer bought of each product.

    Args:
        session: holds `known_sales` (see `ledger.known`); guests are left out
        as_of: first day that is not known yet

    Returns:
        One row per customer and product, ordered by both: `customer_id`, `stock_code`, `orders` (invoices of which
        something was kept; 0 where all was cancelled), `units` kept, `recent_<days>` (orders weighted by age:
        one that many days old counts half; a column for each of `weights.HALF_LIVES`), `first_age` and `last_age`
        (days from the first and the last order to `as_of`).

    """
    session.run(CUSTOMER_PRODUCTS, {"as_of": as_of})
    return session.frame(CUSTOMER_PRODUCTS.name)


def offered_products(catalog: pd.DataFrame, as_of: date, sold_within_days: int) -> pd.DataFrame:
    """The products that are still sold.

    Returns:
        Rows of the catalog, with `stock_code`, `description`, `category` and `product_type`.

    Raises:
        RecommendationError: when nothing was sold lately.

    """
    still_sold = catalog["last_sold"] >= pd.Timestamp(as_of) - pd.Timedelta(days=sold_within_days)
    if not still_sold.any():
        raise RecommendationError(
            f"Nothing was sold in the {sold_within_days} days before {as_of}. Choose an earlier date, "
            "or raise sold_within_days in segmentation.toml, [recommendations]."
        )
    return catalog.loc[still_sold, ["stock_code", "description", "category", "product_type"]]

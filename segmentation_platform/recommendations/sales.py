"""What all lists are made from: the known sales, the customers' segments and the products."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.engine import Session, read_step
from segmentation_platform.recommendations.errors import RecommendationError

_USUAL_INTERVALS = 3

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
    """The products that are still sold: lately, or no longer ago than is usual of them.

    A silence of a few usual intervals says nothing of what is sold every other month, be that a spare part.

    Args:
        catalog: columns of `contracts.Products`
        as_of: reporting date
        sold_within_days: what was sold within so many days is sold still

    Returns:
        Rows of the catalog, with `stock_code`, `description`, `category` and `product_type`.

    Raises:
        RecommendationError: when nothing was sold lately.

    """
    usual = (_USUAL_INTERVALS * catalog["days_between_sales"]).fillna(0.0)
    silent = (pd.Timestamp(as_of) - catalog["last_sold"]).dt.days
    still_sold = silent <= usual.clip(lower=sold_within_days)
    if not still_sold.any():
        raise RecommendationError(
            f"Nothing was sold in the {sold_within_days} days before {as_of}. Choose an earlier date, "
            "or raise sold_within_days in segmentation.toml, [recommendations]."
        )
    found: pd.DataFrame = catalog.loc[still_sold, ["stock_code", "description", "category", "product_type"]]
    return found

"""What all lists are made from: the known sales, the customers' segments and the products."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.engine import Session, read_step
from segmentation_platform.recommendations.errors import RecommendationError

ALL = "all"
"""Stands for every region or every taste."""

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
)
"""The columns of the cleaned ledger from which lists are made."""

CUSTOMER_PRODUCTS = read_step(__package__, "customer_products")


@dataclass(frozen=True)
class Sales:
    """What lists are made from.

    Attributes:
        session: holds `known_sales` as of the reporting date (see `ledger.known`)
        segments: columns of `contracts.CustomerSegments`
        catalog: columns of `contracts.Products`

    """

    session: Session
    segments: pd.DataFrame
    catalog: pd.DataFrame


def customer_products(session: Session, as_of: date, half_life_days: float) -> pd.DataFrame:
    """What each customer bought of each product.

    Args:
        session: holds `known_sales` (see `ledger.known`); guests are left out
        as_of: first day that is not known yet
        half_life_days: a purchase this old counts half in `recent`

    Returns:
        One row per customer and product, ordered by both: `customer_id`, `stock_code`, `orders` (invoices of which
        something was kept; 0 where all was cancelled), `units` kept, `recent` (orders weighted by age), `first_age`
        and `last_age` (days from the first and the last order to `as_of`).

    """
    session.run(CUSTOMER_PRODUCTS, {"as_of": as_of, "half_life_days": half_life_days})
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

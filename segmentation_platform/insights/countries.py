"""Countries: what is bought where, how much it is worth, and how unlike home it is.

Home is the country with most revenue. A customer who bought in two countries is a customer of both.
"""

import numpy as np
import pandas as pd

from segmentation_platform.contracts.insights import Countries
from segmentation_platform.engine import Session, read_step
from segmentation_platform.insights.intervals import ratio_interval

COUNTRY_SALES = read_step(__package__, "country_sales")
COUNTRY_PRODUCTS = read_step(__package__, "country_products")
COUNTRY_REGIONS = read_step(__package__, "country_regions")

SEPARATOR = " · "
_NAMED = 5
_RATES = {
    "line_rate_shrunk": "cancellation_rate",
    "line_rate_low": "cancellation_rate_low",
    "line_rate_high": "cancellation_rate_high",
}
_COUNTS = ("customers", "orders")


def countries(session: Session, rates: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Describe every country that something was sold to.

    Args:
        session: holds `insight_lines` (see `insights.lines`)
        rates: as from `cancellations.cancellation_rates`
        products: `stock_code` and `description` of every product sold

    Returns:
        Columns of `contracts.Countries`, by revenue, most first.

    """
    for step in (COUNTRY_SALES, COUNTRY_PRODUCTS, COUNTRY_REGIONS):
        session.run(step)
    regions = session.frame(COUNTRY_REGIONS.name).set_index("country")
    sales = session.frame(COUNTRY_SALES.name).set_index("country").reindex(sorted(regions.index)).fillna(0)
    if sales.empty:
        return Countries.no_rows()
    cancelled = rates[rates["subject_kind"] == "country"].set_index("subject")[list(_RATES)].rename(columns=_RATES)
    table = _figures(sales).join(regions).join(cancelled)
    table = table.join(_tastes(session.frame(COUNTRY_PRODUCTS.name), products, home_of(sales)))
    table = table.astype(dict.fromkeys(_COUNTS, "int64") | {"top_products": "str"})
    return table.sort_values(["revenue", "country"], ascending=[False, True]).reset_index()[Countries.column_names()]


def home_of(sales: pd.DataFrame) -> str:
    """The country with most revenue, of equals the first by name; `sales` has `revenue` by country."""
    return str(sales["revenue"].sort_index().idxmax())


def _figures(sales: pd.DataFrame) -> pd.DataFrame:
    """Sizes, order values and indices by country."""
    home, revenue = home_of(sales), sales["revenue"]
    order = ratio_interval(sales)
    per_customer = sales["customer_revenue"] / sales["customers"].where(sales["customers"] > 0)
    total = revenue.sum()
    figures = sales[[*_COUNTS]].assign(
        is_home=sales.index == home,
        revenue=revenue.round(2),
        revenue_share=revenue / total if total > 0 else 0.0,
        average_order_value=order["ratio"].round(2),
        order_value_low=order["low"].round(2),
        order_value_high=order["high"].round(2),
        order_value_index=_against(order["ratio"], home),
        orders_per_customer=sales["customer_orders"] / sales["customers"].where(sales["customers"] > 0),
        revenue_per_customer=per_customer.round(2),
        customer_value_index=_against(per_customer, home),
        guest_share=(1 - sales["customer_revenue"] / revenue.where(revenue > 0)).clip(0, 1),
    )
    return figures.rename_axis("country")


def _against(values: pd.Series, home: str) -> pd.Series:
    usual = float(values[home])
    return values / (usual if usual > 0 else np.nan)


def _tastes(top: pd.DataFrame, products: pd.DataFrame, home: str) -> pd.DataFrame:
    """Names of the first products of every country, and the share of its top twenty that is in home's."""
    names = products.set_index("stock_code")["description"]
    named = top[top["place"] <= _NAMED].sort_values(["country", "place"])
    named = named.assign(name=named["stock_code"].map(names).fillna(named["stock_code"]))
    at_home = top.loc[top["country"] == home, "stock_code"]
    shared = top["stock_code"].isin(at_home).groupby(top["country"]).mean()
    joined = named.groupby("country")["name"].agg(SEPARATOR.join)
    return pd.DataFrame({"top_products": joined, "home_overlap": shared})

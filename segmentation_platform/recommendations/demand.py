"""What is known of each product from all customers' purchases: popularity, trend, repurchase rate."""

from typing import Any

import numpy as np
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.rules import CustomerListRules, RecommendationRules
from segmentation_platform.recommendations.weights import recent


def product_demand(pairs: pd.DataFrame, rules: CustomerListRules) -> pd.DataFrame:
    """Describe the demand for every product.

    Args:
        pairs: as from `sales.customer_products`
        rules: window and prior of the repurchase rate, and the numbers in the score

    Returns:
        One row per product (index `stock_code`), ordered by customers, most first, then by code: `customers` who kept
        it, `orders`, `units`, `recent_share` (of all orders, weighted by age), `recent_share_owned` (the same, as the
        score of products bought before has it), `trend` (orders weighted by age against those that its share over all
        time lets expect) and `repurchase_rate`.

    """
    kept = pairs[pairs["orders"] > 0]
    weights = rules.score
    popular, trending = recent(weights.popularity_half_life), recent(weights.trend_half_life)
    owned = recent(weights.owned_half_life)
    sums = kept.groupby("stock_code")[list(dict.fromkeys(["orders", "units", popular, trending, owned]))].sum()
    sums["customers"] = kept.groupby("stock_code").size()
    products = sums.reset_index().sort_values(["customers", "stock_code"], ascending=[False, True])
    products = products.set_index("stock_code")
    usual = products["orders"] / products["orders"].sum()
    # After many half-lives without a sale nothing is recent, and all is as usual.
    described = products[["customers", "orders", "units"]]
    return described.assign(
        recent_share=(products[popular] / products[popular].sum()).fillna(usual),
        recent_share_owned=(products[owned] / products[owned].sum()).fillna(usual),
        trend=weights.trends(products[trending], usual),
        repurchase_rate=_repurchase_rates(kept, rules).reindex(products.index),
    )


def _repurchase_rates(kept: pd.DataFrame, rules: CustomerListRules) -> pd.Series:
    """Per product the share of its earlier buyers who bought it again in the last days, drawn to the share of all.

    It is drawn twice: by the number of its buyers, and by how far products differ here at all (`repurchase_power`).

    Earlier buyers are those who were in the shop in these days at all: the rate says what they took again when they
    came, and so it follows the season as well as the rhythm of the product.
    """
    is_late = kept["last_age"] <= rules.repurchase_days
    active = kept.loc[is_late, "customer_id"].unique()
    is_earlier = (kept["first_age"] > rules.repurchase_days) & kept["customer_id"].isin(active)
    again = (is_earlier & is_late).groupby(kept["stock_code"]).sum()
    buyers = is_earlier.groupby(kept["stock_code"]).sum()
    # In a shop of the first days nobody could come back yet: then frequency alone decides.
    of_all = again.sum() / buyers.sum() if again.sum() else 1.0
    rates: pd.Series = (again + rules.repurchase_prior * of_all) / (buyers + rules.repurchase_prior)
    drawn: pd.Series = rules.score.rates(rates, of_all)
    return drawn


def regional_shares(
    pairs: pd.DataFrame, regions: pd.Series, demand: pd.DataFrame, rules: RecommendationRules
) -> pd.DataFrame:
    """Recent share of purchases of every product in every region, drawn to that of all regions.

    Args:
        pairs: as from `sales.customer_products`
        regions: region by customer id
        demand: as from `product_demand`
        rules: how many weighted purchases of a region count as much as all, and what is lately

    Returns:
        One row per product of `demand`, one column per region and one for `EVERYWHERE`; each column adds up to 1.

    """
    lately = recent(rules.customers.score.popularity_half_life)
    bought = pairs.assign(region=pairs["customer_id"].map(regions)).groupby(["stock_code", "region"])[lately].sum()
    by_region = bought.unstack("region").reindex(demand.index).fillna(0.0)
    prior = np.outer(demand["recent_share"], np.full(by_region.shape[1], rules.shrinkage))
    totals = by_region.sum() + rules.shrinkage
    shares = (by_region + prior) / totals.where(totals > 0, 1.0)
    columns: dict[Any, Any] = {EVERYWHERE: demand["recent_share"], **{name: shares[name] for name in shares.columns}}
    return pd.DataFrame(columns)

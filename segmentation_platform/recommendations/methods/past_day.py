"""A past day of the ledger: what was known then, and what was bought in the days after."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.engine import Step
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.recommendations.backtest.training import PastLedger
from segmentation_platform.recommendations.backtest.windows import BacktestWindow
from segmentation_platform.recommendations.baskets import Baskets, known_baskets
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.histories import Codes, Sparse
from segmentation_platform.recommendations.rules import LearningRules, RecommendationRules
from segmentation_platform.recommendations.sales import customer_products, offered_products
from segmentation_platform.recommendations.tastes import fit_tastes

_BOUGHT_LATER = Step(
    "baskets_bought_later",
    "SELECT invoice, stock_code, MIN(customer_id) AS customer_id FROM known_sales "
    "WHERE net_quantity > 0 AND sold_at >= $origin GROUP BY invoice, stock_code ORDER BY invoice, stock_code",
)


@dataclass(frozen=True)
class PastDay:
    """What was known on a day, and what came after it.

    Attributes:
        pairs: what each customer had bought, as from `sales.customer_products`
        people: customers with `customer_id`, `segment_id`, `region` and `taste` as of that day
        products: what was still sold, as from `sales.offered_products`
        baskets: what had been bought together
        later: what was bought and kept in the days after, each product of an invoice once: `invoice`, `stock_code`,
            and `customer_id` where it is known

    """

    pairs: pd.DataFrame
    people: pd.DataFrame
    products: pd.DataFrame
    baskets: Baskets
    later: pd.DataFrame

    @cached_property
    def bought(self) -> pd.DataFrame:
        """What customers who were known bought in the days after: `customer_id` and `stock_code`, each pair once."""
        known = pd.Index(self.pairs.loc[self.pairs["orders"] > 0, "customer_id"].unique())
        is_known = known.get_indexer(pd.Index(self.later["customer_id"])) >= 0
        found: pd.DataFrame = self.later.loc[is_known, ["customer_id", "stock_code"]].drop_duplicates()
        return found


def past_day(past: PastLedger, window: BacktestWindow, rules: RecommendationRules) -> PastDay:
    """Open a past day.

    Args:
        past: the ledger
        window: the day, and until when it is asked what was bought
        rules: what is still sold, and how tastes are told

    Raises:
        RecommendationError: when nobody who was known before bought anything after, or nothing was sold before.
        SegmentationError: when there were too few customers for segments.

    """
    with past.opened(window.origin) as session:
        pairs = customer_products(session, window.origin)
        catalog = product_catalog(session)
        products = offered_products(catalog, window.origin, rules.sold_within_days)
        people = past.segmented(session, window.origin)[["customer_id", "segment_id", "region"]]
        baskets = known_baskets(session)
    tastes = fit_tastes(pairs, catalog, rules.tastes).assign(pairs, rules.tastes)
    people = people.assign(taste=people["customer_id"].map(tastes).astype("str"))
    with past.opened(window.end) as session:
        session.run(_BOUGHT_LATER, {"origin": window.origin})
        found = PastDay(pairs, people, products, baskets, session.frame(_BOUGHT_LATER.name))
    if found.bought.empty:
        raise RecommendationError(f"Nobody known before {window.origin} bought anything until {window.end}.")
    return found


def hits_of(lists: npt.NDArray[np.intp], wanted: Sparse) -> npt.NDArray[np.bool_]:
    """Whether the products of lists were wanted.

    Args:
        lists: shape (rows, places), columns of `wanted`; -1 for none
        wanted: csr of shape (rows, products), not 0 where a product was wanted

    """
    owners = np.repeat(np.arange(wanted.shape[0]), np.diff(wanted.indptr))
    # One more than any product of any row, so that there is something to compare with where nothing is wanted.
    keys = np.sort(np.r_[owners * wanted.shape[1] + wanted.indices, wanted.shape[0] * wanted.shape[1]])
    asked = np.arange(len(lists))[:, None] * wanted.shape[1] + np.maximum(lists, 0)
    return np.asarray((keys[np.searchsorted(keys, asked)] == asked) & (lists >= 0))


def drawn(ids: Codes, rules: LearningRules) -> Codes:
    """Some of many customers or baskets, in order, the same ones each time."""
    if len(ids) <= rules.customers:
        return ids
    places = np.random.default_rng(rules.seed).choice(len(ids), rules.customers, replace=False)
    chosen: Codes = ids[np.sort(places)]
    return chosen

"""Products that are bought together: item-item similarity over baskets.

The score is the cosine of the two products' baskets times n / (n + shrinkage), n the baskets with both (Bell &
Koren 2007, Improved neighborhood-based collaborative filtering, KDD Cup), so that a pair seen five times does not
lead. A product with too few neighbours is filled up with the most bought ones of its type, then of its category.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from segmentation_platform.contracts.recommendations import SimilarItems
from segmentation_platform.engine import Session, read_step
from segmentation_platform.ledger.categories import OTHER
from segmentation_platform.recommendations.histories import Codes, Sparse
from segmentation_platform.recommendations.rules import SimilarItemRules

BASKET_PRODUCTS = read_step(__package__, "basket_products")

_BLOCK_CELLS = 4_000_000
_TEXTS = ("stock_code", "similar_stock_code", "description", "similar_description", "reason")


@dataclass(frozen=True)
class Baskets:
    """Which product is in which basket.

    Attributes:
        products: codes, in order
        holds: csr of shape (baskets, products), 1 where the basket holds the product

    """

    products: Codes
    holds: Sparse


def known_baskets(session: Session) -> Baskets:
    """The baskets of the known sales, guests' included.

    Args:
        session: holds `known_sales` (see `ledger.known`)

    """
    session.run(BASKET_PRODUCTS)
    return baskets_of(session.frame(BASKET_PRODUCTS.name))


def baskets_of(lines: pd.DataFrame) -> Baskets:
    """Baskets from lines with the columns `basket` (from 0) and `stock_code`, each pair once."""
    columns, products = pd.factorize(lines["stock_code"], sort=True)
    rows = lines["basket"].to_numpy()
    shape = (int(rows.max()) + 1 if len(rows) else 0, len(products))
    return Baskets(pd.Index(products), sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape))


def similar_items(baskets: Baskets, products: pd.DataFrame, rules: SimilarItemRules) -> pd.DataFrame:
    """List the products that go with each product.

    Args:
        baskets: what was bought together
        products: the products that are still sold, as from `sales.offered_products`; both sides of a pair are
        rules: how many, how often, how shrunk

    Returns:
        Columns of `contracts.SimilarItems`, ordered by `stock_code` and `rank`.

    """
    offered = _within(baskets, products)
    pairs = _with_types(_bought_together(offered, rules), offered, products, rules)
    names = products.set_index("stock_code")["description"]
    pairs["description"] = pairs["stock_code"].map(names)
    pairs["similar_description"] = pairs["similar_stock_code"].map(names)
    return pairs[SimilarItems.column_names()].astype(dict.fromkeys(_TEXTS, "str"))


def _within(baskets: Baskets, products: pd.DataFrame) -> Baskets:
    """The same baskets with only these products; one that was never in a basket is in none."""
    codes = pd.Index(np.sort(products["stock_code"].unique()))
    places = baskets.products.get_indexer(codes)
    known = np.flatnonzero(places >= 0)
    shape = (len(baskets.products), len(codes))
    select = sparse.csr_array((np.ones(len(known), np.float32), (places[known], known)), shape)
    return Baskets(codes, (baskets.holds @ select).tocsr())


def _bought_together(baskets: Baskets, rules: SimilarItemRules) -> pd.DataFrame:
    """The best partners of every product by score; ties go to the partner in more baskets, then to the code."""
    by_product = baskets.holds.T.tocsr()
    sizes = np.asarray(baskets.holds.sum(axis=0)).ravel().astype(np.float64)
    step = max(1, _BLOCK_CELLS // max(len(baskets.products), 1))
    found = [
        _partners(by_product[start : start + step] @ baskets.holds, start, sizes, rules)
        for start in range(0, len(baskets.products), step)
    ]
    pairs = pd.concat(found, ignore_index=True)
    size, partner_size = sizes[pairs["product"]], sizes[pairs["partner"]]
    confidence = pairs["baskets"] / size
    invoices = np.where(pairs["baskets"] == 1, " invoice", " invoices")
    reason: pd.Series = "Bought together in " + pairs["baskets"].astype("str") + invoices
    return pd.DataFrame(
        {
            "stock_code": baskets.products.to_numpy()[pairs["product"]],
            "rank": pairs["rank"],
            "similar_stock_code": baskets.products.to_numpy()[pairs["partner"]],
            "score": pairs["score"],
            "baskets": pairs["baskets"],
            "confidence": confidence,
            "lift": confidence / (partner_size / baskets.holds.shape[0]),
            "reason": reason.astype("str"),
        }
    )


def _partners(together: Sparse, start: int, sizes: Any, rules: SimilarItemRules) -> pd.DataFrame:
    counts = together.tocoo()
    rows, columns, both = counts.row + start, counts.col, counts.data
    enough = (both >= rules.baskets) & (rows != columns)
    rows, columns, both = rows[enough], columns[enough], both[enough].astype(np.int64)
    score = both / np.sqrt(sizes[rows] * sizes[columns]) * (both / (both + rules.shrinkage))
    order = np.lexsort((columns, -sizes[columns], -score, rows))
    rank = np.arange(len(order)) - np.searchsorted(rows[order], rows[order]) + 1
    kept = order[rank <= rules.length]
    return pd.DataFrame(
        {
            "product": rows[kept],
            "partner": columns[kept],
            "baskets": both[kept],
            "score": np.minimum(score[kept], 1.0),
            "rank": rank[rank <= rules.length].astype(np.int64),
        }
    )


def _with_types(
    pairs: pd.DataFrame, baskets: Baskets, products: pd.DataFrame, rules: SimilarItemRules
) -> pd.DataFrame:
    """Fill up what is shorter than the list with the most bought products of the same type, then category."""
    bought = pd.Series(np.asarray(baskets.holds.sum(axis=0)).ravel(), baskets.products)
    popular = products.assign(bought=products["stock_code"].map(bought))
    popular = popular.sort_values(["bought", "stock_code"], ascending=[False, True])
    wanting = products[products["stock_code"].map(pairs.groupby("stock_code").size()).fillna(0) < rules.length]
    filled = [pairs.assign(tier=0)]
    for tier, kind in enumerate(("product_type", "category"), 1):
        same = wanting[wanting[kind] != OTHER][["stock_code", kind]]
        # One more than the list is long, for the product itself may be among them, and as many as stand before.
        most = popular.groupby(kind).head(2 * rules.length + 1)
        same = same.merge(most[["stock_code", kind]].rename(columns={"stock_code": "similar_stock_code"}), on=kind)
        place = same.groupby("stock_code").cumcount() + 1
        reason = f"Same {kind.replace('_', ' ')}: " + same[kind]
        blank = {"score": 0.0, "baskets": 0, "confidence": 0.0, "lift": 0.0}
        filled.append(same.drop(columns=kind).assign(rank=place, tier=tier, reason=reason, **blank))
    every = pd.concat(filled, ignore_index=True)
    every = every[every["stock_code"] != every["similar_stock_code"]]
    every = every.sort_values(["stock_code", "tier", "rank"]).drop_duplicates(["stock_code", "similar_stock_code"])
    every["rank"] = every.groupby("stock_code").cumcount() + 1
    return every[every["rank"] <= rules.length].reset_index(drop=True)

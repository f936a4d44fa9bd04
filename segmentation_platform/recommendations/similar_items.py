"""Products that are bought together: item-item similarity over baskets.

By what they are ranked is learned on the ledger's own past (`weights.SimilarityWeights` has the formula). A product
with too few neighbours is filled up with the most bought ones of its type, then of its category.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation_platform.contracts.recommendations import SimilarItems
from segmentation_platform.ledger.categories import OTHER
from segmentation_platform.recommendations.arrays import Counts, Floats, Indices
from segmentation_platform.recommendations.baskets import Baskets
from segmentation_platform.recommendations.best_of_groups import best_of_groups
from segmentation_platform.recommendations.rules import SimilarItemRules
from segmentation_platform.recommendations.weights import SimilarityWeights

_BLOCK_CELLS = 4_000_000
_TEXTS = ("stock_code", "similar_stock_code", "description", "similar_description", "reason")


def similar_items(baskets: Baskets, products: pd.DataFrame, rules: SimilarItemRules) -> pd.DataFrame:
    """List the products that go with each product.

    Args:
        baskets: what was bought together
        products: the products that are still sold, as from `sales.offered_products`; both sides of a pair are
        rules: how many, how often, how shrunk

    Returns:
        Columns of `contracts.SimilarItems`, ordered by `stock_code` and `rank`.

    """
    offered = baskets.within(products["stock_code"])
    pairs = _with_types(_partners(offered, rules), offered, products, rules)
    names = products.set_index("stock_code")["description"]
    pairs["description"] = pairs["stock_code"].map(names)
    pairs["similar_description"] = pairs["similar_stock_code"].map(names)
    return pairs[SimilarItems.column_names()].astype(dict.fromkeys(_TEXTS, "str"))


@dataclass(frozen=True)
class Together:
    """Pairs of products that were bought together; arrays of one value per pair, in order of the product.

    Attributes:
        product: place of the product in the baskets' products
        partner: place of the other one
        baskets: how many baskets hold both
        sizes: per product, how many baskets hold it; shape (products,)

    """

    product: Indices
    partner: Indices
    baskets: Counts
    sizes: Floats

    def score(self, weights: SimilarityWeights) -> Floats:
        """How strongly the products of each pair go together."""
        return np.asarray(weights.of_pairs(self.baskets, self.sizes[self.product], self.sizes[self.partner]))

    def best(self, score: Floats, length: int) -> tuple[Indices, Indices]:
        """The pairs that make the list of each product, and their ranks.

        Ties go to the partner in more baskets, then to the code.
        """
        return best_of_groups(self.product, score, (-self.sizes[self.partner], self.partner), length)


def bought_together(baskets: Baskets, products: Indices, fewest: int) -> Together:
    """What some products were bought with.

    Args:
        baskets: of the products that are still sold
        products: places of those that are asked about, in order
        fewest: pairs in fewer baskets are left out

    """
    by_product = baskets.holds.T.tocsr()
    counts = (by_product[products] @ baskets.holds).tocoo()
    rows, partner, both = products[counts.row], counts.col, counts.data
    kept = (both >= fewest) & (rows != partner)
    return Together(rows[kept], partner[kept].astype(np.intp), both[kept].astype(np.int64), baskets.sizes())


def _partners(baskets: Baskets, rules: SimilarItemRules) -> pd.DataFrame:
    """The best partners of every product by score."""
    step = max(1, _BLOCK_CELLS // max(len(baskets.products), 1))
    every = np.arange(len(baskets.products))
    blocks = [every[start : start + step] for start in range(0, len(every), step)] or [every]
    return pd.concat([_best_of(baskets, block, rules) for block in blocks], ignore_index=True)


def _best_of(baskets: Baskets, products: Indices, rules: SimilarItemRules) -> pd.DataFrame:
    together = bought_together(baskets, products, rules.baskets)
    score = together.score(rules.score)
    kept, rank = together.best(score, rules.length)
    product, partner, both = together.product[kept], together.partner[kept], together.baskets[kept]
    confidence = both / together.sizes[product]
    invoices = pd.Series(np.where(both == 1, " invoice", " invoices"), dtype="str")
    return pd.DataFrame(
        {
            "stock_code": baskets.products.to_numpy()[product],
            "rank": rank,
            "similar_stock_code": baskets.products.to_numpy()[partner],
            "score": np.minimum(score[kept], 1.0),
            "baskets": both,
            "confidence": confidence,
            "lift": confidence / (together.sizes[partner] / len(baskets)),
            "reason": "Bought together in " + pd.Series(both).astype("str") + invoices,
        }
    )


def _with_types(
    pairs: pd.DataFrame, baskets: Baskets, products: pd.DataFrame, rules: SimilarItemRules
) -> pd.DataFrame:
    """Fill up what is shorter than the list with the most bought products of the same type, then category."""
    bought = pd.Series(baskets.sizes(), baskets.products)
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

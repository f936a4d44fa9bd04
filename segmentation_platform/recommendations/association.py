"""Frequent itemsets and association rules over baskets: bundles.

Apriori (Agrawal & Srikant 1994, Fast algorithms for mining association rules, VLDB), level by level, with one bit
per basket: the baskets of an itemset are the AND of those of its parts.
"""

from itertools import combinations, groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.recommendations.similar_items import Baskets

Itemset = tuple[int, ...]
Bits = npt.NDArray[np.uint8]

RULE_COLUMNS = ("antecedent", "consequent", "baskets", "support", "confidence", "lift")


def frequent_itemsets(baskets: Baskets, support: float) -> pd.DataFrame:
    """Find all sets of products that many baskets hold.

    Args:
        baskets: what was bought together; pass only those with two products and more where the custom is so
        support: least share of all baskets, above 0

    Returns:
        `products` (a tuple of codes in order), `baskets` (that hold them all) and `support`; ordered by size of the
        set, then by codes.

    """
    if not 0 < support <= 1:
        raise ValueError(f"Support is a share above 0 and up to 1, not {support}.")
    total = baskets.holds.shape[0]
    counts = _count(baskets, max(1.0, support * total))
    sets = [tuple(str(baskets.products[item]) for item in items) for items in counts]
    found = np.array(list(counts.values()), dtype=np.int64)
    return pd.DataFrame({"products": sets, "baskets": found, "support": found / max(total, 1)})


def association_rules(itemsets: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Read the rules off frequent itemsets: who has the antecedent has the consequent, too.

    Args:
        itemsets: as from `frequent_itemsets`
        confidence: least share of the antecedent's baskets that hold the consequent

    Returns:
        `RULE_COLUMNS`, ordered by lift, highest first; antecedent and consequent are tuples of codes.

    """
    support = dict(zip(itemsets["products"], itemsets["support"], strict=True))
    rules = [
        (antecedent, consequent, row.baskets, row.support, share, share / support[consequent])
        for row in itemsets.itertuples()
        for antecedent, consequent in _splits(row.products)
        if (share := row.support / support[antecedent]) >= confidence
    ]
    found = pd.DataFrame(rules, columns=list(RULE_COLUMNS))
    return found.sort_values(["lift", "antecedent", "consequent"], ascending=[False, True, True], ignore_index=True)


def _splits(items: Any) -> list[tuple[Any, Any]]:
    return [
        (antecedent, tuple(item for item in items if item not in antecedent))
        for size in range(1, len(items))
        for antecedent in combinations(items, size)
    ]


def _count(baskets: Baskets, least: float) -> dict[Itemset, int]:
    by_product = baskets.holds.tocsc()
    sizes = np.diff(by_product.indptr)
    level: dict[Itemset, Bits] = {}
    counts: dict[Itemset, int] = {}
    for item in np.flatnonzero(sizes >= least).tolist():
        inside = np.zeros(baskets.holds.shape[0], dtype=bool)
        inside[by_product.indices[by_product.indptr[item] : by_product.indptr[item + 1]]] = True
        level[(item,)] = np.packbits(inside)
        counts[(item,)] = int(sizes[item])
    while level:
        level, found = _extend(level, least)
        counts |= found
    return counts


def _extend(level: dict[Itemset, Bits], least: float) -> tuple[dict[Itemset, Bits], dict[Itemset, int]]:
    """Join the sets that differ in their last product only; they stand together, in order."""
    longer: dict[Itemset, Bits] = {}
    counts: dict[Itemset, int] = {}
    for _, group in groupby(level, key=lambda items: items[:-1]):
        siblings = list(group)
        bits = np.stack([level[items] for items in siblings])
        for place, items in enumerate(siblings[:-1]):
            both = bits[place + 1 :] & bits[place]
            sizes = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
            for later in np.flatnonzero(sizes >= least).tolist():
                joined = (*items, siblings[place + 1 + later][-1])
                longer[joined], counts[joined] = both[later], int(sizes[later])
    return longer, counts

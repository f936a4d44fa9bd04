"""A past day as a trial of similar items: what else was in the baskets after it that held a product."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse

from segmentation_platform.recommendations.arrays import Floats, Indices
from segmentation_platform.recommendations.backtest.metrics import ndcg
from segmentation_platform.recommendations.histories import Codes, Sparse
from segmentation_platform.recommendations.methods.past_day import PastDay, drawn, hits_of
from segmentation_platform.recommendations.rules import LearningRules, RecommendationRules
from segmentation_platform.recommendations.similar_items import Together, bought_together
from segmentation_platform.recommendations.weights import SimilarityWeights

_LIST: Final = 10
_ASKED: Final = 5
_CANDIDATES: Final = 60
_EXTREMES: Final = tuple(
    SimilarityWeights(popularity_penalty=penalty, shrinkage=shrinkage)
    for penalty, shrinkage in ((0.0, 0.0), (0.5, 0.0), (0.5, 100.0), (1.0, 20.0))
)


@dataclass(frozen=True)
class SimilarityTrial:
    """Products that are asked about, and what else was in the basket.

    Attributes:
        buyers: whose baskets they are; of a guest, the basket itself
        buyer: per question, the place of its buyer
        product: per question, the product that is asked about
        basket: per question, its basket
        together: what each of these products had been bought with
        holds: csr of shape (baskets, products), not 0 for what each basket holds, all known and still sold

    """

    buyers: Codes
    buyer: Indices
    product: Indices
    basket: Indices
    together: Together
    holds: Sparse

    def ndcg(self, weights: SimilarityWeights) -> Floats:
        """NDCG@10 of the similar items of each buyer's products, the mean over what is asked about."""
        lists = self.lists(weights)[self.product]
        values = ndcg(hits_of(lists, self.holds[self.basket]), np.diff(self.holds.indptr)[self.basket] - 1)
        counts = np.bincount(self.buyer, minlength=len(self.buyers))
        return np.asarray(np.bincount(self.buyer, values, len(self.buyers)) / counts)

    def lists(self, weights: SimilarityWeights) -> Indices:
        """The similar items of each product that is asked about, by their places; -1 where there are fewer."""
        found = self.together
        kept, rank = found.best(found.score(weights), _LIST)
        lists = np.full((len(found.sizes), _LIST), -1)
        lists[found.product[kept], rank - 1] = found.partner[kept]
        return lists


def similarity_trial(day: PastDay, rules: RecommendationRules) -> SimilarityTrial | None:
    """Make a trial of a past day; none where no basket after it holds two products that were known.

    `rules.learning` says how many baskets are drawn.
    """
    baskets = day.baskets.within(day.products["stock_code"])
    later = day.later[baskets.products.get_indexer(pd.Index(day.later["stock_code"])) >= 0]
    sizes = later.groupby("invoice").size()
    invoices = drawn(pd.Index(np.sort(sizes.index[sizes > 1])), rules.learning)
    if not len(invoices):
        return None
    row = invoices.get_indexer(pd.Index(later["invoice"]))
    later, row = later[row >= 0], row[row >= 0]
    column = baskets.products.get_indexer(pd.Index(later["stock_code"]))
    holds = sparse.csr_array((np.ones(len(row)), (row, column)), (len(invoices), len(baskets.products)))
    basket, product = _asked(row, column, rules.learning)
    owners = later.assign(row=row).groupby("row")["customer_id"].first()
    owners = owners.where(owners.notna(), invoices.to_series(owners.index))
    buyers = pd.Index(np.sort(owners.unique()))
    buyer = buyers.get_indexer(pd.Index(owners))[basket].astype(np.intp)
    together = bought_together(baskets, np.unique(product), rules.similar.baskets)
    return SimilarityTrial(buyers, buyer, product, basket, _promising(together), holds)


def _asked(row: Indices, column: Indices, rules: LearningRules) -> tuple[Indices, Indices]:
    """Which products of each basket are asked about: a few, or a large order would count for many."""
    order = np.lexsort((np.random.default_rng(rules.seed).random(len(row)), row))
    place = np.arange(len(row)) - np.searchsorted(row[order], row[order])
    chosen = order[place < _ASKED]
    return row[chosen], column[chosen]


def _promising(together: Together) -> Together:
    """The pairs that some numbers could bring into a list: those that lead by one of a few extreme ones."""
    kept = [together.best(together.score(weights), _CANDIDATES)[0] for weights in _EXTREMES]
    pairs = np.unique(np.concatenate(kept))
    return replace(
        together,
        product=together.product[pairs],
        partner=together.partner[pairs],
        baskets=together.baskets[pairs],
    )

"""Three product lists for every segment, and for each region and taste in it with enough customers.

`signature` comes first: it says what sets the segment apart, by the lower end of the interval of the lift, so that a
lift seen in three customers does not lead. A product can't be above all customers in every segment, so no two
segments are led by the same products throughout. `rising` orders by the recent share against the same share over all
time, `popular` by the recent share itself (`cells` says how it is drawn to wider cells).
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.recommendations import LISTS, SegmentRecommendations
from segmentation_platform.recommendations.arrays import Flags, Floats
from segmentation_platform.recommendations.best_of_groups import best_of_groups
from segmentation_platform.recommendations.cells import CELL, EVERY_SEGMENT, CellPurchases
from segmentation_platform.recommendations.histories import Codes
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales, offered_products
from segmentation_platform.recommendations.tastes import MIXED
from segmentation_platform.recommendations.weights import CellWeights, recent

_Z = 1.96
_NONE_SEEN = 3.0
_RECENT_HALF_LIVES = 4
_RISE = 1.1


def segment_recommendations(sales: Sales, as_of: date, rules: RecommendationRules) -> pd.DataFrame:
    """Make the lists of every segment.

    Returns:
        Columns of `contracts.SegmentRecommendations`, ordered by segment, region, taste, list and rank. Region and
        taste `all` are always there; a region, a taste, or both together where `rules.cell_customers` of the
        segment's customers are of them.

    Raises:
        RecommendationError: when nothing was sold lately.

    """
    offered = offered_products(sales.catalog, as_of, rules.sold_within_days)
    weights = rules.cell_weights
    everywhere = most_bought(sales.pairs, offered["stock_code"], recent(weights.half_life), rules.length)
    purchases = CellPurchases.of(sales.pairs, sales.segments, rules.cell_customers, everywhere)
    figures = _Figures(purchases, weights, rules.shrinkage)
    lists = pd.concat([_ranked(figures, name, rules, offered["stock_code"]) for name in LISTS], ignore_index=True)
    names = sales.segments.drop_duplicates("segment_id").set_index("segment_id")["segment"]
    lists["segment"] = lists["segment_id"].map(names).astype("str")
    lists = lists.merge(offered, how="left", on="stock_code")
    lists["reason"] = _reasons(lists)
    ordered = lists.sort_values([*CELL, "list", "rank"], ignore_index=True)
    return ordered[SegmentRecommendations.column_names()].astype(SegmentRecommendations.no_rows().dtypes)


def most_bought(pairs: pd.DataFrame, offered: "pd.Series[str]", column: str, count: int) -> Codes:
    """The products that are bought most, at most so many; ties go to the code that comes first.

    Args:
        pairs: as from `sales.customer_products`
        offered: codes of the products to choose from
        column: of `pairs`, what is summed up
        count: how many

    """
    sums = pairs[pairs["stock_code"].isin(offered)].groupby("stock_code")[column].sum().round(9)
    return sums.sort_values(ascending=False, kind="stable").index[:count]


@dataclass(frozen=True)
class _Figures:
    """What the lists are made of, per entry of the purchases."""

    purchases: CellPurchases
    weights: CellWeights
    shrinkage: float

    @cached_property
    def recent_share(self) -> Floats:
        return self.purchases.shares(self._lately, self.weights.shrinkage)

    @cached_property
    def rise(self) -> Floats:
        recent_share = self.purchases.shares(self._lately, self.shrinkage)
        usual_share = self.purchases.shares(self.purchases.orders, self.shrinkage)
        # Without shrinkage, what the cell never bought has no usual share, and can't rise.
        return np.where(usual_share > 0, recent_share / np.where(usual_share > 0, usual_share, 1.0), 0.0)

    @cached_property
    def trend(self) -> Floats:
        return self.rise[self.purchases.everybodys]

    @cached_property
    def _lately(self) -> Floats:
        return self.purchases.summed(self.purchases.pairs[recent(self.weights.half_life)])

    @cached_property
    def recent_customers(self) -> Floats:
        ages = self.purchases.pairs["last_age"]
        return self.purchases.summed(ages <= _RECENT_HALF_LIVES * self.weights.half_life)

    @cached_property
    def sizes(self) -> Floats:
        return self.purchases.cells.names["customers"].to_numpy(np.float64)[self.purchases.cell]

    @cached_property
    def share(self) -> Floats:
        return self.purchases.customers / self.sizes

    @cached_property
    def lift(self) -> Floats:
        return self.share / self._share_of_all

    @cached_property
    def lift_ends(self) -> tuple[Floats, Floats]:
        """The 95 % interval of the lift, on the log scale by the delta method.

        The cell is a part of all customers, hence the factor of a draw without replacement, 1 - n / N. Where none of
        a cell's customers bought the product, it reaches up to what three of them would be (the rule of three:
        Hanley & Lippman-Hand 1983, If nothing goes wrong, is everything all right?, JAMA 249).
        """
        customers = self.purchases.customers
        seen = customers > 0
        drawn = 1 - self.sizes / self.purchases.cells.names["customers"].iloc[0]
        spread = np.exp(_Z * np.sqrt((1 - self.share) / np.where(seen, customers, 1.0) * drawn))
        none_seen = np.minimum(_NONE_SEEN / self.sizes, 1.0) / self._share_of_all
        return np.where(seen, self.lift / spread, 0.0), np.where(seen, self.lift * spread, none_seen)

    @cached_property
    def _share_of_all(self) -> Floats:
        return self.share[self.purchases.everybodys]


def _ranked(figures: _Figures, name: str, rules: RecommendationRules, offered: "pd.Series[str]") -> pd.DataFrame:
    """One list of every cell: the best products by its score."""
    purchases = figures.purchases
    score, is_candidate = _scored(figures, name, rules)
    is_offered = purchases.products.isin(offered)[purchases.product]
    of_segment = (purchases.cells.names["segment_id"] != EVERY_SEGMENT).to_numpy()[purchases.cell]
    chosen = np.flatnonzero(is_candidate & is_offered & of_segment)
    # Ties go to the product with more customers, then by code.
    ties = (-purchases.customers[chosen], purchases.product[chosen])
    best, rank = best_of_groups(purchases.cell[chosen], score[chosen], ties, rules.length)
    kept = chosen[best]
    low, high = figures.lift_ends
    cells = purchases.cells.names.iloc[purchases.cell[kept]].reset_index(drop=True)
    return cells[list(CELL)].assign(
        list=name,
        rank=rank,
        stock_code=purchases.products[purchases.product[kept]].to_numpy(object),
        score=score[kept],
        customers=purchases.customers[kept].astype(np.int64),
        share=figures.share[kept],
        lift=figures.lift[kept],
        lift_low=low[kept],
        lift_high=high[kept],
        trend=figures.trend[kept],
    )


def _scored(figures: _Figures, name: str, rules: RecommendationRules) -> tuple[Floats, Flags]:
    """The score of a list, and which entries can be in it."""
    if name == "popular":
        return figures.recent_share, figures.recent_share > 0
    if name == "rising":
        # Where the cell itself bought little lately, its share is that of everybody, and no rise of its own.
        return figures.rise, (figures.rise >= _RISE) & (figures.recent_customers >= rules.support)
    low = figures.lift_ends[0]
    return low, (low > 1) & (figures.purchases.customers >= rules.support)


def _reasons(lists: pd.DataFrame) -> "pd.Series[str]":
    whom = _whom(lists)
    times = lists["lift"].map("{:.1f}".format)
    share = (100 * lists["share"]).map("{:.0f}%".format)
    rise = lists["score"].map("{:.1f}".format)
    popular = ("Selling most now; " + share + " of " + whom + " have bought it").where(
        lists["customers"] > 0, "Selling most now; none of " + whom + " has bought it yet"
    )
    words: dict[str, Any] = {
        "popular": popular,
        "rising": "Selling " + rise + " times its usual share lately among " + whom,
        "signature": times + " times as common among " + whom + " as among all customers",
    }
    found: pd.Series[str] = pd.Series("", lists.index, dtype="str")
    for name, texts in words.items():
        found = found.mask(lists["list"] == name, texts)
    return found


def _whom(lists: pd.DataFrame) -> "pd.Series[str]":
    region, taste = lists["region"], lists["taste"]
    where = (" in " + region).where(region != EVERYWHERE, "")
    what = (" who like " + taste).where(taste != EVERYWHERE, "").mask(taste == MIXED, " of mixed taste")
    return lists["segment"] + where + what

"""Three product lists for every segment, and for each region and taste in it with enough customers.

`popular` orders by the recency-weighted share of purchases. A cell's share is shrunk to that of the same region and
taste over all segments, this to the taste's over all regions, and that to everybody's: what a customer likes tells
more than where they live (an empirical-Bayes estimate with a Dirichlet prior: Zhai & Lafferty 2004, A study of
smoothing methods, TOIS 22). `rising` orders by that share against the same share over all time; `signature` by the
lower end of the interval of the lift, so that a lift seen in three customers does not lead.
"""

from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.recommendations import SegmentRecommendations
from segmentation_platform.engine import read_step
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales, offered_products
from segmentation_platform.recommendations.tastes import MIXED

_PURCHASES = read_step(__package__, "product_purchases")
_CELL = ["segment_id", "region", "taste"]
_EVERY_SEGMENT = 0
_Z = 1.96
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
    purchases = _product_purchases(sales, as_of, rules)
    scored = _score(purchases, _cell_sizes(sales.segments), rules)
    offered = scored.merge(offered_products(sales.catalog, as_of, rules.sold_within_days))
    names = sales.segments.drop_duplicates("segment_id").set_index("segment_id")["segment"]
    offered["segment"] = offered["segment_id"].map(names).astype("str")
    lists = [_popular(offered), _rising(offered, rules), _signature(offered, rules)]
    ranked = pd.concat([_best(candidates, rules.length) for candidates in lists], ignore_index=True)
    ordered = ranked.sort_values([*_CELL, "list", "rank"], ignore_index=True)
    return ordered[SegmentRecommendations.column_names()]


def _product_purchases(sales: Sales, as_of: date, rules: RecommendationRules) -> pd.DataFrame:
    sales.session.add("customer_segments", sales.segments[["customer_id", *_CELL]])
    sales.session.run(
        _PURCHASES,
        {
            "as_of": as_of,
            "half_life_days": rules.half_life_days,
            "recent_days": _RECENT_HALF_LIVES * rules.half_life_days,
        },
    )
    purchases = sales.session.frame(_PURCHASES.name)
    purchases["segment_id"] = purchases["segment_id"].fillna(_EVERY_SEGMENT).astype("int64")
    return purchases.fillna({"region": EVERYWHERE, "taste": EVERYWHERE})


def _cell_sizes(segments: pd.DataFrame) -> pd.Series:
    """Customers per segment, region and taste, `_EVERY_SEGMENT` and `EVERYWHERE` included."""
    wider: dict[str, Any] = {"segment_id": _EVERY_SEGMENT, "region": EVERYWHERE, "taste": EVERYWHERE}
    levels = [
        segments[_CELL].assign(**{name: wider[name] for name in dropped})
        for count in range(len(_CELL) + 1)
        for dropped in combinations(_CELL, count)
    ]
    return pd.concat(levels).value_counts().rename("cell_customers")


def _score(purchases: pd.DataFrame, sizes: pd.Series, rules: RecommendationRules) -> pd.DataFrame:
    """Recent share, share of customers, lift and trend of every product in every cell that is large enough."""
    everyone = _everyone(purchases, sizes)
    of_all = purchases[purchases["segment_id"] == _EVERY_SEGMENT]
    has_region, has_taste = of_all["region"] != EVERYWHERE, of_all["taste"] != EVERYWHERE
    plain = _with_shares(of_all[~has_region & ~has_taste], everyone, rules)
    regions = _with_shares(of_all[has_region & ~has_taste], everyone, rules)
    tastes = _with_shares(of_all[~has_region & has_taste], everyone, rules)
    both = _with_shares(of_all[has_region & has_taste], _by(tastes, "taste"), rules)
    wider = _by(pd.concat([plain, regions, tastes, both]), "region", "taste")
    cells = _with_shares(purchases[purchases["segment_id"] != _EVERY_SEGMENT], wider, rules)
    cells = cells.join(sizes, on=_CELL)
    is_widest = (cells["region"] == EVERYWHERE) & (cells["taste"] == EVERYWHERE)
    cells = cells[(cells["cell_customers"] >= rules.cell_customers) | is_widest]
    cells = cells.join(everyone[["share_of_all", "trend"]], on="stock_code")
    return _with_lift(cells, int(sizes[(_EVERY_SEGMENT, EVERYWHERE, EVERYWHERE)]))


def _by(shares: pd.DataFrame, *names: str) -> pd.DataFrame:
    return shares.set_index([*names, "stock_code"])[["recent_share", "usual_share"]]


def _everyone(purchases: pd.DataFrame, sizes: pd.Series) -> pd.DataFrame:
    """Per product over all customers: recent and usual share of purchases, their ratio, share of customers."""
    is_all = (purchases[_CELL] == [_EVERY_SEGMENT, EVERYWHERE, EVERYWHERE]).all(axis=1)
    everyone = purchases[is_all].set_index("stock_code")
    usual = everyone["purchases"] / everyone["purchases"].sum()
    # After many half-lives without a sale nothing is recent, and all is as usual.
    recent = (everyone["recent_purchases"] / everyone["recent_purchases"].sum()).fillna(usual)
    share_of_all = everyone["customers"] / sizes[(_EVERY_SEGMENT, EVERYWHERE, EVERYWHERE)]
    return pd.DataFrame(
        {"recent_share": recent, "usual_share": usual, "trend": recent / usual, "share_of_all": share_of_all}
    )


def _with_shares(purchases: pd.DataFrame, prior: pd.DataFrame, rules: RecommendationRules) -> pd.DataFrame:
    """Add `recent_share` and `usual_share` of each cell's purchases, drawn to `prior` where there are few.

    `prior` has these two columns and an index of columns of `purchases`.
    """
    expected = purchases.join(prior[["recent_share", "usual_share"]], on=[str(name) for name in prior.index.names])
    totals = purchases.groupby(_CELL)[["recent_purchases", "purchases"]].transform("sum") + rules.shrinkage
    recent = purchases["recent_purchases"] + rules.shrinkage * expected["recent_share"]
    usual = purchases["purchases"] + rules.shrinkage * expected["usual_share"]
    return purchases.assign(
        # A cell that bought nothing for very long says nothing of its own, even where no shrinkage is set.
        recent_share=(recent / totals["recent_purchases"]).fillna(expected["recent_share"]),
        usual_share=usual / totals["purchases"],
    )


def _with_lift(cells: pd.DataFrame, customers: int) -> pd.DataFrame:
    """Add share, lift and its 95 % interval, on the log scale by the delta method.

    The cell is a part of all customers, hence the factor of a draw without replacement, 1 - n / N.
    """
    share = cells["customers"] / cells["cell_customers"]
    lift = share / cells["share_of_all"]
    variance = (1 - share) / cells["customers"] * (1 - cells["cell_customers"] / customers)
    spread = np.exp(_Z * np.sqrt(variance))
    return cells.assign(share=share, lift=lift, lift_low=lift / spread, lift_high=lift * spread)


def _popular(offered: pd.DataFrame) -> pd.DataFrame:
    share = (100 * offered["share"]).map("{:.0f}%".format)
    reason = "Selling most now; " + share + " of " + _whom(offered) + " have bought it"
    return offered.assign(list="popular", score=offered["recent_share"], reason=reason)


def _rising(offered: pd.DataFrame, rules: RecommendationRules) -> pd.DataFrame:
    rise = offered["recent_share"] / offered["usual_share"]
    # Where the cell itself bought little lately, its share is that of everybody, and no rise of its own.
    is_rising = (rise >= _RISE) & (offered["recent_customers"] >= rules.support)
    times = rise.map("{:.1f}".format)
    reason = "Selling " + times + " times its usual share lately among " + _whom(offered)
    return offered.assign(list="rising", score=rise, reason=reason)[is_rising]


def _signature(offered: pd.DataFrame, rules: RecommendationRules) -> pd.DataFrame:
    is_telling = (offered["lift_low"] > 1) & (offered["customers"] >= rules.support)
    times = offered["lift"].map("{:.1f}".format)
    reason = times + " times as common among " + _whom(offered) + " as among all customers"
    return offered.assign(list="signature", score=offered["lift_low"], reason=reason)[is_telling]


def _whom(offered: pd.DataFrame) -> pd.Series:
    region, taste = offered["region"], offered["taste"]
    where = (" in " + region).where(region != EVERYWHERE, "")
    what = (" who like " + taste).where(taste != EVERYWHERE, "").mask(taste == MIXED, " of mixed taste")
    return offered["segment"] + where + what


def _best(candidates: pd.DataFrame, length: int) -> pd.DataFrame:
    """The first `length` of each cell by score; ties go to the product with more customers, then by code."""
    ordered = candidates.sort_values(
        ["score", "customers", "stock_code"], ascending=[False, False, True], ignore_index=True
    )
    rank = ordered.groupby(_CELL).cumcount() + 1
    return ordered.assign(rank=rank)[rank <= length]

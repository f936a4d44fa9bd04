"""Two lists for every customer: what to buy again, and what is new to them.

Never in a list: what is no longer sold, and what the customer cancelled whole. Scores of both lists are on one
scale (see `ranker`): both together, ordered by score, are the best offer to the customer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segmentation_platform.contracts.recommendations import CUSTOMER_LISTS, CustomerRecommendations
from segmentation_platform.recommendations.histories import Histories, cells
from segmentation_platform.recommendations.ranker import Matrix, Picks, Ranker, best
from segmentation_platform.recommendations.reasons import bought_before, goes_with, popular_in, strongest_two
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import ALL, Sales, customer_products, offered_products

BUY_AGAIN, NEW_TO_YOU = CUSTOMER_LISTS

_LEAST = 1e-6
_TEXTS = ("customer_id", "list", "stock_code", "description", "category", "product_type", "reason")


@dataclass(frozen=True)
class Shelf:
    """What list makers need beside the scores.

    Attributes:
        ranker: scores products
        products: `description`, `category` and `product_type` of the ranker's products, in its order
        rising: segment id and code of every product that rises in a segment
        as_of: reporting date

    """

    ranker: Ranker
    products: pd.DataFrame
    rising: frozenset[tuple[int, str]]
    as_of: date

    @cached_property
    def columns(self) -> dict[str, Any]:
        """Code, description, category and type as arrays over the ranker's products."""
        return {str(name): column.to_numpy(object) for name, column in self.products.reset_index().items()}

    @cached_property
    def names(self) -> list[str]:
        """What each product is called; its code where it has no description."""
        described = self.products["description"]
        return described.where(described.notna(), pd.Series(self.products.index, self.products.index)).tolist()


def fit_shelf(sales: Sales, pairs: pd.DataFrame, as_of: date, rules: RecommendationRules) -> Shelf:
    """Learn from the known sales; nothing is said to be rising yet (see `rising_products`).

    Args:
        sales: segments and products
        pairs: as from `sales.customer_products`
        as_of: reporting date
        rules: all settings

    Raises:
        RecommendationError: when nothing was sold lately.

    """
    offered = offered_products(sales.catalog, as_of, rules.sold_within_days)
    regions = sales.segments.set_index("customer_id")["region"]
    ranker = Ranker.fit(pairs, regions, offered["stock_code"], rules)
    return Shelf(ranker, offered.set_index("stock_code").reindex(ranker.demand.index), frozenset(), as_of)


def rising_products(segment_lists: pd.DataFrame) -> frozenset[tuple[int, str]]:
    """Segment id and code of what rises in a segment over all regions and tastes.

    Args:
        segment_lists: columns of `contracts.SegmentRecommendations`; without rows if there are none

    """
    is_whole = (segment_lists["region"] == ALL) & (segment_lists["taste"] == ALL)
    rises = segment_lists[is_whole & (segment_lists["list"] == "rising")]
    return frozenset(zip(rises["segment_id"].astype(int), rises["stock_code"], strict=True))


def customer_recommendations(
    sales: Sales, segment_lists: pd.DataFrame, as_of: date, rules: RecommendationRules
) -> pd.DataFrame:
    """Make both lists of every customer who has a segment.

    Args:
        sales: what lists are made from
        segment_lists: columns of `contracts.SegmentRecommendations` of the same day, for the words
        as_of: reporting date
        rules: all settings

    Returns:
        Columns of `contracts.CustomerRecommendations`, ordered by customer, list and rank.

    Raises:
        RecommendationError: when nothing was sold lately.

    """
    people = sales.segments.sort_values("customer_id").set_index("customer_id")
    pairs = customer_products(sales.session, as_of, rules.half_life_days)
    shelf = replace(fit_shelf(sales, pairs, as_of, rules), rising=rising_products(segment_lists))
    histories = Histories.of(pairs, shelf.ranker.demand.index).for_customers(people.index)
    regions, segment_ids = people["region"].tolist(), people["segment_id"].tolist()
    batches = [
        lists_of(shelf, histories.rows(rows), Audience(regions[rows], segment_ids[rows]))
        for rows in shelf.ranker.batches(len(people))
    ]
    lists = pd.concat(batches, ignore_index=True) if batches else CustomerRecommendations.no_rows()
    lists["segment"] = lists["customer_id"].map(people["segment"]).astype("str")
    return lists[CustomerRecommendations.column_names()]


@dataclass(frozen=True)
class Audience:
    """Customers to make lists for: the region and the segment of each; segment 0 is none."""

    regions: Sequence[str]
    segment_ids: Sequence[int]


def lists_of(shelf: Shelf, histories: Histories, audience: Audience) -> pd.DataFrame:
    """Make both lists of some customers.

    Args:
        shelf: what lists are made from
        histories: purchases of the customers
        audience: who they are

    Returns:
        Columns of `contracts.CustomerRecommendations` but for `segment`, ordered by customer, list and rank.

    """
    scores = shelf.ranker.scores(histories, audience.regions)
    length = shelf.ranker.rules.customers.length
    says_nothing = scores.values < _LEAST
    again = best(np.where(scores.owned & ~says_nothing, scores.values, -np.inf), length)
    new = best(np.where(scores.owned | says_nothing, -np.inf, scores.values), length)
    reasons = [
        *_again_reasons(shelf, histories, again),
        *_new_reasons(shelf, histories, new, audience, scores.popular[new.rows, new.columns]),
    ]
    rows, columns = np.concatenate([again.rows, new.rows]), np.concatenate([again.columns, new.columns])
    found: dict[str, Any] = {
        "customer_id": histories.customers.to_numpy(object)[rows],
        "list": [BUY_AGAIN] * len(again.rows) + [NEW_TO_YOU] * len(new.rows),
        "rank": np.concatenate([again.ranks, new.ranks]),
        **{name: values[columns] for name, values in shelf.columns.items()},
        "score": np.concatenate([again.values, new.values]).astype(np.float64).round(6),
        "reason": reasons,
    }
    typed = {name: pd.array(values, "str") if name in _TEXTS else values for name, values in found.items()}
    return pd.DataFrame(typed).iloc[np.argsort(rows, kind="stable")]


def _again_reasons(shelf: Shelf, histories: Histories, picks: Picks) -> Iterator[str]:
    orders, ages = (cells(m, picks.rows, picks.columns) for m in (histories.orders, histories.last_age))
    for count, age in zip(orders.tolist(), ages.tolist(), strict=True):
        yield bought_before(int(count), int(age), shelf.as_of)


def _new_reasons(
    shelf: Shelf, histories: Histories, picks: Picks, audience: Audience, popular: Matrix
) -> Iterator[str]:
    names, codes = shelf.names, shelf.columns["stock_code"]
    partners = strongest_two(histories, picks, shelf.ranker.weights)
    # Where popularity makes up most of the score, that is the reason, whatever it goes with besides.
    partners[popular > picks.values / 2] = -1
    for pair, row, column in zip(partners.tolist(), picks.rows.tolist(), picks.columns.tolist(), strict=True):
        because = [goes_with([names[partner] for partner in pair if partner >= 0])] if pair[0] >= 0 else []
        if (audience.segment_ids[row], codes[column]) in shelf.rising:
            because.append("rising in your segment")
        region = audience.regions[row] if audience.regions[row] in shelf.ranker.popular.columns else ALL
        words = "; ".join(because) or popular_in(region)
        yield words[0].upper() + words[1:]

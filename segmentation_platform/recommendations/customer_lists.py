"""Two lists for every customer: what to buy again, and what is new to them.

Never in a list: what is no longer sold, and what the customer cancelled whole. Scores of both lists are on one
scale (see `ranker`): both together, ordered by score, are the best offer to the customer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.recommendations import CUSTOMER_LISTS, CustomerRecommendations
from segmentation_platform.recommendations.arrays import Matrix
from segmentation_platform.recommendations.families import without_repeats
from segmentation_platform.recommendations.histories import Histories, cells
from segmentation_platform.recommendations.ranker import Picks, best
from segmentation_platform.recommendations.ranking_artifacts import RankingArtifacts
from segmentation_platform.recommendations.reasons import (
    bought_before,
    goes_with,
    popular_in,
    seasonal,
    strongest_two,
)

BUY_AGAIN, NEW_TO_YOU = CUSTOMER_LISTS

_LEAST = 1e-9
_DIGITS = 9
_SPARE = 5
"""So many times as many are ranked as make the list, to take the place of those left out."""
_TEXTS = ("customer_id", "list", "stock_code", "description", "category", "product_type", "reason")


def customer_recommendations(
    segments: pd.DataFrame, pairs: pd.DataFrame, artifacts: RankingArtifacts
) -> Iterator[pd.DataFrame]:
    """Make both lists of every customer who has a segment, some customers after the others.

    Args:
        segments: columns of `contracts.CustomerSegments`
        pairs: what each customer bought, as from `sales.customer_products`
        artifacts: what lists are made from, of the same day

    Yields:
        Columns of `contracts.CustomerRecommendations`, ordered by customer, list and rank, of some customers each.

    """
    people = segments.sort_values("customer_id").set_index("customer_id")
    histories = artifacts.ranker.histories(pairs).for_customers(people.index)
    regions, segment_ids = people["region"].tolist(), people["segment_id"].tolist()
    for rows in artifacts.ranker.batches(len(people)):
        lists = lists_of(artifacts, histories.rows(rows), Audience(regions[rows], segment_ids[rows]))
        lists["segment"] = lists["customer_id"].map(people["segment"]).astype("str")
        yield lists[CustomerRecommendations.column_names()]


@dataclass(frozen=True)
class Audience:
    """Customers to make lists for: the region and the segment of each; segment 0 is none."""

    regions: Sequence[str]
    segment_ids: Sequence[int]


def lists_of(artifacts: RankingArtifacts, histories: Histories, audience: Audience) -> pd.DataFrame:
    """Make both lists of some customers.

    Args:
        artifacts: what lists are made from
        histories: purchases of the customers
        audience: who they are

    Returns:
        Columns of `contracts.CustomerRecommendations` but for `segment`, ordered by customer, list and rank.

    """
    scores = artifacts.ranker.scores(histories, audience.regions)
    length = artifacts.ranker.rules.customers.length
    says_nothing = scores.values < _LEAST
    again = best(np.where(scores.owned & ~says_nothing, scores.values, -np.inf), length)
    new = new_picks(artifacts, np.where(scores.owned | says_nothing, -np.inf, scores.values), length)
    reasons = [
        *_again_reasons(artifacts, histories, again),
        *_new_reasons(artifacts, histories, new, audience, scores.popular[new.rows, new.columns]),
    ]
    rows, columns = np.concatenate([again.rows, new.rows]), np.concatenate([again.columns, new.columns])
    found: dict[str, Any] = {
        "customer_id": histories.customers.to_numpy(object)[rows],
        "list": [BUY_AGAIN] * len(again.rows) + [NEW_TO_YOU] * len(new.rows),
        "rank": np.concatenate([again.ranks, new.ranks]),
        **{name: values[columns] for name, values in artifacts.columns.items()},
        "score": np.concatenate([again.values, new.values]).astype(np.float64).round(_DIGITS),
        "reason": reasons,
    }
    typed = {name: pd.array(values, "str") if name in _TEXTS else values for name, values in found.items()}
    return pd.DataFrame(typed).iloc[np.argsort(rows, kind="stable")]


def new_picks(artifacts: RankingArtifacts, values: Matrix, length: int) -> Picks:
    """The best of what is new to each customer, at most two of one family in a row of ten.

    Args:
        artifacts: what lists are made from
        values: scores, -inf for what is not new or not to be offered
        length: how many

    """
    return without_repeats(best(values, _SPARE * length), artifacts.families, length)


def _again_reasons(artifacts: RankingArtifacts, histories: Histories, picks: Picks) -> Iterator[str]:
    orders, ages = (cells(m, picks.rows, picks.columns) for m in (histories.orders, histories.last_age))
    for count, age in zip(orders.tolist(), ages.tolist(), strict=True):
        yield bought_before(int(count), int(age), artifacts.as_of)


def _new_reasons(
    artifacts: RankingArtifacts, histories: Histories, picks: Picks, audience: Audience, popular: Matrix
) -> Iterator[str]:
    names, codes = artifacts.names, artifacts.columns["stock_code"]
    partners = strongest_two(histories, picks, artifacts.ranker.weights)
    # Where popularity makes up most of the score, that is the reason, whatever it goes with besides.
    partners[popular > picks.values / 2] = -1
    for pair, row, column in zip(partners.tolist(), picks.rows.tolist(), picks.columns.tolist(), strict=True):
        because = [goes_with([names[partner] for partner in pair if partner >= 0])] if pair[0] >= 0 else []
        if (audience.segment_ids[row], codes[column]) in artifacts.rising:
            because.append("rising in your segment")
        region = audience.regions[row] if audience.regions[row] in artifacts.ranker.popular.columns else EVERYWHERE
        because = because or [popular_in(region)]
        season = artifacts.seasons[column]
        if season is not None:
            because.append(seasonal(season))
        words = "; ".join(because)
        yield words[0].upper() + words[1:]

"""Lists on demand, for a customer who is not in the ledger or has bought since: the same ranker, kept in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.customer_lists import Audience, lists_of
from segmentation_platform.recommendations.histories import Histories, Sparse
from segmentation_platform.recommendations.ranking_artifacts import RankingArtifacts

NO_SEGMENT = 0

_COLUMNS = ["list", "rank", "stock_code", "description", "category", "product_type", "score", "reason"]


@dataclass(frozen=True)
class Bought:
    """A product that somebody bought.

    Attributes:
        stock_code: of the product
        orders: how many it was bought in; 0: all was cancelled, so it is not offered
        last_bought: day of the last of them; today where none is named
        days: of all orders; that of the last one where they are not named

    """

    stock_code: str
    orders: int = 1
    last_bought: date | None = None
    days: tuple[date, ...] = ()


class BasketRecommender:
    """Ranks products for purchases that are handed over; built once, then some hundred customers a second.

    Args:
        artifacts: what the lists of a night are made from

    Examples:
        >>> artifacts = learn(sales, segment_lists, as_of, RecommendationRules())  # doctest: +SKIP
        >>> recommender = BasketRecommender(artifacts)  # doctest: +SKIP
        >>> recommender.recommend([Bought("85123A", orders=3)], region="Germany")  # doctest: +SKIP

    """

    def __init__(self, artifacts: RankingArtifacts) -> None:
        self._artifacts = artifacts
        self._places = {str(code): place for place, code in enumerate(artifacts.ranker.demand.index)}

    def recommend(
        self, basket: Iterable[Bought], region: str = EVERYWHERE, segment_id: int = NO_SEGMENT
    ) -> pd.DataFrame:
        """Make the two lists of one customer.

        Args:
            basket: what was bought; products that the ledger doesn't know are passed over, and where nothing is
                left the lists are what is popular now in the region
            region: as in `clean_sales`; one that was never seen counts as all regions
            segment_id: for the words only

        Returns:
            Columns of `contracts.CustomerRecommendations` but for `customer_id` and `segment`, ordered by list and
            rank.

        """
        found = lists_of(self._artifacts, self._history(basket), Audience([region], [segment_id]))
        return found[_COLUMNS].reset_index(drop=True)

    def _history(self, basket: Iterable[Bought]) -> Histories:
        orders: dict[int, int] = {}
        frequency: dict[int, float] = {}
        ages: dict[int, int] = {}
        seen: set[int] = set()
        for item in basket:
            place = self._places.get(item.stock_code)
            if place is None:
                continue
            seen.add(place)
            if item.orders > 0:
                orders[place] = orders.get(place, 0) + item.orders
                frequency[place] = frequency.get(place, 0.0) + self._frequency(item)
                ages[place] = min(ages.get(place, self._age(item)), self._age(item))
        cancelled = dict.fromkeys(seen - set(orders), 1)
        return Histories(pd.Index([""]), *(self._row(values) for values in (orders, frequency, ages, cancelled)))

    def _row(self, values: Mapping[int, float]) -> Sparse:
        columns = sorted(values)
        cells = (np.array([values[column] for column in columns], np.float32), columns, [0, len(columns)])
        return sparse.csr_array(cells, (1, len(self._places)))

    def _frequency(self, item: Bought) -> float:
        """Orders weighted by their age; rounded as those of the night are."""
        half_life = self._artifacts.ranker.rules.customers.score.frequency_half_life
        if half_life is None:
            return item.orders
        ages = [self._days_ago(day) for day in item.days] or [self._age(item)] * item.orders
        return round(float(sum(0.5 ** (age / half_life) for age in ages)), 12)

    def _age(self, item: Bought) -> int:
        return self._days_ago(item.last_bought) if item.last_bought else 0

    def _days_ago(self, day: date) -> int:
        return max((self._artifacts.as_of - day).days, 0)

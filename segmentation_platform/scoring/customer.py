"""Segment and products for single customers, from the models in force."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.ledger.countries import region_of
from segmentation_platform.recommendations.basket_recommender import BasketRecommender, Bought
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.segments.names import archetype
from segmentation_platform.segments.profiles import assign

_CURRENCY_DIGITS = 2


@dataclass(frozen=True)
class Purchase:
    """One product in one order.

    Attributes:
        stock_code: of the product
        quantity: units that were kept; a product of which none were is not offered, and else counts for nothing
        unit_price: what one cost; the product's usual price where it is not given
        bought_on: day of the order; today where it is not given
        invoice: which order; orders of one day are one where it is not given

    """

    stock_code: str
    quantity: float = 1.0
    unit_price: float | None = None
    bought_on: date | None = None
    invoice: str = ""


@dataclass(frozen=True)
class ScoredCustomer:
    """What is known of a customer.

    Attributes:
        segment: name
        description: the segment's habits in words
        margin: how far from the border, 0 on it
        next_step: what would move the customer up
        recency_days: days since the last order, at least 1
        frequency: orders
        monetary: money spent
        region: of the country
        unknown: codes that the ledger does not know; they count as an order, not as money without a price
        products: columns of `contracts.CustomerRecommendations` but for `customer_id` and `segment`

    """

    segment: str
    description: str
    margin: float
    next_step: str
    recency_days: int
    frequency: int
    monetary: float
    region: str
    unknown: tuple[str, ...]
    products: pd.DataFrame


@dataclass(frozen=True)
class CustomerScorer:
    """Scores customers by the models in force, in memory; read once, then some hundred customers a second.

    Attributes:
        models: segment models in force, by region
        recommender: of products
        prices: usual price by stock code
        as_of: reporting date of the models
        own_regions: countries that are a region of their own

    """

    models: Mapping[str, FittedModel]
    recommender: BasketRecommender
    prices: Mapping[str, float]
    as_of: date
    own_regions: tuple[str, ...] = ()

    def region_of(self, country: str) -> str:
        """The region of a country as the ledger has it; all regions where none is named."""
        return region_of(country, self.own_regions) if country else EVERYWHERE

    def score_purchases(self, purchases: Iterable[Purchase], region: str = EVERYWHERE) -> ScoredCustomer:
        """Say what segment a customer is in and what to offer.

        Args:
            purchases: what was bought, at least one
            region: of the customer; one that was never seen counts as all regions

        Raises:
            ScoringError: when nothing was bought.

        """
        return self.score_all([(list(purchases), region)])[0]

    def score_all(self, customers: Sequence[tuple[Sequence[Purchase], str]]) -> list[ScoredCustomer]:
        """The same for many customers, each given by purchases and region; several times faster than one by one.

        Raises:
            ScoringError: when one of them bought nothing.

        """
        if not customers:
            return []
        features = pd.DataFrame([self._features(*customer) for customer in customers])
        texts = features.astype({"customer_id": "str", "region": "str"})
        assigned = assign(texts, self.models).to_dict("records")
        return [self._scored(row, *customer) for row, customer in zip(assigned, customers, strict=True)]

    def _scored(self, assigned: Mapping[Hashable, Any], purchases: Sequence[Purchase], region: str) -> ScoredCustomer:
        codes = dict.fromkeys(purchase.stock_code for purchase in purchases if purchase.quantity > 0)
        return ScoredCustomer(
            segment=assigned["segment"],
            description=self._habits[assigned["segment_id"]],
            margin=assigned["margin"],
            next_step=assigned["next_step"],
            recency_days=assigned["recency_days"],
            frequency=assigned["frequency"],
            monetary=assigned["monetary"],
            region=region,
            unknown=tuple(code for code in codes if code not in self.prices),
            products=self.recommender.recommend(self._basket(purchases), region, assigned["segment_id"]),
        )

    @cached_property
    def _habits(self) -> dict[int, str]:
        return habits(self.models)

    def _features(self, purchases: Sequence[Purchase], region: str) -> dict[str, object]:
        bought = [purchase for purchase in purchases if purchase.quantity > 0]
        if not bought:
            raise ScoringError("Nothing was bought: a segment takes at least one product, for instance 85123A.")
        orders = {self._order(purchase) for purchase in bought}
        spent = sum(purchase.quantity * self._price(purchase) for purchase in bought)
        last = max(self._day(purchase) for purchase in bought)
        return {
            "customer_id": "",
            "recency_days": max((self.as_of - last).days, 1),
            "frequency": len(orders),
            "monetary": round(spent, _CURRENCY_DIGITS),
            "average_order_value": round(spent / len(orders), _CURRENCY_DIGITS),
            "region": region,
        }

    def _basket(self, purchases: Sequence[Purchase]) -> list[Bought]:
        orders: dict[str, dict[str | date, date]] = {purchase.stock_code: {} for purchase in purchases}
        for purchase in sorted(purchases, key=self._day):
            if purchase.quantity > 0:
                orders[purchase.stock_code][self._order(purchase)] = self._day(purchase)
        return [
            Bought(code, len(days), max(days.values(), default=None), tuple(days.values()))
            for code, days in orders.items()
        ]

    def _order(self, purchase: Purchase) -> str | date:
        return purchase.invoice or self._day(purchase)

    def _day(self, purchase: Purchase) -> date:
        return purchase.bought_on or self.as_of

    def _price(self, purchase: Purchase) -> float:
        known = self.prices.get(purchase.stock_code, 0.0)
        return purchase.unit_price if purchase.unit_price is not None else known


def habits(models: Mapping[str, FittedModel]) -> dict[int, str]:
    """What the customers of each segment do, in words, by its number."""
    segments = [segment for fitted in models.values() for segment in fitted.model.segments]
    return {segment.segment_id: archetype(segment.kind).habits for segment in segments}


def scored_at_night(
    customer: Mapping[str, Any], products: pd.DataFrame, models: Mapping[str, FittedModel]
) -> ScoredCustomer:
    """What the night said of a customer of the ledger.

    Args:
        customer: the row of `contracts.CustomerSegments`
        products: the customer's rows of `contracts.CustomerRecommendations`
        models: segment models in force, by region

    """
    said = ("segment", "margin", "next_step", "recency_days", "frequency", "monetary", "region")
    return ScoredCustomer(
        **{name: customer[name] for name in said},
        description=habits(models)[customer["segment_id"]],
        unknown=(),
        products=products.drop(columns=["customer_id", "segment"]).reset_index(drop=True),
    )


def purchases_of(lines: pd.DataFrame) -> list[Purchase]:
    """The purchases in lines of the known sales, those of which nothing was kept with a quantity of 0.

    Args:
        lines: columns stock_code, net_quantity, unit_price, sold_at and invoice, of one customer

    """
    columns = (lines[name].tolist() for name in ("stock_code", "net_quantity", "unit_price", "sold_at", "invoice"))
    return [
        Purchase(code, float(quantity), float(price), sold_at.date(), str(invoice))
        for code, quantity, price, sold_at, invoice in zip(*columns, strict=True)
    ]

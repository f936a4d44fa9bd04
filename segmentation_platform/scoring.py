"""Segment and products for a customer, known or not, in memory: one function for whoever asks.

Belongs here: putting segments and recommendations together for single customers. Does not belong here: how either is
fitted, and where they are kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.recommendations.scorer import Bought, Scorer
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.segments.names import archetype
from segmentation_platform.segments.profiles import assign

_CURRENCY_DIGITS = 2


@dataclass(frozen=True)
class Purchase:
    """One product in one order.

    Attributes:
        stock_code: of the product
        quantity: units
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
    """What is said of a customer.

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
    """Scores customers by the models in force; built once, then some hundred customers a second.

    Attributes:
        models: segment models in force, by region
        scorer: of products
        prices: usual price by stock code
        as_of: reporting date of the models

    """

    models: Mapping[str, FittedModel]
    scorer: Scorer
    prices: Mapping[str, float]
    as_of: date

    def score(self, purchases: Iterable[Purchase], region: str = EVERYWHERE) -> ScoredCustomer:
        """Say what segment a customer is in and what to offer.

        Args:
            purchases: what was bought, at least one
            region: of the customer; one that was never seen counts as all regions

        Raises:
            ScoringError: when nothing was bought.

        """
        bought = [purchase for purchase in purchases if purchase.quantity > 0]
        if not bought:
            raise ScoringError("Nothing was bought: a segment takes at least one product, for instance 85123A.")
        features = self._features(bought, region)
        assigned = assign(features, self.models).iloc[0]
        kinds = {s.segment_id: s.kind for fitted in self.models.values() for s in fitted.model.segments}
        segment_id = int(assigned["segment_id"])
        return ScoredCustomer(
            segment=str(assigned["segment"]),
            description=archetype(kinds[segment_id]).habits,
            margin=float(assigned["margin"]),
            next_step=str(assigned["next_step"]),
            recency_days=int(assigned["recency_days"]),
            frequency=int(assigned["frequency"]),
            monetary=float(assigned["monetary"]),
            region=region,
            unknown=tuple(dict.fromkeys(p.stock_code for p in bought if p.stock_code not in self.prices)),
            products=self.scorer.score(self._basket(bought), region, segment_id),
        )

    def _features(self, bought: list[Purchase], region: str) -> pd.DataFrame:
        orders = {(purchase.invoice, self._day(purchase)) for purchase in bought}
        spent = sum(purchase.quantity * self._price(purchase) for purchase in bought)
        last = max(self._day(purchase) for purchase in bought)
        features = {
            "customer_id": "",
            "recency_days": max((self.as_of - last).days, 1),
            "frequency": len(orders),
            "monetary": round(spent, _CURRENCY_DIGITS),
            "average_order_value": spent / len(orders),
            "region": region,
        }
        return pd.DataFrame([features]).astype({"customer_id": "str", "region": "str"})

    def _basket(self, bought: list[Purchase]) -> list[Bought]:
        orders: dict[str, set[tuple[str, date]]] = {}
        for purchase in bought:
            orders.setdefault(purchase.stock_code, set()).add((purchase.invoice, self._day(purchase)))
        return [Bought(code, len(days), max(day for _, day in days)) for code, days in orders.items()]

    def _day(self, purchase: Purchase) -> date:
        return purchase.bought_on or self.as_of

    def _price(self, purchase: Purchase) -> float:
        known = self.prices.get(purchase.stock_code, 0.0)
        return purchase.unit_price if purchase.unit_price is not None else known


def purchases_of(lines: pd.DataFrame) -> list[Purchase]:
    """The purchases in lines of the known sales.

    Args:
        lines: columns stock_code, net_quantity, unit_price, sold_at and invoice, of one customer

    """
    kept = lines[lines["net_quantity"] > 0]
    columns = (kept[name].tolist() for name in ("stock_code", "net_quantity", "unit_price", "sold_at", "invoice"))
    return [
        Purchase(code, float(quantity), float(price), sold_at.date(), str(invoice))
        for code, quantity, price, sold_at, invoice in zip(*columns, strict=True)
    ]

"""What makes a product worth recommending: the settings of the section `[recommendations]`.

The weights of the customers' lists are no settings, unless their owner makes them some: they are learned on the
ledger's own past (`methods`).
"""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from segmentation_platform.recommendations.weights import (
    COUNTING,
    COUNTING_OF_CELLS,
    COUNTING_OF_SIMILAR,
    CellWeights,
    ScoreWeights,
    SimilarityWeights,
)

FEWEST_ORIGINS = 2
"""Past days without which nothing is learned."""

_SUNDAY = 6
_FORMER_WEIGHTS = ("trend_smoothing", "affinity_weight", "affinity_weight_owned", "popularity_weight")


def _refused(values: object, former: tuple[str, ...], section: str) -> object:
    """Say what became of weights of before; what they meant has no equal now."""
    if isinstance(values, dict) and (gone := [name for name in former if name in values]):
        raise ValueError(
            f"{', '.join(gone)}: the weights of the score are learned on the ledger now. Take the setting out, "
            f"or set {section}"
        )
    return values


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomerListRules(_Rules):
    """Rules of the two lists of each customer; set in `[recommendations.customers]`."""

    length: int = Field(default=20, ge=1)
    """Products per list."""
    repurchase_days: int = Field(default=30, ge=1)
    """A product's repurchase rate is the share of its earlier buyers who bought it again in the last so many days."""
    repurchase_prior: float = Field(default=10.0, gt=0)
    """Earlier buyers at which a product's own rate counts as much as the rate of all products."""
    ease_penalty: float = Field(default=1000.0, gt=0)
    """Ridge penalty of EASE, in customers: higher trusts pairs of products less."""
    ease_products: int = Field(default=8000, ge=1)
    """EASE works on the most bought products, at most this many; the rest come by item-KNN. 8,000 take 0.8 GB."""
    neighbours: int = Field(default=100, ge=1)
    """Products from which each is predicted: those whose weights tell most."""
    weights: ScoreWeights | None = None
    """The numbers in the score; none: they are learned."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_former_weights(cls, values: object) -> object:
        return _refused(values, _FORMER_WEIGHTS, "[recommendations.customers.weights]")

    @property
    def score(self) -> ScoreWeights:
        """The numbers in the score: those that are set or were learned, else counting alone."""
        return self.weights or COUNTING

    def with_weights(self, weights: ScoreWeights) -> Self:
        """The same rules with other numbers in the score."""
        return self.model_copy(update={"weights": weights})


class SimilarItemRules(_Rules):
    """Rules of similar items; set in `[recommendations.similar]`."""

    length: int = Field(default=10, ge=1)
    """Similar products per product."""
    baskets: int = Field(default=5, ge=1)
    """Two products in fewer common invoices are not called similar."""
    weights: SimilarityWeights | None = None
    """The numbers in the score; none: they are learned."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_former_shrinkage(cls, values: object) -> object:
        return _refused(values, ("shrinkage",), "[recommendations.similar.weights]")

    @property
    def score(self) -> SimilarityWeights:
        """The numbers in the score: those that are set or were learned, else counting alone."""
        return self.weights or COUNTING_OF_SIMILAR


class BundleRules(_Rules):
    """Rules of the bundles; set in `[recommendations.bundles]`."""

    length: int = Field(default=500, ge=1)
    """Bundles that are listed at most."""
    baskets: int = Field(default=20, ge=1)
    """Products in fewer common invoices are no bundle ..."""
    support: float = Field(default=0.0002, ge=0, le=1)
    """... nor are those in a smaller share of all invoices: to a large shop 20 invoices are little."""
    buyers: int = Field(default=5, ge=1)
    """Products that fewer buyers bought together are no bundle either; every guest's invoice is a buyer."""
    largest: int = Field(default=100, ge=2)
    """Invoices with more different products are left out: stock for resale, or a day's sales written as one."""
    per_product: int = Field(default=5, ge=1)
    """Bundles that one product is in at most."""


class TasteRules(_Rules):
    """Rules of the taste groups; set in `[recommendations.tastes]`."""

    groups: int = Field(default=8, ge=1)
    """Number of groups."""
    dimensions: int = Field(default=32, ge=1)
    """Dimensions of the truncated SVD in which groups are found."""
    products: int = Field(default=3, ge=1)
    """A customer who bought fewer different products is of the taste Mixed."""
    refit_days: int = Field(default=30, ge=1)
    """Days after which the groups are moved to where their customers are then."""
    seed: int = Field(default=7, ge=0)
    """Seed of every random choice."""


class BacktestRules(_Rules):
    """Rules of the backtest; set in `[recommendations.backtest]`."""

    days: int = Field(default=30, ge=1)
    """Days that are predicted."""
    windows: int = Field(default=1, ge=1)
    """How many such windows, one after the other up to the reporting date, are predicted every night."""
    weekly_windows: int = Field(default=7, ge=1)
    """How many on Sundays."""
    customers: int = Field(default=10_000, ge=1)
    """Customers who are judged in a window; where there are more, so many of them are drawn."""
    draws: int = Field(default=2000, ge=1)
    """Bootstrap draws of customers behind each interval."""
    seed: int = Field(default=7, ge=0)
    """Seed of all draws."""

    def windows_on(self, as_of: date) -> int:
        """How many windows are predicted on a reporting date."""
        return self.weekly_windows if as_of.weekday() == _SUNDAY else self.windows


class LearningRules(_Rules):
    """How the weights of the customers' lists are learned; set in `[recommendations.learning]`."""

    origins: int = Field(default=3, ge=0)
    """Past days on which weights are tried, each by as many days after it as the backtest predicts; 0: none."""
    customers: int = Field(default=1000, ge=1)
    """Customers who are drawn on each of them."""
    every_days: int = Field(default=7, ge=1)
    """Days after which it is done again."""
    certainty: float = Field(default=0.9, gt=0.5, lt=1)
    """How sure it has to be that one way to rank is better than another, before it takes its place."""
    draws: int = Field(default=2000, ge=1)
    """Bootstrap draws of customers behind that."""
    seed: int = Field(default=7, ge=0)
    """Seed of all draws."""

    @property
    def may_learn(self) -> bool:
        """Whether there are past days enough: what is learned on one has to be judged on another."""
        return self.origins >= FEWEST_ORIGINS


class RecommendationRules(_Rules):
    """Rules of the segment lists, and below them those of the other tables."""

    shrinkage: float = Field(default=500.0, ge=0)
    """Purchases at which a region, or a segment's rising list, counts as much as the wider one around it."""
    cells: CellWeights | None = None
    """What the segments' popular lists are ranked by; none: it is learned."""
    length: int = Field(default=50, ge=1)
    """Products per segment list."""
    cell_customers: int = Field(default=10, ge=1)
    """A segment's region or taste with fewer customers gets no lists of its own."""
    support: int = Field(default=5, ge=1)
    """A product bought by fewer customers of a cell is left out of its rising and signature lists."""
    sold_within_days: int = Field(default=60, ge=1)
    """A product that nobody bought for longer, nor for thrice as long as is usual of it, is no longer offered."""
    customers: CustomerListRules = CustomerListRules()
    """Rules of the customers' own lists."""
    similar: SimilarItemRules = SimilarItemRules()
    """Rules of similar items."""
    bundles: BundleRules = BundleRules()
    """Rules of the bundles."""
    tastes: TasteRules = TasteRules()
    """Rules of the taste groups."""
    learning: LearningRules = LearningRules()
    """How the weights of the customers' lists are learned."""
    backtest: BacktestRules = BacktestRules()
    """Rules of the backtest."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_former_half_life(cls, values: object) -> object:
        return _refused(values, ("half_life_days",), "[recommendations.cells]")

    @property
    def cell_weights(self) -> CellWeights:
        """What the segments' popular lists are ranked by: what is set or was learned, else what everybody buys."""
        return self.cells or COUNTING_OF_CELLS

    def with_weights(self, weights: ScoreWeights) -> Self:
        """The same rules with other numbers in the score of the customers' lists."""
        return self.model_copy(update={"customers": self.customers.with_weights(weights)})

"""The numbers in the score behind a customer's lists: learned on each ledger's own past, or set by its owner.

Where the ledger is too short to learn from, `COUNTING` serves: what a customer bought often and lately comes first,
then what is popular. No ledger was found on which that does badly; what is learned has to be better (`methods`).
"""

from typing import Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field

HalfLife: TypeAlias = Literal[3, 5, 7, 14, 30, 60, 90, 120, 240, 365]
"""Days after which a purchase counts half."""

HALF_LIVES: Final[tuple[HalfLife, ...]] = get_args(HalfLife)
"""Those for which purchases are summed up."""


class ScoreWeights(BaseModel):
    """What the score is made of (`ranker` has the formula); set in `[recommendations.customers.weights]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frequency_half_life: HalfLife | None = 120
    """A customer's own order this many days old counts half; none: all count the same."""
    repurchase_power: float = Field(default=0.0, ge=0, le=1)
    """How far a product's own repurchase rate counts, from 0, that of all products, to 1."""
    affinity_owned: float = Field(default=0.0, ge=0)
    """Weight of affinity times trend for products that the customer bought before; the own orders have 1."""
    popularity_owned: float = Field(default=0.0, ge=0)
    """Weight of the share of all purchases for these: where little is bought twice, what sells tells more."""
    owned_half_life: HalfLife = 7
    """Anybody's order this many days old counts half for that."""
    affinity_new: float = Field(default=0.0, ge=0, le=1)
    """Weight of affinity for products that are new to the customer; popularity has the rest to 1."""
    popularity_half_life: HalfLife = 14
    """Anybody's order this many days old counts half for what is popular."""
    trend_half_life: HalfLife = 7
    """The same for what rises and falls."""
    trend_evidence: float | None = Field(default=None, gt=0)
    """Expected orders at which a product's trend counts as much as none at all; null: there is no trend."""
    new_scale: float = Field(default=0.01, gt=0)
    """By what the score of new products is multiplied where both lists are merged; so small, own ones come first."""

    def of_owned(self, frequency: Any, drawn: Any, shares: Any) -> Any:
        """The score of products that the customer bought, arrays of any one shape.

        Args:
            frequency: how often, times the product's repurchase rate
            drawn: affinity times trend
            shares: of all purchases, weighted by their age

        """
        return frequency + self.affinity_owned * drawn + self.popularity_owned * shares

    def of_new(self, drawn: Any) -> Any:
        """What affinity times trend adds to the score of products that are new to the customer."""
        return self.new_scale * self.affinity_new * drawn

    def of_popular(self, shares: Any) -> Any:
        """What the share of the region's purchases adds to it."""
        return self.new_scale * (1 - self.affinity_new) * shares

    def rates(self, rates: Any, of_all: float) -> Any:
        """Repurchase rates of products, drawn to that of all products."""
        return rates**self.repurchase_power * of_all ** (1 - self.repurchase_power)

    def trends(self, sold: Any, usual: Any) -> Any:
        """Orders of products lately against those to be expected, drawn to 1 by their own uncertainty.

        The mean of a rate with a gamma prior of mean 1 that is worth `trend_evidence` expected orders, given Poisson
        counts: a product with three sales says little of itself.

        Args:
            sold: orders weighted by their age
            usual: share of all orders

        """
        if self.trend_evidence is None:
            return 0 * sold + 1.0  # in the shape of the others
        return (sold + self.trend_evidence) / (usual * sold.sum() + self.trend_evidence)

    @property
    def frequency(self) -> str:
        """The column of `sales.customer_products` that says how often the customer bought."""
        return recent(self.frequency_half_life) if self.frequency_half_life else "orders"


COUNTING: Final = ScoreWeights()
"""Counting alone: how often and how lately."""


class CellWeights(BaseModel):
    """What the popular list of a segment is ranked by; set in `[recommendations.cells]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    half_life: HalfLife = 14
    """A purchase this many days old counts half."""
    shrinkage: float | None = Field(default=None, ge=0)
    """Weighted purchases at which a cell counts as much as the wider one around it; null: only everybody counts."""


COUNTING_OF_CELLS: Final = CellWeights()
"""What everybody buys lately, for every cell."""


class SimilarityWeights(BaseModel):
    """What similar items are ranked by; set in `[recommendations.similar.weights]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    popularity_penalty: float = Field(default=0.0, ge=0, le=1)
    """How far a partner that is in many invoices anyway counts less: not at all (0), by the cosine (0.5), by lift."""
    shrinkage: float = Field(default=0.0, ge=0)
    """Common invoices at which half of the score counts."""

    def of_pairs(self, both: Any, size: Any, partner_size: Any) -> Any:
        """How strongly two products go together, 0 to 1: arrays of any one shape.

        The share of invoices with both, of those of the two products by a geometric mean, which is the cosine where
        both count the same; times n / (n + shrinkage) (Bell & Koren 2007, Improved neighborhood-based collaborative
        filtering, KDD Cup), so that a pair seen five times does not lead.

        Args:
            both: invoices with both
            size: invoices with the product
            partner_size: invoices with the one that is similar to it

        """
        of_either = size ** (1 - self.popularity_penalty) * partner_size**self.popularity_penalty
        return both / of_either * (both / (both + self.shrinkage))


COUNTING_OF_SIMILAR: Final = SimilarityWeights()
"""What is most often in the same invoice."""


def recent(half_life: HalfLife) -> str:
    """The column of `sales.customer_products` with orders weighted by age."""
    return f"recent_{half_life}"

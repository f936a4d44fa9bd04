"""The numbers in the score behind a customer's lists: learned on each ledger's own past, or set by its owner.

Where the ledger is too short to learn from, `COUNTING` serves: what a customer bought often and lately comes first,
then what is popular. No ledger was found on which that does badly; what is learned has to be better (`methods`).
"""

from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

HalfLife: TypeAlias = Literal[3, 5, 7, 14, 30, 60, 90, 120, 240, 365]
"""Days after which a purchase counts half."""

HALF_LIVES: Final[tuple[HalfLife, ...]] = (3, 5, 7, 14, 30, 60, 90, 120, 240, 365)
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
    affinity_new: float = Field(default=0.0, ge=0, le=1)
    """The same for products that are new to the customer; popularity has the rest to 1."""
    popularity_half_life: HalfLife = 14
    """Anybody's order this many days old counts half for what is popular."""
    trend_half_life: HalfLife = 7
    """The same for what rises and falls."""
    trend_evidence: float | None = Field(default=None, gt=0)
    """Expected orders at which a product's trend counts as much as none at all; null: there is no trend."""
    new_scale: float = Field(default=0.01, gt=0)
    """By what the score of new products is multiplied where both lists are merged; so small, own ones come first."""

    @property
    def frequency(self) -> str:
        """The column of `sales.customer_products` that says how often the customer bought."""
        return recent(self.frequency_half_life) if self.frequency_half_life else "orders"


COUNTING: Final = ScoreWeights()
"""Counting alone: how often and how lately."""


def recent(half_life: HalfLife) -> str:
    """The column of `sales.customer_products` with orders weighted by age."""
    return f"recent_{half_life}"

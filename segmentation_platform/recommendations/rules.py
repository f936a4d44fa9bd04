"""What makes a product worth recommending: the settings of the section `[recommendations]`.

The numbers of the customer lists were chosen on October 2011 of the UCI Online Retail ledger by `tuning`; no
figure that is published was measured on that month.
"""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

_SUNDAY = 6


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
    trend_smoothing: float = Field(default=0.2, ge=0)
    """Draws a product's trend to 1: this share of an average product's sales is added to both sides."""
    affinity_weight: float = Field(default=0.6, ge=0)
    """Weight of affinity times trend for products that the customer never bought; frequency has 1."""
    affinity_weight_owned: float = Field(default=0.4, ge=0)
    """The same for products that the customer bought before."""
    popularity_weight: float = Field(default=0.3, ge=0)
    """Weight of the region's recent share of purchases, which decides where a customer's own purchases say little."""


class SimilarItemRules(_Rules):
    """Rules of similar items; set in `[recommendations.similar]`."""

    length: int = Field(default=10, ge=1)
    """Similar products per product."""
    baskets: int = Field(default=5, ge=1)
    """Two products in fewer common invoices are not called similar."""
    shrinkage: float = Field(default=20.0, ge=0)
    """Common invoices at which half of the cosine counts."""


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


class RecommendationRules(_Rules):
    """Rules of the segment lists, and below them those of the other tables."""

    half_life_days: float = Field(default=7.0, gt=0)
    """A purchase this many days old counts half."""
    shrinkage: float = Field(default=500.0, ge=0)
    """Weighted purchases at which a cell counts as much as the wider one that it is drawn to."""
    length: int = Field(default=50, ge=1)
    """Products per list."""
    cell_customers: int = Field(default=10, ge=1)
    """A segment's region or taste with fewer customers gets no lists of its own."""
    support: int = Field(default=5, ge=1)
    """A product bought by fewer customers of a cell is left out of its rising and signature lists."""
    sold_within_days: int = Field(default=60, ge=1)
    """A product that nobody bought for longer than this is no longer offered."""
    customers: CustomerListRules = CustomerListRules()
    """Rules of the customers' own lists."""
    similar: SimilarItemRules = SimilarItemRules()
    """Rules of similar items."""
    tastes: TasteRules = TasteRules()
    """Rules of the taste groups."""
    backtest: BacktestRules = BacktestRules()
    """Rules of the backtest."""

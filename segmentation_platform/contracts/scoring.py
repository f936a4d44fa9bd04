"""Contracts of what scoring on demand needs: whoever may read `serving` can score, without the ledger."""

from segmentation_platform.contracts.base import Contract, flag, number, share, text, whole
from segmentation_platform.contracts.shown import Chapter, Counts, Drawn, Histogram, Published, Shown

SEGMENTS, RANKING = "segments", "ranking"
"""Kinds of models: what puts customers into segments; how products are ranked and what the regions are."""


class Models(
    Contract,
    published=Published(Chapter.SCORING, 1, "model in force, as readable JSON: segments by region, ranking"),
    shown=Shown("score", Drawn()),
):
    """The models by which the snapshot was made, each as one readable JSON document."""

    class Config:
        """Name and key."""

        name = "models"
        unique = ["kind", "region"]

    kind: str = text("segments: transform and centroids; ranking: weights of the score", isin=(SEGMENTS, RANKING))
    region: str = text("Region whose customers it is for, or all")
    model_version: int = whole("Number of the segment model (see segment_drift); 0 for the ranking, which has none")
    model: str = text("The model as JSON")


class ProductDemand(
    Contract,
    published=Published(Chapter.SCORING, 2, "product: how much it is bought, lately and again"),
    shown=Shown("products", Histogram("Products by trend", "trend", "products by trend", within=(0.0, 3.0))),
):
    """What ranking knows of each product that somebody kept: how much it is bought, lately and again."""

    class Config:
        """Name and key."""

        name = "product_demand"
        unique = ["stock_code"]

    stock_code: str = text("Product code")
    customers: int = whole("Customers who kept it", ge=1)
    recent_share: float = share("Its share of all purchases, each weighted by its age")
    recent_share_owned: float = share(
        "The same, by the half-life that counts for products that a customer bought before"
    )
    trend: float = number(
        "Orders lately against those that its share of all time lets expect, drawn to 1; above 1 it rises", ge=0
    )
    repurchase_rate: float = share(
        "Share of its earlier buyers who came again lately and took it again, drawn to that of all products"
    )
    is_offered: bool = flag("Whether it is still sold, and so may be in a list")


class RegionalDemand(
    Contract,
    published=Published(Chapter.SCORING, 3, "region and product: what is popular there lately"),
    shown=Shown("products", Counts("Products by region", "region")),
):
    """What is popular lately in each region: every product that is offered and its share of the purchases there."""

    class Config:
        """Name and key."""

        name = "regional_demand"
        unique = ["region", "stock_code"]

    region: str = text("Region")
    stock_code: str = text("Product code")
    share: float = share("Its share of the region's purchases, weighted by age and drawn to that of all regions")


class ItemWeights(
    Contract,
    published=Published(Chapter.SCORING, 4, "product: which purchases raise or lower its score, as JSON"),
    shown=Shown("score", Drawn()),
):
    """For every product that is offered the purchases that speak for or against it, and how much."""

    class Config:
        """Name and key."""

        name = "item_weights"
        unique = ["stock_code"]

    stock_code: str = text("Product code of what may be offered")
    weights: str = text("Weight by the product code of what was bought, as a JSON object; the weights that tell most")

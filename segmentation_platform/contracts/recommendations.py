"""Contracts of the recommendation tables."""

import pandas as pd
import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, moment, money, number, share, text, whole
from segmentation_platform.contracts.segments import EVERYWHERE
from segmentation_platform.contracts.shown import Chapter, Counts, Drawn, Histogram, Published, Shown

LISTS = ("signature", "rising", "popular")
"""signature: sets the segment apart; rising: more than usual lately; popular: bought most lately. In this order: what
differs leads, or all segments would be offered much the same."""


class SegmentRecommendations(
    Contract,
    published=Published(
        Chapter.RECOMMENDATIONS, 1, "segment, region, taste and product, in three lists: signature, rising, popular"
    ),
    shown=Shown("segment", Drawn()),
):
    """Products to offer to a segment, best first, in three lists, for all regions and for each one."""

    class Config:
        """Name and key."""

        name = "segment_recommendations"
        unique = ["segment_id", "region", "taste", "list", "rank"]

    segment_id: int = whole("Number of the segment", ge=1)
    region: str = text("Region, or all")
    taste: str = text("Taste, or all")
    list: str = text("Which list: signature, rising or popular", isin=LISTS)
    rank: int = whole("Place in the list, 1 is best", ge=1)
    segment: str = text("Name of the segment")
    stock_code: str = text("Product code")
    description: str = text("Product description", nullable=True)
    category: str = text("Product category")
    product_type: str = text("Product type")
    score: float = number("What the list is ordered by; compares within one list only")
    customers: int = whole("Customers of this segment and region who bought the product (support)")
    share: float = share("Share of the segment's customers in this region who bought it")
    lift: float = number("That share divided by the share among all customers", ge=0)
    lift_low: float = number("Lower end of the 95 % interval of the lift", ge=0)
    lift_high: float = number("Upper end of the 95 % interval of the lift", ge=0)
    trend: float = number("The product's recent share of purchases divided by its all-time share", ge=0)
    reason: str = text("Why it is in the list, in words")


def leading(lists: pd.DataFrame) -> pd.DataFrame:
    """The list that leads in each segment, over all regions and tastes: the first of `LISTS` that it has.

    Args:
        lists: columns of `SegmentRecommendations`

    """
    whole = lists[(lists["region"] == EVERYWHERE) & (lists["taste"] == EVERYWHERE)]
    place = whole["list"].map({name: place for place, name in enumerate(LISTS)})
    first: pd.DataFrame = whole[place == place.groupby(whole["segment_id"]).transform("min")]
    return first.sort_values(["segment_id", "rank"])


class TasteModels(Contract):
    """Registry of taste groups: K-Means over what customers buy; appended to. The model is a JSON document."""

    class Config:
        """Name and key."""

        name = "taste_models"
        unique = ["taste_version"]

    taste_version: int = whole("Number of the model", ge=1)
    created_at: pa.DateTime = moment("When the model was fitted (UTC)")
    as_of: pa.DateTime = day("Reporting date of the purchases it was fitted on")
    ledger_name: str = text("Name of the ledger that it was fitted on")
    tastes: int = whole("Number of groups")
    run_id: str = text("Dagster run that fitted it")
    model: str = text("Names of the groups, and how much each product speaks for each, as JSON")


class CustomerTastes(
    Contract,
    shown=Shown("customer", Counts("Customers by taste", "taste")),
):
    """One row per customer who kept something: the group of customers with the same taste."""

    class Config:
        """Name and key."""

        name = "customer_tastes"
        unique = ["customer_id"]

    customer_id: str = text("Customer number", unique=True)
    taste: str = text("Taste group, named by the category that it buys more than others; Mixed: too little to tell")
    taste_version: int = whole("Model of tastes that assigned it", ge=1)


CUSTOMER_LISTS = ("buy_again", "new_to_you")
"""buy_again: what the customer bought before; new_to_you: what others like this customer buy."""


class CustomerRecommendations(
    Contract,
    published=Published(Chapter.RECOMMENDATIONS, 2, "customer and product, in two lists: buy again, new to you"),
    shown=Shown("customer", Counts("Rows by list", "list")),
):
    """Products to offer to each customer, best first: to buy again, and new to them; both ordered by one score."""

    class Config:
        """Name and key."""

        name = "customer_recommendations"
        unique = ["customer_id", "list", "rank"]

    customer_id: str = text("Customer number")
    list: str = text("Which list: buy_again or new_to_you", isin=CUSTOMER_LISTS)
    rank: int = whole("Place in the list, 1 is best", ge=1)
    segment: str = text("Name of the customer's segment")
    stock_code: str = text("Product code")
    description: str = text("Product description", nullable=True)
    category: str = text("Product category")
    product_type: str = text("Product type")
    score: float = number("How likely it is bought soon; compares across both lists of a customer", gt=0)
    reason: str = text("Why it is in the list, in words")


class SimilarItems(
    Contract,
    published=Published(Chapter.RECOMMENDATIONS, 3, "product and what is bought together with it"),
    shown=Shown(
        "products",
        Histogram("Pairs of products by similarity", "score", "pairs by similarity, 0 to 1", within=(0.0, 1.0)),
    ),
):
    """For each product those that are bought together with it, best first; similar by type where few are."""

    class Config:
        """Name and key."""

        name = "similar_items"
        unique = ["stock_code", "rank"]

    stock_code: str = text("Product code")
    rank: int = whole("Place in the list, 1 is best", ge=1)
    similar_stock_code: str = text("Code of the similar product")
    description: str = text("Product description", nullable=True)
    similar_description: str = text("Description of the similar product", nullable=True)
    score: float = share("How strongly they go together; compares within one list only")
    baskets: int = whole("Invoices with both products; 0 where they are too few to tell")
    confidence: float = share("Share of the product's invoices that hold the similar one")
    lift: float = number("That share divided by the similar product's share of all invoices", ge=0)
    reason: str = text("Why it is similar, in words")


class Bundles(
    Contract,
    published=Published(
        Chapter.RECOMMENDATIONS, 4, "pair or triple of products bought together more than by chance, with its money"
    ),
    shown=Shown(
        "products", Histogram("Bundles by lift", "lift", "bundles by lift, up to 20 and more", within=(1.0, 20.0))
    ),
):
    """Pairs and triples of products that are bought together more than by chance, those with most money first.

    Read as a rule: who buys the first product, or of a triple the first two, buys the last one, too. Invoices with
    very many products are not counted.
    """

    class Config:
        """Name and key."""

        name = "bundles"
        unique = ["rank"]

    rank: int = whole("Place in the list, by revenue beyond chance; 1 is best", ge=1, unique=True)
    size: int = whole("How many products: 2 or 3", ge=2, le=3)
    stock_code_1: str = text("Code of the first product; of a pair the rarer one")
    description_1: str = text("Its description", nullable=True)
    stock_code_2: str = text("Code of the second product")
    description_2: str = text("Its description", nullable=True)
    stock_code_3: str = text("Code of the third product of a triple", nullable=True)
    description_3: str = text("Its description", nullable=True)
    baskets: int = whole("Invoices that hold all products of the bundle", ge=1)
    customers: int = whole("Known customers whose invoices these are; guests are not counted")
    support: float = share("Share of all invoices that hold the bundle")
    confidence: float = share("Share of the invoices with the other products that hold the last one, too")
    lift: float = number("That share divided by the last product's share of all invoices", gt=1)
    lift_low: float = number("Lower end of the 95 % interval of the lift", gt=1)
    lift_high: float = number("Upper end of the 95 % interval of the lift", gt=1)
    revenue: float = money("Money of the bundle's products in these invoices, after cancellations", ge=0)
    revenue_beyond_chance: float = money(
        "That part of it which chance, by the lower end of the lift, would not have brought", ge=0
    )
    reason: str = text("The rule in words")


RANKED_LISTS = (*CUSTOMER_LISTS, "segment_lists", "similar_items")
"""The lists that are ranked in the way that won: both of a customer, what is popular in a segment, similar items."""

METHODS = ("counting", "learned", "set")
"""counting: how often and how lately it is bought, by the customer, by everybody or together; learned: with what past
days of the ledger have taught besides; set: by the owner of the ledger."""


class RecommendationMethods(
    Contract,
    published=Published(Chapter.EVIDENCE, 7, "list: which way to rank serves it, since when, and why"),
    shown=Shown("quality", Counts("Lists by method", "method")),
):
    """Which way to rank serves each list: the one that won on past days of this ledger."""

    class Config:
        """Name and key."""

        name = "recommendation_methods"
        unique = ["list"]

    list: str = text("Which list: buy_again, new_to_you, segment_lists or similar_items", isin=RANKED_LISTS)
    method: str = text("What ranks it: counting, learned, or set by the owner", isin=METHODS)
    since: pa.DateTime = day("Reporting date since which it does")
    compared_on: pa.DateTime = day(
        "Reporting date of the last comparison; null where nothing was compared", nullable=True
    )
    why: str = text("Why, in words")
    ndcg: float = share("Its mean NDCG@10 on past days; null where nothing was compared", nullable=True)
    ndcg_counting: float = share("That of counting, by the best of its variants", nullable=True)
    delta_low: float = number(
        "Lower end of the interval of the difference, by the certainty asked for", nullable=True
    )
    delta_high: float = number("Upper end", nullable=True)
    customers: int = whole("Customers with something to find on these days", ge=0)
    weights: str = text("The numbers that it is ranked by, as JSON; those of both lists of a customer are one score")


TASKS = ("all", "new", "repeat", "next_basket")
"""all: what is bought in the test window; new, repeat: never, or once bought before; next_basket: the first day."""


class RecommendationQuality(
    Contract,
    published=Published(
        Chapter.EVIDENCE, 4, "list, task, origin and metric: how well it predicts purchases, against what is popular"
    ),
    shown=Shown("quality", Drawn()),
):
    """How well each model recommends: ranking metrics on past days with all it knew then, against each baseline."""

    class Config:
        """Name and key."""

        name = "recommendation_quality"
        unique = ["model", "task", "origin", "metric", "baseline"]

    model: str = text("What ranked the products")
    task: str = text("What had to be predicted: all, new, repeat or next_basket", isin=TASKS)
    origin: pa.DateTime = day("First day of the test window; models know nothing from that day on")
    metric: str = text("hit_rate, recall, ndcg, map, novelty, diversity or coverage, at 10 or 20: ndcg@10")
    value: float = share("Mean over the customers (coverage: share of the products offered that anyone is shown)")
    low: float = share("Lower end of its 95 % interval, by a bootstrap (coverage: by a jackknife)", nullable=True)
    high: float = share("Upper end", nullable=True)
    baseline: str = text("The model that it is compared with")
    delta: float = number("Value minus the baseline's")
    delta_low: float = number("Lower end of the 95 % interval of the paired difference", nullable=True)
    delta_high: float = number("Upper end", nullable=True)
    customers: int = whole("Customers with something to predict", ge=1)


class QualityBySegment(
    Contract,
    published=Published(
        Chapter.EVIDENCE, 5, "segment, list, origin and metric: whether its customers get lists as good as others do"
    ),
    shown=Shown("quality", Counts("Rows by segment", "segment")),
):
    """What the lists are worth to the customers of each segment, as of past days, against what all customers get."""

    class Config:
        """Name and key."""

        name = "quality_by_segment"
        unique = ["segment", "model", "origin", "metric"]

    segment: str = text("Name of the segment, as it was on that day")
    model: str = text("Which list: customer_lists (both together), buy_again, new_to_you or segment_lists")
    task: str = text("What it had to predict: all, new or repeat", isin=TASKS)
    origin: pa.DateTime = day("First day of the test window; models know nothing from that day on")
    metric: str = text("ndcg@10, hit_rate@10, novelty@10 or diversity@10")
    value: float = share("Mean over the segment's customers")
    low: float = share("Lower end of its 95 % bootstrap interval")
    high: float = share("Upper end")
    delta: float = number("Value minus that of all customers")
    delta_low: float = number("Lower end of the 95 % interval of the difference")
    delta_high: float = number("Upper end")
    customers: int = whole("Customers of the segment with something to predict", ge=1)

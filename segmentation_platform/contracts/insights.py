"""Contracts of the insights: season, cancellations, countries, cohorts."""

import pandera.pandas as pa

from segmentation_platform.contracts.base import Contract, day, flag, money, number, share, text, whole
from segmentation_platform.contracts.shown import Bars, Chapter, Drawn, Published, Shown

BUYERS = ("customers", "guests")
"""The subjects of the kind buyers: known customers, and guests, who are in no segment."""

NO_SEGMENT = "(none)"
"""Stands for the segment of known customers who kept nothing of what they bought."""

SEASON_KINDS = ("all", "buyers", "category", "region")
CANCELLATION_KINDS = ("all", "buyers", "month", "segment", "category", "product", "region")


class Seasonality(
    Contract,
    published=Published(
        Chapter.INSIGHTS, 1, "month and category, region or all: sales against the quiet months, when a season starts"
    ),
    shown=Shown("season", Drawn()),
):
    """Every month in all and by buyers, category and region: sales, and how far above the quiet months they stand."""

    class Config:
        """Name and key."""

        name = "seasonality"
        unique = ["subject_kind", "subject", "period"]

    subject_kind: str = text("What the row is about: all, buyers, category or region", isin=SEASON_KINDS)
    subject: str = text("Which one: all; customers or guests; a category; a region")
    period: pa.DateTime = day("First day of the month")
    is_complete: bool = flag("Whether the month is known whole on the reporting date")
    trading_days: int = whole("Days on which the shop sold anything")
    orders: int = whole("Orders with such a product, cancelled later or not, guests' included")
    customers: int = whole("Known customers who ordered")
    revenue: float = money("Revenue, net of cancellations, guests included", ge=0)
    sales: float = money("Money ordered, before cancellations: what the index is of, for late ones are not known yet")
    sales_per_day: float = money("That per trading day; null in a month without any", nullable=True)
    baseline: str = text("What the month is compared with: the quiet stretch of a year, or the whole ledger")
    season_index: float = number(
        "Sales per trading day divided by those of the baseline; null where that has none", ge=0, nullable=True
    )
    index_low: float = number("Lower end of its 95 % interval (block bootstrap over days)", ge=0, nullable=True)
    index_high: float = number("Upper end of it", ge=0, nullable=True)
    season_start: pa.DateTime = day(
        "First day of the last season of a category for an occasion: from it to the busiest week every seven days "
        "sold more than three ordinary weeks; else null",
        nullable=True,
    )
    season_share: float = share(
        "Share of the sales of that season, as far as it is known, done by the end of the month; else null",
        nullable=True,
    )


class Cancellations(
    Contract,
    published=Published(
        Chapter.INSIGHTS,
        2,
        "month, segment, category, product or region: how much is cancelled, shrunk where lines are few",
    ),
    shown=Shown("cancellations", Drawn()),
):
    """What is cancelled, by whom, when, where and of what; the rates of few lines are drawn to that of the whole."""

    class Config:
        """Name and key."""

        name = "cancellations"
        unique = ["subject_kind", "subject"]

    subject_kind: str = text(
        "What the row is about: all, buyers, month, segment, category, product or region", isin=CANCELLATION_KINDS
    )
    subject: str = text(
        "Which one: customers or guests; a month as 2011-09; a segment, (none) for who kept nothing; a category; "
        "a product code; a region"
    )
    description: str = text("Product description; null for other kinds", nullable=True)
    lines_sold: int = whole("Sale lines")
    lines_cancelled: int = whole("Cancellation lines as written, also of what was sold before the ledger began")
    units_sold: float = number("Units sold", ge=0)
    units_cancelled: float = number("Units cancelled as written", ge=0)
    money_sold: float = money("Money ordered, before cancellations", ge=0)
    money_cancelled: float = money("Money cancelled as written", ge=0)
    money_rate: float = number(
        "Money cancelled divided by money ordered; above 1 where earlier sales are cancelled, null without sales",
        ge=0,
        nullable=True,
    )
    money_rate_usual: float = number(
        "The same without the two largest cancellation invoices; null without sales", ge=0, nullable=True
    )
    largest_share: float = share(
        "Share of the money cancelled that these two are; null where nothing was cancelled", nullable=True
    )
    customer_lines: int = whole("Sale lines of known customers; guests' cancellations can't be matched with sales")
    lines_taken_back: int = whole("Of these, lines that were later cancelled, wholly or in part")
    line_rate: float = share("Their share; null where there are no lines", nullable=True)
    line_rate_shrunk: float = share(
        "That share drawn to that of the whole, the more the fewer lines (beta-binomial); order by this one",
        nullable=True,
    )
    line_rate_low: float = share("Lower end of its 95 % interval (posterior quantile)", nullable=True)
    line_rate_high: float = share("Upper end of it", nullable=True)


class Countries(
    Contract,
    published=Published(
        Chapter.INSIGHTS, 3, "country: customers, orders, order value, top products, how unlike home"
    ),
    shown=Shown("season", Bars("Share of revenue by country", "country", "revenue_share")),
):
    """One row per country: customers, orders, revenue, habits, and how unlike the home country it is."""

    class Config:
        """Name and key."""

        name = "countries"
        unique = ["country"]

    country: str = text("Country", unique=True)
    region: str = text("Its region as set in segmentation.toml")
    is_home: bool = flag("Whether it is home: the country with most revenue")
    customers: int = whole("Known customers who kept something; one who buys in two countries counts in both")
    orders: int = whole("Orders of which something was kept, guests' included")
    revenue: float = money("Revenue, net of cancellations, guests included", ge=0)
    revenue_share: float = share("Share of all revenue")
    average_order_value: float = money("Revenue per order; null without orders", ge=0, nullable=True)
    order_value_low: float = money(
        "Lower end of its 95 % interval, over buyers; null below two buyers", ge=0, nullable=True
    )
    order_value_high: float = money("Upper end of it", ge=0, nullable=True)
    order_value_index: float = number("Average order value divided by that of home", ge=0, nullable=True)
    orders_per_customer: float = number("Orders per known customer", ge=0, nullable=True)
    revenue_per_customer: float = money("Revenue per known customer", ge=0, nullable=True)
    customer_value_index: float = number("Revenue per known customer divided by that of home", ge=0, nullable=True)
    guest_share: float = share("Share of the revenue that came from guests", nullable=True)
    cancellation_rate: float = share(
        "Share of known customers' lines taken back, drawn to that of the whole (see cancellations.line_rate_shrunk)",
        nullable=True,
    )
    cancellation_rate_low: float = share("Lower end of its 95 % interval", nullable=True)
    cancellation_rate_high: float = share("Upper end of it", nullable=True)
    top_products: str = text("The five products in most orders, most first, between dots", nullable=True)
    home_overlap: float = share("Share of its twenty products in most orders that are also home's", nullable=True)


class Cohorts(
    Contract,
    published=Published(Chapter.INSIGHTS, 4, "month of first purchase and months since: who came again"),
    shown=Shown("season", Drawn()),
):
    """The customers who first bought in a month, and how many of them bought again in each month after it."""

    class Config:
        """Name and key."""

        name = "cohorts"
        unique = ["cohort", "months_since"]

    cohort: pa.DateTime = day("First day of the month of the first purchase; in the ledger's first not all are new")
    months_since: int = whole("Months since then; 0 is the month itself")
    period: pa.DateTime = day("First day of the month that is told of")
    is_complete: bool = flag("Whether that month was over on the reporting date")
    customers: int = whole("Customers of the cohort", ge=1)
    active_customers: int = whole("Of these, customers who bought in the month")
    retention: float = share("Their share")
    retention_low: float = share("Lower end of its 95 % interval (Wilson)")
    retention_high: float = share("Upper end of it")
    revenue: float = money("Revenue of the cohort in the month, net of cancellations", ge=0)
    revenue_per_customer: float = money("That per customer of the cohort, active or not", ge=0)

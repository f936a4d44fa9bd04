"""Contracts of the ledger: as it was read, as it was cleaned, and what was sold."""

import pandera.pandas as pa

from segmentation_platform.contracts.base import (
    Contract,
    day,
    flag,
    moment,
    money,
    number,
    share,
    text,
    whole,
)
from segmentation_platform.contracts.shown import Bars, Chapter, Counts, Drawn, Published, Shown

REASONS = (
    "not_a_line",
    "superseded_line",
    "status_not_counted",
    "unparseable_quantity",
    "unparseable_price",
    "unparseable_date",
    "missing_invoice",
    "missing_product",
    "date_out_of_range",
    "status_unknown",
    "other_currency",
    "duplicate_line",
    "discount_line",
    "not_a_product",
    "price_not_positive",
    "quantity_zero",
    "negative_without_cancellation",
    "nothing_paid",
)
"""Why a line can be rejected; the first that applies is given."""

REJECTED_BY_RULE = (
    "not_a_line",
    "superseded_line",
    "status_not_counted",
    "other_currency",
    "duplicate_line",
    "discount_line",
    "not_a_product",
    "nothing_paid",
)
"""Reasons of lines that were understood, and left out because they are no sales; the others are losses."""

ANY_PRODUCT = "ANY PRODUCT"
"""Code of everything that a ledger sells which tells no products apart."""

STATUSES = ("completed", "cancelled")
CONTINENTS = ("Africa", "Asia", "Europe", "North America", "Oceania", "South America", "Unknown")


class RawSales(
    Contract,
    shown=Shown("today", Drawn()),
):
    """Every line of every ledger file as it stood in the source; appended to, never changed."""

    class Config:
        """Name and key."""

        name = "raw_sales"
        unique = ["load_id", "line_number"]

    load_id: int = whole("Load that brought the line (see loads)", ge=1)
    line_number: int = whole("Position in the file, counted from 1 without the header", ge=1)
    invoice: str = text("Invoice number as written", nullable=True)
    stock_code: str = text("Product code as written", nullable=True)
    description: str = text("Product description as written", nullable=True)
    quantity: str = text("Quantity as written", nullable=True)
    invoice_date: str = text("Date and time of the invoice as written", nullable=True)
    unit_price: str = text("Price of one unit as written", nullable=True)
    customer_id: str = text("Customer number as written", nullable=True)
    country: str = text("Country as written", nullable=True)
    status: str = text("Status of the order or line as written, where the ledger has one", nullable=True)
    line_total: str = text("Amount of the whole line as written, where the ledger has it", nullable=True)
    discount: str = text("What comes off the line as written, where the ledger has it", nullable=True)
    order_discount: str = text("What comes off the whole order as written, where the ledger has it", nullable=True)
    order_refund: str = text("What was paid back of the order as written, where the ledger has it", nullable=True)
    currency: str = text("Currency as written, where the ledger has it", nullable=True)
    category: str = text("The shop's own product category as written, where the ledger has it", nullable=True)
    channel: str = text("Where the order was placed as written, where the ledger has it", nullable=True)
    email_hash: str = text(
        "SHA-256 of the customer's e-mail address, or the hash that the ledger has of it; the address is not kept",
        nullable=True,
    )


TEXT_COLUMNS = tuple(RawSales.column_names()[2:])
"""What columns of a sales ledger hold, by the names used throughout the platform."""


class Loads(Contract):
    """Every ledger file that was read: what it was, when, of which ledger, and whether its lines are in use."""

    class Config:
        """Name and key."""

        name = "loads"
        unique = ["load_id"]

    load_id: int = whole("Number of the load", ge=1)
    source: str = text("Path of the file that was read")
    sha256: str = text("SHA-256 of the file's bytes; a ledger never loads the same content twice", str_length=64)
    reading: str = text("How it was read: layout and columns as JSON; read otherwise it is another load")
    lines: int = whole("Lines in the file")
    loaded_at: pa.DateTime = moment("When the load was finished (UTC)")
    is_current: bool = flag("Whether these lines are the ledger that the platform works on")
    profile: str = text("How its text is understood: the whole profile as JSON; empty in loads of before profiles")
    ledger_name: str = text("Name of the ledger that it was read for")
    origin: str = text("What was named: the file, or the folder or pattern that it was found by")
    is_part: bool = flag("Whether the ledger of that name has its lines; otherwise others took their place")
    doubts: str = text("What was doubtful of the ledger when it was inspected last, as JSON; empty if it was not")


class CleanSales(
    Contract,
    shown=Shown("today", Bars("Lines kept and rejected", "kind", "rows")),
):
    """Genuine product lines, sales and cancellations, typed, categorised and netted of cancellations."""

    class Config:
        """Name and key."""

        name = "clean_sales"
        unique = ["load_id", "line_number"]

    load_id: int = whole("Load that brought the line", ge=1)
    line_number: int = whole("Line in that load", ge=1)
    invoice: str = text("Invoice number")
    status: str = text("Transaction status: completed or cancelled", isin=STATUSES)
    stock_code: str = text("Product code, upper case")
    description: str = text("Product description, upper case", nullable=True)
    product_category: str = text("Product category from the description")
    product_type: str = text("Product type from the description")
    sold_at: pa.DateTime = moment("Date and time of the invoice")
    year: int = whole("Year of the invoice", ge=1900, le=2200)
    quarter: str = text("Quarter of the invoice: Q1 to Q4", isin=("Q1", "Q2", "Q3", "Q4"))
    quantity: float = number("Units as written, negative on cancellations", ne=0)
    unit_price: float = number("Price paid for one unit, discounts taken off", gt=0)
    amount: float = number("Sales amount: quantity times price, negative on cancellations")
    net_quantity: float = number("Units that were never cancelled later; 0 on cancellations", ge=0)
    net_amount: float = number("Net quantity times price", ge=0)
    customer_id: str = text("Customer number; null for guests", nullable=True)
    country: str = text("Country, Unspecified where missing")
    continent: str = text("Continent of the country", isin=CONTINENTS)
    region: str = text("Region as set in segmentation.toml")
    discount: float = number("What came off the line, of its own or its part of the order's; 0 without", ge=0)
    channel: str = text("Where the order was placed: web, store, marketplace; null if not told", nullable=True)
    email_hash: str = text(
        "Hash of the customer's e-mail address: SHA-256, or as the ledger has it; null if not told", nullable=True
    )


class RejectedSales(
    Contract,
    shown=Shown("today", Bars("Rejected lines by reason", "reason", "rows")),
):
    """Ledger lines that are not genuine product lines, with the reason and the text as it stood."""

    class Config:
        """Name and key."""

        name = "rejected_sales"
        unique = ["load_id", "line_number"]

    load_id: int = whole("Load that brought the line", ge=1)
    line_number: int = whole("Line in that load", ge=1)
    reason: str = text("The first reason for rejection that applies", isin=REASONS)
    amount: float = number("Quantity times price where both can be read, else 0")
    invoice: str = text("Invoice number as written", nullable=True)
    stock_code: str = text("Product code as written", nullable=True)
    description: str = text("Product description as written", nullable=True)
    quantity: str = text("Quantity as written", nullable=True)
    invoice_date: str = text("Date and time as written", nullable=True)
    unit_price: str = text("Price as written", nullable=True)
    customer_id: str = text("Customer number as written", nullable=True)
    country: str = text("Country as written", nullable=True)
    status: str = text("Status as written", nullable=True)
    line_total: str = text("Amount of the whole line as written", nullable=True)
    discount: str = text("What comes off the line as written", nullable=True)
    order_discount: str = text("What comes off the whole order as written", nullable=True)
    order_refund: str = text("What was paid back of the whole order as written", nullable=True)
    currency: str = text("Currency as written", nullable=True)
    category: str = text("The shop's own product category as written", nullable=True)
    channel: str = text("Where the order was placed as written", nullable=True)
    email_hash: str = text("Hash of the customer's e-mail address; the address is not kept", nullable=True)


class Products(
    Contract,
    published=Published(Chapter.RECOMMENDATIONS, 5, "product: category, type, price, units, revenue"),
    shown=Shown("products", Counts("Products by category", "category")),
):
    """One row per product sold up to the reporting date: what it is, when and how well it sold."""

    class Config:
        """Name and key."""

        name = "products"
        unique = ["stock_code"]

    stock_code: str = text("Product code", unique=True)
    description: str = text("The description used most often; null where there never was one", nullable=True)
    category: str = text("Product category from the description")
    product_type: str = text("Product type from the description")
    first_sold: pa.DateTime = day("Day of the first sale")
    last_sold: pa.DateTime = day("Day of the last sale")
    days_between_sales: float = number(
        "Days from one day with a sale to the next, on average; null where there was one", nullable=True, ge=0
    )
    price_median: float = money("Median unit price over sale lines", ge=0)
    customers: int = whole("Customers with at least one unit not cancelled")
    units: float = number("Units sold, net of cancellations, guests included", ge=0)
    revenue: float = money("Revenue, net of cancellations, guests included", ge=0)
    cancellation_rate: float = share("Units cancelled as a share of units sold")
    season: str = text("Months in which nearly all of it is bought, year after year; null: all year", nullable=True)

"""Rejected lines in words: the column that tells why a line was rejected, and what would keep it.

The reasons are `contracts.ledger.REASONS`.
"""

from typing import Final

TOLD_BY: Final = {
    "not_a_line": "description",
    "superseded_line": "invoice",
    "status_not_counted": "status",
    "unparseable_quantity": "quantity",
    "unparseable_price": "unit_price",
    "unparseable_date": "invoice_date",
    "missing_invoice": "invoice",
    "missing_product": "stock_code",
    "date_out_of_range": "invoice_date",
    "status_unknown": "status",
    "other_currency": "currency",
    "duplicate_line": "invoice",
    "discount_line": "stock_code",
    "not_a_product": "stock_code",
    "price_not_positive": "unit_price",
    "quantity_zero": "quantity",
    "negative_without_cancellation": "quantity",
    "nothing_paid": "discount",
}
"""The column whose text is shown, by reason."""

KEEPING: Final = {
    "not_a_line": "nothing: a heading, a total or a note",
    "superseded_line": "nothing: it stands in a later file of the ledger, too",
    "status_not_counted": "[profile.status] counted",
    "unparseable_quantity": "[profile.numbers], or correct the number",
    "unparseable_price": "[profile.numbers], or correct the number",
    "unparseable_date": "[profile.dates] formats, or correct the date",
    "missing_invoice": '[profile.columns] invoice = "", if no line has one',
    "missing_product": '[profile.products] missing_code = "by description"',
    "date_out_of_range": "correct the date",
    "status_unknown": "[profile.status] counted",
    "other_currency": "[profile.currency.rates]",
    "duplicate_line": '[profile.lines] identical = "pieces"',
    "discount_line": "[profile.products] discounts = [], to count it as a product",
    "not_a_product": "[profile.products] pattern, services",
    "price_not_positive": "correct the price",
    "quantity_zero": "correct the quantity",
    "negative_without_cancellation": '[profile.cancellations] by = "sign"',
    "nothing_paid": "nothing: discounts or refunds took all of it off",
}
"""The setting that would keep a line, by reason."""


def example() -> str:
    """SQL for the text of a rejected line that is shown as an example; for DuckDB and Postgres alike."""
    cases = " ".join(f"WHEN '{reason}' THEN {column}" for reason, column in TOLD_BY.items())
    # The price of a line can be its total's, and the line can be nothing but a description.
    return f"coalesce(CASE reason {cases} END, line_total, description)"

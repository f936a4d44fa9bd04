"""What would keep a line that was rejected, by its reason."""

from typing import Final

KEEPING: Final = {
    "not_a_line": "nothing: a heading, a total or a note",
    "unparseable_quantity": "[profile.numbers], or correct the number",
    "unparseable_price": "[profile.numbers], or correct the number",
    "unparseable_date": "[profile.dates] formats, or correct the date",
    "missing_invoice": '[profile.columns] invoice = "", if no line has one',
    "missing_product": '[profile.products] missing_code = "by description"',
    "date_out_of_range": "correct the date",
    "status_not_counted": "[profile.status] counted",
    "status_unknown": "[profile.status] counted",
    "other_currency": "[profile.currency.rates]",
    "duplicate_line": '[profile.lines] identical = "pieces"',
    "discount_line": "[profile.products] discounts, to count it as a product",
    "not_a_product": "[profile.products] pattern, services",
    "price_not_positive": "correct the price",
    "quantity_zero": "correct the quantity",
    "nothing_paid": "nothing: discounts or refunds took all of it off",
    "negative_without_cancellation": '[profile.cancellations] by = "sign"',
}
"""The setting, by reason; the reasons are `contracts.ledger.REASONS`."""

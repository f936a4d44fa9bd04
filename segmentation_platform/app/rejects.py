"""Lines of a file that can't be used: where, why, and what would help."""

import pandas as pd

from segmentation_platform.ledger.rejects import TOLD_BY

_WHY = {
    "not_a_line": "belongs to a heading, a total or a note. Leave it out.",
    "superseded_line": "stands in a later file, too.",
    "unparseable_quantity": "is no number. Write plain figures, such as 6.",
    "unparseable_price": "is no number. Write it with a point and no currency sign, such as 2.55.",
    "unparseable_date": "is no date and time. Write it as 2011-12-01 08:26.",
    "missing_invoice": "is missing. Every line needs the number of its invoice.",
    "missing_product": "is missing. Every line needs the code of its product.",
    "date_out_of_range": "lies far from all other dates. Correct it.",
    "status_not_counted": "is one of orders that don't count, such as cancelled ones.",
    "status_unknown": "is not known. Say in segmentation.toml, [profile.status], whether it counts.",
    "other_currency": "is not the ledger's. Say what it is worth in [profile.currency.rates].",
    "discount_line": "is a discount. It comes off the other lines of its order.",
    "duplicate_line": "is the same line as an earlier one. Leave it out.",
    "not_a_product": "is not the code of a product, such as postage. It counts for no segment.",
    "price_not_positive": "is not above 0. Write what one unit cost.",
    "quantity_zero": "is 0. Write how many were bought.",
    "nothing_paid": "took off all that the line was worth.",
    "negative_without_cancellation": "is below 0 on an invoice that is no cancellation.",
}
_COLUMNS = {
    "quantity": "quantity",
    "unit_price": "price",
    "invoice_date": "date",
    "invoice": "invoice",
    "stock_code": "product",
    "description": "line",
    "status": "status",
    "currency": "currency",
    "discount": "discount",
}


def explained(rejected: pd.DataFrame) -> pd.DataFrame:
    """The lines that can't be used, in words.

    Args:
        rejected: columns of `contracts.RejectedSales`; the first line below the heading is number 1

    Returns:
        Columns row, column, written and what_to_do, in the order of the file.

    """
    rows = []
    for line in rejected.sort_values("line_number").to_dict("records"):
        column, words = TOLD_BY[str(line["reason"])], _WHY[str(line["reason"])]
        written = "" if pd.isna(line[column]) else str(line[column])
        rows.append((int(line["line_number"]), _COLUMNS[column], written, f"The {_COLUMNS[column]} {words}"))
    return pd.DataFrame(rows, columns=["row", "column", "written", "what_to_do"])

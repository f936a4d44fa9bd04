"""Every reason for which a line is rejected is told with its column and what would help."""

import pandas as pd
import pytest

from segmentation_platform.app.rejects import explained
from segmentation_platform.contracts import RejectedSales
from segmentation_platform.contracts.ledger import REASONS


def rejected(reason: str, line_number: int = 3) -> dict[str, object]:
    texts = {"invoice": "1", "stock_code": "POST", "quantity": "six", "unit_price": "x", "invoice_date": "y"}
    texts |= {"description": "Total", "status": "void", "currency": "EUR", "discount": "100"}
    return {"load_id": 1, "line_number": line_number, "reason": reason, "amount": 0.0, **texts}


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words(reason: str) -> None:
    line = explained(pd.DataFrame([rejected(reason)])).iloc[0]
    assert line["row"] == 3
    assert str(line["column"]) in str(line["what_to_do"])
    assert str(line["what_to_do"]).endswith(".")


def test_lines_are_told_in_the_order_of_the_file() -> None:
    lines = pd.DataFrame([rejected("quantity_zero", 9), rejected("unparseable_quantity", 2)])
    assert explained(lines)["row"].tolist() == [2, 9]
    assert explained(lines)["written"].tolist() == ["six", "six"]


def test_a_file_without_bad_lines_has_nothing_to_tell() -> None:
    assert explained(RejectedSales.no_rows()).empty

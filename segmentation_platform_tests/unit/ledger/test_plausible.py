"""A ledger that was misunderstood is refused; one that is merely dirty is not."""

import pandas as pd
import pytest

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.clean import cleaned_ledger
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.plausible import check_plausible, summary
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform_tests.support.ledgers import raw_lines


def sold_on(*dates: str) -> list[str | None]:
    """The dates of the clean lines of a ledger with these dates, in order; None for a rejected line."""
    raw = raw_lines(*({"invoice_date": text, "invoice": str(n)} for n, text in enumerate(dates)))
    with cleaned_ledger(DuckDBEngine(), raw, CleaningRules()) as ledger:
        clean = to_frame(ledger.clean.read_all()).set_index("line_number")["sold_at"]
    return [str(clean[n].date()) if n in clean.index else None for n in range(1, len(dates) + 1)]


def test_month_first_dates_are_read_month_first() -> None:
    assert sold_on("12/1/2010 8:26", "12/13/2010 8:26") == ["2010-12-01", "2010-12-13"]


def test_day_first_dates_are_read_day_first_on_every_line_also_where_both_would_do() -> None:
    assert sold_on("1/12/2010 8:26", "13/12/2010 8:26") == ["2010-12-01", "2010-12-13"]


def test_dates_without_an_order_to_doubt_are_read_as_they_are() -> None:
    assert sold_on("2010-12-01 08:26:00", "2010-12-13") == ["2010-12-01", "2010-12-13"]


def reasons(**rows: int) -> pd.DataFrame:
    return pd.DataFrame({"reason": list(rows), "rows": list(rows.values()), "example": [f"such {r}" for r in rows]})


def test_a_dirty_ledger_is_plausible() -> None:
    check_plausible(reasons(duplicate_line=300, unparseable_price=49), 1_000)


@pytest.mark.parametrize(
    ("reason", "setting"),
    [("unparseable_date", "date_formats"), ("unparseable_price", "plain numbers"), ("not_a_product", "product_code")],
)
def test_a_misread_ledger_is_refused_with_examples_and_what_to_set(reason: str, setting: str) -> None:
    with pytest.raises(LedgerError, match=setting) as refused:
        check_plausible(reasons(**{reason: 600}), 1_000)
    assert "600 of 1,000 lines" in str(refused.value)
    assert f"'such {reason}'" in str(refused.value)


def test_reasons_are_told_on_one_line() -> None:
    assert summary(reasons(duplicate_line=5_268, not_a_product=2)) == "duplicate_line 5,268, not_a_product 2"

"""A ledger that was misunderstood is refused; one that is merely dirty is not."""

from pathlib import Path

import pandas as pd
import pytest

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform.ledger.plausible import check_plausible, summary


def sold_on(folder: Path, *dates: str) -> list[str | None]:
    """The dates of the clean lines of a ledger file with these dates, in order; None for a rejected line."""
    path = folder / "ledger.csv"
    lines = [f"{n},22633,MUG,1,{text},2.5,17850,France" for n, text in enumerate(dates)]
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    path.write_text("\n".join([header, *lines]) + "\n")
    clean = to_frame(clean_file(DuckDBEngine(), path, Given()).clean).set_index("line_number")["sold_at"]
    return [str(clean[n].date()) if n in clean.index else None for n in range(1, len(dates) + 1)]


def test_month_first_dates_are_read_month_first(tmp_path: Path) -> None:
    assert sold_on(tmp_path, "12/1/2010 8:26", "12/13/2010 8:26") == ["2010-12-01", "2010-12-13"]


def test_day_first_dates_are_read_day_first_on_every_line_also_where_both_would_do(tmp_path: Path) -> None:
    assert sold_on(tmp_path, "1/12/2010 8:26", "13/12/2010 8:26") == ["2010-12-01", "2010-12-13"]


def test_dates_without_an_order_to_doubt_are_read_as_they_are(tmp_path: Path) -> None:
    assert sold_on(tmp_path, "2010-12-01 08:26:00", "2010-12-13") == ["2010-12-01", "2010-12-13"]


def reasons(**rows: int) -> pd.DataFrame:
    return pd.DataFrame({"reason": list(rows), "rows": list(rows.values()), "example": [f"such {r}" for r in rows]})


def test_a_dirty_ledger_is_plausible() -> None:
    check_plausible(reasons(duplicate_line=300, unparseable_price=49), 1_000)


@pytest.mark.parametrize(
    ("reason", "setting"),
    [
        ("unparseable_date", r"\[profile.dates\] formats"),
        ("unparseable_price", r"\[profile.numbers\]"),
        ("unparseable_quantity", r"\[profile.numbers\]"),
        ("not_a_product", r"\[profile.products\] pattern"),
        ("negative_without_cancellation", r'\[profile.cancellations\] by = "sign"'),
        ("duplicate_line", r'\[profile.lines\] identical = "pieces"'),
        ("status_unknown", r"\[profile.status\]"),
    ],
)
def test_a_misread_ledger_is_refused_with_examples_and_what_to_set(reason: str, setting: str) -> None:
    with pytest.raises(LedgerError, match=setting) as refused:
        check_plausible(reasons(**{reason: 600}), 1_000)
    assert "600 of 1,000 lines" in str(refused.value)
    assert f"'such {reason}'" in str(refused.value)


@pytest.mark.parametrize("reason", ["not_a_line", "status_not_counted", "other_currency", "discount_line"])
def test_lines_that_were_understood_and_do_not_count_are_plausible_however_many_there_are(reason: str) -> None:
    check_plausible(reasons(**{reason: 999}), 1_000)
    with pytest.raises(LedgerError, match="501 of 1,000 lines are rejected"):
        check_plausible(reasons(**{reason: 400, "not_a_product": 501}), 1_000)


def test_unreadable_lines_that_the_owner_tolerates_are_no_reason_to_refuse() -> None:
    check_plausible(reasons(unparseable_price=200), 1_000, tolerated=0.2)
    with pytest.raises(LedgerError, match="201 of 1,000 lines can't be read"):
        check_plausible(reasons(unparseable_price=201), 1_000, tolerated=0.2)


def test_a_ledger_that_can_be_read_in_two_ways_is_not_cleaned_unasked(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="can be read day first or month first"):
        sold_on(tmp_path, "3/4/2024", "3/4/2024")


def test_reasons_are_told_on_one_line() -> None:
    assert summary(reasons(duplicate_line=5_268, not_a_product=2)) == "duplicate_line 5,268, not_a_product 2"

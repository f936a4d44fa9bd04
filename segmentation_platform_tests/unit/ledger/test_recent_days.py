"""What is odd about a ledger's last days: days without sales, a day that was cut short, countries never named."""

from datetime import date, timedelta

import pandas as pd
import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.facts import new_countries, recent_days
from segmentation_platform_tests.support.ledgers import cleaned, raw_lines

ENGINE = DuckDBEngine()
FIRST = date(2024, 1, 1)
LAST = FIRST + timedelta(days=199)


def trade(lines_by_day: dict[date, int], countries: dict[date, str] | None = None) -> pd.DataFrame:
    """A cleaned ledger with so many lines on each day."""
    sale, _ = cleaned(raw_lines({}))
    days = [day for day, lines in lines_by_day.items() for _ in range(lines)]
    frame = sale.loc[[0] * len(days)].reset_index(drop=True)
    frame["line_number"] = range(1, len(days) + 1)
    frame["sold_at"] = pd.to_datetime(days).as_unit("us")
    frame["country"] = pd.Series([(countries or {}).get(day, "France") for day in days], dtype="str")
    return frame


def ordinary() -> dict[date, int]:
    """Ten lines a day, none on Sundays."""
    days = (FIRST + timedelta(days=number) for number in range(200))
    return {day: 10 for day in days if day.isoweekday() < 7}


def test_an_ordinary_ledger_has_nothing_odd() -> None:
    ledger = trade(ordinary())
    found = recent_days(ENGINE, ledger, 8)
    assert found is not None
    assert (found.missing, found.gap, found.last_ratio) == ((), None, 1.0)
    assert new_countries(ENGINE, ledger, 30) == ([], 260)


def test_a_weekday_without_its_sales_is_missing_and_a_sunday_is_not() -> None:
    days = ordinary()
    gone = LAST - timedelta(days=10)
    assert gone.isoweekday() < 7
    del days[gone]
    ledger = trade(days)
    found = recent_days(ENGINE, ledger, 8)
    assert found is not None
    assert found.missing == (gone,)


def test_weeks_without_a_sale_are_a_gap_wherever_they_are() -> None:
    days = ordinary()
    closed = [FIRST + timedelta(days=number) for number in range(20, 50)]
    ledger = trade({day: lines for day, lines in days.items() if day not in closed})
    found = recent_days(ENGINE, ledger, 8)
    assert found is not None
    assert found.gap == (date(2024, 1, 20), date(2024, 2, 20))


def test_the_last_day_is_compared_with_its_weekday() -> None:
    days = ordinary()
    ledger = trade(days | {max(days): 2})
    found = recent_days(ENGINE, ledger, 8)
    assert found is not None
    assert found.last_ratio == pytest.approx(0.2)


def test_of_a_short_ledger_nothing_is_said() -> None:
    ledger = trade({day: lines for day, lines in ordinary().items() if day < FIRST + timedelta(days=50)})
    assert recent_days(ENGINE, ledger, 8) is None
    assert new_countries(ENGINE, ledger, 30)[0] == []
    ledger = trade({})
    assert new_countries(ENGINE, ledger, 30) == ([], 0)
    assert recent_days(ENGINE, ledger, 8) is None


def test_a_country_that_was_never_named_before_is_new() -> None:
    days = ordinary()
    recent, old = LAST - timedelta(days=1), FIRST + timedelta(days=3)
    ledger = trade(days, {recent: "Frannce", old: "Spain", recent - timedelta(days=1): "Spain"})
    assert new_countries(ENGINE, ledger, 30)[0] == [("Frannce", 10)]

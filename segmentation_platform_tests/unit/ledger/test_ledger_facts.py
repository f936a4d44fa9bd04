"""Figures of the cleaned ledger by which others go, on lines made by hand."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from segmentation_platform.contracts import CleanSales
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger import facts
from segmentation_platform.ledger.increments import Extent
from segmentation_platform_tests.support.marked import marked_frame

ENGINE = DuckDBEngine()


def sales(*lines: tuple[str, str | None, str]) -> pd.DataFrame:
    """Clean lines of a status, customer and moment."""
    frame = marked_frame(CleanSales, 1, rows=len(lines))
    status, customer, moment = zip(*lines, strict=True)
    return frame.assign(
        status=status, customer_id=customer, sold_at=pd.to_datetime(moment, format="ISO8601").as_unit("us")
    )


LINES = (
    ("completed", "a", "2011-01-01 08:00:00.000001"),
    ("completed", "a", "2011-01-02 00:00"),
    ("cancelled", "b", "2011-01-02 09:00"),
    ("completed", None, "2011-01-03 09:00"),
    ("completed", "b", "2011-01-04 23:59:59.999999"),
)


def test_there_is_no_period_before_the_first_sale() -> None:
    assert facts.sales_period(ENGINE, CleanSales.no_rows()) is None


@pytest.mark.parametrize(
    ("before", "last", "lines"),
    [
        (date(2011, 1, 2), "2011-01-01 08:00:00.000001", 1),
        (date(2011, 1, 4), "2011-01-03 09:00", 4),
        (date(2011, 1, 5), "2011-01-04 23:59:59.999999", 5),
        (date.max, "2011-01-04 23:59:59.999999", 5),
    ],
)
def test_the_period_ends_with_the_last_line_before_the_day(before: date, last: str, lines: int) -> None:
    first = datetime.fromisoformat("2011-01-01 08:00:00.000001")
    assert facts.sales_period(ENGINE, sales(*LINES), before) == facts.Period(
        first, datetime.fromisoformat(last), lines
    )
    assert facts.sales_period(ENGINE, sales(*LINES), date(2011, 1, 1)) is None


def test_paying_customers_are_known_and_bought_before_the_day() -> None:
    counted = [facts.paying_customers(ENGINE, sales(*LINES), date(2011, 1, day)) for day in (1, 2, 4, 5)]
    assert counted == [0, 1, 1, 2]


def test_the_share_of_guests_is_of_the_sales_before_the_day() -> None:
    lines = sales(*LINES).assign(amount=[10.0, 20.0, -5.0, 30.0, 40.0])
    assert facts.guest_share(ENGINE, lines, date(2011, 1, 3)) == 0
    assert facts.guest_share(ENGINE, lines, date(2011, 1, 5)) == pytest.approx(0.3)
    assert facts.guest_share(ENGINE, lines, date(2011, 1, 1)) == 0


def test_the_extent_of_loads_is_their_days_customers_and_products() -> None:
    lines = sales(*LINES).assign(load_id=[1, 1, 2, 2, 3], stock_code=list("AABCD"))
    found = facts.extent(ENGINE, lines, [1, 2])
    assert found == Extent(
        {date(2011, 1, 1): 1, date(2011, 1, 2): 2, date(2011, 1, 3): 1}, frozenset("ab"), frozenset("ABC")
    )


def test_weeks_are_counted_back_from_the_last_sale() -> None:
    days = [date(2011, 1, 1) + timedelta(days=n) for n in range(0, 24, 2)]
    lines = sales(*(("completed", "a", day.isoformat()) for day in days))
    assert facts.weekly_lines(ENGINE, lines, 9) == [4, 3, 4]
    assert facts.weekly_lines(ENGINE, lines, 2) == [4, 3]
    assert facts.weekly_lines(ENGINE, CleanSales.no_rows(), 2) == []


def test_lines_beside_those_of_a_later_file_with_the_same_order_are_counted_with_their_money() -> None:
    lines = sales(*(("completed", "a", f"2011-01-01 0{n}:00") for n in range(4)))
    lines = lines.assign(invoice=["1", "1", "2", "3"], load_id=[1, 2, 1, 2], amount=[10.0, -20.0, 30.0, 40.0])
    assert facts.beside_later_lines(ENGINE, lines) == facts.Beside(1, 0.1)
    assert facts.beside_later_lines(ENGINE, CleanSales.no_rows()) == facts.Beside(0, 0.0)


def test_repeated_keys_are_found_and_counted_and_no_others() -> None:
    lines = marked_frame(CleanSales, 1, rows=3)
    repeated = pd.concat([lines, lines.iloc[[2]], lines.assign(load_id=9)])
    assert facts.repeated_keys(ENGINE, repeated, CleanSales.key()) == [{"key": "3, 3", "rows": "2"}]
    assert facts.repeated_keys(ENGINE, lines, CleanSales.key()) == []
    twice = pd.concat([lines, lines])
    assert len(facts.repeated_keys(ENGINE, twice, CleanSales.key(), limit=2)) == 2

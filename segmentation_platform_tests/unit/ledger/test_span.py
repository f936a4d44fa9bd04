"""From which day to which a ledger trades."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from segmentation_platform.ledger.span import ENOUGH_LINES, Span, trading_span

FIRST = date(2024, 1, 1)
TODAY = date(2024, 12, 31)


def daily(days: int = 300, lines: int = 5) -> dict[date, int]:
    """A shop that sells every day."""
    return {FIRST + timedelta(days=number): lines for number in range(days)}


def counts(span: Span, day: date) -> bool:
    return span.first <= day < span.end


def test_all_days_of_a_shop_count() -> None:
    assert trading_span(daily()) == trading_span(daily(), TODAY) == Span()


@pytest.mark.parametrize("odd", [date(2032, 8, 20), date(2199, 1, 1), date(1970, 1, 1), date(2004, 5, 5)])
def test_a_line_far_from_all_others_does_not_count(odd: date) -> None:
    span = trading_span({**daily(), odd: 1})
    assert not counts(span, odd)
    assert all(counts(span, day) for day in daily())


def test_lines_far_off_on_both_sides_do_not_count() -> None:
    span = trading_span({**daily(), date(1990, 1, 1): 1, date(2040, 1, 1): 1})
    assert span == Span(FIRST, FIRST + timedelta(days=300))


def test_few_lines_after_today_do_not_count() -> None:
    last = FIRST + timedelta(days=299)
    span = trading_span({**daily(), last + timedelta(days=20): 1}, last)
    assert span.end == last + timedelta(days=2), "the day after today is today elsewhere"


def test_many_lines_after_today_do_count() -> None:
    assert trading_span(daily(), FIRST + timedelta(days=150)) == Span()


def test_a_shop_that_pauses_for_a_season_keeps_all_its_days() -> None:
    summer, next_summer = daily(60), {day + timedelta(days=400): 5 for day in daily(60)}
    assert trading_span({**summer, **next_summer}) == Span()


def test_a_ledger_of_hardly_any_lines_has_no_ordinary_days() -> None:
    assert trading_span({FIRST: ENOUGH_LINES - 2, date(2031, 1, 1): 1}) == Span()
    assert trading_span({}) == Span()


@pytest.mark.parametrize("lines", [100, 250, 499])
def test_one_line_far_from_all_others_does_not_count_in_a_small_ledger(lines: int) -> None:
    odd = date(2032, 8, 20)
    assert not counts(trading_span({**daily(lines - 1, 1), odd: 1}), odd)


DAYS = st.dictionaries(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(1, 50), min_size=1, max_size=60)


YEAR_AFTER_YEAR = {date(2000, 1, 1): 171, date(2001, 1, 1): 33, date(2005, 1, 1): 2}
"""Two lines, more than 0.2 % of a small ledger, after a gap that is long even here."""


def may_lie_outside(lines_by_day: dict[date, int]) -> float:
    """0.2 % of the lines, or two in a small ledger, on each side."""
    return max(2, 0.002 * sum(lines_by_day.values()))


@given(DAYS)
@example(YEAR_AFTER_YEAR)
def test_no_more_than_a_few_lines_lie_outside_on_each_side(lines_by_day: dict[date, int]) -> None:
    span = trading_span(lines_by_day)
    few = may_lie_outside(lines_by_day)
    assert sum(lines for day, lines in lines_by_day.items() if day < span.first) <= few
    assert sum(lines for day, lines in lines_by_day.items() if day >= span.end) <= few


@given(DAYS, st.dates(date(2000, 1, 1), date(2050, 1, 1)))
@example(YEAR_AFTER_YEAR, date(2032, 1, 17))
def test_today_takes_away_no_more_than_a_few_lines(lines_by_day: dict[date, int], today: date) -> None:
    assume(sum(lines_by_day.values()) >= ENOUGH_LINES)
    span = trading_span(lines_by_day, today)
    few = may_lie_outside(lines_by_day)
    assert sum(lines for day, lines in lines_by_day.items() if day < span.first) <= few
    assert sum(lines for day, lines in lines_by_day.items() if day >= span.end) <= few
    assert any(counts(span, day) for day in lines_by_day)

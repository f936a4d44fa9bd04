"""From which day to which a ledger trades: a slip of the pen must not move the reporting date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import Final

FEW_LINES: Final = 0.002
"""Share of the lines that may lie outside."""
FEWEST: Final = 2
"""As many may, however few lines there are."""
LONG_GAP: Final = 90
"""Days without a sale before what lies outside, at least ..."""
LONGER: Final = 4
"""... and so many times the longest gap between other days."""
ENOUGH_LINES: Final = 100
"""Fewer lines than this have no ordinary days."""


@dataclass(frozen=True)
class Span:
    """The days of a ledger that count.

    Attributes:
        first: first day
        end: first day that does not count any more

    """

    first: date = date.min
    end: date = date.max


def trading_span(lines_by_day: Mapping[date, int], today: date | None = None) -> Span:
    """The days that belong together: without a few lines long before or long after all others, or after today.

    Args:
        lines_by_day: how many lines each day has that has any
        today: days after the one after it do not count, if only few lines lie there

    """
    lines = sum(lines_by_day.values())
    if lines < ENOUGH_LINES:
        return Span()
    few, days = max(FEWEST, FEW_LINES * lines), sorted(lines_by_day)
    first = _edge(days[::-1], lines_by_day, few)
    last = _edge(days, lines_by_day, few)
    if today is not None:
        tomorrow = today + timedelta(days=1)
        beyond = sum(number for day, number in lines_by_day.items() if day > tomorrow)
        last = min(last, tomorrow) if beyond <= few else last
    return Span(first if first > days[0] else date.min, last + timedelta(days=1) if last < days[-1] else date.max)


def _edge(days: list[date], lines_by_day: Mapping[date, int], few: float) -> date:
    """The last of the days before a long gap behind which only few lines are; the last of all where there is none."""
    gaps = [abs((later - day).days) for day, later in pairwise(days)]
    before = list(accumulate(lines_by_day[day] for day in days[:-1]))
    beyond = list(accumulate(lines_by_day[day] for day in days[:0:-1]))[::-1]
    # Gaps beside a few lines at either end are no ordinary ones.
    ordinary = max((gap for gap, *sides in zip(gaps, before, beyond, strict=True) if min(sides) > few), default=0)
    for day, gap, lines in zip(days, gaps, beyond, strict=False):
        if lines <= few and gap >= max(LONG_GAP, LONGER * ordinary):
            return day
    return days[-1]

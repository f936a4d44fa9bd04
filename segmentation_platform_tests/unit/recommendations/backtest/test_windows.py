"""Which days are predicted."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.recommendations.backtest import BacktestWindow, rolling_windows
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.rules import BacktestRules


@given(st.integers(2, 400), st.integers(1, 100), st.integers(1, 9))
def test_windows_follow_each_other_up_to_what_is_known_and_leave_time_to_learn(
    known: int, days: int, count: int
) -> None:
    first = date(2011, 1, 1)
    as_of = first + timedelta(days=known)
    if known < 2 * days:
        with pytest.raises(RecommendationError, match=f"at least {2 * days} days"):
            rolling_windows(first, as_of, days, count)
        return
    windows = rolling_windows(first, as_of, days, count)
    assert 1 <= len(windows) <= count
    assert windows[-1].end == as_of
    assert all(window.end - window.origin == timedelta(days=days) for window in windows)
    assert all(earlier.end == later.origin for earlier, later in pairwise(windows))
    assert windows[0].origin - first >= timedelta(days=days)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after its origin"):
        BacktestWindow(date(2011, 2, 1), date(2011, 2, 1))


def test_on_sundays_more_windows_are_predicted_than_on_the_other_days() -> None:
    rules = BacktestRules(windows=2, weekly_windows=5)
    week = [date(2011, 12, 5) + timedelta(days) for days in range(7)]
    assert [f"{day:%a} {rules.windows_on(day)}" for day in week] == [
        "Mon 2", "Tue 2", "Wed 2", "Thu 2", "Fri 2", "Sat 2", "Sun 5",
    ]  # fmt: skip


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_any_week_has_one_day_of_more_windows(first: date) -> None:
    rules = BacktestRules(windows=2, weekly_windows=5)
    assert sorted(rules.windows_on(first + timedelta(days)) for days in range(7)) == [2, 2, 2, 2, 2, 2, 5]

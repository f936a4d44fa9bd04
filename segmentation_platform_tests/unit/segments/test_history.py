"""Who was in which segment when: the same whatever the order in which days were looked at."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import CustomerSegmentHistory
from segmentation_platform.segments.history import (
    History,
    believed,
    forget,
    last_changes,
    month_ends,
    no_history,
    observe,
    on_day,
    relabelled,
)
from segmentation_platform_tests.support.variants import examples

DAYS = tuple(date(2011, 1, 1) + timedelta(days=n) for n in range(12))
State = Mapping[str, int]
Interval = tuple[str, int, date, date | None]


def seen(state: State) -> pd.DataFrame:
    """A look at customers, given by their segments."""
    rows = [(customer, segment, f"Segment {segment}") for customer, segment in state.items()]
    columns = ["customer_id", "segment_id", "segment"]
    return pd.DataFrame(rows, columns=columns).astype({"customer_id": "str", "segment_id": "int64", "segment": "str"})


def watched(looks: Iterable[tuple[date, State]], history: History | None = None) -> History:
    history = history or no_history()
    for day, state in looks:
        history = observe(history, seen(state), day)
    return history


def told(history: History) -> list[Interval]:
    """The intervals in plain words."""
    rows = history.intervals.astype("object").itertuples(index=False, name=None)
    return [(customer, segment, _day(since), _day(until)) for customer, segment, _, since, until in rows]


def _day(moment: pd.Timestamp) -> Any:
    return None if pd.isna(moment) else moment.date()


def by_hand(looks: Iterable[tuple[date, State]]) -> list[Interval]:
    """The intervals that looks in the order of time give, told one look after the other."""
    found: list[Interval] = []
    holds: dict[str, tuple[int, date]] = {}
    for day, state in looks:
        for customer, (segment, since) in list(holds.items()):
            if state.get(customer) != segment:
                found.append((customer, segment, since, day))
                del holds[customer]
        for customer, segment in state.items():
            holds.setdefault(customer, (segment, day))
    found += [(customer, segment, since, None) for customer, (segment, since) in holds.items()]
    return sorted(found, key=lambda interval: (interval[0], interval[2]))


STATE = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3))
LOOKS = st.lists(st.tuples(st.sampled_from(DAYS), STATE), max_size=8)

# --- intervals ---


@given(LOOKS)
@settings(deadline=None, max_examples=examples(30))
def test_days_in_any_order_and_again_give_the_intervals_of_the_last_looks_in_the_order_of_time(
    looks: list[tuple[date, State]],
) -> None:
    history = watched(looks)
    assert told(history) == by_hand(sorted(dict(looks).items()))
    assert history.observed == tuple(sorted(dict(looks)))


@given(LOOKS)
@settings(deadline=None, max_examples=examples(30))
def test_intervals_of_a_customer_follow_one_another_and_neighbours_differ(looks: list[tuple[date, State]]) -> None:
    for one, next_ in pairwise(told(watched(looks))):
        if one[0] == next_[0]:
            assert one[3] is not None
            assert one[2] < one[3] <= next_[2]
            assert one[3] < next_[2] or one[1] != next_[1]


@given(LOOKS.filter(bool))
@settings(deadline=None, max_examples=examples(30))
def test_on_a_day_that_was_looked_at_everybody_is_where_they_were_seen(looks: list[tuple[date, State]]) -> None:
    history = watched(looks)
    for day, state in dict(looks).items():
        found = on_day(history.intervals, day).set_index("customer_id")["segment_id"]
        assert found.to_dict() == state


@given(st.dictionaries(st.sampled_from(DAYS), STATE, min_size=1), st.data())
@settings(deadline=None, max_examples=examples(25))
def test_a_day_forgotten_is_as_one_never_looked_at(looks: dict[date, State], data: st.DataObject) -> None:
    order = data.draw(st.permutations(sorted(looks)))
    gone = data.draw(st.sampled_from(order))
    history = forget(watched((day, looks[day]) for day in order), gone)
    without = watched((day, looks[day]) for day in order if day != gone)
    assert told(history) == told(without)
    assert history.observed == without.observed


@given(st.dictionaries(st.sampled_from(DAYS), STATE), st.sets(st.sampled_from(DAYS)))
@settings(deadline=None, max_examples=examples(20))
def test_several_days_can_be_withdrawn_even_some_that_were_never_looked_at(
    looks: dict[date, State], withdrawn: set[date]
) -> None:
    history = believed(watched(looks.items()), sorted(withdrawn))
    assert told(history) == by_hand(sorted((day, state) for day, state in looks.items() if day not in withdrawn))


@given(LOOKS)
@settings(deadline=None, max_examples=examples(20))
def test_the_same_look_again_changes_nothing(looks: list[tuple[date, State]]) -> None:
    history = watched(looks)
    assert told(watched(dict(looks).items(), history)) == told(history)


def test_who_vanishes_and_returns_has_two_intervals_with_a_gap() -> None:
    one, two, three = DAYS[:3]
    history = watched([(one, {"a": 1, "b": 1}), (two, {"b": 1}), (three, {"a": 1, "b": 1})])
    assert told(history) == [("a", 1, one, two), ("a", 1, three, None), ("b", 1, one, None)]


def test_a_day_between_two_looks_cuts_what_held_over_it() -> None:
    one, two, three = DAYS[:3]
    history = watched([(one, {"a": 1}), (three, {"a": 1}), (two, {"a": 2})])
    assert told(history) == [("a", 1, one, two), ("a", 2, two, three), ("a", 1, three, None)]


def test_a_day_before_all_others_does_not_reach_into_them() -> None:
    one, two = DAYS[:2]
    assert told(watched([(two, {"a": 1}), (one, {"a": 2, "b": 3})])) == [
        ("a", 2, one, two),
        ("a", 1, two, None),
        ("b", 3, one, two),
    ]


def test_a_look_at_nobody_ends_everything_and_one_on_nothing_is_nothing() -> None:
    one, two = DAYS[:2]
    assert told(watched([(one, {"a": 1}), (two, {})])) == [("a", 1, one, two)]
    empty = watched([(one, {})])
    assert (told(empty), empty.observed) == ([], (one,))


def test_a_segment_that_was_renamed_is_another_interval() -> None:
    first = observe(no_history(), seen({"a": 1}), DAYS[0])
    renamed = observe(first, seen({"a": 1}).assign(segment="Other"), DAYS[1])
    assert told(renamed) == [("a", 1, DAYS[0], DAYS[1]), ("a", 1, DAYS[1], None)]
    assert renamed.intervals["segment"].tolist() == ["Segment 1", "Other"]


def test_histories_and_looks_are_not_changed() -> None:
    history, look = watched([(DAYS[3], {"a": 1})]), seen({"a": 2})
    intervals, before = history.intervals.copy(), look.copy()
    observe(history, look, DAYS[1])
    forget(history, DAYS[3])
    pd.testing.assert_frame_equal(history.intervals, intervals)
    pd.testing.assert_frame_equal(look, before)


def test_intervals_keep_their_contract_whatever_was_seen() -> None:
    looks: list[tuple[date, State]] = [(DAYS[4], {"a": 1, "b": 2}), (DAYS[1], {"b": 1}), (DAYS[2], {}), (DAYS[6], {})]
    for seen_until in range(len(looks) + 1):
        history = watched(looks[:seen_until])
        CustomerSegmentHistory.validate(history.intervals, lazy=True)
        CustomerSegmentHistory.validate(forget(history, DAYS[1]).intervals, lazy=True)


# --- changes ---


def changes(looks: Iterable[tuple[date, State]], day: date) -> dict[str, tuple[str, date] | None]:
    """Each customer's last change, None for who never changed."""
    found = last_changes(watched(looks).intervals, day)
    return {
        str(customer): None if pd.isna(row["changed_on"]) else (row["previous_segment"], row["changed_on"].date())
        for customer, row in found.iterrows()
    }


ONE, TWO, THREE, FOUR = DAYS[:4]


def test_who_moved_has_the_earlier_segment_and_the_day_and_who_stayed_or_is_new_has_neither() -> None:
    looks: list[tuple[date, State]] = [(ONE, {"a": 1, "b": 1}), (TWO, {"a": 1, "b": 2, "c": 3})]
    assert changes(looks, TWO) == {"a": None, "b": ("Segment 1", TWO), "c": None}
    assert changes(looks, ONE) == {"a": None, "b": None}


def test_who_stays_keeps_the_last_move_and_who_moves_again_has_the_last_move_only() -> None:
    looks: list[tuple[date, State]] = [(ONE, {"a": 1}), (TWO, {"a": 2}), (THREE, {"a": 2}), (FOUR, {"a": 1})]
    assert changes(looks, THREE) == {"a": ("Segment 1", TWO)}
    assert changes(looks, FOUR) == {"a": ("Segment 2", FOUR)}


def test_who_went_away_and_came_back_in_the_same_segment_keeps_the_change_before() -> None:
    looks: list[tuple[date, State]] = [
        (ONE, {"a": 1, "b": 1}),
        (TWO, {"a": 2}),
        (THREE, {}),
        (FOUR, {"a": 2, "b": 1}),
    ]
    assert changes(looks, THREE) == {}
    assert changes(looks, FOUR) == {"a": ("Segment 1", TWO), "b": None}


def test_who_went_away_and_came_back_in_another_segment_changed_then() -> None:
    looks: list[tuple[date, State]] = [(ONE, {"a": 1}), (TWO, {}), (THREE, {"a": 2})]
    assert changes(looks, THREE) == {"a": ("Segment 1", THREE)}


def test_who_went_away_twice_keeps_the_change_before_both() -> None:
    looks: list[tuple[date, State]] = [(ONE, {"a": 1}), (TWO, {"a": 2}), (THREE, {}), (FOUR, {"a": 2})]
    twice = [*looks, (DAYS[4], {}), (DAYS[5], {"a": 2})]
    assert changes(twice, DAYS[5]) == {"a": ("Segment 1", TWO)}


@given(LOOKS.filter(bool))
@settings(deadline=None, max_examples=examples(30))
def test_a_change_is_the_last_day_on_which_a_customer_was_seen_elsewhere_than_before(
    looks: list[tuple[date, State]],
) -> None:
    ordered = sorted(dict(looks).items())
    last: dict[str, int] = {}
    expected: dict[str, tuple[str, date] | None] = {}
    for day, state in ordered:
        for customer, segment in state.items():
            if customer in last and last[customer] != segment:
                expected[customer] = (f"Segment {last[customer]}", day)
            last[customer] = segment
    day, state = ordered[-1]
    assert changes(looks, day) == {customer: expected.get(customer) for customer in state}


# --- relabelled ---


def test_the_share_relabelled_is_of_those_seen_before() -> None:
    before = seen({"a": 1, "b": 1, "c": 2, "gone": 1})
    assert relabelled(before, seen({"a": 1, "b": 2, "c": 2, "new": 1})) == pytest.approx(1 / 3)
    assert relabelled(before, seen({"c": 2, "b": 1, "a": 1})) == 0
    assert relabelled(before, seen({"a": 2, "gone": 3})) == 1


def test_where_nobody_was_seen_before_nobody_can_be_said_to_be_relabelled() -> None:
    assert relabelled(seen({}), seen({"a": 1})) is None
    assert relabelled(seen({"a": 1}), seen({"b": 1})) is None
    assert relabelled(seen({"a": 1}), seen({})) is None


def test_a_customer_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="one-to-one"):
        relabelled(pd.concat([seen({"a": 1}), seen({"a": 2})]), seen({"a": 1}))


# --- month-ends ---


@pytest.mark.parametrize(
    ("first", "as_of", "months", "expected"),
    [
        ((2010, 12, 1), (2011, 12, 10), 3, [(2011, 10, 1), (2011, 11, 1), (2011, 12, 1)]),
        ((2010, 12, 1), (2011, 12, 1), 2, [(2011, 10, 1), (2011, 11, 1)]),
        ((2011, 9, 15), (2011, 12, 10), 6, [(2011, 11, 1), (2011, 12, 1)]),
        ((2011, 9, 1), (2011, 12, 10), 6, [(2011, 10, 1), (2011, 11, 1), (2011, 12, 1)]),
        ((2011, 1, 31), (2011, 3, 1), 6, []),
        ((2011, 12, 1), (2011, 12, 10), 6, []),
        ((2010, 12, 1), (2011, 12, 10), 0, []),
        ((2010, 12, 1), (2011, 1, 2), 1, [(2011, 1, 1)]),
    ],
)
def test_months_that_are_looked_back_at_end_before_the_day_and_begin_a_month_after_the_first(
    first: tuple[int, int, int], as_of: tuple[int, int, int], months: int, expected: list[tuple[int, int, int]]
) -> None:
    assert month_ends(date(*first), date(*as_of), months) == [date(*day) for day in expected]

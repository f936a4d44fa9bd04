"""Which customer was in which segment, from when until when.

What is known are observations: on some days everybody's segment was determined. The history keeps them as intervals
[valid_from, valid_to): from the first observation of a segment to the next observation of something else. Days may
be observed in any order, and again; the intervals come out as if they had been observed in the order of time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.contracts.customers import CustomerSegmentHistory

_KEY = ["customer_id", "valid_from"]
_STATE = ["customer_id", "segment_id", "segment"]


@dataclass(frozen=True)
class History:
    """Intervals and the days on which they rest.

    Attributes:
        intervals: columns of `contracts.CustomerSegmentHistory`; `valid_to` is missing for those that still hold
        observed: the days of observation, in order

    """

    intervals: pd.DataFrame
    observed: tuple[date, ...]


def no_history() -> History:
    """The history before the first observation."""
    return History(CustomerSegmentHistory.no_rows(), ())


def observe(history: History, segments: pd.DataFrame, day: date) -> History:
    """Add a day's observation, in place of an earlier one of the same day.

    Args:
        history: so far
        segments: columns customer_id, segment_id and segment, one row per customer
        day: reporting date

    """
    following = min((other for other in history.observed if other > day), default=None)
    state = segments[_STATE].assign(valid_from=pd.Timestamp(day), valid_to=_timestamp(following))
    pieces = [*_without(history.intervals, day, following), state.astype(CustomerSegmentHistory.no_rows().dtypes)]
    joined = _join_equal(pd.concat([piece for piece in pieces if len(piece)] or [state]))
    return History(joined, tuple(sorted({*history.observed, day})))


def forget(history: History, day: date) -> History:
    """Take an observation back: what was seen before holds until the next one."""
    earlier = [other for other in history.observed if other < day]
    held = on_day(history.intervals, earlier[-1]) if earlier else CustomerSegmentHistory.no_rows()
    undone = observe(history, held[_STATE], day)
    return History(undone.intervals, tuple(other for other in undone.observed if other != day))


def believed(history: History, withdrawn: Sequence[date]) -> History:
    """The history without some of its days."""
    for day in withdrawn:
        history = forget(history, day)
    return history


def on_day(intervals: pd.DataFrame, day: date) -> pd.DataFrame:
    """The intervals that hold on a day, one per customer."""
    return intervals[_holds(intervals, pd.Timestamp(day))]


def last_changes(intervals: pd.DataFrame, day: date) -> pd.DataFrame:
    """The last change of segment of every customer who is in one on a day.

    Args:
        intervals: columns of `contracts.CustomerSegmentHistory`
        day: changes after it are not looked at

    Returns:
        Index customer_id; `previous_segment` and `changed_on`, both missing for who never changed.

    """
    known = intervals[intervals["valid_from"] <= pd.Timestamp(day)].sort_values(_KEY)
    before = known.groupby("customer_id")["segment"].shift()
    changed = known.assign(
        previous_segment=before, changed_on=known["valid_from"].where(before.notna()).astype("datetime64[us]")
    )
    # Who went away and came back in the same segment has not changed, and keeps the change before.
    same = changed["segment"] == before
    changes = ["previous_segment", "changed_on"]
    changed.loc[same, changes] = None
    changed[changes] = changed.groupby("customer_id")[changes].ffill()
    current = changed[_holds(changed, pd.Timestamp(day))]
    return current.set_index("customer_id")[changes]


def relabelled(before: pd.DataFrame, now: pd.DataFrame) -> float | None:
    """Share of the customers seen before who are in another segment now; None if nobody was seen before.

    Args:
        before: columns customer_id and segment_id
        now: the same

    """
    known = now.merge(before, on="customer_id", suffixes=("", "_before"), validate="one_to_one")
    return float((known["segment_id"] != known["segment_id_before"]).mean()) if len(known) else None


def month_ends(first: date, as_of: date, months: int) -> list[date]:
    """The first days of the last months before a day, oldest first, none of them within a month of the first day."""
    starts = pd.date_range(end=pd.Timestamp(as_of) - pd.Timedelta(days=1), periods=months, freq="MS")
    earliest = pd.Timestamp(first) + pd.DateOffset(months=1)
    return [start.date() for start in starts if start >= earliest]


def _without(intervals: pd.DataFrame, day: date, following: date | None) -> Sequence[pd.DataFrame]:
    """The intervals with [day, following) cut out: what is before it, and what is after it."""
    start, end = pd.Timestamp(day), _timestamp(following)
    before = intervals[intervals["valid_from"] < start]
    before = before.assign(valid_to=before["valid_to"].where(before["valid_to"] < start, start))
    if following is None:
        return [before]
    after = intervals[intervals["valid_to"].isna() | (intervals["valid_to"] > end)]
    after = after.assign(valid_from=after["valid_from"].where(after["valid_from"] > end, end))
    return [before, after]


def _join_equal(intervals: pd.DataFrame) -> pd.DataFrame:
    """Neighbouring intervals of a customer in the same segment as one, ordered by customer and time."""
    ordered = intervals.sort_values(_KEY, ignore_index=True)
    earlier = ordered.shift()
    goes_on = (
        (ordered["customer_id"] == earlier["customer_id"])
        & (ordered["segment_id"] == earlier["segment_id"])
        & (ordered["segment"] == earlier["segment"])
        & (ordered["valid_from"] == earlier["valid_to"])
    )
    grouped = ordered.groupby((~goes_on).cumsum())
    joined = grouped.first()
    # Not `last`, which would skip the missing end of an interval that still holds.
    joined["valid_to"] = ordered["valid_to"][~goes_on.shift(-1, fill_value=False)].to_numpy()
    names = CustomerSegmentHistory.column_names()
    return joined.reset_index(drop=True).astype(CustomerSegmentHistory.no_rows().dtypes)[names]


def _holds(intervals: pd.DataFrame, day: pd.Timestamp) -> "pd.Series[bool]":
    return (intervals["valid_from"] <= day) & (intervals["valid_to"].isna() | (intervals["valid_to"] > day))


def _timestamp(day: date | None) -> pd.Timestamp:
    return pd.NaT if day is None else pd.Timestamp(day)  # type: ignore[return-value]  # NaT is the missing Timestamp

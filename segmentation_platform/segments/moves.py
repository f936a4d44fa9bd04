"""Who moved from which segment to which, month by month, and what they are worth."""

from datetime import date

import pandas as pd

from segmentation_platform.contracts.segments import GONE, NEW, SegmentMoves
from segmentation_platform.segments.history import on_day


def segment_moves(intervals: pd.DataFrame, monetary: pd.Series, as_of: date) -> pd.DataFrame:
    """Compare everybody's segment at the beginning and at the end of every month.

    Args:
        intervals: columns of `contracts.CustomerSegmentHistory`
        monetary: money spent by each customer up to the reporting date, by customer_id
        as_of: reporting date, which ends the last month

    Returns:
        Columns of `contracts.SegmentMoves`, those who stayed included; months that began before the first
        look at customers are left out.

    """
    known = intervals[intervals["valid_from"] <= pd.Timestamp(as_of)]
    if known.empty:
        return SegmentMoves.no_rows()
    starts = pd.date_range(known["valid_from"].min(), as_of, freq="MS")
    months = [_month(known, monetary, start.date(), as_of) for start in starts if start.date() < as_of]
    if not months:
        return SegmentMoves.no_rows()
    moves = pd.concat(months, ignore_index=True).astype(SegmentMoves.no_rows().dtypes)
    return moves.sort_values(SegmentMoves.key(), ignore_index=True)[SegmentMoves.column_names()]


def _month(intervals: pd.DataFrame, monetary: pd.Series, start: date, as_of: date) -> pd.DataFrame:
    until = min((pd.Timestamp(start) + pd.DateOffset(months=1)).date(), as_of)
    before, after = (on_day(intervals, day).set_index("customer_id")["segment"] for day in (start, until))
    both = pd.DataFrame({"from_segment": before, "to_segment": after})
    both["monetary"] = monetary.reindex(both.index).fillna(0.0)
    both = both.fillna({"from_segment": NEW, "to_segment": GONE})
    grouped = both.groupby(["from_segment", "to_segment"], as_index=False)
    moves = grouped.agg(customers=("monetary", "size"), revenue=("monetary", "sum"))
    moves["customer_share"] = moves["customers"] / moves.groupby("from_segment")["customers"].transform("sum")
    moves["revenue"] = moves["revenue"].round(2)
    return moves.assign(period=pd.Timestamp(start), until=pd.Timestamp(until))

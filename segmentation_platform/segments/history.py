"""Where customers came from: segments now against the last snapshot of an earlier day."""

from datetime import date

import pandas as pd

_CARRIED = ["customer_id", "segment", "previous_segment", "changed_on"]


def carry_changes(segments: pd.DataFrame, earlier: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Fill `previous_segment` and `changed_on`.

    A customer in the same segment as before keeps both; one in another segment gets the earlier one and `as_of`;
    one who is new has neither.

    Args:
        segments: columns of `contracts.CustomerSegments`
        earlier: the same, of the last snapshot with an earlier reporting date; without rows if there is none
        as_of: reporting date of `segments`

    Returns:
        A new frame with the columns and the order of `segments`.

    """
    before = earlier[_CARRIED].rename(columns=lambda name: name if name == "customer_id" else f"earlier_{name}")
    joined = segments[["customer_id", "segment"]].merge(before, on="customer_id", how="left", validate="1:1")
    is_known = joined["earlier_segment"].notna()
    moved = is_known & (joined["earlier_segment"] != joined["segment"])
    previous = joined["earlier_previous_segment"].mask(moved, joined["earlier_segment"]).astype("str")
    changed = joined["earlier_changed_on"].mask(moved, pd.Timestamp(as_of)).astype("datetime64[us]")
    return segments.assign(
        previous_segment=previous.set_axis(segments.index), changed_on=changed.set_axis(segments.index)
    )

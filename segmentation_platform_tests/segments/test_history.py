"""Where customers came from."""

from datetime import date

import pandas as pd
import pytest

from segmentation_platform.contracts import CustomerSegments
from segmentation_platform.segments.history import carry_changes
from segmentation_platform_tests.ledgers import segmented

YESTERDAY, TODAY = date(2011, 12, 9), date(2011, 12, 10)


def table(**segment_of: str) -> pd.DataFrame:
    """Customers by their segments, without history."""
    return pd.DataFrame(
        {
            "customer_id": pd.Series(list(segment_of), dtype="str"),
            "segment": pd.Series(list(segment_of.values()), dtype="str"),
            "previous_segment": pd.Series([None] * len(segment_of), dtype="str"),
            "changed_on": pd.Series([pd.NaT] * len(segment_of), dtype="datetime64[us]"),
        }
    )


def history(carried: pd.DataFrame) -> dict[str, tuple[str, date] | None]:
    """Previous segment and day of change of each customer, None for neither."""
    moves = zip(carried["customer_id"], carried["previous_segment"], carried["changed_on"], strict=True)
    return {customer: None if pd.isna(day) else (previous, day.date()) for customer, previous, day in moves}


def test_who_moved_has_the_earlier_segment_and_the_day_and_who_stayed_or_is_new_has_neither() -> None:
    carried = carry_changes(table(a="Loyal", b="Champions", c="Regulars"), table(a="Loyal", b="Loyal"), TODAY)
    assert history(carried) == {"a": None, "b": ("Loyal", TODAY), "c": None}


def test_who_stays_keeps_the_last_move() -> None:
    moved = carry_changes(table(a="Champions"), table(a="Loyal"), YESTERDAY)
    assert history(carry_changes(table(a="Champions"), moved, TODAY)) == {"a": ("Loyal", YESTERDAY)}


def test_who_moves_again_and_back_has_the_last_move_only() -> None:
    moved = carry_changes(table(a="Champions"), table(a="Loyal"), YESTERDAY)
    assert history(carry_changes(table(a="Loyal"), moved, TODAY)) == {"a": ("Champions", TODAY)}


def test_who_went_away_and_returns_begins_anew() -> None:
    before = carry_changes(table(a="Champions", b="Loyal"), table(a="Loyal", b="Loyal"), YESTERDAY)
    away = carry_changes(table(b="Loyal"), before, TODAY)
    assert history(away) == {"b": None}
    assert history(carry_changes(table(a="Loyal", b="Loyal"), away, date(2011, 12, 11))) == {"a": None, "b": None}


def test_a_rerun_of_the_same_day_changes_nothing() -> None:
    earlier = carry_changes(table(a="Champions", b="Loyal"), table(a="Loyal", b="Loyal"), YESTERDAY)
    once = carry_changes(table(a="Loyal", b="Regulars", c="Loyal"), earlier, TODAY)
    again = carry_changes(once, earlier, TODAY)
    pd.testing.assert_frame_equal(again, once)
    assert history(once)["b"] == ("Loyal", TODAY)


def test_on_the_first_day_nobody_has_a_history() -> None:
    segments = segmented()
    carried = carry_changes(segments, CustomerSegments.no_rows(), TODAY)
    CustomerSegments.validate(carried, lazy=True)
    assert carried[["previous_segment", "changed_on"]].isna().all(axis=None)


def test_order_index_and_columns_stay_and_the_contract_is_kept() -> None:
    segments = segmented().sample(frac=1, random_state=1)
    earlier = segmented().assign(segment=lambda table: "Former " + table["segment"])
    before = segments.copy()
    carried = carry_changes(segments, earlier, TODAY)
    CustomerSegments.validate(carried, lazy=True)
    assert carried.index.equals(segments.index)
    pd.testing.assert_frame_equal(segments, before)
    unchanged = [name for name in segments.columns if name not in {"previous_segment", "changed_on"}]
    pd.testing.assert_frame_equal(carried[unchanged], segments[unchanged])
    assert (carried["previous_segment"] == "Former " + carried["segment"]).all()
    assert (carried["changed_on"] == pd.Timestamp(TODAY)).all()


def test_a_customer_that_stands_twice_in_the_earlier_table_is_refused() -> None:
    twice = pd.concat([table(a="Loyal"), table(a="Regulars")])
    with pytest.raises(ValueError, match="one-to-one"):
        carry_changes(table(a="Loyal"), twice, TODAY)

"""Who moved from which segment to which: everybody is counted once a month."""

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import GONE, NEW, SegmentMoves
from segmentation_platform.segments.history import no_history, observe, on_day
from segmentation_platform.segments.moves import segment_moves

JAN, FEB, MARCH = date(2011, 1, 1), date(2011, 2, 1), date(2011, 3, 1)
MONEY = pd.Series({"a": 10.0, "b": 20.0, "c": 40.0, "d": 80.004})
Looks = Mapping[date, Mapping[str, str]]
IDS = {"Loyal": 1, "Champions": 2, "Regulars": 3}


def intervals_of(looks: Looks) -> pd.DataFrame:
    history = no_history()
    for day, state in looks.items():
        rows = [(customer, IDS[name], name) for customer, name in state.items()]
        table = pd.DataFrame(rows, columns=["customer_id", "segment_id", "segment"])
        history = observe(history, table.astype({"customer_id": "str", "segment": "str"}), day)
    return history.intervals


def moves(looks: Looks, as_of: date) -> pd.DataFrame:
    found = segment_moves(intervals_of(looks), MONEY, as_of)
    SegmentMoves.validate(found, lazy=True)
    return found


def ways(found: pd.DataFrame) -> dict[tuple[str, str], tuple[int, float, float]]:
    """Customers, share and revenue by the way they went; of one month."""
    assert found["period"].nunique() == 1
    return {
        (str(row.from_segment), str(row.to_segment)): (
            int(str(row.customers)),
            float(str(row.customer_share)),
            float(str(row.revenue)),
        )
        for row in found.itertuples()
    }


def test_who_is_new_is_gone_stays_and_moves_is_told_with_share_and_worth() -> None:
    looks: Looks = {
        JAN: {"a": "Loyal", "b": "Loyal", "c": "Champions"},
        FEB: {"a": "Loyal", "b": "Champions", "d": "Regulars"},
    }
    assert ways(moves(looks, FEB)) == {
        ("Loyal", "Loyal"): (1, 0.5, 10),
        ("Loyal", "Champions"): (1, 0.5, 20),
        ("Champions", GONE): (1, 1, 40),
        (NEW, "Regulars"): (1, 1, 80),
    }


def test_a_month_is_looked_at_from_its_first_day_to_the_first_of_the_next() -> None:
    looks: Looks = {JAN: {"a": "Loyal"}, date(2011, 1, 20): {"a": "Champions"}, FEB: {"a": "Regulars"}}
    found = moves(looks, date(2011, 2, 2))
    assert found[["period", "until"]].to_numpy().tolist() == [
        [pd.Timestamp(JAN), pd.Timestamp(FEB)],
        [pd.Timestamp(FEB), pd.Timestamp("2011-02-02")],
    ]
    assert found["to_segment"].tolist() == ["Regulars", "Regulars"]
    assert found["from_segment"].tolist() == ["Loyal", "Regulars"]


def test_the_last_month_ends_on_the_reporting_date_and_is_left_out_where_that_is_its_first_day() -> None:
    looks: Looks = {JAN: {"a": "Loyal"}, date(2011, 2, 10): {"a": "Champions"}, date(2011, 2, 20): {"a": "Regulars"}}
    assert moves(looks, date(2011, 2, 15))["to_segment"].tolist() == ["Loyal", "Champions"]
    assert moves(looks, FEB)["period"].tolist() == [pd.Timestamp(JAN)]


def test_months_that_began_before_the_first_look_are_left_out() -> None:
    looks: Looks = {date(2011, 1, 20): {"a": "Loyal"}, FEB: {"a": "Champions"}, MARCH: {"a": "Champions"}}
    assert moves(looks, MARCH)["period"].tolist() == [pd.Timestamp(FEB)]
    assert moves(looks, FEB).empty


def test_looks_after_the_reporting_date_are_not_known() -> None:
    looks: Looks = {JAN: {"a": "Loyal"}, FEB: {"a": "Champions"}}
    later: Looks = {**looks, MARCH: {"a": "Regulars", "b": "Loyal"}}
    pd.testing.assert_frame_equal(moves(later, FEB), moves(looks, FEB))
    assert moves({MARCH: {"a": "Loyal"}}, FEB).empty


def test_without_a_look_there_are_no_moves() -> None:
    assert moves({}, FEB).empty


def test_who_came_and_went_within_a_month_is_not_counted() -> None:
    looks: Looks = {JAN: {"a": "Loyal"}, date(2011, 1, 9): {"a": "Loyal", "b": "Loyal"}, FEB: {"a": "Loyal"}}
    assert ways(moves(looks, FEB)) == {("Loyal", "Loyal"): (1, 1, 10)}


def test_customers_whose_money_is_not_known_count_as_without_any() -> None:
    looks: Looks = {JAN: {"x": "Loyal", "a": "Loyal"}, FEB: {"a": "Loyal"}}
    assert ways(moves(looks, FEB))["Loyal", GONE] == (1, 0.5, 0)


def _day(moment: object) -> date:
    return pd.Timestamp(str(moment)).date()


DAYS = tuple(JAN + timedelta(days=9 * n) for n in range(14))
STATE = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(sorted(IDS)))


@given(st.dictionaries(st.sampled_from([JAN, FEB, MARCH, *DAYS]), STATE, min_size=1), st.sampled_from(DAYS))
@settings(deadline=None, max_examples=20)
def test_shares_add_up_and_customers_are_those_of_both_days(
    looks: dict[date, Mapping[str, str]], as_of: date
) -> None:
    intervals = intervals_of(looks)
    found = segment_moves(intervals, MONEY, as_of)
    shares = found.groupby(["period", "from_segment"])["customer_share"].sum()
    assert shares.tolist() == pytest.approx([1] * len(shares))
    for (start, until), month in found.groupby(["period", "until"]):
        for day, column, absent in ((start, "from_segment", NEW), (until, "to_segment", GONE)):
            counted = month[month[column] != absent].groupby(column)["customers"].sum()
            there = on_day(intervals, _day(day))["segment"].value_counts()
            assert counted.to_dict() == there.to_dict()
        everybody = set(on_day(intervals, _day(start))["customer_id"]) | set(
            on_day(intervals, _day(until))["customer_id"]
        )
        assert month["revenue"].sum() == pytest.approx(MONEY[sorted(everybody)].sum(), abs=0.02)

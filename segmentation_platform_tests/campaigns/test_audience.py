import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.campaigns.audience import CONDITIONS, fitting, in_words
from segmentation_platform.campaigns.playbook import Audience
from segmentation_platform_tests.campaigns.people import AS_OF, customers


def known(frame: pd.DataFrame) -> pd.DataFrame:
    rank = frame["monetary"].rank(pct=True, method="max")
    return frame.assign(as_of=pd.Timestamp(AS_OF), spending_rank=rank)


def test_there_is_a_condition_for_all_that_an_audience_can_say() -> None:
    assert set(CONDITIONS) == set(Audience.model_fields)


def test_who_fits_fulfils_everything_and_is_told_why_in_own_figures() -> None:
    people = known(customers(4, recency_days=[5, 80, 400, 100], frequency=[3, 3, 3, 1]))
    found = fitting(people, [Audience(spent_above=0.4, silent_times=0.5)])
    assert found.to_dict() == {2: "Spent more than 40% of customers (3.00), ordered every 166 days before"}


def test_who_moved_is_told_from_where_and_when() -> None:
    people = known(
        customers(
            3,
            previous_segment=["Champions", "Champions", None],
            changed_on=[pd.Timestamp("2011-12-01"), pd.Timestamp("2011-06-01"), pd.NaT],
        )
    )
    found = fitting(people, [Audience(came_from=("Champions",), moved_within_days=30)])
    assert found.to_dict() == {0: "Before in Champions, changed on 2011-12-01"}


def test_a_single_cancellation_is_no_habit() -> None:
    people = known(customers(3, orders=[2, 2, 20], cancellations=[1, 2, 2]))
    found = fitting(people, [Audience(cancels_above=0.3)])
    assert found.to_dict() == {1: "Cancelled 2 times on 2 orders"}


def test_who_ordered_once_has_no_usual_gap_and_is_never_called_silent() -> None:
    people = known(customers(2, frequency=[1, 3], recency_days=900, last_purchase=pd.Timestamp("2011-01-01")))
    assert fitting(people, [Audience(silent_times=0.1)]).empty


def test_the_first_audience_that_fits_gives_the_reason() -> None:
    people = known(customers(2, region=["Germany", "France"]))
    audiences = [Audience(regions=("Germany",)), Audience(segments=("Champions",))]
    assert fitting(people, audiences).tolist() == ["In Germany", "In Champions"]


def test_an_audience_is_told_in_one_sentence() -> None:
    audiences = [Audience(segments=("At risk, valuable", "Loyal"), spent_above=0.75), Audience(bought_within_days=9)]
    assert in_words(audiences) == (
        "Customers who are in At risk, valuable / Loyal and spent more than 75% of customers; "
        "or who bought in the last 9 days"
    )


@given(st.floats(0.05, 0.95), st.integers(1, 60))
def test_those_who_spent_more_and_those_who_spent_least_are_everybody(share: float, count: int) -> None:
    people = known(customers(count, monetary=[float(number % 7) for number in range(count)]))
    above = fitting(people, [Audience(spent_above=share)]).index
    below = fitting(people, [Audience(spent_below=share)]).index
    assert sorted([*above, *below]) == list(range(count))

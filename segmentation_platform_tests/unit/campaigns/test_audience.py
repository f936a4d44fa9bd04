import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.campaigns.audience import CONDITIONS, fitting, in_words
from segmentation_platform.campaigns.planning import with_ranks
from segmentation_platform.campaigns.playbook import Audience
from segmentation_platform_tests.unit.campaigns.people import AS_OF, customers


def known(frame: pd.DataFrame) -> pd.DataFrame:
    return with_ranks(frame).assign(as_of=pd.Timestamp(AS_OF))


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


@given(st.floats(0.05, 0.95), st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_who_spent_more_than_a_share_of_customers_did_so_however_many_spent_the_same(
    share: float, spent: list[int]
) -> None:
    people = known(customers(len(spent), monetary=[float(amount) for amount in spent]))
    above = fitting(people, [Audience(spent_above=share)]).index
    below = fitting(people, [Audience(spent_below=share)]).index
    for place in above:
        assert sum(other < spent[place] for other in spent) >= share * len(spent) - 1e-9
    for place in below:
        assert sum(other <= spent[place] for other in spent) <= share * len(spent) + 1e-9
    assert not set(above) & set(below)


def test_where_all_spent_the_same_nobody_spent_more() -> None:
    assert fitting(known(customers(9, monetary=5.0)), [Audience(spent_above=0.1)]).empty


def test_days_are_told_as_people_say_them() -> None:
    people = known(customers(1, recency_days=1, last_purchase=pd.Timestamp("2011-01-02"), frequency=9))
    found = fitting(people, [Audience(bought_within_days=2, silent_times=0.5)])
    assert found.tolist() == ["Bought 1 day ago, ordered every 1 day before"]

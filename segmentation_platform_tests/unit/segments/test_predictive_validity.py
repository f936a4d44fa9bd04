"""What segments predict is judged on what happened later, and on nothing else."""

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.customers.point_in_time import Outlook, OutlookWindow
from segmentation_platform.segments.predictive_validity import predictive_validity
from segmentation_platform_tests.unit.segments.shops import customers_of, model_of

GOOD, BAD, ODD = (10.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 99.0, 0.0)
MODEL = model_of(GOOD, BAD, ODD)


def window(*spent_by: tuple[tuple[float, float, float], float]) -> OutlookWindow:
    """Customers at some centroids with what they spent then."""
    customers = customers_of(*(place for place, _ in spent_by))
    return OutlookWindow(customers, pd.Series([spent for _, spent in spent_by], dtype="float64"))


LEARNED = window((GOOD, 50), (GOOD, 70), (BAD, 0), (BAD, 0))


def test_segments_that_part_buyers_from_others_foretell_perfectly() -> None:
    found = predictive_validity(MODEL, Outlook(LEARNED, window((GOOD, 40), (BAD, 0), (GOOD, 90), (BAD, 0))))
    assert found is not None
    assert found.repurchase_auc == 1
    assert found.spend_correlation == pytest.approx(4 / 18**0.5)


def test_segments_that_foretell_the_opposite_are_worse_than_chance() -> None:
    found = predictive_validity(MODEL, Outlook(LEARNED, window((GOOD, 0), (BAD, 10))))
    assert found is not None
    assert [found.repurchase_auc, found.spend_correlation] == pytest.approx([0, -1])


def test_segments_that_have_nothing_to_do_with_buying_foretell_as_chance() -> None:
    random = np.random.default_rng(3)

    def at_random(customers: int = 2_000) -> OutlookWindow:
        places = [(GOOD, BAD)[place] for place in random.integers(0, 2, customers)]
        return window(*zip(places, random.integers(0, 2, customers) * random.uniform(1, 9, customers), strict=True))

    found = predictive_validity(MODEL, Outlook(at_random(), at_random()))
    assert found is not None
    assert found.repurchase_auc == pytest.approx(0.5, abs=0.04)
    assert found.spend_correlation == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("spent", [0.0, 5.0])
def test_where_everybody_or_nobody_bought_nothing_can_be_foretold(spent: float) -> None:
    assert predictive_validity(MODEL, Outlook(LEARNED, window((GOOD, spent), (BAD, spent)))) is None


def test_a_segment_in_which_nobody_was_before_says_as_much_as_the_mean_of_the_others() -> None:
    # Half of the segments' buyers: between the good and the bad ones.
    found = predictive_validity(MODEL, Outlook(LEARNED, window((GOOD, 9), (ODD, 5), (BAD, 0))))
    assert found is not None
    assert [found.repurchase_auc, found.spend_correlation] == pytest.approx([1, 1])
    between = predictive_validity(MODEL, Outlook(LEARNED, window((GOOD, 0), (ODD, 5), (BAD, 0))))
    assert between is not None
    assert between.repurchase_auc == 0.5


@pytest.mark.filterwarnings("error")
def test_where_all_segments_spent_alike_spending_is_not_foretold() -> None:
    alike = window((GOOD, 5), (BAD, 5))
    found = predictive_validity(MODEL, Outlook(alike, window((GOOD, 5), (BAD, 0))))
    assert found is not None
    assert (found.repurchase_auc, found.spend_correlation) == (0.5, 0)

"""Cohorts: who came when, and who came again."""

from datetime import date

import pandas as pd
import pytest

from segmentation_platform_tests.unit.insights.shops import at, cancelled, sale, told


def followed(*lines: dict[str, object], as_of: date = date(2011, 6, 15)) -> pd.DataFrame:
    return told(lines, as_of).cohorts.set_index(["cohort", "months_since"])


def test_customers_are_counted_in_every_month_after_their_first() -> None:
    found = followed(
        sale("2011-03-01", customer_id="1"),
        sale("2011-03-02", customer_id="2"),
        sale("2011-05-01", customer_id="1", quantity=4.0),
        sale("2011-05-02", customer_id="1", quantity=2.0),
        sale("2011-06-01", customer_id="3"),
    )
    march = at(found, "2011-03-01")
    assert march["customers"].tolist() == [2, 2, 2, 2]
    assert march["active_customers"].tolist() == [2, 0, 1, 0]
    assert march["retention"].tolist() == [1, 0, 0.5, 0]
    assert march["revenue"].tolist() == [20, 0, 6, 0]
    assert march["revenue_per_customer"].tolist() == [10, 0, 3, 0]
    assert march["is_complete"].tolist() == [True, True, True, False]
    assert at(found, "2011-06-01", "customers").tolist() == [1]
    assert (found["retention_low"] <= found["retention"]).all()
    assert (found["retention"] <= found["retention_high"]).all()


def test_a_purchase_that_was_cancelled_whole_is_none_and_guests_are_in_no_cohort() -> None:
    found = followed(
        sale("2011-03-01", customer_id="1"),
        cancelled("2011-03-02", customer_id="1"),
        sale("2011-04-01", customer_id="1"),
        sale("2011-04-01", customer_id=None),
    )
    assert [f"{cohort:%Y-%m}" for cohort, _ in found.index] == ["2011-04"]
    assert found["customers"].tolist() == [1]


def test_a_year_is_twelve_months() -> None:
    found = followed(sale("2010-12-01"), sale("2011-12-05"), as_of=date(2011, 12, 6))
    assert at(found, "2010-12-01", "active_customers").tolist() == [1, *[0] * 11, 1]


def test_a_shop_of_guests_has_no_cohorts() -> None:
    assert followed(sale("2011-03-01", customer_id=None)).empty


@pytest.mark.parametrize(("as_of", "complete"), [(date(2011, 3, 31), False), (date(2011, 4, 1), True)])
def test_a_month_is_complete_when_it_was_over_on_the_reporting_date(as_of: date, complete: bool) -> None:
    assert followed(sale("2011-03-05"), as_of=as_of)["is_complete"].tolist() == [complete]

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from segmentation_platform.campaigns import CampaignError
from segmentation_platform.campaigns.measuring import Measurement, bought_between, measure, measured_days
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform_tests.support.ledgers import simulated


def compared(targeted: list[float], held_out: list[float]) -> Measurement:
    spent = np.array([*targeted, *held_out])
    ids = [str(number) for number in range(len(spent))]
    audience = pd.DataFrame({"customer_id": ids, "is_holdout": [False] * len(targeted) + [True] * len(held_out)})
    bought = pd.DataFrame({"customer_id": ids, "orders": 1, "revenue": spent})[spent > 0]
    return measure(audience, bought)


def test_a_list_made_in_the_middle_of_a_campaign_is_measured_from_then_on() -> None:
    def days(as_of: str) -> tuple[date, date]:
        texts = {"starts_on": ["2011-08-26"], "ends_on": ["2011-10-24"], "as_of": [as_of]}
        return measured_days(pd.DataFrame(texts).astype("datetime64[us]"))

    assert days("2011-06-01") == (date(2011, 8, 26), date(2011, 10, 24))
    assert days("2011-10-01") == (date(2011, 10, 1), date(2011, 10, 24))


def test_the_difference_of_shares_has_newcombes_interval() -> None:
    """Newcombe 1998, table II (a): 56/70 against 48/80, method 10."""
    found = compared([1.0] * 56 + [0.0] * 14, [1.0] * 48 + [0.0] * 32).buying_rate
    assert found.difference == pytest.approx(0.2)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_the_difference_of_money_is_welchs() -> None:
    targeted, held_out = [10.0, 20.0, 30.0, 40.0] * 10, [5.0, 5.0, 10.0] * 10
    found = compared(targeted, held_out).revenue
    parts = [np.var(group, ddof=1) / len(group) for group in (targeted, held_out)]
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 39 + parts[1] ** 2 / 29)
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(sum(parts))
    assert found.difference == pytest.approx(25 - 20 / 3)
    assert (found.low, found.high) == pytest.approx((found.difference - reach, found.difference + reach))


def test_an_effect_that_is_there_is_shown_and_chance_is_not() -> None:
    drawn = np.random.default_rng(1)
    usual = list(drawn.gamma(2, 50, 1_000) * (drawn.random(1_000) < 0.4))
    more = list(drawn.gamma(2, 50, 4_000) * (drawn.random(4_000) < 0.55))
    assert compared(more, usual).buying_rate.is_shown
    assert compared(more, usual).revenue.is_shown
    same = compared(usual[:500], usual[500:])
    assert not same.buying_rate.is_shown
    assert not same.revenue.is_shown


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Nobody is contacted: 0 is the truth. At 95 % and 400 draws, fewer than 91 % or more than 98.5 % is a bug."""
    drawn = np.random.default_rng(2)
    held = []
    for _ in range(400):
        spent = drawn.gamma(1, 80, 1_200) * (drawn.random(1_200) < 0.3)
        found = compared(list(spent[:1_000]), list(spent[1_000:]))
        held.append((not found.buying_rate.is_shown, not found.revenue.is_shown))
    rates = np.array(held).mean(axis=0)
    assert ((rates > 0.91) & (rates < 0.985)).all(), rates


def test_of_revenue_nothing_is_told_where_a_group_is_small_or_all_alike() -> None:
    """Three who bought nothing are no evidence: where a tenth of customers buys, three in four such groups do not."""
    for found in (
        compared([50.0] * 100 + [0.0] * 900, [0.0] * 3),
        compared([50.0] * 100 + [0.0] * 900, [0.0] * 300),
        compared([5.0, 6.0] * 10, [1.0, 2.0] * 500),
    ):
        assert not found.revenue.is_known
        assert not found.revenue.is_shown


def test_nobody_bought_is_said_and_shows_nothing() -> None:
    found = compared([0.0] * 50, [0.0] * 40)
    assert "nobody" in found.caution
    assert not found.revenue.is_shown
    assert not found.buying_rate.is_shown


def test_few_held_out_customers_are_a_reason_to_be_careful() -> None:
    assert "only 29 were held out" in compared([1.0, 2.0] * 50, [1.0] * 29).caution
    assert "only 28 were to be contacted" in compared([1.0, 2.0] * 14, [1.0] * 90).caution
    assert compared([1.0, 2.0] * 50, [1.0] * 30).caution == ""


def test_without_anybody_held_out_nothing_is_measured() -> None:
    with pytest.raises(CampaignError, match="holdout_share"):
        compared([1.0] * 50, [])


def test_a_customer_of_both_groups_is_refused() -> None:
    audience = pd.DataFrame({"customer_id": ["1", "1"], "is_holdout": [True, False]})
    with pytest.raises(CampaignError, match="more than once"):
        measure(audience, pd.DataFrame({"customer_id": [], "orders": [], "revenue": []}))


def test_what_customers_bought_is_net_and_of_those_days_alone() -> None:
    shop = simulated()
    first, last = date(2011, 6, 1), date(2011, 6, 30)
    with known_sales(DuckDBEngine(), shop.clean[list(COLUMNS)], shop.as_of) as session:
        found = bought_between(session, first, last).set_index("customer_id")["revenue"].sort_index()
        lines = session.frame("known_sales")
    lines = lines[lines["customer_id"].notna() & (lines["net_quantity"] > 0)]
    lines = lines[lines["sold_at"].dt.date.between(first, last)]
    told = lines.groupby("customer_id")["net_amount"].sum().sort_index()
    assert len(told) > 10
    pd.testing.assert_series_equal(found, told, check_names=False, check_dtype=False, check_index_type=False)

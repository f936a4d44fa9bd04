"""Which products are bought in a few months of every year only."""

import pandas as pd
import pytest

from segmentation_platform.ledger.seasons import seasons_of
from segmentation_platform_tests.support.ledgers import catalog, simulated

ALWAYS = dict.fromkeys(range(1, 13), 100)


def season(by_month: dict[int, int], first: str = "2020-01", last: str = "2021-12", start: str | None = None) -> str:
    """The season of a product with so many orders a month of the year, beside one that is bought all year."""
    months = pd.period_range(first, last, freq="M")
    own = [(month, by_month.get(month.month, 0)) for month in months if start is None or month >= pd.Period(start)]
    rows = [("P", month, orders) for month, orders in own if orders] + [
        ("ALWAYS", month, ALWAYS[month.month]) for month in months
    ]
    frame = pd.DataFrame(rows, columns=["stock_code", "month", "orders"])
    found = seasons_of(frame.assign(month=frame["month"].dt.to_timestamp()))
    assert "ALWAYS" not in found.index
    return str(found.get("P", ""))


@pytest.mark.parametrize(
    ("by_month", "words"),
    [
        ({12: 40}, "December"),
        ({11: 20, 12: 40}, "November to December"),
        ({12: 30, 1: 30}, "December to January"),
        ({6: 30, 7: 30, 8: 30, 2: 3}, "June to August"),
        ({9: 10, 10: 10, 11: 10, 12: 10}, "September to December"),
    ],
)
def test_a_product_of_a_few_months_has_a_season(by_month: dict[int, int], words: str) -> None:
    assert season(by_month) == words


def test_a_product_of_all_year_or_of_half_a_year_has_none() -> None:
    assert season(ALWAYS) == ""
    assert season(dict.fromkeys(range(1, 7), 30)) == ""


def test_few_orders_tell_of_no_season() -> None:
    assert season({12: 9}) == ""


def test_one_season_is_no_evidence_of_the_next() -> None:
    assert season({12: 200}, last="2020-12") == ""
    assert season({12: 200}, first="2019-12", last="2020-12") == "December"
    assert season({12: 100, 1: 100}, first="2019-12", last="2020-11") == "", "over new year is one season"


def test_a_product_that_came_in_late_is_not_taken_for_seasonal() -> None:
    assert season(ALWAYS, start="2021-10") == ""


def test_a_busy_time_of_the_whole_shop_is_no_season_of_a_product() -> None:
    rows = [
        (code, pd.Timestamp(year, month, 1), 500 if month == 12 else 20)
        for code in "AB"
        for year in (2020, 2021)
        for month in range(1, 13)
    ]
    assert seasons_of(pd.DataFrame(rows, columns=["stock_code", "month", "orders"])).empty


def test_an_empty_ledger_has_no_seasons() -> None:
    assert seasons_of(pd.DataFrame({"stock_code": [], "month": [], "orders": []})).empty


def test_seasonal_products_of_a_simulated_shop_are_those_for_christmas() -> None:
    shop = simulated()
    found = catalog(shop.clean, shop.as_of).dropna(subset="season")
    truth = shop.truth.products.set_index("stock_code")["category"]
    assert len(found) > 3
    assert (truth.loc[found["stock_code"]] == "Christmas").mean() > 0.8

"""Countries: sizes, what an order is worth, and how unlike home they are."""

import pandas as pd
import pytest

from segmentation_platform_tests.unit.insights.shops import at, cancelled, sale, told


def described(*lines: dict[str, object]) -> pd.DataFrame:
    return told(lines).countries.set_index("country")


def french(day: str, **more: object) -> dict[str, object]:
    return sale(day, **{"customer_id": "2", "country": "France", "region": "France", **more})


def test_home_is_the_country_with_most_revenue_and_comes_first() -> None:
    found = described(sale("2011-03-01"), french("2011-03-01", quantity=30.0))
    assert found.index.tolist() == ["France", "United Kingdom"]
    assert found["is_home"].tolist() == [True, False]
    assert found["revenue_share"].tolist() == [0.75, 0.25]
    assert found["order_value_index"].tolist() == [1, pytest.approx(1 / 3)]
    assert found["customer_value_index"].tolist() == [1, pytest.approx(1 / 3)]


def test_orders_customers_and_their_worth_are_of_what_was_kept_and_guests_count_in_orders() -> None:
    shop = described(
        sale("2011-03-01"),
        sale("2011-03-02", quantity=20.0),
        sale("2011-03-03", customer_id=None, quantity=30.0),
        sale("2011-03-04", customer_id="3"),
        cancelled("2011-03-05", customer_id="3"),
    )
    found = at(shop, "United Kingdom")
    assert found[["customers", "orders", "revenue"]].tolist() == [1, 3, 60]
    assert found[["average_order_value", "orders_per_customer", "revenue_per_customer"]].tolist() == [20, 2, 30]
    assert found["guest_share"] == 0.5
    assert found["order_value_low"] <= 20 <= found["order_value_high"]


def test_a_country_of_one_buyer_has_no_interval_and_one_of_guests_no_customers() -> None:
    found = described(sale("2011-03-01"), french("2011-03-01", customer_id=None))
    assert found["order_value_low"].isna().all()
    guests = found.loc["France"]
    assert (guests["customers"], guests["guest_share"]) == (0, 1)
    assert guests[["orders_per_customer", "revenue_per_customer", "cancellation_rate"]].isna().all()


def test_a_country_that_kept_nothing_is_there_without_figures() -> None:
    lines = [
        french("2011-03-01"),
        {**cancelled("2011-03-02", customer_id="2"), "country": "France", "region": "France"},
    ]
    found = at(described(sale("2011-03-01"), *lines), "France")
    assert found[["customers", "orders", "revenue", "revenue_share"]].tolist() == [0, 0, 0, 0]
    assert found[["average_order_value", "guest_share", "top_products", "home_overlap"]].isna().all()
    assert found["cancellation_rate"] > 0


def test_products_are_named_in_the_order_of_their_orders_in_one_text() -> None:
    names = {"11111": "MUG", "22222": None, "33333": "LAMP"}
    lines = [
        sale(f"2011-03-{n:02}", stock_code=code, description=names[code])
        for code, orders in (("11111", 2), ("22222", 3), ("33333", 1))
        for n in range(1, orders + 1)
    ]
    assert described(*lines)["top_products"].tolist() == ["22222 · MUG · LAMP"]


def test_the_overlap_is_the_share_of_the_twenty_first_products_that_are_also_homes() -> None:
    at_home = [sale("2011-03-01", stock_code=f"1{n:04}", quantity=100.0) for n in range(20)]
    abroad = [french("2011-03-01", stock_code=f"1{n:04}") for n in range(15, 25)]
    found = described(*at_home, *abroad)
    assert found["home_overlap"].to_dict() == {"United Kingdom": 1, "France": 0.5}

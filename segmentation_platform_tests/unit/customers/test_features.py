"""Recency, frequency, money and habits of customers, as plain pandas tells them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from segmentation_platform.contracts import RfmFeatures
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform_tests.support.ledgers import features, real, sales_lines, simulated
from segmentation_platform_tests.support.real_ledger import needs_real_ledger

AS_OF = date(2011, 1, 1)
CANCELLED = {"status": "cancelled", "quantity": -6.0, "invoice": "C1", "sold_at": pd.Timestamp("2010-12-03")}


def told_by_pandas(clean: pd.DataFrame, as_of: date, wholesale_units: float = 24) -> pd.DataFrame:
    known = clean.dropna(subset="customer_id")
    kept = known[known["net_quantity"] > 0].assign(
        money=lambda lines: lines["net_quantity"] * lines["unit_price"],
        day=lambda lines: lines["sold_at"].dt.normalize(),
    )
    by_customer = kept.groupby("customer_id")
    invoices = known.groupby(["customer_id", "status"])["invoice"].nunique().unstack(fill_value=0)
    baskets = kept.groupby(["customer_id", "invoice"])["stock_code"].nunique()
    by_category = kept.groupby(["customer_id", "product_category"])["money"].sum().reset_index()
    best = by_category.sort_values(["money", "product_category"], ascending=[False, True])
    told = pd.DataFrame(
        {
            "recency_days": (pd.Timestamp(as_of) - by_customer["day"].max()).dt.days,
            "frequency": by_customer["invoice"].nunique(),
            "monetary": by_customer["money"].sum(),
            "products_per_order": baskets.groupby("customer_id").mean(),
            "first_purchase": by_customer["day"].min(),
            "last_purchase": by_customer["day"].max(),
            "taste": best.groupby("customer_id")["product_category"].first(),
            "is_wholesale": by_customer["net_quantity"].median() >= wholesale_units,
        }
    )
    told["average_order_value"] = told["monetary"] / told["frequency"]
    told["orders"] = invoices["completed"].reindex(told.index)
    told["cancellations"] = invoices["cancelled"].reindex(told.index)
    return told


def fifths(values: pd.Series) -> pd.Series:
    """Scores by the share of customers that are below."""
    below = (values.rank(method="min") - 1) / (len(values) - 1)
    return (5 * below + 1e-12).astype("int64").clip(upper=4) + 1


def test_they_are_what_pandas_says_of_a_simulated_ledger() -> None:
    shop = simulated()
    found = features(shop.clean, shop.as_of)
    expected = told_by_pandas(shop.clean, shop.as_of)
    assert found["customer_id"].tolist() == expected.index.tolist()
    money = ["monetary", "average_order_value"]
    exact = [name for name in expected.columns if name not in money]
    expected = expected.reset_index(drop=True)
    pd.testing.assert_frame_equal(found[exact], expected[exact], check_dtype=False, rtol=1e-12)
    np.testing.assert_allclose(found[money], expected[money], atol=0.00501)


def test_home_is_where_the_last_purchase_went() -> None:
    shop = simulated()
    found = features(shop.clean, shop.as_of).set_index("customer_id")
    kept = shop.clean[shop.clean["net_quantity"] > 0].dropna(subset="customer_id")
    last = kept.sort_values("sold_at", kind="stable").groupby("customer_id")[["country", "region"]].last()
    pd.testing.assert_frame_equal(found[["country", "region"]], last, check_names=False)


def test_of_purchases_in_several_countries_the_last_one_tells_the_home_and_in_a_tie_the_higher_invoice() -> None:
    def home(*purchases: tuple[str, str, str]) -> str:
        clean = sales_lines(
            {"sold_at": pd.Timestamp(day), "invoice": invoice, "country": country, "region": f"of {country}"}
            for day, invoice, country in purchases
        )
        found = features(clean, AS_OF).iloc[0]
        assert found["region"] == f"of {found['country']}"
        return str(found["country"])

    assert home(("2010-12-02", "1", "France"), ("2010-12-01", "2", "Spain")) == "France"
    assert home(("2010-12-01", "1", "France"), ("2010-12-01", "2", "Spain")) == "Spain"
    assert home(("2010-12-01", "1", "Spain"), ("2010-12-01", "1", "France")) == "France"


def test_they_keep_their_contract() -> None:
    RfmFeatures.validate(features(simulated().clean, simulated().as_of), lazy=True)


def test_scores_are_fifths_of_customers_and_5_is_best() -> None:
    found = features(simulated().clean, simulated().as_of)
    assert (found["r_score"] == fifths(-found["recency_days"])).all()
    assert (found["f_score"] == fifths(found["frequency"])).all()
    assert (found["m_score"] == fifths(found["monetary"])).all()
    assert set(found["m_score"]) == {1, 2, 3, 4, 5}


@given(st.lists(st.integers(1, 6), min_size=1, max_size=30))
@settings(deadline=None, max_examples=20)
def test_equal_customers_have_equal_scores_and_better_ones_no_lower(units: list[int]) -> None:
    found = features(sales_lines({"customer_id": f"{n:03}", "quantity": u} for n, u in enumerate(units)), AS_OF)
    by_money = found.groupby("monetary")["m_score"]
    assert (by_money.nunique() == 1).all()
    assert by_money.first().is_monotonic_increasing
    assert found["m_score"].between(1, 5).all()
    assert found[["r_score", "f_score"]].to_numpy().tolist() == [[1, 1]] * len(units)


def test_recency_counts_calendar_days_back_from_the_reporting_date_and_is_at_least_1() -> None:
    moments = {"a": "2010-12-31 23:59", "b": "2010-12-31 00:00", "c": "2010-12-30 23:59"}
    found = features(
        sales_lines({"customer_id": customer, "sold_at": pd.Timestamp(at)} for customer, at in moments.items()), AS_OF
    )
    assert found["recency_days"].tolist() == [1, 1, 2]


def test_who_cancelled_all_and_who_is_a_guest_is_no_customer() -> None:
    clean = sales_lines([{}, CANCELLED, {"customer_id": None}, {"customer_id": "other"}])
    assert features(clean, AS_OF)["customer_id"].tolist() == ["other"]


def test_an_invoice_that_was_cancelled_whole_counts_as_an_order_but_not_as_frequency_or_recency() -> None:
    clean = sales_lines(
        [{"sold_at": pd.Timestamp("2010-11-01"), "invoice": "kept", "stock_code": "22633"}, {}, CANCELLED]
    )
    found = features(clean, AS_OF).iloc[0]
    assert found[["frequency", "orders", "cancellations", "monetary"]].tolist() == [1, 2, 1, 15.3]
    assert found["last_purchase"] == pd.Timestamp("2010-11-01")


def test_taste_is_the_category_with_most_money_and_of_equal_ones_the_first_by_name() -> None:
    def taste(*spent: tuple[str, float]) -> str:
        clean = sales_lines({"product_category": name, "unit_price": price} for name, price in spent)
        return str(features(clean, AS_OF)["taste"].iloc[0])

    assert taste(("Books", 1.0), ("Toys", 3.0), ("Books", 1.5)) == "Toys"
    assert taste(("Toys", 1.0), ("Books", 1.0)) == "Books"


@pytest.mark.parametrize(
    ("units", "is_wholesale"), [([24], True), ([23.9], False), ([1, 24, 100], True), ([1, 23, 100], False)]
)
def test_wholesale_is_told_by_the_median_line(units: list[float], is_wholesale: bool) -> None:
    clean = sales_lines({"quantity": quantity, "stock_code": str(n)} for n, quantity in enumerate(units))
    assert bool(features(clean, AS_OF)["is_wholesale"].iloc[0]) is is_wholesale


def test_what_is_wholesale_can_be_set() -> None:
    assert bool(features(sales_lines([{}]), AS_OF, CustomerRules(wholesale_units=6))["is_wholesale"].iloc[0])
    with pytest.raises(ValidationError, match="wholesale_units"):
        CustomerRules(wholesale_units=0)


def test_the_order_of_the_lines_makes_no_difference() -> None:
    shop = simulated()
    shuffled = shop.clean.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(features(shuffled, shop.as_of), features(shop.clean, shop.as_of), rtol=1e-12)


def test_a_ledger_without_known_customers_gives_a_table_without_rows() -> None:
    found = features(sales_lines([{"customer_id": None}]), AS_OF)
    assert found.empty
    RfmFeatures.validate(found)


def test_one_enormous_order_is_a_customer_like_others() -> None:
    found = features(sales_lines([{}, {"customer_id": "giant", "quantity": 1.0, "unit_price": 1e9}]), AS_OF)
    RfmFeatures.validate(found, lazy=True)
    assert found.set_index("customer_id")["monetary"].to_dict() == {"17850": 15.3, "giant": 1e9}


def test_who_only_cancelled_is_no_customer_and_takes_nothing_from_others() -> None:
    only = {**CANCELLED, "customer_id": "returns", "quantity": -99.0}
    found = features(sales_lines([{}, only]), AS_OF)
    assert found["customer_id"].tolist() == ["17850"]
    assert found["monetary"].tolist() == [15.3]
    assert features(sales_lines([only]), AS_OF).empty


@given(st.lists(st.tuples(st.integers(-40, 40).filter(bool), st.integers(0, 20)), min_size=1, max_size=25))
@settings(deadline=None, max_examples=15)
def test_however_much_is_cancelled_nobody_s_money_falls_below_zero(lines: list[tuple[int, int]]) -> None:
    clean = sales_lines(
        {
            "quantity": float(units),
            "status": "completed" if units > 0 else "cancelled",
            "invoice": f"{'C' if units < 0 else ''}{number}",
            "sold_at": pd.Timestamp("2010-12-01") + pd.Timedelta(days=day),
        }
        for number, (units, day) in enumerate(lines)
    )
    found = features(clean, AS_OF)
    assert (found["monetary"] >= 0).all()
    assert (found["monetary"] <= 2.55 * sum(units for units, _ in lines if units > 0) + 0.005).all()


@pytest.mark.real_ledger
@pytest.mark.slow
@needs_real_ledger
def test_the_real_ledger_gives_the_customers_and_figures_of_the_reference() -> None:
    _, clean, _ = real()
    found = features(clean, date(2011, 12, 10))
    RfmFeatures.validate(found, lazy=True)
    expected = told_by_pandas(clean, date(2011, 12, 10))
    assert found["customer_id"].tolist() == expected.index.tolist()
    assert (found["frequency"].to_numpy() == expected["frequency"].to_numpy()).all()
    np.testing.assert_allclose(found["monetary"], expected["monetary"], atol=0.00501)

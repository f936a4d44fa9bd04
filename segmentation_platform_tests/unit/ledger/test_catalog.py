"""The product catalog tells of every product sold, as pandas would."""

from datetime import date

import pandas as pd
import pytest

from segmentation_platform.contracts import Products
from segmentation_platform_tests.support.ledgers import catalog, sales_lines, simulated

AS_OF = date(2011, 1, 1)


def told_by_pandas(clean: pd.DataFrame) -> pd.DataFrame:
    sales = clean[clean["status"] == "completed"]
    kept = sales[sales["net_quantity"] > 0]
    grouped = sales.groupby("stock_code")
    return pd.DataFrame(
        {
            "first_sold": grouped["sold_at"].min().dt.normalize(),
            "last_sold": grouped["sold_at"].max().dt.normalize(),
            "price_median": grouped["unit_price"].median(),
            "customers": kept.groupby("stock_code")["customer_id"].nunique(),
            "units": grouped["net_quantity"].sum(),
            "revenue": (sales["net_quantity"] * sales["unit_price"]).groupby(sales["stock_code"]).sum(),
            "cancellation_rate": 1 - grouped["net_quantity"].sum() / grouped["quantity"].sum(),
        }
    ).fillna({"customers": 0})


def test_it_says_what_pandas_says_of_a_simulated_ledger() -> None:
    shop = simulated()
    found = catalog(shop.clean, shop.as_of)
    expected = told_by_pandas(shop.clean)
    assert found["stock_code"].tolist() == expected.index.tolist()
    pd.testing.assert_frame_equal(
        found[list(expected.columns)],
        expected.reset_index(drop=True),
        check_dtype=False,
        rtol=1e-9,
        atol=0.0051,  # money is kept to the cent
    )
    pd.testing.assert_series_equal(
        found["cancellation_rate"], expected["cancellation_rate"].reset_index(drop=True), atol=1e-9
    )


def test_products_of_a_simulated_shop_have_their_true_category() -> None:
    shop = simulated()
    found = catalog(shop.clean, shop.as_of).dropna(subset="description").set_index("stock_code")
    truth = shop.truth.products.set_index("stock_code").loc[found.index]
    assert (found["category"] == truth["category"]).all()
    assert (found["description"] == truth["description"]).all()


def test_it_keeps_its_contract() -> None:
    Products.validate(catalog(simulated().clean, simulated().as_of), lazy=True)


def spelled(*descriptions: str | None) -> pd.DataFrame:
    days = pd.date_range("2010-12-01", periods=len(descriptions))
    return catalog(
        sales_lines(
            {"description": words, "sold_at": day, "invoice": str(day)}
            for words, day in zip(descriptions, days, strict=True)
        ),
        AS_OF,
    )


@pytest.mark.parametrize(
    ("descriptions", "chosen"),
    [
        (["OLD", "OLD", "NEW"], "OLD"),
        (["OLD", "NEW"], "NEW"),
        ([None, None, "RARE"], "RARE"),
    ],
    ids=["the most frequent", "of equally frequent ones the latest", "any rather than none"],
)
def test_a_product_is_called_by(descriptions: list[str | None], chosen: str) -> None:
    assert spelled(*descriptions)["description"].tolist() == [chosen]


def test_a_product_that_never_had_a_description_has_none() -> None:
    assert spelled(None, None)["description"].isna().tolist() == [True]


def test_a_product_that_was_only_cancelled_is_not_sold() -> None:
    assert catalog(sales_lines([{"status": "cancelled", "quantity": -6.0}]), AS_OF).empty


def test_a_product_that_was_cancelled_whole_has_no_customers_units_or_revenue() -> None:
    clean = sales_lines([{}, {"status": "cancelled", "quantity": -6.0, "sold_at": pd.Timestamp("2010-12-02")}])
    product = catalog(clean, AS_OF).iloc[0]
    assert product[["customers", "units", "revenue", "cancellation_rate"]].tolist() == [0, 0, 0, 1]


def test_guests_count_in_units_and_revenue_but_not_as_customers() -> None:
    product = catalog(sales_lines([{}, {"customer_id": None, "invoice": "2"}]), AS_OF).iloc[0]
    assert product[["customers", "units", "revenue"]].tolist() == [1, 12, 30.6]

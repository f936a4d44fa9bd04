"""Every page says what it is there to say, and keeps what was chosen in its address."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from segmentation_platform.app import navigation
from segmentation_platform.app.pages import movement
from segmentation_platform.client import Client
from segmentation_platform_tests.integration.app.conftest import Opened

pytestmark = pytest.mark.slow

TITLES = {entry.path: entry.title for entry in navigation.ENTRIES}


def said(page: AppTest) -> str:
    """All words of a page."""
    return "\n".join(str(each.value) for each in (*page.markdown, *page.caption, *page.info, *page.warning))


@pytest.mark.parametrize("path", TITLES)
def test_every_page_opens_and_says_of_which_day_it_is(shop: Client, open_page: Opened, path: str) -> None:
    page = open_page(path)
    assert not page.exception
    assert [title.value for title in page.title] == [TITLES[path]]
    assert str(shop.snapshot().as_of.year) in page.caption[0].value
    assert "passed" in page.caption[0].value


def test_today_names_every_segment_with_its_size(shop: Client, open_page: Opened) -> None:
    words = said(open_page("today"))
    for customers in shop.segments()["customers"]:
        assert f"{customers:,} customers" in words


def test_a_segment_in_the_address_is_the_only_one_that_is_told_of(shop: Client, open_page: Opened) -> None:
    first, second = shop.segments().sort_values("rank")["segment"].head(2)
    page = open_page("today", segment=str(first))
    assert page.pills[0].value == first
    assert page.dataframe[-1].value["segment"].tolist() == [first]
    page.pills[0].set_value(second).run()
    assert page.query_params["segment"] == second
    assert page.dataframe[-1].value["segment"].tolist() == [second]


def test_what_is_no_segment_is_as_if_nothing_was_chosen(shop: Client, open_page: Opened) -> None:
    page = open_page("segment", segment="<script>", region="Atlantis", list="worst")
    assert not page.exception
    assert page.selectbox[0].value == shop.segments().sort_values("rank")["segment"].iloc[0]


def test_recommendations_are_those_that_the_client_gives(shop: Client, open_page: Opened) -> None:
    signatures = shop.segment_recommendations(region="all", taste="all", list="signature")
    segment = str(signatures["segment"].iloc[-1])
    expected = shop.segment_recommendations(segment, region="all", taste="all", list="signature")
    page = open_page("segment", segment=segment, list="signature")
    assert _last_products(page)["stock_code"].tolist() == expected["stock_code"].tolist()
    category = str(expected["category"].iloc[0])
    chosen = next(box for box in page.selectbox if box.label == "Category")
    chosen.set_value(category).run()
    assert set(_last_products(page)["category"]) == {category}
    assert page.query_params["category"] == category


def _last_products(page: AppTest) -> pd.DataFrame:
    return [table.value for table in page.dataframe if "stock_code" in table.value][-1]


def test_quality_says_what_ranks_the_lists_and_why(shop: Client, open_page: Opened) -> None:
    words = said(open_page("quality"))
    methods = shop.table("recommendation_methods")
    assert len(methods) == 4
    for row in methods.itertuples():
        assert str(row.why) in words
        assert f"since {row.since:%-d %B %Y}" in words


def test_who_left_is_told_with_what_they_have_spent(shop: Client, open_page: Opened) -> None:
    customers = shop.customer_segments()
    left = customers[customers["previous_segment"].notna()]
    segment = str(left["previous_segment"].mode().iloc[0])
    gone = left[left["previous_segment"] == segment]
    words = said(open_page("movement", left=segment))
    assert f"{len(gone):,} customer" in words
    assert f"{gone['monetary'].sum():,.0f}" in words


def test_all_who_left_are_counted_however_few_are_shown(
    shop: Client, open_page: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(movement, "MOST", 2)
    customers = shop.customer_segments()
    segment = str(customers["previous_segment"].mode().iloc[0])
    gone = customers[customers["previous_segment"] == segment]
    page = open_page("movement", left=segment)
    assert f"{len(gone):,} customers left {segment}" in said(page)
    assert "Shown are the 2 who spent most." in said(page)
    month = f"{gone['changed_on'].max():%Y-%m}"
    of_month = gone[gone["changed_on"].dt.strftime("%Y-%m") == month]
    words = said(open_page("movement", left=segment, **{"in": month}))
    assert f"{len(of_month):,} customer" in words
    assert f"{of_month['monetary'].sum():,.0f}" in words


def test_a_customer_is_found_by_the_whole_number(shop: Client, open_page: Opened) -> None:
    number = str(shop.customer_segments(columns=("customer_id",))["customer_id"].iloc[0])
    known = shop.customer(number)
    page = open_page("customer", customer=number)
    assert f"Customer {number}" in [header.value for header in page.header]
    assert str(known.facts["next_step"]) in said(page)
    lists = [table.value for table in page.dataframe if {"reason", "stock_code"} <= set(table.value)]
    reasons = [reason for rows in lists for reason in rows["reason"]]
    assert reasons == known.recommendations["reason"].tolist()


def test_a_customer_is_found_by_the_beginning_of_the_number(shop: Client, open_page: Opened) -> None:
    number = str(shop.customer_segments(columns=("customer_id",))["customer_id"].iloc[0])
    page = open_page("customer", customer=number[:-1])
    next(button for button in page.button if button.label == number).click().run()
    assert page.query_params["customer"] == number
    assert f"Customer {number}" in [header.value for header in page.header]


def test_nobody_of_a_number_is_said_with_what_to_do(shop: Client, open_page: Opened) -> None:
    page = open_page("customer", customer="nobody")
    assert "No customer's number begins with “nobody”" in said(page)


def test_a_basket_in_the_address_is_scored_as_the_client_scores_it(shop: Client, open_page: Opened) -> None:
    codes = shop.products()["stock_code"].head(2).tolist()
    expected = shop.score(codes)
    page = open_page("score", basket=f"{codes[0]};{codes[1]}")
    assert expected.segment in [header.value for header in page.header]
    assert [box.value for box in page.text_input][::4][:2] == codes


def test_a_basket_with_slips_keeps_what_was_typed_and_names_row_and_column(shop: Client, open_page: Opened) -> None:
    page = open_page("score")
    boxes = {box.label: box for box in page.text_input}
    boxes["Product code, row 1"].set_value("85123A")
    boxes["Quantity, row 1"].set_value("two")
    boxes["Date, row 2"].set_value("yesterday")
    next(button for button in page.button if button.label == "Score").click().run()
    errors = [error.value for error in page.error]
    assert errors[0].startswith("Row 1, quantity: “two”")
    assert any(error.startswith("Row 2, date: “yesterday”") for error in errors)
    typed = {box.label: box.value for box in page.text_input}
    assert typed["Quantity, row 1"] == "two"
    assert typed["Date, row 2"] == "yesterday"
    assert "basket" not in page.query_params


def test_an_unknown_product_is_scored_and_said(shop: Client, open_page: Opened) -> None:
    known = str(shop.products()["stock_code"].iloc[0])
    page = open_page("score", basket=f"{known};NOPE1")
    assert any("Not in the ledger: NOPE1" in warning.value for warning in page.warning)


def test_a_file_with_bad_rows_names_them_and_scores_the_others(shop: Client, open_page: Opened) -> None:
    code = str(shop.products()["stock_code"].iloc[0])
    heading = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    rows = f"1,{code},A,6,2011-01-05 10:00,2.5,A1,France\n1,{code},A,six,2011-01-05 10:00,2.5,A1,France\n"
    page = open_page("score")
    page.file_uploader[0].upload("new.csv", (heading + rows).encode(), "text/csv").run()
    assert not page.exception
    assert "1 line of new.csv can't be used" in said(page)
    assert "Row 2, quantity “six”" in said(page)
    assert "A1" in [row for table in page.dataframe if "customer" in table.value for row in table.value["customer"]]


def test_a_file_that_is_no_ledger_is_refused_by_its_own_name(shop: Client, open_page: Opened) -> None:
    page = open_page("score")
    page.file_uploader[0].upload("list.csv", b"a,b\n1,2\n", "text/csv").run()
    assert not page.exception
    assert len(page.error) == 1
    assert "/tmp" not in page.error[0].value  # noqa: S108 - where it was put to be read


def test_products_are_found_by_words_and_told_of(shop: Client, open_page: Opened) -> None:
    product = shop.products().dropna(subset=["description"]).iloc[0]
    page = open_page("products", search=str(product["description"]).lower(), product=str(product["stock_code"]))
    assert str(product["stock_code"]) in page.dataframe[0].value["stock_code"].tolist()
    assert f"({product['stock_code']})" in page.header[0].value


def test_a_product_that_is_not_there_is_said(shop: Client, open_page: Opened) -> None:
    page = open_page("products", search="no such words", product="NOPE1")
    assert not page.exception
    assert "There is no product NOPE1" in said(page)


def test_the_strongest_bundles_are_told_until_a_product_is_chosen(shop: Client, open_page: Opened) -> None:
    bundles = shop.bundles()
    page = open_page("products")
    assert str(bundles["reason"].iloc[0]) in said(page)
    assert _bundles(page)["No."].tolist() == bundles["rank"].tolist()
    code = str(bundles["stock_code_2"].iloc[-1])
    with_it = shop.bundles(containing=code)
    page = open_page("products", product=code)
    assert str(with_it["reason"].iloc[0]) in said(page)
    assert _bundles(page)["No."].tolist() == with_it["rank"].tolist()


def test_a_product_that_is_in_no_bundle_is_told_so(shop: Client, open_page: Opened) -> None:
    bundled = shop.bundles()[["stock_code_1", "stock_code_2", "stock_code_3"]].stack()
    codes = shop.products()["stock_code"]
    code = str(codes[~codes.isin(bundled)].iloc[0])
    assert f"{code} is in no listed bundle" in said(open_page("products", product=code))


def _bundles(page: AppTest) -> pd.DataFrame:
    return next(table.value for table in page.dataframe if "Bundle" in table.value)


def test_nothing_published_is_a_page_that_says_what_to_run(
    open_page: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("SEGMENTATION_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("SEGMENTATION_APP__FOLDER", raising=False)
    page = open_page("today")
    assert page.title[0].value == "Nothing is published yet"
    assert page.code[0].value == "segmentation-platform run"


def test_a_database_that_is_away_is_a_page_that_says_what_to_check(
    open_page: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://reader:secret@127.0.0.1:1/none")
    monkeypatch.delenv("SEGMENTATION_APP__FOLDER", raising=False)
    page = open_page("today")
    assert not page.exception
    assert page.title[0].value == "The data can't be reached"
    assert "secret" not in page.code[0].value

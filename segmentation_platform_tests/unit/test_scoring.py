"""A customer scored on demand gets what the night gave; a stranger gets a sensible answer, or words that help."""

from dataclasses import asdict, replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.recommendations.basket_recommender import BasketRecommender
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.recommendations.ranking_artifacts import learn
from segmentation_platform.recommendations.sales import Sales, customer_products
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.scoring import CustomerScorer, Purchase, ScoredCustomer, purchases_of
from segmentation_platform.segments.model import Segment
from segmentation_platform.segments.names import archetype
from segmentation_platform.segments.profiles import assign
from segmentation_platform_tests.support.ledgers import (
    catalog,
    segmented,
    simulated,
    simulated_customers,
    simulated_fit,
)
from segmentation_platform_tests.support.ranking import RULES, customer_lists_of
from segmentation_platform_tests.support.session import once

COMMON = "United Kingdom"


@once
def _night() -> tuple[CustomerScorer, pd.DataFrame, pd.DataFrame]:
    """A night of the simulated shop: the scorer, the lists of all customers, and the known sales."""
    shop, rules = simulated(), RULES
    products = catalog(shop.clean, shop.as_of)
    with known_sales(DuckDBEngine(), shop.clean[list(COLUMNS)], shop.as_of) as session:
        sales = Sales(customer_products(session, shop.as_of), segmented(), products)
        lists = segment_recommendations(sales, shop.as_of, rules)
        artifacts = learn(sales, lists, shop.as_of, rules)
        own = customer_lists_of(sales.segments, sales.pairs, artifacts)
        lines = session.frame("known_sales")
    prices = dict(zip(products["stock_code"], products["price_median"], strict=True))
    return CustomerScorer({EVERYWHERE: simulated_fit()}, BasketRecommender(artifacts), prices, shop.as_of), own, lines


def counter() -> CustomerScorer:
    return _night()[0]


def lines_of(customer: str) -> pd.DataFrame:
    """What the ledger has of a customer."""
    lines = _night()[2]
    return lines[lines["customer_id"] == customer]


@once
def customers_scored_again() -> dict[str, ScoredCustomer]:
    """Every third customer of the ledger, scored from their own purchases."""
    customers = simulated_customers().iloc[::3]
    return {
        customer: counter().score_purchases(purchases_of(lines_of(customer)), region)
        for customer, region in zip(customers["customer_id"], customers["region"], strict=True)
    }


def codes(number: int = 5) -> list[str]:
    """Products of the shop, the most bought first, that are still sold."""
    own = _night()[1]
    return [str(code) for code in own["stock_code"].value_counts(sort=True).index[:number]]


def said(scored: ScoredCustomer) -> dict[str, object]:
    """All that is said of a customer, to compare."""
    return {**asdict(replace(scored, products=pd.DataFrame())), "products": scored.products.to_dict("records")}


# --- customers of the ledger ---


def test_a_customer_of_the_ledger_gets_the_segment_and_the_figures_of_the_night() -> None:
    assigned = assign(simulated_customers(), counter().models).set_index("customer_id")
    assert len({scored.segment for scored in customers_scored_again().values()}) == 5
    for customer, scored in customers_scored_again().items():
        night = assigned.loc[customer]
        for name in ("segment", "next_step", "recency_days", "frequency", "region"):
            assert getattr(scored, name) == night[name], (customer, name)
        assert scored.monetary == pytest.approx(night["monetary"], abs=0.006)
        assert scored.margin == pytest.approx(night["margin"], abs=1e-4)
        assert scored.unknown == ()


def test_a_customer_of_the_ledger_gets_the_products_reasons_and_scores_of_the_night() -> None:
    night = dict(iter(_night()[1].groupby("customer_id")))
    for customer, scored in customers_scored_again().items():
        own = night[customer].drop(columns=["customer_id", "segment"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(scored.products, own)


def test_what_the_customer_cancelled_whole_is_not_offered_again() -> None:
    kept = _night()[2].dropna(subset="customer_id").groupby(["customer_id", "stock_code"])["net_quantity"].sum()
    gone = kept[kept == 0].reset_index().groupby("customer_id")["stock_code"].agg(set)
    asked = set(gone.index) & set(customers_scored_again())
    assert len(asked) > 5
    for customer in asked:
        assert not gone[customer] & set(customers_scored_again()[customer].products["stock_code"])


def test_the_order_in_which_purchases_are_handed_over_makes_no_difference() -> None:
    customer = str(simulated_customers()["customer_id"].iloc[1])
    bought = purchases_of(lines_of(customer))
    assert len(bought) > 1
    there, back = counter().score_purchases(bought, COMMON), counter().score_purchases(reversed(bought), COMMON)
    assert said(there) == said(back)


# --- figures of purchases that are handed over ---


def test_a_basket_without_prices_counts_the_usual_ones() -> None:
    first, second = codes(2)
    prices = counter().prices
    found = counter().score_purchases([Purchase(first), Purchase(second, quantity=3)])
    assert found.monetary == pytest.approx(prices[first] + 3 * prices[second], abs=0.006)
    assert found.monetary > 0
    assert (found.frequency, found.recency_days, found.region) == (1, 1, EVERYWHERE)


def test_a_price_that_is_given_counts_even_where_it_is_nothing() -> None:
    first, second = codes(2)
    found = counter().score_purchases([Purchase(first, 2, 4.25), Purchase(second, 1, 0.0)])
    assert found.monetary == 8.5


def test_codes_that_the_ledger_does_not_know_are_named_once_and_break_nothing() -> None:
    first = codes(1)[0]
    found = counter().score_purchases([Purchase("POSTAGE", 5), Purchase(first), Purchase("?!"), Purchase("POSTAGE")])
    assert found.unknown == ("POSTAGE", "?!")
    alone = counter().score_purchases([Purchase(first)])
    assert said(replace(found, unknown=())) == said(alone), "without a price, and in the same order"
    priced = counter().score_purchases([Purchase(first), Purchase("POSTAGE", 2, 10.0)])
    assert priced.monetary == pytest.approx(alone.monetary + 20)


def test_nothing_but_unknown_codes_gets_a_segment_and_what_is_popular() -> None:
    found = counter().score_purchases([Purchase("POSTAGE")], COMMON)
    assert found.monetary == 0
    assert found.segment in {segment.name for segment in simulated_fit().model.segments}
    assert set(found.products["list"]) == {"new_to_you"}
    assert found.products["reason"].str.startswith(("Popular now", "Rising in your segment")).all()


@pytest.mark.parametrize("quantities", [[], [0.0], [-1.0, 0.0]])
def test_of_nothing_bought_it_is_said_what_would_help(quantities: list[float]) -> None:
    with pytest.raises(ScoringError, match="Nothing was bought: a segment takes at least one product"):
        counter().score_purchases([Purchase(codes(1)[0], quantity) for quantity in quantities])


def test_what_was_not_kept_is_not_offered_and_counts_for_nothing_else() -> None:
    first, day = codes(1)[0], date(2000, 1, 1)
    plain = counter().score_purchases([Purchase(first)])
    gone = str(plain.products.loc[plain.products["list"] == "new_to_you", "stock_code"].iloc[0])
    found = counter().score_purchases(
        [Purchase(first), Purchase(gone, 0, 9.0, day, "B"), Purchase("?", -1, 9.0, day)]
    )
    assert gone not in set(found.products["stock_code"])
    nothing = pd.DataFrame()
    assert replace(found, products=nothing) == replace(plain, products=nothing)


def test_what_was_kept_of_one_order_and_not_of_another_was_bought_once() -> None:
    first = codes(1)[0]
    kept, gone = Purchase(first, invoice="A"), Purchase(first, 0, invoice="B")
    assert said(counter().score_purchases([gone, kept, gone])) == said(counter().score_purchases([kept]))


def test_lines_of_one_invoice_are_one_order_and_those_of_several_are_several() -> None:
    (first, second), day = codes(2), counter().as_of - timedelta(days=9)
    one = [Purchase(first, bought_on=day, invoice="A"), Purchase(second, bought_on=day, invoice="A")]
    two = [one[0], replace(one[1], invoice="B")]
    assert counter().score_purchases(one).frequency == 1
    assert counter().score_purchases(two).frequency == 2
    again = [one[0], replace(one[0], invoice="A")]
    assert counter().score_purchases(again).frequency == 1
    reasons = counter().score_purchases(again).products.set_index("stock_code")["reason"]
    assert reasons[first].startswith("Bought once")
    assert (
        counter()
        .score_purchases([one[0], replace(one[0], invoice="B")])
        .products.set_index("stock_code")["reason"][first]
        .startswith("Bought twice")
    )


def test_an_invoice_that_went_on_after_midnight_is_one_order() -> None:
    (first, second), day = codes(2), counter().as_of - timedelta(days=9)
    lines = [
        Purchase(code, bought_on=on, invoice="A") for code in (first, second) for on in (day - timedelta(days=1), day)
    ]
    found = counter().score_purchases(lines)
    assert (found.frequency, found.recency_days) == (1, 9)
    assert found.products.set_index("stock_code")["reason"][first].startswith("Bought once")


def test_without_invoices_what_was_bought_on_a_day_is_an_order() -> None:
    (first, second), day = codes(2), counter().as_of - timedelta(days=3)
    lines = [Purchase(first, bought_on=day), Purchase(second, bought_on=day), Purchase(first)]
    assert counter().score_purchases(lines).frequency == 2
    assert counter().score_purchases(lines[:2]).frequency == 1


@pytest.mark.parametrize(("days_later", "recency"), [(-400, 400), (-2, 2), (-1, 1), (0, 1), (1, 1), (500, 1)])
def test_recency_counts_back_from_the_reporting_date_and_later_days_are_yesterday(
    days_later: int, recency: int
) -> None:
    day = counter().as_of + timedelta(days=days_later)
    assert counter().score_purchases([Purchase(codes(1)[0], bought_on=day)]).recency_days == recency


def test_recency_is_that_of_the_last_order() -> None:
    first, as_of = codes(1)[0], counter().as_of
    days = [as_of - timedelta(days=n) for n in (90, 7, 300)]
    assert counter().score_purchases([Purchase(first, bought_on=day) for day in days]).recency_days == 7


# --- regions and words ---


def test_a_region_that_was_never_seen_counts_as_all() -> None:
    basket = [Purchase(code) for code in codes(2)]
    found, everywhere = counter().score_purchases(basket, "Atlantis"), counter().score_purchases(basket)
    assert found.region == "Atlantis"
    assert said(replace(found, region=EVERYWHERE)) == said(everywhere)


def test_a_region_with_a_model_of_its_own_is_scored_by_it() -> None:
    fitted = simulated_fit()
    own = tuple(Segment(s.segment_id + 10, f"{s.name} · {COMMON}", s.kind) for s in fitted.model.segments)
    both = {**counter().models, COMMON: replace(fitted, model=fitted.model.known_as(own))}
    scorer = replace(counter(), models=both)
    basket = [Purchase(code) for code in codes(2)]
    elsewhere = scorer.score_purchases(basket, "Germany")
    assert elsewhere.segment == counter().score_purchases(basket, "Germany").segment
    assert scorer.score_purchases(basket, COMMON).segment == f"{elsewhere.segment} · {COMMON}"


def test_the_description_is_that_of_the_segment_s_kind() -> None:
    kinds = {segment.name: segment.kind for segment in simulated_fit().model.segments}
    for scored in customers_scored_again().values():
        assert scored.description == archetype(kinds[scored.segment]).habits


# --- anything at all ---

_PURCHASES = st.builds(
    Purchase,
    stock_code=st.sampled_from(["POSTAGE", ""]) | st.integers(0, 40).map(lambda n: codes(41)[n]),
    quantity=st.floats(0.001, 1e5),
    unit_price=st.none() | st.floats(0, 1e4),
    bought_on=st.none() | st.dates(date(2005, 1, 1), date(2015, 1, 1)),
    invoice=st.sampled_from(["", "A", "B", "C"]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(_PURCHASES, min_size=1, max_size=6), st.sampled_from([EVERYWHERE, COMMON, "Atlantis"]))
def test_any_purchases_get_one_of_the_segments_and_lists_without_doubles(
    purchases: list[Purchase], region: str
) -> None:
    found = counter().score_purchases(purchases, region)
    assert found.segment in {segment.name for segment in simulated_fit().model.segments}
    assert 0 <= found.margin <= 1
    assert found.recency_days >= 1
    assert 1 <= found.frequency <= len(purchases)
    assert found.next_step
    assert set(found.unknown) == {p.stock_code for p in purchases} & {"POSTAGE", ""}
    assert found.products["stock_code"].is_unique
    again = set(found.products.loc[found.products["list"] == "buy_again", "stock_code"])
    assert again <= {p.stock_code for p in purchases}

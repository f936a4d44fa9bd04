"""Scoring on demand gives what the night gives, for people who are not in the ledger, too."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from segmentation_platform.contracts import SegmentRecommendations
from segmentation_platform.recommendations.basket_recommender import BasketRecommender, Bought
from segmentation_platform.recommendations.ranking_artifacts import learn
from segmentation_platform_tests.support.ranking import RULES
from segmentation_platform_tests.unit.recommendations.shops import AS_OF, Line, bought, customer_lists, line, opened

SHOP = [
    *bought({"1": "AB", "2": "ABC", "3": "ABC", "4": "BCD", "5": "AD"}, "2010-12-20"),
    line("1", "A", "2010-12-01"),
]


def recommender_of(lines: Iterable[Line], as_of: date = AS_OF) -> BasketRecommender:
    with opened(lines, as_of) as sales:
        return BasketRecommender(learn(sales, SegmentRecommendations.no_rows(), as_of, RULES))


def test_a_known_customer_handed_over_gets_the_list_of_the_night() -> None:
    basket = [Bought("A", 2, date(2010, 12, 20)), Bought("B", 1, date(2010, 12, 20))]
    found = recommender_of(SHOP).recommend(basket, "United Kingdom")
    night = customer_lists(SHOP)
    own = night[night["customer_id"] == "1"].drop(columns=["customer_id", "segment"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(found, own)


def test_an_empty_basket_gets_what_is_popular_in_the_region() -> None:
    found = recommender_of(SHOP).recommend([], "United Kingdom")
    assert set(found["list"]) == {"new_to_you"}
    assert set(found["reason"]) == {"Popular now in United Kingdom"}
    assert found["stock_code"].iloc[0] == "A"


def test_a_region_that_was_never_seen_counts_as_all_regions() -> None:
    recommender = recommender_of(SHOP)
    pd.testing.assert_frame_equal(
        recommender.recommend([Bought("A")], "Atlantis"), recommender.recommend([Bought("A")])
    )
    assert set(recommender.recommend([], "Atlantis")["reason"]) == {"Popular now"}


def test_products_that_the_ledger_does_not_know_are_passed_over() -> None:
    recommender = recommender_of(SHOP)
    strange = [Bought("A"), Bought("POSTAGE"), Bought("?", 0)]
    pd.testing.assert_frame_equal(recommender.recommend(strange), recommender.recommend([Bought("A")]))


def test_what_was_cancelled_whole_is_not_offered_and_otherwise_says_nothing() -> None:
    recommender = recommender_of(SHOP)
    plain = recommender.recommend([Bought("A")])
    found = recommender.recommend([Bought("A"), Bought("B", 0)])
    assert "B" in set(plain["stock_code"])
    kept = plain[plain["stock_code"] != "B"]
    assert found[["stock_code", "score"]].values.tolist() == kept[["stock_code", "score"]].values.tolist()
    pd.testing.assert_frame_equal(
        recommender.recommend([Bought("A"), Bought("B", 0), Bought("B")]),
        recommender.recommend([Bought("A"), Bought("B")]),
    )


def test_a_product_named_twice_counts_both_times() -> None:
    recommender = recommender_of(SHOP)
    twice = [Bought("A", 1, date(2010, 12, 1)), Bought("A", 2, date(2010, 12, 30))]
    pd.testing.assert_frame_equal(
        recommender.recommend(twice), recommender.recommend([Bought("A", 3, date(2010, 12, 30))])
    )

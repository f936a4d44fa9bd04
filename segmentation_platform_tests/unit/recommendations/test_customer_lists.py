"""The two lists of each customer: what is in them, in which order, and that the words are true."""

import re
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from segmentation_platform.contracts import SegmentRecommendations
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.ranker import best
from segmentation_platform.recommendations.ranking_artifacts import learn
from segmentation_platform.recommendations.reasons import bought_before
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform_tests.support.ledgers import simulated, simulated_customers
from segmentation_platform_tests.support.ranking import EVERYTHING, RULES, customer_lists_of
from segmentation_platform_tests.unit.recommendations.shops import (
    bought,
    cancelled,
    codes,
    customer_lists,
    line,
    opened,
)

SHOP = bought({"1": "AB", "2": "ABC", "3": "ABC", "4": "BCD", "5": "AD"}, "2010-12-20")


DRAWN = EVERYTHING.model_copy(update={"affinity_new": 0.999})
"""Popularity counts for next to nothing, so that it is no reason."""


def tuned(**customers: object) -> RecommendationRules:
    return RecommendationRules.model_validate({"customers": {"weights": EVERYTHING, **customers}})


# --- what is in a list ---


def test_what_was_bought_is_to_buy_again_and_the_rest_is_new() -> None:
    found = customer_lists(SHOP)
    assert sorted(codes(found, "1", "buy_again")) == ["A", "B"]
    assert sorted(codes(found, "1", "new_to_you")) == ["C", "D"]


def test_what_the_customer_cancelled_whole_is_in_neither_list() -> None:
    found = customer_lists([*SHOP, cancelled("1", "B")])
    assert codes(found, "1", "buy_again") == ["A"]
    assert "B" not in set(found.loc[found["customer_id"] == "1", "stock_code"])
    assert "B" in set(found.loc[found["customer_id"] == "5", "stock_code"])


def test_what_is_no_longer_sold_is_in_neither_list() -> None:
    found = customer_lists([*SHOP, *bought({"1": ["OLD"], "2": ["OLD"]}, "2010-10-01")])
    assert "OLD" not in set(found["stock_code"])


def test_a_shop_that_sold_nothing_lately_is_told_so() -> None:
    with pytest.raises(RecommendationError, match="Nothing was sold in the 60 days"):
        customer_lists(SHOP, as_of=date(2012, 1, 1))


def test_a_list_is_cut_at_its_length_and_ranks_follow_the_score() -> None:
    found = customer_lists(SHOP, tuned(length=1))
    assert found.groupby(["customer_id", "list"]).size().max() == 1
    for _, own in customer_lists(SHOP).groupby(["customer_id", "list"]):
        assert own["rank"].tolist() == list(range(1, len(own) + 1))
        assert own["score"].is_monotonic_decreasing


def test_every_customer_with_a_segment_has_a_list_and_rows_are_in_order() -> None:
    found = customer_lists(SHOP)
    assert found["customer_id"].unique().tolist() == ["1", "2", "3", "4", "5"]
    assert set(found["segment"]) == {"Regulars"}
    keys = found[["customer_id", "list", "rank"]]
    pd.testing.assert_frame_equal(keys, keys.sort_values(list(keys.columns), ignore_index=True))


# --- in which order ---


def test_what_was_bought_more_often_comes_first() -> None:
    often = [line("1", "B", day) for day in ("2010-12-01", "2010-12-08", "2010-12-15")]
    assert codes(customer_lists([*SHOP, *often]), "1", "buy_again") == ["B", "A"]


def test_of_two_as_frequent_the_one_that_others_buy_again_comes_first() -> None:
    early = bought({name: ["X", "Y"] for name in "abcdefgh"}, "2010-11-10")
    again = bought({name: ["Y"] for name in "abcd"}, "2010-12-20") + bought(
        {name: ["Z"] for name in "efgh"}, "2010-12-20"
    )
    same_size = bought({name: ["X"] for name in "uvw"}, "2010-12-20")
    found = customer_lists([*early, *again, *same_size])
    assert codes(found, "e", "buy_again").index("Y") < codes(found, "e", "buy_again").index("X")


def test_what_goes_with_the_customers_products_comes_before_what_goes_with_others() -> None:
    cooks = bought({f"c{n}": ["POT", "PAN", "LID"] for n in range(20)})
    players = bought({f"p{n}": ["BALL", "BAT", "NET"] for n in range(20)})
    found = customer_lists([*cooks, *players, line("me", "POT"), line("me", "PAN")], tuned(ease_penalty=5.0))
    assert codes(found, "me", "new_to_you")[0] == "LID"


def test_of_two_that_go_as_well_the_rising_one_comes_first() -> None:
    old = bought({f"a{n}": ["POT", "OLD"] for n in range(20)}, "2010-11-10")
    new = bought({f"b{n}": ["POT", "NEW"] for n in range(20)}, "2010-12-30")
    found = customer_lists([*old, *new, line("me", "POT", "2010-12-01")], tuned(ease_penalty=5.0))
    assert codes(found, "me", "new_to_you") == ["NEW", "OLD"]


def test_a_customer_of_one_unknown_taste_is_offered_what_sells_in_the_region() -> None:
    lines = [*bought({f"g{n}": ["BIER"] for n in range(5)}), *bought({f"u{n}": ["TEA"] for n in range(9)})]
    lines.append(line("me", "ODD"))
    regions = ["Germany"] * 5 + ["Germany"] + ["United Kingdom"] * 9
    found = customer_lists(lines, RULES.model_copy(update={"shrinkage": 1.0}), region=regions)
    assert codes(found, "me", "new_to_you") == ["BIER", "TEA"]
    assert codes(found, "u1", "new_to_you")[0] == "BIER"


def test_the_combined_list_is_by_score() -> None:
    lines = [*bought({f"c{n}": ["POT", "PAN"] for n in range(50)}), line("me", "POT"), line("me", "ODD")]
    found = customer_lists(lines, tuned(ease_penalty=1.0))
    own = found[found["customer_id"] == "me"].set_index("stock_code")["score"]
    assert own["POT"] > own["PAN"] > 0


@given(
    st.integers(1, 6),
    st.integers(1, 130).flatmap(
        lambda width: npst.arrays(
            np.float32,
            st.tuples(st.integers(1, 4), st.just(width)),
            elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, -np.inf]),
            fill=st.sampled_from([0.0, -np.inf]),
        )
    ),
)
@settings(deadline=None)
def test_the_best_of_a_row_are_its_largest_with_ties_in_order(length: int, values: npt.NDArray[np.float32]) -> None:
    picks = best(values, length)
    for row, own_values in enumerate(values.tolist()):
        ordered = sorted(range(len(own_values)), key=lambda c: (-own_values[c], c))
        expected = [c for c in ordered if own_values[c] > -np.inf][:length]
        own = picks.rows == row
        assert picks.columns[own].tolist() == expected
        assert picks.ranks[own].tolist() == list(range(1, len(expected) + 1))


# --- words ---


@pytest.mark.parametrize(
    ("orders", "age", "said"),
    [
        (1, 5, "Bought once, in December"),
        (2, 40, "Bought twice, last in November"),
        (4, 100, "Bought 4 times, last in September"),
        (3, 390, "Bought 3 times, last in December 2009"),
    ],
)
def test_the_words_say_how_often_and_when(orders: int, age: int, said: str) -> None:
    assert bought_before(orders, age, date(2011, 1, 1)) == said


def test_the_words_name_the_two_products_that_speak_most_for_it() -> None:
    cooks = bought({f"c{n}": ["POT", "PAN", "LID"] for n in range(20)})
    odd = bought({f"o{n}": ["ODD"] for n in range(20)})
    found = customer_lists([*cooks, *odd, *bought({"me": ["POT", "PAN", "ODD"]})], tuned(ease_penalty=5.0))
    own = found[(found["customer_id"] == "me") & (found["stock_code"] == "LID")]
    assert re.fullmatch(r"Goes with THE (POT and THE PAN|PAN and THE POT), which you bought", own["reason"].item())


def test_a_product_without_description_is_named_by_its_code() -> None:
    nameless = [{**row, "description": None} for row in bought({f"c{n}": ["POT", "LID"] for n in range(20)})]
    found = customer_lists([*nameless, line("me", "POT", description=None)], tuned(weights=DRAWN))
    own = found[(found["customer_id"] == "me") & (found["list"] == "new_to_you")]
    assert own["reason"].tolist() == ["Goes with POT, which you bought"]
    assert own["description"].isna().all()


def test_what_rises_in_the_segment_is_said_to_rise() -> None:
    lines = [*SHOP, line("6", "ODD", "2010-12-20")]
    with opened(lines) as sales:
        lists = segment_recommendations(sales, date(2011, 1, 1), RecommendationRules(cell_customers=1, support=1))
    rising = lists.iloc[:1].assign(list="rising", region="all", taste="all", stock_code="C")
    rules = tuned(weights=DRAWN)
    found = customer_lists(lines, rules, segment_lists=rising).set_index(["customer_id", "stock_code"])["reason"]
    assert found["6", "C"] == "Rising in your segment"
    assert found["1", "C"].endswith("which you bought; rising in your segment")
    assert found["6", "A"] == "Popular now in United Kingdom"


# --- the whole simulated shop ---


def test_a_simulated_shop_has_lists_that_keep_all_promises() -> None:
    shop = simulated()
    kept = shop.clean[shop.clean["net_quantity"] > 0]
    owned = set(zip(kept["customer_id"], kept["stock_code"], strict=True))
    lines = shop.clean.to_dict("records")
    found = customer_lists(lines, as_of=shop.as_of)  # type: ignore[arg-type]
    assert set(simulated_customers()["customer_id"]) <= set(found["customer_id"])
    is_owned = [pair in owned for pair in zip(found["customer_id"], found["stock_code"], strict=True)]
    assert (found["list"] == "buy_again").tolist() == is_owned
    assert not found.duplicated(["customer_id", "stock_code"]).any()


def test_the_order_of_lines_and_customers_makes_no_difference() -> None:
    shop = simulated()
    lines = shop.clean.to_dict("records")
    shuffled = shop.clean.sample(frac=1, random_state=1).to_dict("records")
    first, again = (customer_lists(rows, as_of=shop.as_of) for rows in (lines, shuffled))  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(first, again)


def test_lists_are_made_for_those_who_have_a_segment() -> None:
    with opened(SHOP) as sales:
        some = Sales(sales.pairs, sales.segments.iloc[:2], sales.catalog)
        artifacts = learn(some, SegmentRecommendations.no_rows(), date(2011, 1, 1), RULES)
        found = customer_lists_of(some.segments, sales.pairs, artifacts)
    assert set(found["customer_id"]) == {"1", "2"}


def test_what_is_bought_in_a_few_months_of_the_year_is_said_to_be_seasonal() -> None:
    lines = [
        *[line(f"c{n}", "STAR", f"{year}-12-0{1 + n}") for year in (2009, 2010) for n in range(9)],
        *[line(f"c{n}", "STAR", f"{year}-11-0{1 + n}") for year in (2009, 2010) for n in range(9)],
        *[line(f"c{month % 9}", "PEN", f"2010-{month:02}-05") for month in range(1, 13)],
        line("new", "PEN", "2010-12-30"),
    ]
    found = customer_lists(lines).set_index(["customer_id", "list", "stock_code"])["reason"]
    assert found["new", "new_to_you", "STAR"].endswith("; seasonal: November to December")
    assert "seasonal" not in found["new", "buy_again", "PEN"]

"""Product lists per segment and region: what they are ordered by, what is left out, and that the words are true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.tastes import MIXED
from segmentation_platform.recommendations.weights import CellWeights
from segmentation_platform_tests.support.ledgers import sales_lines
from segmentation_platform_tests.unit.recommendations.shops import drawn_by, segment_lists_of

AS_OF = date(2011, 1, 1)
SMALL = RecommendationRules(cell_customers=1, support=1, shrinkage=0, cells=CellWeights(half_life=7, shrinkage=0))
"""Nothing is too small, and nothing drawn to others."""


@dataclass(frozen=True)
class Customer:
    """Who buys one unit of each of some products, each day's in an invoice of its own."""

    segment: int
    bought: Mapping[str, str] | Sequence[str]
    """Products, on 31 December; or products by day."""
    region: str = "United Kingdom"
    taste: str = MIXED


@dataclass
class Shop:
    customers: Sequence[Customer]
    lines: list[dict[str, object]] = field(default_factory=list)

    def clean(self) -> pd.DataFrame:
        lines = [
            {
                "customer_id": f"{number:04}",
                "stock_code": product,
                "description": f"THE {product}",
                "sold_at": pd.Timestamp(day),
                "invoice": f"{number} {day}",
                "region": customer.region,
            }
            for number, customer in enumerate(self.customers)
            for product, day in as_days(customer.bought).items()
        ]
        return sales_lines([*lines, *self.lines])

    def segments(self) -> pd.DataFrame:
        rows = [
            (f"{number:04}", customer.segment, f"Segment {customer.segment}", customer.region, customer.taste)
            for number, customer in enumerate(self.customers)
        ]
        return pd.DataFrame(rows, columns=["customer_id", "segment_id", "segment", "region", "taste"])


def as_days(bought: Mapping[str, str] | Sequence[str]) -> Mapping[str, str]:
    return bought if isinstance(bought, Mapping) else dict.fromkeys(bought, "2010-12-31")


def lists(*customers: Customer, rules: RecommendationRules = SMALL, as_of: date = AS_OF) -> pd.DataFrame:
    shop = Shop(customers)
    return segment_lists_of(shop.clean(), shop.segments(), rules, as_of)


def products(found: pd.DataFrame, name: str, segment: int = 1, region: str = "all", taste: str = "all") -> list[str]:
    """The products of one list, best first."""
    return one(found, name, segment, region, taste)["stock_code"].tolist()


def one(found: pd.DataFrame, name: str, segment: int = 1, region: str = "all", taste: str = "all") -> pd.DataFrame:
    wanted = {"list": name, "segment_id": segment, "region": region, "taste": taste}
    chosen = np.logical_and.reduce([found[column] == value for column, value in wanted.items()])
    return found[chosen].sort_values("rank")


# --- shrinkage ---


def thin_cell(shrinkage: float) -> pd.DataFrame:
    """One customer of segment 1 in Germany; Germans like B, and everybody A."""
    others = (
        [Customer(2, ["A"])] * 16 + [Customer(2, ["A", "B"], "Germany")] * 2 + [Customer(2, ["B"], "Germany")] * 4
    )
    rules = drawn_by(shrinkage, 1, 1)
    return lists(Customer(1, ["A", "B", "C"], "Germany"), *others, rules=rules)


def scores(found: pd.DataFrame, segment: int, region: str) -> dict[str, float]:
    own = one(found, "popular", segment, region)
    return dict(zip(own["stock_code"], own["score"], strict=True))


def test_without_shrinkage_a_cell_speaks_for_itself() -> None:
    assert scores(thin_cell(0), 1, "Germany") == pytest.approx({"A": 1 / 3, "B": 1 / 3, "C": 1 / 3})


def test_with_much_shrinkage_a_cell_says_what_everyone_says() -> None:
    everyone = {"A": 19 / 27, "B": 7 / 27, "C": 1 / 27}
    assert scores(thin_cell(1e9), 1, "Germany") == pytest.approx(everyone, rel=1e-6)
    assert scores(thin_cell(1e9), 1, "all") == pytest.approx(everyone, rel=1e-6)


def test_in_between_a_thin_cell_is_drawn_to_its_region_and_that_to_everyone() -> None:
    shrinkage, weight = 5.0, 0.5 ** (1 / 7)
    everyone = {"A": 19 / 27, "B": 7 / 27, "C": 1 / 27}
    of_region = {
        code: (bought * weight + shrinkage * everyone[code]) / (11 * weight + shrinkage)
        for code, bought in {"A": 3, "B": 7, "C": 1}.items()
    }
    expected = {code: (weight + shrinkage * of_region[code]) / (3 * weight + shrinkage) for code in "ABC"}
    found = scores(thin_cell(shrinkage), 1, "Germany")
    assert found == pytest.approx(expected)
    assert found["B"] > scores(thin_cell(shrinkage), 1, "all")["B"]


def test_a_segment_that_bought_nothing_for_long_says_what_everyone_says_even_without_shrinkage() -> None:
    long_ago = Customer(1, {"A": "2009-01-01", "B": "2009-01-02"})
    found = lists(long_ago, *[Customer(2, ["A"])] * 3, Customer(2, ["B"]))
    assert scores(found, 1, "all") == pytest.approx({"A": 0.75, "B": 0.25})


def test_many_half_lives_after_the_last_sale_the_usual_shares_count() -> None:
    rules = SMALL.model_copy(update={"cells": CellWeights(half_life=3, shrinkage=0), "sold_within_days": 365})
    found = lists(*[Customer(1, ["A"])] * 3, Customer(1, ["B"]), rules=rules, as_of=date(2011, 6, 1))
    assert scores(found, 1, "all") == pytest.approx({"A": 0.75, "B": 0.25})
    assert set(found["trend"]) == {1.0}


def test_a_cell_with_many_purchases_is_drawn_less() -> None:
    def first_share(customers: int) -> float:
        others = [Customer(2, ["B"])] * 100
        found = lists(*[Customer(1, ["A"])] * customers, *others, rules=drawn_by(20.0, 1, 1))
        return scores(found, 1, "all")["A"]

    assert first_share(2) < first_share(20) < first_share(200) < 1


# --- tastes ---


def two_tastes(cell_customers: int = 1) -> pd.DataFrame:
    kitchen = [Customer(1, ["A", "B"], taste="Kitchen")] * 4
    rules = SMALL.model_copy(update={"cell_customers": cell_customers})
    return lists(*kitchen, *[Customer(1, ["A", "C"], taste="Toys")] * 2, Customer(2, ["A"]), rules=rules)


def test_customers_of_another_taste_are_offered_something_else() -> None:
    found = two_tastes()
    assert products(found, "popular", taste="Kitchen") == ["A", "B"]
    assert products(found, "popular", taste="Toys") == ["A", "C"]
    assert products(found, "popular") == ["A", "B", "C"]


def test_a_taste_with_too_few_customers_of_a_segment_has_no_lists_of_its_own() -> None:
    assert set(two_tastes(cell_customers=3)["taste"]) == {"all", "Kitchen"}


def test_a_thin_taste_is_drawn_to_the_same_taste_in_other_segments() -> None:
    others = [Customer(2, ["B", "C"], taste="Toys")] * 20 + [Customer(2, ["A", "B"], taste="Kitchen")] * 200
    thin = Customer(1, ["A", "B", "C"], taste="Toys")
    rules = drawn_by(20.0, 1, 1)
    found = lists(thin, *others, rules=rules)
    assert products(found, "popular", taste="Toys") == ["B", "C", "A"]
    assert products(found, "popular") == ["B", "A", "C"]


@pytest.mark.parametrize(
    ("taste", "said"), [("Toys", "Segment 1 who like Toys"), (MIXED, "Segment 1 of mixed taste")]
)
def test_the_words_name_the_taste(taste: str, said: str) -> None:
    row = one(lists(Customer(1, ["A"], taste=taste)), "popular", taste=taste)
    assert said in row["reason"].item()


# --- recency ---


def test_a_purchase_as_old_as_the_half_life_counts_half() -> None:
    found = lists(Customer(1, {"A": "2010-12-31", "B": "2010-12-24", "C": "2010-12-17"}))
    shares = scores(found, 1, "all")
    assert shares["B"] / shares["A"] == pytest.approx(0.5)
    assert shares["C"] / shares["A"] == pytest.approx(0.25)


def test_a_product_that_sold_more_lately_than_usual_is_rising_and_the_others_are_not() -> None:
    old = {"A": "2010-11-20", "B": "2010-11-20"}
    found = lists(*[Customer(1, old)] * 5, *[Customer(1, {"A": "2010-11-21", "C": "2010-12-30"})] * 2)
    assert products(found, "rising") == ["C"]
    assert one(found, "rising")["trend"].item() > 1


def test_products_that_nobody_bought_lately_are_not_offered() -> None:
    rules = SMALL.model_copy(update={"sold_within_days": 30})
    bought = {"OLD": "2010-12-01", "BORDER": "2010-12-02", "NEW": "2010-12-03"}
    found = lists(*[Customer(1, bought)] * 3, rules=rules)
    assert sorted(products(found, "popular")) == ["BORDER", "NEW"]
    assert "OLD" not in set(found["stock_code"])
    assert products(found, "popular") == ["NEW", "BORDER"]


def test_what_comes_on_the_reporting_date_or_later_is_unknown() -> None:
    found = lists(Customer(1, {"A": "2010-12-31", "B": "2011-01-01", "C": "2011-01-02"}))
    assert products(found, "popular") == ["A"]


# --- what counts as a purchase ---


def test_two_lines_of_a_product_in_an_invoice_are_one_purchase() -> None:
    shop = Shop([Customer(1, ["A", "B"])])
    again = {
        "customer_id": "0000",
        "stock_code": "A",
        "invoice": "0 2010-12-31",
        "sold_at": pd.Timestamp("2010-12-31"),
    }
    shop.lines.extend([again, {**again, "quantity": 60.0}])
    found = segment_lists_of(shop.clean(), shop.segments(), SMALL)
    assert scores(found, 1, "all") == pytest.approx({"A": 0.5, "B": 0.5})


def test_guests_strangers_and_what_was_cancelled_leave_no_trace() -> None:
    shop = Shop([Customer(1, ["A", "B"])])
    day = pd.Timestamp("2010-12-31")
    shop.lines.extend(
        [
            {"customer_id": None, "stock_code": "A", "sold_at": day, "invoice": "guest"},
            {"customer_id": "stranger", "stock_code": "A", "sold_at": day, "invoice": "stranger"},
            {"customer_id": "0000", "stock_code": "D", "sold_at": day, "invoice": "regretted"},
            {"customer_id": "0000", "stock_code": "D", "sold_at": day, "invoice": "C1", "status": "cancelled"},
        ]
    )
    found = segment_lists_of(shop.clean(), shop.segments(), SMALL)
    assert scores(found, 1, "all") == pytest.approx({"A": 0.5, "B": 0.5})
    assert set(found["customers"]) == {1}


# --- order and cells ---


def test_ties_go_to_more_customers_then_to_the_code() -> None:
    found = lists(
        Customer(1, {"C": "2010-12-31", "A": "2010-12-31", "B": "2010-12-31"}),
        # Two purchases, each worth half of one: the same score as C, by more customers.
        Customer(1, {"D": "2010-12-24"}),
        Customer(1, {"D": "2010-12-24"}),
    )
    assert products(found, "popular") == ["D", "A", "B", "C"]


@given(st.permutations(["A", "B", "C", "D", "E"]))
@settings(deadline=None, max_examples=5)
def test_equal_products_are_in_the_order_of_their_codes_however_they_were_bought(codes: list[str]) -> None:
    assert products(lists(Customer(1, codes)), "popular") == ["A", "B", "C", "D", "E"]


def test_a_list_is_cut_at_its_length() -> None:
    found = lists(Customer(1, list("ABCDEF")), rules=SMALL.model_copy(update={"length": 4}))
    assert products(found, "popular") == ["A", "B", "C", "D"]


def test_a_region_with_too_few_customers_of_a_segment_has_no_lists_of_its_own_but_all_regions_do() -> None:
    customers = [Customer(1, ["A"], "Germany")] * 2 + [Customer(1, ["A"], "France")] * 3 + [Customer(2, ["A"])]
    found = lists(*customers, rules=SMALL.model_copy(update={"cell_customers": 3}))
    found = found[found["taste"] == "all"]
    cells = found.drop_duplicates(["segment_id", "region"])[["segment_id", "region"]]
    assert cells.to_numpy().tolist() == [[1, "France"], [1, "all"], [2, "all"]]


def test_few_customers_support_popular_only() -> None:
    customers = [Customer(1, ["A", "B"])] * 4 + [Customer(1, {"A": "2010-11-20"})] + [Customer(2, ["C"])] * 20
    few, many = (lists(*customers, rules=SMALL.model_copy(update={"support": support})) for support in (6, 4))
    assert set(few.loc[few["segment_id"] == 1, "list"]) == {"popular"}
    assert products(many, "signature") == ["A", "B"]


# --- lift ---


def test_lift_is_the_share_in_the_cell_by_the_share_among_all() -> None:
    customers = [Customer(1, ["A"])] * 4 + [Customer(1, ["B"])] + [Customer(2, ["A"])] * 2 + [Customer(2, ["B"])] * 3
    row = one(lists(*customers), "popular").set_index("stock_code").loc["A"]
    assert row["share"] == pytest.approx(4 / 5)
    assert row["lift"] == pytest.approx((4 / 5) / (6 / 10))
    # Delta method on the logarithm, half of all customers being in the cell.
    spread = np.exp(1.96 * np.sqrt((1 - 4 / 5) / 4 * (1 - 5 / 10)))
    assert row["lift_low"] == pytest.approx(row["lift"] / spread)
    assert row["lift_high"] == pytest.approx(row["lift"] * spread)


def test_the_interval_narrows_with_the_number_of_customers() -> None:
    def width(times: int) -> float:
        cell = [Customer(1, ["A"])] * (3 * times) + [Customer(1, ["B"])] * (2 * times)
        rest = [Customer(2, ["A"])] * times + [Customer(2, ["B"])] * (14 * times)
        row = one(lists(*cell, *rest), "popular").set_index("stock_code").loc["A"]
        assert row["lift"] == pytest.approx((3 / 5) / (4 / 20))
        return float(np.log(row["lift_high"] / row["lift_low"]))

    # Four times the customers, half the width (on the scale of the logarithm).
    assert width(1) == pytest.approx(2 * width(4))
    assert width(4) > width(12)


def test_a_lift_seen_in_few_customers_does_not_lead_the_signature_list() -> None:
    cell = [Customer(1, ["MANY"])] * 40 + [Customer(1, ["FEW"])] * 2 + [Customer(1, ["BOTH"])] * 8
    rest = [Customer(2, ["MANY"])] * 12 + [Customer(2, ["BOTH"])] * 138
    found = lists(*cell, *rest)
    by_lift = one(found, "popular").sort_values("lift", ascending=False)["stock_code"].tolist()
    assert by_lift[0] == "FEW"
    assert products(found, "signature")[0] == "MANY"


def test_a_shop_of_one_segment_and_one_product_works() -> None:
    found = lists(Customer(1, ["A"]))
    found = found[found["taste"] == "all"]
    assert found[["region", "list", "rank", "stock_code"]].to_numpy().tolist() == [
        ["United Kingdom", "popular", 1, "A"],
        ["all", "popular", 1, "A"],
    ]
    for name in ("score", "share", "lift", "lift_low", "lift_high", "trend"):
        assert found[name].tolist() == [1, 1], name


def test_a_single_segment_has_nothing_that_sets_it_apart() -> None:
    found = lists(*[Customer(1, ["A", "B"])] * 5, *[Customer(1, ["B", "C"])] * 7)
    everybody = found[(found["region"] == "all") & (found["taste"] == "all")][
        ["lift", "lift_low", "lift_high"]
    ].to_numpy()
    assert (everybody == 1).all(), "of the share among everybody there is no doubt"
    assert "signature" not in set(found["list"])


@pytest.mark.parametrize("field_name", list(RecommendationRules.model_fields))
def test_a_rule_that_can_not_work_is_refused_by_name(field_name: str) -> None:
    wrong: dict[str, Any] = {field_name: -1}
    with pytest.raises(ValidationError, match=field_name):
        RecommendationRules(**wrong)

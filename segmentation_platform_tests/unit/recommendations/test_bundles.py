"""What is bought together in twos and threes: counted by hand, and no more said than is sure."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import Bundles
from segmentation_platform.contracts.ledger import ANY_PRODUCT
from segmentation_platform.recommendations.baskets import GUEST, Baskets, baskets_of
from segmentation_platform.recommendations.bundles import bundles
from segmentation_platform.recommendations.itemsets import Miner
from segmentation_platform.recommendations.rules import BundleRules
from segmentation_platform_tests.support.ledgers import sales_lines
from segmentation_platform_tests.unit.recommendations.shops import bought, cancelled, known_baskets_of, line, opened

EVERYTHING = BundleRules(baskets=1, support=0, buyers=1, per_product=1000)
SETS = st.lists(st.sets(st.sampled_from("ABCDEF"), min_size=1, max_size=5), min_size=1, max_size=12)


def baskets(*contents: str, customers: list[int] | None = None) -> Baskets:
    """Baskets of products of one letter each; the money of a product is its basket's number and its letter's."""
    rows = [(number, code, float(number + ord(code))) for number, codes in enumerate(contents) for code in codes]
    lines = pd.DataFrame(rows, columns=["basket", "stock_code", "amount"]).astype({"stock_code": "str"})
    buyers = lines["basket"].map(dict(enumerate(customers or []))).fillna(GUEST)
    return baskets_of(lines.astype({"basket": "int64", "amount": "float64"}).assign(customer=buyers))


def products(codes: str) -> pd.DataFrame:
    described = {"stock_code": list(codes), "description": [f"THE {code}" for code in codes]}
    return pd.DataFrame(described).assign(product_type="OTHER", category="OTHER").astype("str")


def found_in(sold: Baskets, codes: str = "ABCDEF", rules: BundleRules = EVERYTHING) -> pd.DataFrame:
    found = bundles(sold, products(codes), rules)
    Bundles.validate(found, lazy=True)
    return found


def members(row: pd.Series) -> frozenset[str]:
    """The products of a bundle."""
    return frozenset(code for code in row[["stock_code_1", "stock_code_2", "stock_code_3"]] if isinstance(code, str))


def listed(found: pd.DataFrame) -> list[str]:
    """The bundles in their order, each as its letters."""
    return ["".join(sorted(members(row))) for _, row in found.iterrows()]


TOGETHER = ["ABC"] * 12 + ["AB"] * 8 + ["A"] * 5 + ["C"] * 10 + ["D"] * 65


def test_a_pair_is_told_as_the_rule_of_its_rarer_product() -> None:
    row = found_in(baskets(*TOGETHER, customers=[*range(10), *[10] * 10])).query("size == 2").iloc[0]
    assert row[["stock_code_1", "description_1", "stock_code_2", "description_2"]].tolist() == [
        "B",
        "THE B",
        "A",
        "THE A",
    ]
    assert row[["baskets", "customers"]].tolist() == [20, 11]
    assert row["support"] == pytest.approx(20 / 100)
    assert row["confidence"] == 1
    assert row["lift"] == pytest.approx(1 / (25 / 100))
    assert row["revenue"] == sum(number + ord(code) for number in range(20) for code in "AB")
    assert row["revenue_beyond_chance"] == pytest.approx(row["revenue"] * (1 - 1 / row["lift_low"]), abs=0.01)
    assert row["reason"] == "100% of the invoices with THE B also hold THE A, 4.0 times its share of all invoices"


def test_a_triple_is_told_as_the_rule_that_chance_comes_closest_to() -> None:
    row = found_in(baskets(*TOGETHER)).query("size == 3").iloc[0]
    # In invoices: AB and C 20 and 22, AC and B 12 and 20, BC and A 12 and 25. By chance the first meet in 4.4 of 100.
    assert row[["stock_code_1", "stock_code_2", "stock_code_3"]].tolist() == ["B", "A", "C"]
    assert row["baskets"] == 12
    assert row["confidence"] == pytest.approx(12 / 20)
    assert row["lift"] == pytest.approx(12 / 4.4)
    assert row["reason"] == (
        "60% of the invoices with THE B and THE A also hold THE C, 2.7 times its share of all invoices"
    )


def test_a_triple_is_listed_only_where_it_says_more_than_its_pairs() -> None:
    by_chance = ["ABC"] * 10 + ["AB"] * 10 + ["C"] * 40 + ["D"] * 40
    found = found_in(baskets(*by_chance))
    assert listed(found) == ["AB"]


def rules_of(held: list[str], codes: frozenset[str]) -> list[tuple[float, float]]:
    """The rules that a set can be read as: their lift and its lower end by the formula of the delta method."""

    def count(some: frozenset[str]) -> int:
        return sum(some <= set(basket) for basket in held)

    def rule(last: str) -> tuple[float, float]:
        both, one, other, every = count(codes), count(codes - {last}), count(frozenset(last)), len(held)
        lift = both * every / (one * other)
        variance = 1 / both - 1 / one - 1 / other + 2 * both / (one * other) - 1 / every
        return lift, lift * float(np.exp(-1.96 * np.sqrt(max(variance, 0))))

    return [rule(last) for last in sorted(codes)]


def frequent(held: list[str], least: int) -> dict[frozenset[str], tuple[int, float]]:
    """Every frequent pair and triple by going through all baskets: how many hold it, and for how much money."""
    sets = [frozenset(codes) for size in (2, 3) for codes in combinations("ABCDEF", size)]
    holding = {codes: [n for n, basket in enumerate(held) if codes <= set(basket)] for codes in sets}
    return {
        codes: (len(places), float(sum(place + ord(code) for place in places for code in codes)))
        for codes, places in holding.items()
        if len(places) >= least
    }


@given(SETS, st.integers(1, 9))
@settings(deadline=None, max_examples=60)
def test_every_figure_is_what_going_through_all_baskets_says(contents: list[set[str]], least: int) -> None:
    held = ["".join(sorted(codes)) for codes in contents for _ in range(4)]
    found = found_in(baskets(*held), rules=EVERYTHING.model_copy(update={"baskets": least}))
    by_hand = frequent(held, least)
    for _, row in found.iterrows():
        codes, last = members(row), row[f"stock_code_{row['size']}"]
        others = sum(codes - {last} <= set(basket) for basket in held)
        assert (row["baskets"], row["revenue"]) == by_hand.pop(codes)
        assert row["confidence"] == pytest.approx(row["baskets"] / others)
        told = dict(zip(sorted(codes), rules_of(held, codes), strict=True))
        assert (row["lift"], row["lift_low"]) == pytest.approx(told[last])
        assert row["lift"] == pytest.approx(min(lift for lift, _ in told.values()))
    for codes in by_hand:
        least_lift = min(lift for lift, _ in rules_of(held, codes))
        assert any(low < 1 + 1e-6 for lift, low in rules_of(held, codes) if lift == pytest.approx(least_lift))


@given(SETS, st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_all_frequent_sets_are_found_and_no_others(contents: list[set[str]], least: int) -> None:
    held = ["".join(sorted(codes)) for codes in contents]
    sold = baskets(*held)
    miner = Miner(sold, least)
    pairs = miner.pairs()
    for sets in (pairs, miner.extend(pairs.items)):
        found = {frozenset(sold.products[list(items)]): place for place, items in enumerate(sets.items)}
        by_hand = {codes: it for codes, it in frequent(held, least).items() if len(codes) == sets.items.shape[1]}
        assert set(found) == set(by_hand)
        for codes, place in found.items():
            assert (sets.baskets[place], sets.amounts[place]) == by_hand[codes]


def test_the_order_is_by_money_beyond_chance_and_ties_go_by_code() -> None:
    sold = baskets(*["AB"] * 10, *["CD"] * 30, *["E"] * 60)
    even = Baskets(sold.products, sold.holds, sold.holds, sold.customers)
    assert listed(found_in(even)) == ["CD", "AB"]
    tied = baskets(*["AB"] * 10, *["CD"] * 10, *["E"] * 60)
    assert listed(found_in(Baskets(tied.products, tied.holds, tied.holds, tied.customers))) == ["AB", "CD"]


def test_the_same_baskets_in_another_order_give_the_same_bundles() -> None:
    random = np.random.default_rng(4)
    held = ["".join(sorted(random.choice(list("ABCDEF"), 3, replace=False))) for _ in range(300)] + ["G"] * 300
    first = baskets(*held)
    places = random.permutation(len(held))
    second = Baskets(first.products, first.holds[places], first.amounts[places], first.customers[places])
    pd.testing.assert_frame_equal(found_in(first), found_in(second))


def test_no_product_is_in_more_bundles_than_may_be() -> None:
    sold = baskets(*["ABCDEF"] * 30, *["G"] * 200)
    assert len(found_in(sold)) == 15 + 20
    found = found_in(sold, rules=EVERYTHING.model_copy(update={"per_product": 3}))
    often = pd.Series([code for _, row in found.iterrows() for code in members(row)]).value_counts()
    assert often.max() == 3
    assert found["rank"].tolist() == list(range(1, len(found) + 1))


def test_no_more_bundles_are_listed_than_may_be() -> None:
    sold = baskets(*["ABCDEF"] * 30, *["G"] * 200)
    assert len(found_in(sold, rules=EVERYTHING.model_copy(update={"length": 4}))) == 4


def test_too_few_common_invoices_are_no_bundle_in_number_or_in_share() -> None:
    sold = baskets(*["AB"] * 20, *["CD"] * 19, *["E"] * 400)
    assert listed(found_in(sold, rules=BundleRules(support=0))) == ["AB"]
    assert found_in(sold, rules=BundleRules(support=0.05)).empty


def test_what_few_customers_order_again_and_again_is_no_bundle() -> None:
    held = [*["AB"] * 30, *["A"] * 10, *["B"] * 10, *["E"] * 150]
    rules = EVERYTHING.model_copy(update={"buyers": 3})
    few = [number % 2 for number in range(30)]
    assert found_in(baskets(*held, customers=few), rules=rules).empty
    found = found_in(baskets(*held, customers=[*few[:-1], 2]), rules=rules)
    assert found[["baskets", "customers"]].to_numpy().tolist() == [[30, 3]]
    assert len(found_in(baskets(*held, customers=few[:-1]), rules=rules)) == 1, "a guest is one more"


def test_invoices_with_very_many_products_are_not_counted() -> None:
    held = [*["AB"] * 20, *["C"] * 50, *["D"] * 50]
    few = EVERYTHING.model_copy(update={"largest": 3})
    small, large = baskets(*held), baskets(*held, *["ABCD"] * 30)
    assert listed(found_in(large)) != ["AB"]
    pd.testing.assert_frame_equal(found_in(large, rules=few), found_in(small))


def test_only_products_that_are_still_sold_are_in_bundles() -> None:
    assert listed(found_in(baskets(*["ABC"] * 20, *["D"] * 80), "ABD")) == ["AB"]


def test_a_product_without_a_description_is_called_by_its_code() -> None:
    sold = baskets(*["AB"] * 20, *["D"] * 80)
    nameless = products("AB").assign(description=pd.Series([None, "THE B"], dtype="str"))
    found = bundles(sold, nameless, EVERYTHING)
    Bundles.validate(found, lazy=True)
    assert found["reason"].iloc[0].startswith("100% of the invoices with A also hold THE B")


def test_cancelled_lines_do_not_count_and_guests_do() -> None:
    names = [f"c{number}" for number in range(10)]
    lines = [
        *bought(dict.fromkeys(names, "AB")),
        *bought({f"d{number}": "CD" for number in range(10)}),
        *(cancelled(f"d{number}", "C") for number in range(10)),
        *(line(None, code, invoice=f"guest {number}") for number in range(5) for code in "AB"),
        *bought({f"e{number}": "E" for number in range(80)}),
    ]
    with opened(lines) as sales:
        found = bundles(known_baskets_of(lines), sales.catalog, EVERYTHING)
    assert listed(found) == ["AB"]
    assert found[["baskets", "customers"]].to_numpy().tolist() == [[15, 10]]
    # None of A and B was taken back: all their lines count.
    both = sales_lines([row for row in lines if row["stock_code"] in {"A", "B"}])
    assert found["revenue"].iloc[0] == pytest.approx((both["quantity"] * both["unit_price"]).sum())


@pytest.mark.parametrize("contents", [[], ["A"] * 30, ["AB"] * 30], ids=["no sale", "one product", "always together"])
def test_where_nothing_is_beyond_chance_there_are_no_rows_of_the_promised_types(contents: list[str]) -> None:
    found = bundles(baskets(*contents), products("AB"), EVERYTHING)
    assert found.empty
    pd.testing.assert_frame_equal(found, Bundles.no_rows())


def test_a_ledger_without_products_has_no_bundles() -> None:
    lines = bought({f"c{number}": [ANY_PRODUCT] for number in range(30)})
    with opened(lines) as sales:
        assert bundles(known_baskets_of(lines), sales.catalog, EVERYTHING).empty

"""What is bought together: counts, shares and order, and what stands in for products with few baskets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import SimilarItems
from segmentation_platform.recommendations.baskets import baskets_of
from segmentation_platform.recommendations.rules import SimilarItemRules
from segmentation_platform.recommendations.similar_items import similar_items
from segmentation_platform.recommendations.weights import SimilarityWeights
from segmentation_platform_tests.unit.recommendations.shops import bought, cancelled, known_baskets_of, line

COSINE = SimilarityWeights(popularity_penalty=0.5)
PLAIN = SimilarItemRules(baskets=1, length=3, weights=COSINE)


def drawn(shrinkage: float) -> SimilarItemRules:
    """The cosine, of which half counts at so many common invoices."""
    return SimilarItemRules(baskets=1, weights=COSINE.model_copy(update={"shrinkage": shrinkage}))


def baskets(*contents: str) -> pd.DataFrame:
    rows = [(number, code) for number, codes in enumerate(contents) for code in codes]
    lines = pd.DataFrame(rows, columns=["basket", "stock_code"]).astype({"stock_code": "str"})
    return lines.assign(amount=1.0, customer=lines["basket"])


def products(codes: str, kind: str = "OTHER", category: str = "OTHER") -> pd.DataFrame:
    described = {"stock_code": list(codes), "description": [f"THE {code}" for code in codes]}
    return pd.DataFrame(described).assign(product_type=kind, category=category).astype("str")


def similar(contents: list[str], codes: str = "ABCD", rules: SimilarItemRules = PLAIN, **kind: str) -> pd.DataFrame:
    found = similar_items(baskets_of(baskets(*contents)), products(codes, **kind), rules)
    SimilarItems.validate(found, lazy=True)
    return found


def test_a_pair_has_its_baskets_confidence_lift_and_score() -> None:
    found = similar(["AB", "AB", "A", "B", "B", "C", "C", "C"])
    assert found.iloc[0].to_dict() == {
        "stock_code": "A",
        "rank": 1,
        "similar_stock_code": "B",
        "description": "THE A",
        "similar_description": "THE B",
        "score": pytest.approx(2 / np.sqrt(3 * 4)),
        "baskets": 2,
        "confidence": pytest.approx(2 / 3),
        "lift": pytest.approx((2 / 3) / (4 / 8)),
        "reason": "Bought together in 2 invoices",
    }


def test_a_pair_seen_rarely_does_not_lead() -> None:
    contents = ["AB"] * 30 + ["A"] * 5 + ["AC"] + ["B"] * 2
    assert similar(contents, rules=drawn(20.0)).iloc[0]["similar_stock_code"] == "B"


def test_too_few_common_baskets_are_not_similar() -> None:
    assert similar(["AB", "AB", "AC"], rules=SimilarItemRules(baskets=2)).groupby("stock_code").size().to_dict() == {
        "A": 1,
        "B": 1,
    }


@given(st.lists(st.text("ABCDEF", min_size=1, max_size=5), min_size=1, max_size=20))
@settings(deadline=None, max_examples=50)
def test_every_figure_is_what_counting_by_hand_says(contents: list[str]) -> None:
    held = [set(codes) for codes in contents]
    found = similar(["".join(sorted(codes)) for codes in held], "ABCDEF", drawn(2.0))
    expected = {
        (a, b): sum({a, b} <= codes for codes in held)
        for a in "ABCDEF"
        for b in "ABCDEF"
        if a != b and any({a, b} <= codes for codes in held)
    }
    assert (
        dict(zip(zip(found["stock_code"], found["similar_stock_code"], strict=True), found["baskets"], strict=True))
        == expected
    )
    for row in found.to_dict("records"):
        both = row["baskets"]
        size, other = (sum(row[name] in codes for codes in held) for name in ("stock_code", "similar_stock_code"))
        assert row["confidence"] == pytest.approx(both / size)
        assert row["lift"] == pytest.approx(both / size / (other / len(held)))
        assert row["score"] == pytest.approx(both / np.sqrt(size * other) * both / (both + 2.0))


def test_a_product_with_few_neighbours_is_filled_up_by_type_then_category() -> None:
    offered = pd.concat(
        [products("AB", "Mug", "Kitchen"), products("CD", "Pan", "Kitchen"), products("E", "Ball", "Toys")]
    )
    found = similar_items(baskets_of(baskets("AE", "D", "D", "C", "B")), offered, PLAIN)
    SimilarItems.validate(found, lazy=True)
    own = found[found["stock_code"] == "A"]
    assert own["similar_stock_code"].tolist() == ["E", "B", "D"]
    assert own["reason"].tolist() == [
        "Bought together in 1 invoice",
        "Same product type: Mug",
        "Same category: Kitchen",
    ]
    assert own["baskets"].tolist() == [1, 0, 0]


def test_a_product_that_nobody_bought_yet_has_those_of_its_type() -> None:
    found = similar(["A", "A", "B"], "ABN", kind="Mug", category="Kitchen")
    assert found.loc[found["stock_code"] == "N", "similar_stock_code"].tolist() == ["A", "B"]


def test_only_products_that_are_still_sold_are_on_either_side() -> None:
    found = similar(["AB", "AX", "BX"], "AB")
    assert set(found["stock_code"]) == set(found["similar_stock_code"]) == {"A", "B"}


def test_ties_go_to_the_product_in_more_baskets_then_to_the_code() -> None:
    found = similar(["ABC", "ABC"], "ABC")
    assert found[found["stock_code"] == "A"]["similar_stock_code"].tolist() == ["B", "C"]


def test_a_single_product_has_nothing_similar() -> None:
    assert similar(["A", "A"], "A").empty


def test_guests_baskets_count_and_what_was_cancelled_does_not() -> None:
    lines = [
        *bought({"1": "AB"}),
        line(None, "A", invoice="guest"),
        line(None, "B", invoice="guest"),
        *bought({"2": "AC"}),
        cancelled("2", "C"),
    ]
    found = known_baskets_of(lines)
    assert found.products.tolist() == ["A", "B"]
    assert found.holds.sum(axis=0).tolist() == [3, 2]

"""Frequent itemsets and rules are those of counting by hand, and on the real ledger those that others published."""

from itertools import chain, combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.recommendations.association import association_rules, frequent_itemsets
from segmentation_platform.recommendations.similar_items import baskets_of
from segmentation_platform_tests.support.ledgers import real
from segmentation_platform_tests.support.real_ledger import needs_real_ledger


def itemsets(contents: list[str], support: float) -> pd.DataFrame:
    rows = [(number, code) for number, codes in enumerate(contents) for code in sorted(set(codes))]
    return frequent_itemsets(baskets_of(pd.DataFrame(rows, columns=["basket", "stock_code"])), support)


def subsets(codes: str) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(codes, size) for size in range(1, len(codes) + 1)))


@given(st.lists(st.text("ABCDE", min_size=1, max_size=5), min_size=1, max_size=15), st.floats(0.05, 1.0))
@settings(deadline=None, max_examples=100)
def test_itemsets_and_rules_are_those_of_counting_by_hand(contents: list[str], support: float) -> None:
    found = itemsets(contents, support)
    held = [set(codes) for codes in contents]
    counts = {items: sum(set(items) <= codes for codes in held) for items in subsets("ABCDE")}
    frequent = {items: n for items, n in counts.items() if n and n >= support * len(held)}
    assert dict(zip(found["products"], found["baskets"], strict=True)) == frequent
    rules = association_rules(found, 0.5)
    expected = {
        (part, tuple(code for code in items if code not in part))
        for items, n in frequent.items()
        for part in subsets("".join(items))
        if len(part) < len(items) and n / counts[part] >= 0.5
    }
    assert set(zip(rules["antecedent"], rules["consequent"], strict=True)) == expected
    for row in rules.to_dict("records"):
        share = counts[row["consequent"]] / len(held)
        assert row["lift"] == pytest.approx(row["baskets"] / counts[row["antecedent"]] / share)


@pytest.mark.parametrize("support", [0.0, -0.1, 1.1])
def test_a_support_that_is_no_share_is_refused(support: float) -> None:
    with pytest.raises(ValueError, match="Support is a share"):
        itemsets(["AB"], support)


@pytest.mark.real_ledger
@needs_real_ledger
def test_the_real_ledger_gives_the_published_numbers_of_itemsets_and_rules() -> None:
    """Sales lines of known customers, not netted, in invoices with two products and more."""
    _, clean, _ = real()
    lines = clean[(clean["status"] == "completed") & clean["customer_id"].notna()]
    lines = lines[["invoice", "stock_code"]].drop_duplicates()
    lines = lines[lines.groupby("invoice")["stock_code"].transform("size") >= 2]
    found = frequent_itemsets(baskets_of(lines.assign(basket=pd.factorize(lines["invoice"])[0])), 0.01)
    rules = association_rules(found, 0.3)
    assert (len(found), len(rules), int((rules["confidence"] >= 0.6).sum())) == (1219, 950, 238)

"""Families of products: who belongs together, and that no list is one thing ten times."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.recommendations.families import NO_FAMILY, families_of, without_repeats
from segmentation_platform.recommendations.ranker import Picks
from segmentation_platform_tests.unit.recommendations.shops import bought, codes, customer_lists, line


def products(named: dict[str, float | Sequence[float]]) -> pd.DataFrame:
    """Products by description and price, beside sixty that are like no other, of any price."""
    rows = [
        (text, price)
        for text, prices in named.items()
        for price in ([prices] if isinstance(prices, (int, float)) else prices)
    ]
    others = [
        (f"{chr(65 + n // 8)}X{chr(65 + n % 8)} {chr(75 + n % 7)}Q{chr(65 + n)}", 0.2 * 1.1**n) for n in range(60)
    ]
    return pd.DataFrame([*rows, *others], columns=["description", "price_median"])


def are_one(*descriptions: str, prices: Sequence[float] | None = None) -> bool:
    """Whether products are of one family."""
    frame = products(dict(zip(descriptions, prices or [2.0] * len(descriptions), strict=True)))
    found = families_of(frame)[: len(descriptions)]
    return found[0] != NO_FAMILY and len(set(found)) == 1


@pytest.mark.parametrize(
    "descriptions",
    [
        ("JUMBO BAG RED RETROSPOT", "JUMBO BAG STRAWBERRY", "Jumbo bag owls"),
        ("RED T-LIGHT HOLDER", "BLUE STAR T-LIGHT HOLDER", "IVORY T-LIGHT HOLDER"),
        ("TAZA ROJA PEQUEÑA", "TAZA ROJA GRANDE", "TAZA ROJA"),
        ("КРУЖКА КРАСНАЯ", "КРУЖКА КРАСНАЯ БОЛЬШАЯ", "КРУЖКА КРАСНАЯ МАЛАЯ"),
    ],
)
def test_products_that_share_what_they_are_called_are_a_family(descriptions: tuple[str, ...]) -> None:
    assert are_one(*descriptions)


def test_products_of_one_description_are_a_family() -> None:
    found = families_of(products({"MILK": [1.0, 1.1, 1.2, 0.9]}))
    assert found[0] != NO_FAMILY
    assert len(set(found[:4])) == 1


def test_words_whose_products_cost_anything_name_no_family() -> None:
    assert not are_one("SET OF CUSHIONS", "SET OF NAILS", "SET OF CHAIRS", prices=(9.0, 0.3, 80.0))


def test_two_products_are_no_family_and_neither_is_most_of_a_shop() -> None:
    assert not are_one("JUMBO BAG RED", "JUMBO BAG BLUE")
    mugs = pd.DataFrame({"description": [f"RED MUG {n}" for n in range(30)], "price_median": 2.0})
    assert set(families_of(mugs)) == {NO_FAMILY}


def test_products_without_descriptions_have_no_family() -> None:
    assert set(families_of(pd.DataFrame({"description": [None] * 40, "price_median": [1.0] * 40}))) == {NO_FAMILY}


def test_the_order_of_the_products_makes_no_difference() -> None:
    frame = products({"JUMBO BAG RED": 2.0, "JUMBO BAG BLUE": 2.1, "JUMBO BAG PINK": 2.0, "PINK POSY BAG": 2.0})
    order = np.random.default_rng(1).permutation(len(frame))
    np.testing.assert_array_equal(families_of(frame.iloc[order]), families_of(frame)[order])


@given(st.lists(st.lists(st.integers(-1, 3), max_size=40), min_size=1, max_size=4), st.integers(1, 20))
def test_what_is_left_of_each_list_is_what_going_through_it_leaves(rows: list[list[int]], length: int) -> None:
    families = np.array([family for row in rows for family in row], np.intp)
    sizes = [len(row) for row in rows]
    picks = Picks(
        np.repeat(np.arange(len(rows)), sizes),
        np.arange(len(families)),
        np.concatenate([np.arange(1, size + 1) for size in sizes]).astype(np.intp),
        -np.arange(len(families), dtype=np.float32),
    )
    found = without_repeats(picks, families, length)
    start = 0
    for row, own in enumerate(rows):
        kept: list[int] = []
        for place, family in enumerate(own):
            before = [own[other] for other in kept[-9:]]
            if len(kept) < length and (family == NO_FAMILY or before.count(family) < 2):
                kept.append(place)
        mine = found.rows == row
        assert found.columns[mine].tolist() == [start + place for place in kept]
        assert found.ranks[mine].tolist() == list(range(1, len(kept) + 1))
        start += len(own)


def test_no_more_than_two_of_a_family_are_among_the_first_ten_that_are_new_to_a_customer() -> None:
    bags = [f"BAG{n}" for n in range(8)]
    others = [f"OTHER{n}" for n in range(80)]
    lines = [
        *[line(f"c{n}", bag, description=f"JUMBO BAG {bag}") for n in range(9) for bag in bags],
        *[
            line(f"c{n % 9}", other, description=f"{other} {n}Z", unit_price=0.5 + n, invoice=f"i{n}")
            for n, other in enumerate(others)
        ],
        *bought({"new": ["PEN"]}),
    ]
    first = codes(customer_lists(lines), "new", "new_to_you")[:10]
    assert sum(code in bags for code in first) == 2
    assert first[:2] == bags[:2]

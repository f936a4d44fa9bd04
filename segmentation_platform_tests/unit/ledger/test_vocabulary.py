"""What a ledger's products are called, told from its own descriptions in whatever language, and kept."""

from collections import Counter
from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.ledger.vocabulary import ENOUGH, Sold, Vocabulary, learn
from segmentation_platform_tests.support.variants import examples

SHOPS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "English": ("{color} {noun} {size}", ("Mug", "Lamp", "Basket", "Apron"), ("Red", "Blue", "Green", "Ivory"),
                ("small", "large")),
    "Spanish": ("{noun} {color} {size}", ("Taza", "Lámpara", "Cesta", "Delantal"), ("roja", "azul", "verde", "negra"),
                ("pequeña", "grande")),
    "Russian": ("{color} {noun} {size}", ("кружка", "лампа", "корзина", "фартук"),
                ("Красная", "Синяя", "Белая", "Новая"), ("малая", "большая")),
    "Greek": ("{color} {noun} {size}", ("κούπα", "λάμπα", "ποδιά", "τσάντα"), ("Κόκκινη", "Μπλε", "Άσπρη", "Μαύρη"),
              ("μικρή", "μεγάλη")),
    "Chinese": ("{color}{noun}{size}", ("茶杯", "台灯", "篮子", "围裙"), ("红色", "蓝色", "绿色", "白色"),
                ("小号", "大号")),
}  # fmt: skip
PRICES = (3.0, 40.0, 12.0, 22.0)
"""A kind of thing costs about the same in every colour."""


def coverage(sold: Mapping[str, Sold], vocabulary: Vocabulary) -> float:
    """Share of the revenue whose description has a category; 1 where there is no revenue."""
    total = sum(each.revenue for each in sold.values())
    covered = sum(each.revenue for text, each in sold.items() if vocabulary.kind_of(text) is not None)
    return covered / total if total else 1.0


def shop(language: str) -> dict[str, Sold]:
    text, nouns, colors, sizes = SHOPS[language]
    return {
        text.format(noun=noun, color=color, size=size): Sold(100.0, price * (1.1 if place else 1.0))
        for (noun, price), color, (place, size) in product(zip(nouns, PRICES, strict=True), colors, enumerate(sizes))
    }


@pytest.mark.parametrize("language", ["English", "Spanish", "Russian", "Greek"])
def test_products_are_called_by_what_they_are_and_not_by_their_colour_or_size(language: str) -> None:
    _, nouns, colors, _ = SHOPS[language]
    sold = shop(language)
    vocabulary = learn(sold)
    assert set(vocabulary.categories) == {noun.upper() for noun in nouns}
    assert coverage(sold, vocabulary) == 1
    first = next(iter(sold))
    kind = vocabulary.kind_of(first)
    assert kind is not None
    assert kind[0] == nouns[0].upper()
    assert colors[0].upper() in kind[1] or kind[1] == kind[0]


def test_a_script_without_spaces_is_read_by_pairs_of_letters_and_tells_things_apart() -> None:
    sold = shop("Chinese")
    vocabulary = learn(sold)
    assert coverage(sold, vocabulary) == 1
    of_noun = {noun: {vocabulary.kind_of(text) for text in sold if noun in text} for noun in SHOPS["Chinese"][1]}
    assert [len({kind[0] for kind in kinds if kind}) for kinds in of_noun.values()] == [1, 1, 1, 1]
    assert len(vocabulary.categories) == 4


def test_plurals_and_singulars_are_one_category() -> None:
    names = ["RED MUG", "BLUE MUGS", "GREEN MUG", "WHITE MUGS", "RED BOX", "BLUE BOXES", "GREEN BOX"]
    vocabulary = learn({name: Sold(10.0, 2.0) for name in names})
    assert {kind[0] for name in names if (kind := vocabulary.kind_of(name))} == {"MUG", "BOX"}
    assert vocabulary.kind_of("PURPLE MUGS") == ("MUG", "MUG")


def test_two_words_that_stand_together_are_a_type_of_their_category() -> None:
    names = [f"{color} {kind}" for color in ("RED", "BLUE", "GREEN") for kind in ("WATER BOTTLE", "WINE BOTTLE")]
    vocabulary = learn(
        {name: Sold(10.0) for name in names} | {f"{n} THING": Sold(1.0) for n in ("A B", "C D", "E F")}
    )
    assert vocabulary.kind_of("YELLOW WATER BOTTLE") == ("BOTTLE", "WATER BOTTLE")


def test_what_was_learned_stays_and_new_words_come_behind_it() -> None:
    before = learn(shop("English"))
    assert learn(shop("English"), before) is before
    new = {f"{color} Kettle": Sold(5_000.0) for color in ("Red", "Blue", "Green", "Ivory")}
    after = learn(shop("English") | new, before)
    assert after.categories[: len(before.categories)] == before.categories
    assert "KETTLE" in after.categories
    assert all(after.kind_of(text) == before.kind_of(text) for text in shop("English"))


def test_nothing_is_learned_of_nothing() -> None:
    assert learn({}) == Vocabulary()
    assert learn({"": Sold(10.0), "12345": Sold(3.0)}).categories == ()
    assert coverage({}, Vocabulary()) == 1


WORDS = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=2, max_size=8)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=30, unique=True)


@given(texts=TEXTS, data=st.data())
@settings(deadline=None, max_examples=examples(150))
def test_no_shop_has_more_than_a_quarter_of_its_revenue_without_a_category(
    texts: list[str], data: st.DataObject
) -> None:
    revenue = data.draw(st.lists(st.floats(0.01, 1e6), min_size=len(texts), max_size=len(texts)))
    sold = {text: Sold(each, 1.0) for text, each in zip(texts, revenue, strict=True)}
    vocabulary = learn(sold)
    assert coverage(sold, vocabulary) >= ENOUGH - 1e-9
    assert max(Counter(vocabulary.categories).values(), default=1) == 1
    assert learn(sold) == vocabulary, "the same of the same"

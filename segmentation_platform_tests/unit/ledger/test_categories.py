"""Product categories and types by the words of a description."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.ledger.categories import OTHER, ProductRules, categorise, fold, load_rules

RULES = load_rules()
PRODUCT_CODE = r"^\d{5}[A-Z]{0,2}$"


def kind_of(description: str, rules: ProductRules = RULES) -> tuple[str, str]:
    row = categorise([description], rules).iloc[0]
    return row["product_category"], row["product_type"]


def rules_from(tmp_path: Path, text: str) -> ProductRules:
    file = tmp_path / "rules.toml"
    file.write_text(text, encoding="utf-8")
    return load_rules(file)


@pytest.mark.parametrize(
    ("description", "category", "product_type"),
    [
        ("STRIPED LUNCH BAG", "Bags & purses", "Lunch bag"),
        ("enamel mug blue", "Tableware", "Mug"),
        ("Set of 3 Cake Tins", "Kitchen & baking", "Cake tin"),
        ("2 TIER CAKESTAND", "Tableware", "Cake stand"),
        ("LINEN CUSHION COVER", "Textiles & comfort", "Cushion"),
        ("TIN SIGN PLEASE QUEUE", "Signs & wall decoration", "Sign"),
        ("WALL HOOK BRASS", "Furniture & fittings", "Hook & hanger"),
        ("Men's cotton T-shirt", "Clothing & shoes", "Top"),
        ("USB CABLE 2M", "Electronics", "Cable & battery"),
        ("DARK CHOCOLATE", "Food & drink", "Chocolate & sweets"),
        ("HISTORICAL NOVEL", "Books & media", "Book"),
        ("QQXX 42", OTHER, OTHER),
        ("", OTHER, OTHER),
    ],
)
def test_a_description_gets_the_category_a_marketer_expects(
    description: str, category: str, product_type: str
) -> None:
    assert kind_of(description) == (category, product_type)


@pytest.mark.parametrize("description", ["ZZ SMART QQ", "ZZ ARTIST QQ", "ZZ CARPENTER QQ", "ZZ MUGGY QQ"])
def test_a_phrase_inside_a_word_does_not_match(description: str) -> None:
    assert kind_of(description) == (OTHER, OTHER)


@pytest.mark.parametrize(
    "description",
    ["PINK T-LIGHT HOLDER", "PINK T LIGHT HOLDER", "pink t-light holders", "PINK TLIGHT-HOLDER"],
)
def test_hyphens_spaces_case_and_plurals_make_no_difference(description: str) -> None:
    assert kind_of(description)[1] == "T-light holder"


def test_the_longest_phrase_wins() -> None:
    assert kind_of("HOLDER BRASS T-LIGHT HOLDER")[1] == "T-light holder"
    assert kind_of("PLAYING CARDS HOLIDAY MUG")[1] == "Card game"


def test_of_equally_long_phrases_the_last_wins_because_the_noun_stands_there() -> None:
    assert kind_of("PLATE MUG")[1] == "Mug"
    assert kind_of("MUG PLATE")[1] == "Plate"
    assert kind_of("BOX OF 6 CANDLES")[1] == "Candle"


def test_what_follows_with_or_in_or_a_comma_only_describes() -> None:
    assert kind_of("TIN WITH HEART LID AND MUG")[1] == "Tin"
    assert kind_of("PLASTERS IN A TIN")[1] == "Plasters & first aid"
    assert kind_of("GREETING CARD, TWO MUGS")[1] == "Card"
    assert kind_of("BLUE, HAND MADE MUG")[1] == "Mug"


def test_a_motif_decides_only_where_no_product_word_does() -> None:
    assert kind_of("DOORMAT FAIRY CAKE")[1] == "Doormat & rug"
    assert kind_of("FAIRY CAKE")[0] == "Food & drink"
    assert kind_of("HEART OF WICKER")[1] == "Decorative object"


@pytest.mark.parametrize(
    ("description", "product_type"),
    [
        ("CHRISTMAS MUG", "Mug"),
        ("LUNCH BAG XMAS", "Lunch bag"),
        ("WOODEN ADVENT CALENDAR", "Advent calendar"),
        ("KNITTED CHRISTMAS STOCKING", "Bauble & tree decoration"),
        ("SET OF 4 SNOWMEN", "Christmas figure"),
        ("CHRISTMAS QQXX", "Christmas item"),
    ],
)
def test_the_season_wins_the_category_and_leaves_the_type(description: str, product_type: str) -> None:
    assert kind_of(description) == ("Christmas", product_type)


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("BOXES", "BOX"),
        ("GLASSES", "GLASS"),
        ("BRUSHES", "BRUSH"),
        ("CASES", "CASE"),
        ("DOILIES", "DOILY"),
        ("COOKIES", "COOKIE"),
        ("PIES", "PIE"),
        ("KNIVES", "KNIFE"),
        ("DRESS", "DRESS"),
        ("BUS", "BUS"),
    ],
)
def test_plural_and_singular_meet(plural: str, singular: str) -> None:
    assert fold(plural, RULES.plurals) == fold(singular, RULES.plurals)


def test_one_row_comes_back_for_each_distinct_description_and_none_for_a_missing_one() -> None:
    table = categorise(pd.Series(["MUG", None, "PLATE", "MUG"], dtype="str"), RULES)
    assert list(table.columns) == ["description", "product_category", "product_type"]
    assert list(table["description"]) == ["MUG", "PLATE"]


def test_no_description_gives_an_empty_table_of_the_same_columns() -> None:
    table = categorise([], RULES)
    assert table.empty
    assert list(table.columns) == ["description", "product_category", "product_type"]


@given(st.text())
def test_any_text_has_a_known_category_and_other_only_in_both_columns(text: str) -> None:
    category, product_type = kind_of(text)
    assert category in RULES.categories
    assert (category == OTHER) == (product_type == OTHER)


@given(st.lists(st.sampled_from(["MUG", "CHRISTMAS", "HEART", "WITH", "T-LIGHT", "HOLDER", "QQ", "CARD"])))
def test_case_surrounding_space_and_repetition_never_change_the_answer(words: list[str]) -> None:
    text = " ".join(words)
    assert kind_of(text) == kind_of(f"  {text.lower().replace(' ', '   ')} ")


@given(st.lists(st.sampled_from(["MUG", "CANDLE", "ADVENT", "HEART", "QQ", "XMAS"]), min_size=1))
def test_the_season_wins_wherever_it_is_named(words: list[str]) -> None:
    seasonal = bool({"ADVENT", "XMAS"} & set(words))
    assert (kind_of(" ".join(words))[0] == "Christmas") == seasonal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[products.A]\nx = ['MUG']\ny = ['MUGS']",
            r"'MUGS' is listed under products.A.x and again under products.A.y",
        ),
        ("[products.A]\nx = ['MUG']\n[products.B]\nx = ['CUP']", "'x' stands under 'A' and under 'B'"),
        ("[products.A]\nx = 'MUG'", "products.A.x must be a list of texts, not 'MUG'"),
        ("[products]\nA = ['MUG']", r"products.A must be a table of product types"),
        ("[products.A]\nx = ['--']", "products.A.x: phrase '--' has no word"),
        ("[produce.A]\nx = ['MUG']", r"unknown entry \[produce\]"),
        ("[plurals]\nMICE = 3", "plurals.MICE must be a text"),
        ("products = 3", "products must be a table"),
        (
            "[grammar]\nqualifiers = ['IN']\n[products.A]\nx = ['MUG IN BOX']",
            "'MUG IN BOX' holds a qualifier",
        ),
        ("[products.A", "rules.toml"),
    ],
)
def test_a_malformed_file_is_refused_with_the_entry_that_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rules_from(tmp_path, text)


def test_a_shop_can_bring_its_own_rules(tmp_path: Path) -> None:
    rules = rules_from(tmp_path, "[products.Tea]\nOolong = ['OOLONG', 'BLUE TEA']")
    assert kind_of("fine blue-tea", rules) == ("Tea", "Oolong")
    assert rules.categories == ("Tea", OTHER)


def test_many_descriptions_at_once_get_what_each_gets_alone() -> None:
    descriptions = [f"SET OF {n} VINTAGE RED FLOWER PATTERN CERAMIC HEART HOLDER" for n in range(5_000)]
    together = categorise(descriptions, RULES)
    assert together["description"].tolist() == descriptions
    kinds = together[["product_category", "product_type"]].drop_duplicates()
    assert [tuple(kind) for kind in kinds.to_numpy()] == [kind_of(descriptions[0], RULES)]

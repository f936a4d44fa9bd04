"""How numbers are written: any number in a style is read back in it, and the style is told or said to be unclear."""

import math
from collections.abc import Sequence
from itertools import product

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.ledger.profile.model import Numbers
from segmentation_platform.ledger.profile.numbers import find_style, number_pattern, plain, read_number

STYLES = [
    Numbers(decimal=decimal, thousands=thousands)
    for decimal, thousands in product((".", ","), ("", ",", ".", " ", "'"))
    if decimal != thousands
]
ANY_STYLE = st.sampled_from(STYLES)
CENTS = st.integers(-99_999_999, 99_999_999)
MINUSES = st.sampled_from(["-{}", "{}-", "({})", "\u2212{}", "- {}", "{} -", "\u2013{}"])


def written(cents: int, style: Numbers, minus: str = "-{}", decimals: int = 2) -> str:
    """A number as a shop of a style writes it, with 0, 1 or 2 decimals, as far as it has no more."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole:,}".replace(",", style.thousands)
    if decimals == 2 or rest % 10:
        text += f"{style.decimal}{rest:02d}"
    elif decimals == 1 or rest:
        text += f"{style.decimal}{rest // 10}"
    return minus.format(text) if cents < 0 else text


@given(CENTS, ANY_STYLE, MINUSES, st.integers(0, 2))
def test_any_number_written_in_a_style_is_read_back_exactly(
    cents: int, style: Numbers, minus: str, decimals: int
) -> None:
    assert read_number(written(cents, style, minus, decimals), style) == cents / 100


@given(
    CENTS, ANY_STYLE, st.sampled_from(["$", "€", "£", "EUR", "kr", "zł", "US$", "Rp.", "Fr.", "лв."]), st.booleans()
)
def test_signs_beside_a_number_are_left_off(cents: int, style: Numbers, sign: str, behind: bool) -> None:
    text = written(cents, style)
    text = f"{text} {sign}" if behind else f"{sign}{text}"
    signed = style.model_copy(update={"signs": (sign,)})
    assert read_number(text, signed) == cents / 100
    assert read_number(text, style) is None, "unless they are known"


@given(st.lists(CENTS, min_size=1, max_size=60), ANY_STYLE, st.integers(0, 2))
def test_the_style_of_numbers_is_told_or_it_has_a_rival(cents: list[int], style: Numbers, decimals: int) -> None:
    texts = dict.fromkeys((written(each, style, decimals=decimals) for each in cents), 1)
    found = find_style([texts])
    assert not found.unread
    right = [read_number(text, style) for text in texts]
    readings = [found.style, *([found.rival] if found.rival else [])]
    assert right in [[read_number(text, each) for text in texts] for each in readings]


@given(st.lists(CENTS, min_size=1, max_size=60), ANY_STYLE)
def test_two_decimals_everywhere_leave_no_doubt(cents: list[int], style: Numbers) -> None:
    texts = dict.fromkeys((written(each, style) for each in cents), 1)
    found = find_style([texts])
    assert found.rival is None
    assert [read_number(text, found.style) for text in texts] == [read_number(text, style) for text in texts]


@given(st.lists(CENTS, min_size=1, max_size=30), ANY_STYLE)
def test_what_is_said_is_taken(cents: list[int], style: Numbers) -> None:
    texts = dict.fromkeys((written(each, style) for each in cents), 1)
    found = find_style([texts], Numbers(decimal=style.decimal, thousands=style.thousands))
    assert (found.style.decimal, found.style.thousands) == (style.decimal, style.thousands)
    assert found.rival is None


@given(st.text(max_size=30), ANY_STYLE)
def test_any_text_is_a_finite_number_or_none(text: str, style: Numbers) -> None:
    number = read_number(text, style)
    assert number is None or math.isfinite(number)


@given(st.dictionaries(st.text(min_size=1, max_size=12).filter(str.strip), st.integers(1, 9), max_size=20))
def test_any_texts_have_a_style_and_those_that_it_does_not_read_are_named(texts: dict[str, int]) -> None:
    found = find_style([texts])
    assert found.unread == {text: lines for text, lines in texts.items() if read_number(text, found.style) is None}


NUMBER_LIKE = st.text(st.sampled_from("0123456789.,' -+()eE$€\u00a0\u2212"), min_size=1, max_size=12)


@given(st.lists(NUMBER_LIKE, min_size=1, max_size=40), ANY_STYLE)
def test_the_engine_reads_a_text_where_python_does(texts: list[str], style: Numbers) -> None:
    bare = [plain(text, style) for text in texts]
    pattern = number_pattern(style)
    with duckdb.connect() as connection:
        matched = [
            connection.execute("SELECT regexp_full_match($1, $2)", [text, pattern]).fetchone() == (True,)
            for text in bare
        ]
    assert matched == [read_number(text, style) is not None for text in texts]


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (["1.250", "890", "12.000"], (",", ".")),
        (["1,250", "890", "12,000"], (".", ",")),
        (["1 250", "890"], (".", " ")),
        (["1.250,50", "3"], (",", ".")),
        (["12,95", "11", "30"], (",", "")),
        (["0.125", "12.5", "1000"], (".", "")),
        (["1,23,456.50", "890.00"], (".", ",")),
        (["1'250.50", "3.00"], (".", "'")),
        (["1E+3", "2.5"], (".", "")),
        (["0,125", "0,250", "2,500"], (",", "")),
    ],
)
def test_the_look_of_the_texts_tells_the_style(texts: Sequence[str], style: tuple[str, str]) -> None:
    found = find_style([dict.fromkeys(texts, 1)])
    assert found.rival is None
    assert [read_number(text, found.style) for text in texts] == [
        read_number(text, Numbers(decimal=style[0], thousands=style[1])) for text in texts
    ]


@pytest.mark.parametrize("texts", [["1.250", "2.500"], ["1,250", "12,000"], ["3.000"], ["1.500", "22.500", "1.000"]])
def test_three_digits_behind_one_mark_in_all_numbers_are_unclear(texts: Sequence[str]) -> None:
    found = find_style([dict.fromkeys(texts, 1)])
    assert found.rival is not None
    values = {read_number(texts[0], found.style), read_number(texts[0], found.rival)}
    assert len(values) == 2
    assert None not in values


def test_numbers_of_another_column_tell_the_style_of_all() -> None:
    assert find_style([{"1.250": 1, "2.500": 1}, {"12,50": 1}]).style.decimal == ","


def test_most_lines_win_over_most_texts() -> None:
    found = find_style([{"1,5": 100, "2.5": 1, "3.5": 1, "4.5": 1}])
    assert found.style.decimal == ","
    assert found.unread == {"2.5": 1, "3.5": 1, "4.5": 1}


def test_letters_that_are_no_currency_stay_in_the_way() -> None:
    found = find_style([{"12.50": 3, "call us 3": 1}])
    assert found.style.signs == ()
    assert list(found.unread) == ["call us 3"]

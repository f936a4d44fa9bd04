"""What is typed into the form of a basket is read, or told of by row and column."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.app.basket import Line, from_address, purchases, to_address
from segmentation_platform.client import Purchase

CODES = st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True)
LINES = st.builds(
    Line,
    product=CODES,
    quantity=st.integers(1, 999).map(str) | st.just(""),
    price=st.decimals(0, 99, places=2).map(str) | st.just(""),
    bought_on=st.dates().map(str) | st.just(""),
)


def test_what_is_left_empty_is_filled_in() -> None:
    assert purchases([Line(" 85123a ")]) == ([Purchase("85123A", 1.0, None, None)], [])


def test_all_of_a_line_is_read() -> None:
    line = Line("71053", "6", "2.55", "2011-12-01")
    assert purchases([line]) == ([Purchase("71053", 6.0, 2.55, date(2011, 12, 1))], [])


def test_blank_lines_are_passed_over() -> None:
    bought, problems = purchases([Line(), Line("85123A"), Line(" ", " ")])
    assert [purchase.stock_code for purchase in bought] == ["85123A"]
    assert problems == []


def test_nothing_typed_is_told() -> None:
    bought, problems = purchases([Line(), Line()])
    assert bought == []
    assert "at least one product" in str(problems[0])


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (Line("", "6"), "product"),
        (Line("A", "two"), "quantity"),
        (Line("A", "0"), "quantity"),
        (Line("A", "-3"), "quantity"),
        (Line("A", "1e9"), "quantity"),
        (Line("A", "nan"), "quantity"),
        (Line("A", "1", "2,55"), "price"),
        (Line("A", "1", "£2.55"), "price"),
        (Line("A", "1", "2.55", "1/12/2011"), "date"),
        (Line("A", "1", "2.55", "2011-02-30"), "date"),
    ],
)
def test_what_can_not_be_read_is_named_by_row_and_column(line: Line, column: str) -> None:
    _, problems = purchases([Line("85123A"), line])
    assert [(problem.row, problem.column) for problem in problems] == [(2, column)]


@given(st.lists(LINES, max_size=8))
def test_what_was_scored_is_read_from_its_address_again(lines: list[Line]) -> None:
    assert from_address(to_address(lines)) == lines


@given(st.text(max_size=200))
def test_whatever_stands_in_an_address_is_read_or_told_of(value: str) -> None:
    purchases(from_address(value))

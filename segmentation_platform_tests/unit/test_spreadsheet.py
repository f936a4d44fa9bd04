"""What people open in a spreadsheet is text there, never a formula."""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.spreadsheet import safe

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("dtype", ["str", "object", "string"])
def test_a_formula_gets_an_apostrophe(start: str, dtype: str) -> None:
    frame = pd.DataFrame({"description": pd.Series([f"{start}HYPERLINK()", "WHITE MUG"], dtype=dtype)})
    assert safe(frame)["description"].tolist() == [f"'{start}HYPERLINK()", "WHITE MUG"]


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=8))
def test_no_text_of_any_kind_starts_like_a_formula_and_all_of_it_is_still_there(texts: list[str]) -> None:
    found = safe(pd.DataFrame({"text": pd.Series(texts, dtype="object")}))["text"].tolist()
    assert not [text for text in found if text.startswith(STARTS)]
    assert [text[own.startswith(STARTS) :] for text, own in zip(found, texts, strict=True)] == texts


def test_a_formula_character_within_a_text_is_nothing_to_quote() -> None:
    frame = pd.DataFrame({"reason": ["Goes with A-B", "a=b", "x@y", "'=1", ""]})
    pd.testing.assert_frame_equal(safe(frame), frame)


def test_numbers_dates_and_missing_values_stay_as_they_are() -> None:
    frame = pd.DataFrame(
        {
            "score": [-1.5, float("nan"), 2.0],
            "rank": [-1, 0, 1],
            "day": pd.Series(["2011-01-01", None, "2011-01-03"], dtype="datetime64[us]"),
            "is_new": [True, False, True],
            "mixed": pd.Series([-1, None, "plain"], dtype="object"),
            "text": pd.Series(["plain", None, "words"], dtype="str"),
        }
    )
    pd.testing.assert_frame_equal(safe(frame), frame)


def test_the_frame_handed_over_is_not_changed_and_columns_and_rows_keep_their_order() -> None:
    frame = pd.DataFrame({"b": ["=1", "x"], "n": [1, 2], "a": ["y", "@z"]}, index=[7, 3])
    before = frame.copy(deep=True)
    found = safe(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert list(found.columns) == ["b", "n", "a"]
    assert found.index.tolist() == [7, 3]
    assert found["a"].tolist() == ["y", "'@z"]


def test_a_frame_without_rows_or_without_texts_is_fine() -> None:
    empty = pd.DataFrame({"text": pd.Series(dtype="str"), "n": pd.Series(dtype="int64")})
    assert list(safe(empty).columns) == ["text", "n"]
    assert safe(empty).empty
    numbers = pd.DataFrame({"n": [-1]})
    pd.testing.assert_frame_equal(safe(numbers), numbers)


def test_the_file_that_is_written_holds_no_formula() -> None:
    frame = pd.DataFrame({"customer": ['=cmd|" /C calc"!A0', "12345"], "score": [-0.5, 1.0]})
    text = safe(frame).to_csv(index=False)
    read = pd.read_csv(io.StringIO(text), dtype="str")
    assert read["customer"].tolist() == ['\'=cmd|" /C calc"!A0', "12345"]
    assert read["score"].tolist() == ["-0.5", "1.0"]

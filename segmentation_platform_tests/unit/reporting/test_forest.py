"""The forest plot of recommendation quality is small enough for Dagster to show, and says what the figures say."""

import re
from urllib.request import urlopen
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.reporting.thumbnails.forest import forest_svg
from segmentation_platform.reporting.thumbnails.svg import markdown_image

SVG = "{http://www.w3.org/2000/svg}"
LONGEST_SHOWN = 1_000
"""Dagster shows a picture of fewer characters of markdown in place; a longer one is cut."""

SHOWN = {
    "customer_lists": "customers",
    "segment_lists": "segments",
    "recent_popularity": "recent",
    "global_popularity": "popular",
}
Interval = tuple[float, float, float]

_INTERVALS = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted).map(lambda ends: (*ends,))


def quality(intervals: dict[str, Interval]) -> pd.DataFrame:
    """Low, value and high of some models."""
    rows = [(model, *interval) for model, interval in intervals.items()]
    return pd.DataFrame(rows, columns=["model", "low", "value", "high"])


def picture(table: pd.DataFrame) -> tuple[str, ElementTree.Element]:
    """The markdown, and the picture that a browser finds in it."""
    markdown = markdown_image("NDCG@10 of every list with its interval", forest_svg(table))
    found = re.fullmatch(r"!\[.+\]\((data:image/svg\+xml[;,][^()<>]+)\)", markdown)
    assert found, markdown
    with urlopen(found[1]) as data:  # noqa: S310 - a data URI
        return markdown, ElementTree.fromstring(data.read())  # noqa: S314 - our own


def lines(drawn: ElementTree.Element) -> dict[str, Interval]:
    """Left end, dot and right end of every line by its label."""
    words = [text.text or "" for text in drawn.findall(f"{SVG}text")]
    ends = [re.fullmatch(r"M(\d+) (\d+)H(\d+)", path.get("d") or "") for path in drawn.findall(f"{SVG}path")]
    dots = drawn.findall(f"{SVG}circle")
    found = {}
    for word, end, dot in zip(words, ends, dots, strict=True):
        assert end, word
        assert end[2] == dot.get("cy"), "the dot is on its line"
        found[word] = (float(end[1]), float(dot.get("cx") or "nan"), float(end[3]))
    return found


FOUR: dict[str, Interval] = {
    "global_popularity": (0.034_56, 0.041_23, 0.048_91),
    "customer_lists": (0.201_23, 0.223_45, 0.245_67),
    "recent_popularity": (0.051_23, 0.060_12, 0.071_23),
    "segment_lists": (0.071_23, 0.081_23, 0.094_56),
}


@given(st.fixed_dictionaries(dict.fromkeys(SHOWN, _INTERVALS)))
def test_for_any_figures_it_is_short_enough_well_formed_and_within_the_picture(
    intervals: dict[str, Interval],
) -> None:
    markdown, drawn = picture(quality(intervals))
    assert len(markdown) < LONGEST_SHOWN
    width, height = float(drawn.get("width", 0)), float(drawn.get("height", 0))
    found = lines(drawn)
    assert len(drawn.findall(f"{SVG}path")) == len(SHOWN)
    for low, value, high in found.values():
        assert 0 <= low <= value <= high <= width
    assert all(0 < float(text.get("y", 0)) < height for text in drawn.findall(f"{SVG}text"))


def test_every_model_has_a_line_with_its_value_and_the_best_comes_first() -> None:
    _, drawn = picture(quality(FOUR))
    assert list(lines(drawn)) == ["customers 0.22", "segments 0.08", "recent 0.06", "popular 0.04"]
    heights = [float(text.get("y", 0)) for text in drawn.findall(f"{SVG}text")]
    assert heights == sorted(set(heights)), "below each other"


def test_lines_are_to_one_scale() -> None:
    found = lines(picture(quality({"customer_lists": (0.2, 0.3, 0.4), "segment_lists": (0.1, 0.15, 0.2)}))[1])
    (_, _, far), (start, middle, end) = found["customers 0.30"], found["segments 0.15"]
    assert end == found["customers 0.30"][0], "both are 0.2"
    assert middle - start == pytest.approx((far - end) / 4, abs=1)


@pytest.mark.parametrize("models", [["customer_lists"], ["global_popularity", "segment_lists"], []])
def test_models_that_are_missing_leave_no_line_and_no_room(models: list[str]) -> None:
    _, drawn = picture(quality({model: FOUR[model] for model in models}))
    assert {word.split()[0] for word in lines(drawn)} == {SHOWN[model] for model in models}
    assert float(drawn.get("height", 0)) <= 13 * (len(models) + 1)


def test_models_that_are_not_shown_change_nothing() -> None:
    more = quality({**FOUR, "buy_again": (0.7, 0.8, 0.9), "item_knn": (0.1, 0.2, 0.3)})
    assert forest_svg(more) == forest_svg(quality(FOUR))


def test_the_order_of_the_rows_makes_no_difference() -> None:
    table = quality(FOUR)
    assert forest_svg(table.sample(frac=1, random_state=1)) == forest_svg(table)


def test_where_nothing_was_hit_all_lines_begin_at_nothing() -> None:
    found = lines(picture(quality(dict.fromkeys(SHOWN, (0.0, 0.0, 0.0))))[1])
    assert set(found.values()) == {(95.0, 95.0, 95.0)}

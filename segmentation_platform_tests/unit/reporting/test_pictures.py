"""Dagster's pictures are short enough to be shown, and XML, whatever the words and numbers."""

import re
from base64 import b64decode
from xml.etree import ElementTree

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.reporting.thumbnails.shapes import MOST_CHARACTERS, bars, columns
from segmentation_platform.reporting.thumbnails.tables import picture
from segmentation_platform_tests.support.report_frames import profiles, quality, season


def drawn(markdown: str) -> ElementTree.Element:
    """The picture of a markdown image."""
    assert len(markdown) <= MOST_CHARACTERS
    found = re.fullmatch(r"!\[[^\]]+\]\(data:image/svg\+xml;base64,([^)]+)\)", markdown)
    assert found
    return ElementTree.fromstring(b64decode(found[1]))  # noqa: S314 - our own


@given(st.lists(st.tuples(st.text(max_size=40), st.floats(0, 1e12), st.sampled_from(["", "#0072b2"])), max_size=30))
def test_any_bars_are_shown(rows: list[tuple[str, float, str]]) -> None:
    drawn(bars("Anything", rows))


@given(st.lists(st.floats(0, 1e12), max_size=60), st.text(max_size=60))
def test_any_columns_are_shown(values: list[float], words: str) -> None:
    drawn(columns("Anything", values, words))


def test_bars_are_as_long_as_their_numbers_against_each_other() -> None:
    svg = drawn(bars("Two", [("a", 50.0, ""), ("b", 100.0, "#0072b2")]))
    paths = svg.findall(".//{http://www.w3.org/2000/svg}path")
    assert [path.get("d", "").partition("h")[2] for path in paths] == ["60", "120"]
    assert [path.get("stroke") for path in paths] == [None, "#0072b2"]


def test_a_table_without_rows_is_drawn_as_nothing() -> None:
    for name, table in (
        ("rec_backtest", quality({})),
        ("seasonality", season([])),
        ("segment_profiles", profiles({})),
    ):
        assert "nothing" in "".join(drawn(picture(name, table)).itertext())


def test_the_segments_keep_their_colours() -> None:
    svg = drawn(picture("segment_profiles", profiles()))
    paths = svg.findall(".//{http://www.w3.org/2000/svg}path")
    assert [path.get("stroke") for path in paths] == profiles()["color"].tolist()


def test_a_histogram_counts_what_is_beyond_its_ends_at_its_ends() -> None:
    demand = pd.DataFrame({"trend": [0.5, 0.6, 99.0]})
    assert "0 to 3" in "".join(drawn(picture("product_demand", demand)).itertext())

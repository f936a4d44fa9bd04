"""Dagster's pictures are short enough to be shown, and XML, whatever the words and numbers."""

import re
from base64 import b64decode
from xml.etree import ElementTree

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.contracts import (
    WORKING,
    Contract,
    ProductDemand,
    RecommendationQuality,
    Seasonality,
    Segments,
)
from segmentation_platform.contracts.shown import Bars, Counts, Drawn
from segmentation_platform.reporting.thumbnails.drawn import DRAWN
from segmentation_platform.reporting.thumbnails.shapes import MOST_CHARACTERS, bars, columns
from segmentation_platform.reporting.thumbnails.tables import draw, thumbnail
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
    tables: tuple[tuple[type[Contract], pd.DataFrame], ...] = (
        (RecommendationQuality, quality({})),
        (Seasonality, season([])),
        (Segments, profiles({})),
    )
    for contract, table in tables:
        assert "nothing" in "".join(drawn(thumbnail(contract, table)).itertext())


def test_the_segments_keep_their_colours() -> None:
    svg = drawn(thumbnail(Segments, profiles()))
    paths = svg.findall(".//{http://www.w3.org/2000/svg}path")
    assert [path.get("stroke") for path in paths] == profiles()["color"].tolist()


def test_a_histogram_counts_what_is_beyond_its_ends_at_its_ends() -> None:
    demand = pd.DataFrame({"trend": [0.5, 0.6, 99.0]})
    assert "0 to 3" in "".join(drawn(thumbnail(ProductDemand, demand)).itertext())


def test_counts_can_leave_rows_out_and_names_of_the_program_are_words() -> None:
    table = pd.DataFrame({"list": ["buy_again", "buy_again", "new_to_you"], "is_shown": [True, False, True]})
    words = "".join(drawn(draw(Counts("Rows", "list", only="is_shown"), "any", table)).itertext())
    assert words == "buy again1new to you1"


def test_bars_come_by_length_unless_a_column_orders_them() -> None:
    table = pd.DataFrame({"name": ["short", "long"], "size": [1.0, 9.0], "place": [1, 2]})
    by_length = "".join(drawn(draw(Bars("Sizes", "name", "size"), "any", table)).itertext())
    by_place = "".join(drawn(draw(Bars("Sizes", "name", "size", order="place"), "any", table)).itertext())
    assert (by_length, by_place) == ("long9short1", "short1long9")


def test_what_a_contract_wants_drawn_by_a_function_of_its_own_has_one() -> None:
    wanted = {c.table() for c in WORKING if (shown := c.shown()) and isinstance(shown.picture, Drawn)}
    assert wanted == set(DRAWN)

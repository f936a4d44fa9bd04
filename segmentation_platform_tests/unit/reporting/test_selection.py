"""The picture of the choice of a model is small enough for Dagster to show, and a picture."""

import re
from urllib.request import urlopen
from xml.etree import ElementTree

import pandas as pd
import pytest

from segmentation_platform.reporting.thumbnails.selection import selection_svg
from segmentation_platform.reporting.thumbnails.svg import markdown_image, polyline
from segmentation_platform.segments.lifecycle.nightly import selection_table
from segmentation_platform_tests.support.ledgers import simulated_night

SVG = "{http://www.w3.org/2000/svg}"
LONGEST_SHOWN = 1_000
"""Dagster shows a picture of fewer characters of markdown in place; a longer one is cut."""


def evidence(ks: list[int], chosen: int, is_foretold: bool = True) -> pd.DataFrame:
    """Figures of two transforms, of which the second is the chosen one's."""
    rows = [
        {
            "transform": transform,
            "k": k,
            "is_chosen": (transform, k) == ("yeo-johnson", chosen),
            "min_jaccard": 0.983_456 - 0.042_3 * k - worse,
            "prediction_strength": 0.912_3 - 0.051_7 * k - worse,
            "repurchase_auc": 0.601_2 + 0.021_3 * k - worse if is_foretold else None,
        }
        for transform, worse in (("raw", 0.3), ("yeo-johnson", 0.0))
        for k in ks
    ]
    return pd.DataFrame(rows).astype({"repurchase_auc": "float64"})


def picture(table: pd.DataFrame) -> tuple[str, ElementTree.Element]:
    """The markdown, and the picture that a browser finds in it."""
    markdown = markdown_image("Evidence by k", selection_svg(table))
    found = re.fullmatch(r"!\[.+\]\((data:image/svg\+xml[;,][^()<>]+)\)", markdown)
    assert found, markdown
    with urlopen(found[1]) as data:  # noqa: S310 - a data URI
        return markdown, ElementTree.fromstring(data.read())  # noqa: S314 - our own


@pytest.mark.parametrize("k_max", range(3, 9))
@pytest.mark.parametrize(("is_foretold", "panels"), [(True, 3), (False, 2)])
def test_for_every_choice_it_is_short_enough_and_well_formed(k_max: int, is_foretold: bool, panels: int) -> None:
    ks = list(range(3, k_max + 1))
    for chosen in ks:
        markdown, drawn = picture(evidence(ks, chosen, is_foretold))
        assert len(markdown) < LONGEST_SHOWN
        assert len(drawn.findall(f"{SVG}polyline")) == panels


@pytest.mark.parametrize("ks", [list(range(2, 9)), list(range(3, 9)), [5]])
def test_every_line_has_a_point_for_every_k_within_the_picture(ks: list[int]) -> None:
    _, drawn = picture(evidence(ks, 5))
    width, height = float(drawn.get("width", 0)), float(drawn.get("height", 0))
    for line in drawn.findall(f"{SVG}polyline"):
        points = [tuple(map(float, point.split(","))) for point in (line.get("points") or "").split()]
        assert len(points) == len(ks)
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
        assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_the_chosen_k_is_marked_and_its_figures_are_written() -> None:
    _, drawn = picture(evidence([3, 4, 5], 4))
    words = [text.text for text in drawn.findall(f"{SVG}text")]
    assert words == ["Jaccard 0.81 k=4", "strength 0.71 k=4", "AUC 0.69 k=4"]
    for line, mark in zip(drawn.findall(f"{SVG}polyline"), drawn.findall(f"{SVG}path"), strict=True):
        middle = (line.get("points") or "").split()[1].split(",")[0]
        assert (mark.get("d") or "").startswith(f"M{middle} ")


def test_the_order_of_the_rows_makes_no_difference() -> None:
    table = evidence([3, 4, 5, 6], 5)
    assert selection_svg(table.sample(frac=1, random_state=1)) == selection_svg(table)


def test_a_shop_s_own_evidence_can_be_drawn() -> None:
    markdown, drawn = picture(selection_table({"all": simulated_night(4)}))
    assert len(markdown) < LONGEST_SHOWN
    assert [(text.text or "").split()[0] for text in drawn.findall(f"{SVG}text")] == ["Jaccard", "strength"]


def test_higher_values_are_drawn_higher() -> None:
    points = re.findall(r"(\d+),(\d+)", polyline([1.0, 3.0, 2.0], (0, 0, 10, 10), "teal"))
    assert points == [("0", "10"), ("5", "0"), ("10", "5")]


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0, 2.0]])
def test_a_single_value_or_equal_ones_are_a_level_line(values: list[float]) -> None:
    points = re.findall(r"(\d+),(\d+)", polyline(values, (0, 0, 10, 10), "teal"))
    assert len(points) == len(values)
    assert len({y for _, y in points}) == 1

"""The picture of the choice of k is small enough for Dagster to show, and a picture."""

import re
from urllib.request import urlopen
from xml.etree import ElementTree

import pandas as pd
import pytest

from segmentation_platform.reporting.selection import selection_svg
from segmentation_platform.reporting.svg import markdown_image, polyline

SVG = "{http://www.w3.org/2000/svg}"
LONGEST_SHOWN = 1_000
"""Dagster shows a picture of fewer characters of markdown in place; a longer one is cut."""


def evidence(ks: list[int], scale: float = 1.0) -> pd.DataFrame:
    """Figures as long as they get: fractions, and inertias of millions of customers."""
    return pd.DataFrame(
        {
            "k": ks,
            "inertia": [scale * 12_345_678.901 / k for k in ks],
            "silhouette": [0.383_456 - 0.012_3 * k for k in ks],
        }
    )


def picture(ks: list[int], chosen: int, scale: float = 1.0) -> tuple[str, ElementTree.Element]:
    """The markdown, and the picture that a browser finds in it."""
    markdown = markdown_image("Inertia and silhouette by k", selection_svg(evidence(ks, scale), chosen))
    found = re.fullmatch(r"!\[.+\]\((data:image/svg\+xml[;,][^()<>]+)\)", markdown)
    assert found, markdown
    with urlopen(found[1]) as data:  # noqa: S310 - a data URI
        return markdown, ElementTree.fromstring(data.read())  # noqa: S314 - our own


@pytest.mark.parametrize("k_max", range(3, 9))
@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_for_every_choice_it_is_short_enough_and_well_formed(k_max: int, scale: float) -> None:
    ks = list(range(3, k_max + 1))
    for chosen in ks:
        markdown, drawn = picture(ks, chosen, scale)
        assert len(markdown) < LONGEST_SHOWN
        assert len(drawn.findall(f"{SVG}polyline")) == 2


@pytest.mark.parametrize("ks", [list(range(2, 9)), list(range(3, 9))])
def test_both_lines_have_a_point_for_every_k_within_the_picture(ks: list[int]) -> None:
    _, drawn = picture(ks, 5)
    width, height = float(drawn.get("width", 0)), float(drawn.get("height", 0))
    for line in drawn.findall(f"{SVG}polyline"):
        points = [tuple(map(float, point.split(","))) for point in (line.get("points") or "").split()]
        assert len(points) == len(ks)
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
        assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_the_chosen_k_is_marked_and_its_figures_are_written() -> None:
    _, drawn = picture([3, 4, 5], 4)
    words = [text.text for text in drawn.findall(f"{SVG}text")]
    assert words == ["inertia 3.086e+06 at k=4", "3", "5", "silhouette 0.3343 at k=4", "3", "5"]
    for line, mark in zip(drawn.findall(f"{SVG}polyline"), drawn.findall(f"{SVG}path"), strict=True):
        middle = (line.get("points") or "").split()[1].split(",")[0]
        assert (mark.get("d") or "").startswith(f"M{middle} ")


def test_higher_values_are_drawn_higher() -> None:
    points = re.findall(r"(\d+),(\d+)", polyline([1.0, 3.0, 2.0], (0, 0, 10, 10), "teal"))
    assert points == [("0", "10"), ("5", "0"), ("10", "5")]


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0, 2.0]])
def test_a_single_value_or_equal_ones_are_a_level_line(values: list[float]) -> None:
    points = re.findall(r"(\d+),(\d+)", polyline(values, (0, 0, 10, 10), "teal"))
    assert len(points) == len(values)
    assert len({y for _, y in points}) == 1

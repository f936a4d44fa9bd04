"""The picture of the season is small enough for Dagster to show, and drawn to the scale of its figures."""

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.reporting.thumbnails.season import season_svg
from segmentation_platform.reporting.thumbnails.svg import markdown_image

SVG = "{http://www.w3.org/2000/svg}"
LONGEST_SHOWN = 1_000


def months(indices: list[float], spread: float = 0.1) -> pd.DataFrame:
    """Months with these indices and intervals around them."""
    index = np.array(indices)
    return pd.DataFrame(
        {
            "period": pd.date_range("2010-12-01", periods=len(index), freq="MS"),
            "season_index": index,
            "index_low": index * (1 - spread),
            "index_high": index * (1 + spread),
            "baseline": "2011-03 to 2011-08",
        }
    )


def bars(svg: str) -> list[tuple[int, int]]:
    """Floor and top of every bar."""
    path = ElementTree.fromstring(svg).findall(f"{SVG}path")[0].get("d") or ""  # noqa: S314 - our own
    return [(int(floor), int(top)) for floor, top in re.findall(r"M\d+ (\d+)V(\d+)", path)]


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=40))
def test_for_any_figures_it_is_short_enough_and_within_the_picture(indices: list[float]) -> None:
    svg = season_svg(months(indices))
    assert len(markdown_image("Index of each month with its interval", svg)) < LONGEST_SHOWN
    found = bars(svg)
    assert len(found) == min(len(indices), 13)
    assert all(0 <= top <= floor <= 82 for floor, top in found)


def test_bars_are_as_high_as_their_months_against_each_other() -> None:
    heights = [floor - top for floor, top in bars(season_svg(months([1.0, 2.0, 4.0], spread=0.0)))]
    assert heights == [14, 28, 55]


def test_months_without_an_index_or_an_interval_leave_no_bar_or_no_whisker() -> None:
    table = months([1.0, 2.0, 3.0])
    table.loc[0, "season_index"] = np.nan
    table.loc[1, ["index_low", "index_high"]] = np.nan
    svg = season_svg(table)
    assert len(bars(svg)) == 2
    assert "nan" not in svg

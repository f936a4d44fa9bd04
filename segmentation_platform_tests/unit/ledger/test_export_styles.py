"""Exports of a made-up shop in styles drawn at random: understood to the cent, or asked about."""

import os
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.inspection import Given, inspect
from segmentation_platform_tests.support.exports import Style, draw_style, write_export

TODAY = date(2026, 11, 29)
IN_A_BATCH = 25
STYLES = int(os.environ.get("SEGMENTATION_EXPORT_STYLES", "45"))
"""How many styles are tried; CI asks for more."""


def outcome(style: Style, seed: int, folder: Path) -> str:
    """What comes of the export: `right`, `asked`, or what is wrong with it."""
    path, expected = write_export(folder, style, seed)
    found = inspect(DuckDBEngine(), identify(path), Given(today=TODAY))
    if found.stopping:
        return "asked"
    figures = found.figures
    got = (figures.sales, figures.orders, figures.customers, round(figures.net * 100))
    right = (expected.lines, expected.orders, expected.customers, expected.cents)
    return "right" if got == right else f"seed {seed}: {got} in place of {right}, {style}"


def outcomes(first: int, number: int, folder: Path) -> Counter[str]:
    """What comes of the exports of so many seeds."""
    return Counter(outcome(draw_style(Random(seed)), seed, folder) for seed in range(first, first + number))  # noqa: S311


@pytest.mark.parametrize("batch", range(max(1, STYLES // IN_A_BATCH)))
def test_every_style_is_understood_to_the_cent_or_asked_about(batch: int, tmp_path: Path) -> None:
    found = outcomes(batch * IN_A_BATCH, IN_A_BATCH, tmp_path)
    assert set(found) <= {"right", "asked"}
    assert found["right"] >= 0.9 * IN_A_BATCH, "asking about everything is no understanding"

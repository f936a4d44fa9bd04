"""Shapes that thumbnails are made of: bars with their words, columns of a run of numbers, histograms."""

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
import pandas as pd

from segmentation_platform.reporting.thumbnails.svg import markdown_image, text

MOST_CHARACTERS = 999
"""Dagster shows a picture inline while its markdown is shorter than 1,000 characters."""

_TEAL = "#00616b"
_STEP, _LEFT, _WIDTH, _LETTERS = 15, 96, 120, 14
_BINS = 20
_COLUMNS, _FLOOR, _TOP, _SPAN = 24, 58, 12, 240

Bar = tuple[str, float, str]
"""A word, a number that is not below 0, and a colour; empty for the usual one."""


def bars(title: str, rows: Iterable[Bar]) -> str:
    """A bar for each row, the first ones if not all fit, as a markdown image.

    Args:
        title: what is shown
        rows: most important first

    """
    drawn = list(rows)
    fitting = (_image(title, _bars(drawn[:count])) for count in range(min(len(drawn), 8), 0, -1))
    return next((image for image in fitting if len(image) <= MOST_CHARACTERS), _image(title, _words("nothing")))


def columns(title: str, values: Sequence[float], words: str) -> str:
    """A column for each number, the last ones of many, as a markdown image.

    Args:
        title: what is shown
        values: not below 0
        words: written below

    """
    shown = list(values)[-_COLUMNS:]
    if not shown:
        return _image(title, _words("nothing"))
    step, highest = _SPAN / len(shown), max(*shown, 1e-9)
    height = _FLOOR - _TOP
    marks = "".join(
        f"M{(place + 0.5) * step:.0f} {_FLOOR}v{-max(round(value / highest * height), 0)}"
        for place, value in enumerate(shown)
    )
    path = f"<path d='{marks}' stroke='{_TEAL}' stroke-width='{max(step * 0.7, 1):.0f}'/>"
    return _image(title, _svg(72, path + text(0, 8, f"max {_short(max(shown))}") + text(0, 70, _cut(words, 40))))


def histogram(title: str, values: pd.Series, words: str, within: tuple[float, float] | None = None) -> str:
    """How often numbers occur, as columns of a markdown image.

    Args:
        title: what is shown
        values: numbers
        words: written below, before the range
        within: values beyond these count as these

    """
    numbers = values.to_numpy(dtype=float)
    if not len(numbers):
        return columns(title, [], words)
    counts, edges = np.histogram(np.clip(numbers, *within) if within else numbers, bins=_BINS, range=within)
    return columns(title, counts.tolist(), f"{words}: {edges[0]:.3g} to {edges[-1]:.3g}")


def pairs(words: pd.Series, numbers: pd.Series, colors: pd.Series | None = None) -> list[Bar]:
    """Bars of words and numbers, row by row, in colours where they are given."""
    shades = [""] * len(words) if colors is None else colors
    return [
        (str(word), float(number), str(shade)) for word, number, shade in zip(words, numbers, shades, strict=True)
    ]


def largest(sizes: pd.Series) -> list[Bar]:
    """Bars of sizes by their index, the largest first."""
    ordered = sizes.sort_values(ascending=False, kind="stable")
    return [(str(name), float(size), "") for name, size in ordered.items()]


def _image(title: str, svg: str) -> str:
    return markdown_image(title, svg)


def _bars(rows: Sequence[Bar]) -> str:
    highest = max((number for _, number, _ in rows), default=0.0) or 1.0
    drawn = "".join(_bar(place, row, highest) for place, row in enumerate(rows))
    return _svg(_STEP * len(rows) + 4, f"<g stroke-width='9' stroke='{_TEAL}'>{drawn}</g>{_labels(rows)}")


def _bar(place: int, row: Bar, highest: float) -> str:
    _, number, color = row
    painted = f" stroke='{color}'" if color else ""
    return f"<path d='M{_LEFT} {_STEP * place + 9}h{max(round(number / highest * _WIDTH), 1)}'{painted}/>"


def _labels(rows: Sequence[Bar]) -> str:
    return "".join(
        text(0, _STEP * place + 12, _cut(word, _LETTERS))
        + text(_LEFT + _WIDTH + 4, _STEP * place + 12, _short(number))
        for place, (word, number, _) in enumerate(rows)
    )


def _words(words: str) -> str:
    return _svg(20, text(0, 13, words))


def _svg(height: int, inner: str) -> str:
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='262' height='{height}' font-size='10'>{inner}</svg>"


def _cut(words: str, most: int) -> str:
    # A control character would be no XML.
    said = "".join(sign if sign.isprintable() else " " for sign in words)
    return escape(said if len(said) <= most else said[: most - 1] + "…")


def _short(number: float) -> str:
    """A number in few letters."""
    for limit, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(number) >= limit:
            divided = number / {"G": 1e9, "M": 1e6, "k": 1e3}[sign]
            return f"{divided:.3g}{sign}"
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:.3g}"

"""The picture of the season: a bar for each month, with its interval, and a line at the quiet months."""

import pandas as pd

from segmentation_platform.reporting.thumbnails.svg import text

_STEP, _FLOOR, _HEIGHT, _MONTHS = 20, 70, 55, 13


def season_svg(seasonality: pd.DataFrame) -> str:
    """The index of the last months, thirteen at most.

    Args:
        seasonality: rows of `contracts.Seasonality` of one subject, at least one with an index

    """
    known = seasonality[seasonality["season_index"].notna()].sort_values("period").tail(_MONTHS)
    highest = max(known["index_high"].fillna(known["season_index"]).max(), 1.0)
    scale = _HEIGHT / highest
    bars = "".join(f"M{_at(n)} {_FLOOR}V{_y(i, scale)}" for n, i in enumerate(known["season_index"]))
    ends = zip(known["index_low"], known["index_high"], strict=True)
    whiskers = "".join(f"M{_at(n)} {_y(a, scale)}V{_y(b, scale)}" for n, (a, b) in enumerate(ends) if a == a)
    line = f"M0 {_y(1.0, scale)}H{_STEP * _MONTHS}"
    first, last = known["period"].iloc[0], known["period"].iloc[-1]
    words = text(0, 80, f"{first:%Y-%m} to {last:%Y-%m}, 1 = {known['baseline'].iloc[-1]}")
    paths = f"<path d='{bars}' stroke='teal' stroke-width='9'/><path d='{whiskers}{line}' stroke='#000'/>"
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='262' height='82' font-size='9'>{paths}{words}</svg>"


def _at(place: int) -> int:
    return 10 + _STEP * place


def _y(value: float, scale: float) -> str:
    return f"{_FLOOR - value * scale:.0f}"

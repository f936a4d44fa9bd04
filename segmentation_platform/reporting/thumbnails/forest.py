"""The forest plot of recommendation quality: a figure and its interval for every model."""

import pandas as pd

from segmentation_platform.reporting.thumbnails.svg import text

_LEFT, _WIDTH, _STEP = 95, 150, 13
_SHORT = {
    "customer_lists": "customers",
    "segment_lists": "segments",
    "recent_popularity": "recent",
    "global_popularity": "popular",
}


def forest_svg(quality: pd.DataFrame) -> str:
    """One line for both kinds of lists and for what is popular: the interval, and a dot at the value.

    Args:
        quality: rows of `contracts.RecommendationQuality` of one task, origin and metric, one per model

    """
    shown = quality[quality["model"].isin(list(_SHORT))].sort_values("value", ascending=False)
    scale = _WIDTH / max(float(shown["high"].max()), 1e-9)
    rows = "".join(_row(place, row, scale) for place, row in enumerate(shown.to_dict("records")))
    height = _STEP * (len(shown) + 1)
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='290' height='{height}' font-size='9'>{rows}</svg>"


def _row(place: int, row: dict[object, object], scale: float) -> str:
    y = _STEP * (place + 1)
    low, value, high = (_LEFT + float(str(row[name])) * scale for name in ("low", "value", "high"))
    line = f"<path d='M{low:.0f} {y - 3}H{high:.0f}' stroke='teal'/><circle cx='{value:.0f}' cy='{y - 3}' r='2'/>"
    name = f"{_SHORT[str(row['model'])]} {float(str(row['value'])):.2f}"
    return text(0, y, name) + line

"""The picture of the choice of k."""

import pandas as pd

from segmentation_platform.reporting.svg import polyline, text

_BLUE, _GREY = "teal", "gray"


def selection_svg(evidence: pd.DataFrame, chosen: int) -> str:
    """Two panels over k: inertia (the elbow) and silhouette; the chosen k is marked by a line.

    Args:
        evidence: columns k, inertia and silhouette, one row per k in order
        chosen: the k that was chosen

    """
    ks = evidence["k"].tolist()
    panels = _panel(10, "inertia", evidence["inertia"].tolist(), ks, chosen)
    panels += _panel(150, "silhouette", evidence["silhouette"].tolist(), ks, chosen)
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='270' height='92' font-size='9'>{panels}</svg>"


def _panel(left: int, title: str, values: list[float], ks: list[int], chosen: int) -> str:
    width = 110
    at = left + width * ks.index(chosen) / max(len(ks) - 1, 1)
    mark = f"<path d='M{at:.0f} 16v60' stroke='{_GREY}'/>"
    labels = text(left, 10, f"{title} {values[ks.index(chosen)]:.4g} at k={chosen}")
    ends = text(left, 88, str(ks[0])) + text(left + width - 5, 88, str(ks[-1]))
    return labels + mark + polyline(values, (left, 16, width, 60), _BLUE) + ends

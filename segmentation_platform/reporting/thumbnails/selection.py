"""The picture of the choice of a model."""

import pandas as pd

from segmentation_platform.reporting.thumbnails.svg import polyline, text

_TEAL, _GREY = "teal", "gray"
_WIDTH = 80
_PANELS = {"min_jaccard": "Jaccard", "prediction_strength": "strength", "repurchase_auc": "AUC"}


def selection_svg(evidence: pd.DataFrame) -> str:
    """Panels over k for the chosen transform: stability, prediction strength, and what segments predict.

    Args:
        evidence: columns of `contracts.ModelSelection`, of one model; AUC is left out where it is not known

    """
    chosen = evidence[evidence["is_chosen"]].iloc[0]
    tried = evidence[evidence["transform"] == chosen["transform"]].sort_values("k")
    drawn = [name for name in _PANELS if tried[name].notna().all()]
    panels = "".join(
        _panel(10 + place * (_WIDTH + 15), tried, name, int(chosen["k"])) for place, name in enumerate(drawn)
    )
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='290' height='76' font-size='9'>{panels}</svg>"


def _panel(left: int, tried: pd.DataFrame, name: str, k: int) -> str:
    values, ks = tried[name].tolist(), tried["k"].tolist()
    at = left + _WIDTH * ks.index(k) / max(len(ks) - 1, 1)
    label = text(left, 10, f"{_PANELS[name]} {values[ks.index(k)]:.2f} k={k}")
    mark = f"<path d='M{at:.0f} 16v54' stroke='{_GREY}'/>"
    return label + mark + polyline(values, (left, 16, _WIDTH, 54), _TEAL)

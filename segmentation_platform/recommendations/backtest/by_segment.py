"""What the lists are worth to the customers of each segment, against what all customers get."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.contracts.recommendations import QualityBySegment
from segmentation_platform.recommendations.arrays import Floats
from segmentation_platform.recommendations.backtest.metrics import LIST_NAMES, NAMES, PERCENTILES, Bootstrap

_METRICS: Final = ("ndcg@10", "hit_rate@10", *LIST_NAMES)
_FEWEST: Final = 10
"""Customers of a segment without whom nothing is said of it."""


def by_segment(
    measured: Mapping[tuple[str, str], Floats], segments: "npt.NDArray[np.object_]", draws: Bootstrap
) -> pd.DataFrame:
    """Tell each segment's figures, with intervals.

    Args:
        measured: by list and task, the metrics of each customer, as of `outcomes.Measured`
        segments: name of the segment of each; none for who has no segment
        draws: of the customers

    Returns:
        Columns of `contracts.QualityBySegment` but for `origin`.

    """
    columns = [(*NAMES, *LIST_NAMES).index(name) for name in _METRICS]
    rows = []
    for (model, task), metrics in measured.items():
        every = metrics[:, columns]
        for segment in sorted({name for name in segments if isinstance(name, str)}):
            own = np.where((segments == segment)[:, None], every, np.nan)
            customers = int((~np.isnan(own[:, 0])).sum())
            if customers >= _FEWEST:
                named = {"segment": segment, "model": model, "task": task, "customers": customers}
                rows += [{**named, **figures} for figures in _figures(own, every, draws)]
    names = [name for name in QualityBySegment.column_names() if name != "origin"]
    return pd.DataFrame(rows, columns=names)


def _figures(own: Floats, every: Floats, draws: Bootstrap) -> list[dict[str, Any]]:
    """The figures of a segment by metric, against those of all; a list that nobody gets is not like anything."""
    told = np.flatnonzero(~np.isnan(own).all(axis=0))
    own, every = own[:, told], every[:, told]
    means = draws.means(own)
    low, high = np.nanpercentile(means, PERCENTILES, axis=0)
    delta_low, delta_high = np.nanpercentile(means - draws.means(every), PERCENTILES, axis=0)
    value = np.nanmean(own, axis=0)
    table = {
        "value": value,
        "low": low,
        "high": high,
        "delta": value - np.nanmean(every, axis=0),
        "delta_low": delta_low,
        "delta_high": delta_high,
    }
    return [
        {"metric": _METRICS[column], **{name: float(values[place]) for name, values in table.items()}}
        for place, column in enumerate(told.tolist())
    ]

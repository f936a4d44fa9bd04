"""One sentence on the lists: whether they can be relied on, and by whom not."""

import pandas as pd

from segmentation_platform.recommendations.backtest import not_better
from segmentation_platform.reporting.charts.quality import MODELS
from segmentation_platform.reporting.charts.style import count, figures, listed

_MERGED = "customer_lists"
_METRIC = "ndcg@10"


def verdict(quality: pd.DataFrame, by_segment: pd.DataFrame) -> str:
    """Say in plain words how good the lists were on the last day that they were judged as of.

    Args:
        quality: columns of `contracts.RecommendationQuality`
        by_segment: columns of `contracts.QualityBySegment`

    """
    if quality.empty:
        return "Nothing can be said of the lists yet: they could not be judged as of a past day."
    last = quality[quality["origin"] == quality["origin"].max()]
    beaten = not_better(last)
    said = _not_good_enough(beaten) if len(beaten) else _good(last)
    return f"{said} {_segments(by_segment[by_segment['origin'] == quality['origin'].max()])}".strip()


def _good(last: pd.DataFrame) -> str:
    own = last[(last["model"] == _MERGED) & (last["task"] == "all") & (last["metric"] == _METRIC)]
    if own.empty:
        return "The lists did better than what is popular, and no simple way did surely better."
    best = own.sort_values("delta").iloc[0]
    return (
        f"The lists can be relied on: as of {best['origin']:%Y-%m-%d} each did better than what is popular, and no "
        f"simple way did surely better. Both lists of a customer reached an NDCG@10 of {figures(best['value'])}, the "
        f"best simple way {figures(best['value'] - best['delta'])}, for {count(best['customers'])} customers."
    )


def _not_good_enough(beaten: pd.DataFrame) -> str:
    pairs = beaten.drop_duplicates(["model", "baseline"])
    words = [
        f"{_lower(MODELS[model])} (no better than {_lower(MODELS[baseline])})"
        for model, baseline in zip(pairs["model"], pairs["baseline"], strict=True)
    ]
    return f"Take care with {listed(words)}, as of {beaten['origin'].iloc[0]:%Y-%m-%d}."


def _segments(by_segment: pd.DataFrame) -> str:
    own = by_segment[(by_segment["model"] == _MERGED) & (by_segment["metric"] == _METRIC)]
    if own.empty:
        return ""
    worse = own[own["delta_high"] < 0].sort_values("delta")
    if worse.empty:
        return "No segment gets lists that are surely worse than what all customers get."
    words = [f"{segment} ({figures(value)})" for segment, value in zip(worse["segment"], worse["value"], strict=True)]
    return f"Lists are worse than for all customers in {listed(words)}."


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]

"""Judge the lists as of past days: fit on what was known before an origin, rank, compare with what was bought.

What a model sees is read from `known_sales` as of the origin, so that later sales and later cancellations of earlier
sales are unknown; segments, tastes, products and lists are made again from it. Ties are broken by popularity (buyers
of the product), then by code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation_platform.contracts import Contract
from segmentation_platform.contracts.recommendations import (
    TASKS,
    QualityBySegment,
    RecommendationQuality,
)
from segmentation_platform.recommendations.backtest.by_segment import by_segment
from segmentation_platform.recommendations.backtest.metrics import (
    CUTS,
    LIST_NAMES,
    NAMES,
    Bootstrap,
    Interval,
    left_out_interval,
)
from segmentation_platform.recommendations.backtest.models import (
    BASELINES,
    MODELS,
    Model,
    buy_again,
    counting,
    customer_lists,
    new_to_you,
    recent_popularity,
    segment_lists,
)
from segmentation_platform.recommendations.backtest.outcomes import Measured, measure, truth_of
from segmentation_platform.recommendations.backtest.training import PastLedger, TrainingData, training_data
from segmentation_platform.recommendations.backtest.windows import BacktestWindow
from segmentation_platform.recommendations.histories import Codes
from segmentation_platform.recommendations.ranker import best
from segmentation_platform.recommendations.rules import RecommendationRules

_JUDGED = {
    customer_lists.__name__: "all",
    new_to_you.__name__: "new",
    buy_again.__name__: "repeat",
    segment_lists.__name__: "all",
}
"""What each list has to do better than recent popularity, and no worse than any other simple way."""


def backtest(
    past: PastLedger,
    windows: Iterable[BacktestWindow],
    rules: RecommendationRules,
    models: Mapping[str, Model] = MODELS,
) -> pd.DataFrame:
    """Judge models on past days.

    Args:
        past: the ledger
        windows: days to predict
        rules: all settings; `backtest` has draws and seed
        models: by name; `models.BASELINES` must be among them

    Returns:
        Columns of `contracts.RecommendationQuality`, ordered by its key. A model is not compared with itself.

    Raises:
        RecommendationError: when no customer of a window was known before it.

    """
    return judge(past, windows, rules, models).quality


@dataclass(frozen=True)
class Judgement:
    """How good the lists are.

    Attributes:
        quality: columns of `contracts.RecommendationQuality`
        by_segment: columns of `contracts.QualityBySegment`

    """

    quality: pd.DataFrame
    by_segment: pd.DataFrame


def judge(
    past: PastLedger,
    windows: Iterable[BacktestWindow],
    rules: RecommendationRules,
    models: Mapping[str, Model] = MODELS,
) -> Judgement:
    """Judge models on past days, for all customers and by segment; arguments and errors as of `backtest`."""
    found = [_judge(past, window, rules, models) for window in windows]
    return Judgement(
        _ordered(RecommendationQuality, [each.quality for each in found]),
        _ordered(QualityBySegment, [each.by_segment for each in found]),
    )


def _ordered(contract: type[Contract], frames: list[pd.DataFrame]) -> pd.DataFrame:
    found = pd.concat(frames, ignore_index=True) if frames else contract.no_rows()
    return found.sort_values(contract.key(), ignore_index=True)[contract.column_names()]


def rankings(training: TrainingData, customers: Codes, models: Mapping[str, Model]) -> pd.DataFrame:
    """The longest list of each model for each customer: `model`, `customer_id`, `rank`, `stock_code`."""
    codes = training.demand.index.to_numpy(object)
    found = []
    for name, model in models.items():
        picks = best(model(training, customers), max(CUTS))
        owners = customers.to_numpy(object)[picks.rows]
        rows = {"model": name, "customer_id": owners, "rank": picks.ranks, "stock_code": codes[picks.columns]}
        found.append(pd.DataFrame(rows))
    return pd.concat(found, ignore_index=True)


def not_better(quality: pd.DataFrame) -> pd.DataFrame:
    """The lists that a simple way to recommend beats, by NDCG@10 and the interval of the difference.

    They have to be better than recent popularity; no other baseline may be better than they are.

    Args:
        quality: columns of `contracts.RecommendationQuality`

    """
    judged = quality[(quality["metric"] == "ndcg@10") & (quality["task"] == quality["model"].map(_JUDGED))]
    is_recent = judged["baseline"] == recent_popularity.__name__
    # What customers bought themselves is no baseline of a list that all of a segment are shown.
    is_unfair = (judged["model"] == segment_lists.__name__) & (judged["baseline"] == counting.__name__)
    is_beaten = (judged["delta_high"] < 0) & ~is_unfair
    return judged[(is_recent & ~(judged["delta_low"] > 0)) | (~is_recent & is_beaten)]


def _judge(
    past: PastLedger, window: BacktestWindow, rules: RecommendationRules, models: Mapping[str, Model]
) -> Judgement:
    training = training_data(past, window.origin, rules)
    truth = truth_of(past, window, training, rules.backtest)
    bootstrap = Bootstrap(len(truth.customers), rules.backtest.draws, rules.backtest.seed)
    measured = {name: measure(model, training, truth) for name, model in models.items()}
    rows = [
        row
        for name, own in measured.items()
        for baseline in BASELINES
        if baseline != name
        for task in TASKS
        if (truth.counts[task] > 0).any()
        for row in _compare(own[task], measured[baseline][task], bootstrap)
        for row in [{"model": name, "task": task, "baseline": baseline, **row}]
    ]
    origin = pd.Timestamp(window.origin).as_unit("us")
    segments = training.people["segment"].reindex(truth.customers).to_numpy(object)
    own = {(model, task): measured[model][task].metrics for model, task in _JUDGED.items() if model in measured}
    found = by_segment(own, segments, bootstrap)
    return Judgement(pd.DataFrame(rows).assign(origin=origin), found.assign(origin=origin))


def _compare(own: Measured, other: Measured, bootstrap: Bootstrap) -> list[dict[str, object]]:
    differences = own.metrics - other.metrics
    # A list that is empty for everybody is not like anything.
    told = np.flatnonzero(~np.isnan(differences).all(axis=0))
    values, deltas = bootstrap.intervals(own.metrics[:, told]), bootstrap.intervals(differences[:, told])
    names = [(*NAMES, *LIST_NAMES)[column] for column in told.tolist()]
    asked = int((~np.isnan(own.metrics[:, 0])).sum())
    rows: list[dict[str, object]] = [
        {
            "metric": metric,
            **_ends(value, delta),
            "customers": asked,
        }
        for metric, value, delta in zip(names, values, deltas, strict=True)
    ]
    for cut in CUTS:
        value = left_out_interval(own.coverage[cut])
        delta = left_out_interval(own.coverage[cut] - other.coverage[cut])
        rows.append({"metric": f"coverage@{cut}", **_ends(value, delta), "customers": asked})
    return rows


def _ends(value: Interval, delta: Interval) -> dict[str, object]:
    """Values of shares; sums of shares can be a rounding error above 1, and intervals reach beyond."""
    return {
        "value": min(value.value, 1.0),
        "low": min(max(value.low, 0.0), 1.0),
        "high": min(value.high, 1.0),
        "delta": delta.value,
        "delta_low": delta.low,
        "delta_high": delta.high,
    }

"""Choose settings of the customer lists on past days that no published figure is measured on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import product

import numpy as np
import pandas as pd

from segmentation_platform.recommendations.backtest.metrics import NAMES
from segmentation_platform.recommendations.backtest.models import customer_lists
from segmentation_platform.recommendations.backtest.outcomes import measure, truth_of
from segmentation_platform.recommendations.backtest.training import PastLedger, TrainingData, training_data
from segmentation_platform.recommendations.backtest.windows import BacktestWindow
from segmentation_platform.recommendations.ranker import Ranker
from segmentation_platform.recommendations.rules import CustomerListRules, RecommendationRules

TASKS = ("all", "new")


def grid(rules: CustomerListRules, values: Mapping[str, Sequence[object]]) -> list[CustomerListRules]:
    """Every combination of some settings, the others as they are.

    Raises:
        ValueError: when a setting does not exist, or a value can't be used (pydantic's ValidationError).

    """
    combinations = (dict(zip(values, chosen, strict=True)) for chosen in product(*values.values()))
    return [CustomerListRules.model_validate({**rules.model_dump(), **chosen}) for chosen in combinations]


def tune(
    past: PastLedger,
    window: BacktestWindow,
    candidates: Iterable[CustomerListRules],
    rules: RecommendationRules,
    test_from: date,
) -> pd.DataFrame:
    """Rank settings of the customer lists by how well they do in a window.

    Args:
        past: the ledger
        window: days to choose on
        candidates: settings to try (see `grid`)
        rules: everything else
        test_from: first day that is kept for the published figures

    Returns:
        One row per candidate, best first: `place` among the candidates as given (from 0), `all` and `new` (NDCG@10)
        and `score`, the mean of both, each divided by the best of it, so that neither task drowns the other.

    Raises:
        ValueError: when the window reaches into the days that are kept, or there is no candidate.

    """
    if window.end > test_from:
        raise ValueError(f"Choose on days before {test_from}: the window goes up to {window.end}.")
    training = training_data(past, window.origin, rules)
    truth = truth_of(past, window, training, rules.backtest)
    column = NAMES.index("ndcg@10")
    rows = []
    for place, candidate in enumerate(candidates):
        tried = _with_rules(training, rules.model_copy(update={"customers": candidate}))
        measured = measure(customer_lists, tried, truth)
        means = {task: float(np.nanmean(measured[task].metrics[:, column])) for task in TASKS}
        rows.append({"place": place, **means})
    if not rows:
        raise ValueError("There is no candidate to choose from.")
    found = pd.DataFrame(rows)
    found["score"] = sum(found[task] / found[task].max() for task in TASKS) / len(TASKS)
    return found.sort_values(["score", "place"], ascending=[False, True], ignore_index=True)


def _with_rules(training: TrainingData, rules: RecommendationRules) -> TrainingData:
    """The same knowledge, learnt again by other settings."""
    ranker = training.ranker
    offered = pd.Series(ranker.demand.index[ranker.is_offered])
    return training.with_ranker(Ranker.fit(training.pairs, training.people["region"], offered, rules))

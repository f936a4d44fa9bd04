"""How well the lists predict purchases, as of past days and from what was known then.

Belongs here: windows, models to compare, metrics and their intervals. Does not belong here: the lists themselves.
"""

from segmentation_platform.recommendations.backtest.evaluate import Judgement, backtest, judge, not_better, rankings
from segmentation_platform.recommendations.backtest.models import BASELINES, MODELS, Model
from segmentation_platform.recommendations.backtest.training import Opened, PastLedger, TrainingData, training_data
from segmentation_platform.recommendations.backtest.windows import BacktestWindow, rolling_windows

__all__ = [
    "BASELINES",
    "MODELS",
    "BacktestWindow",
    "Judgement",
    "Model",
    "Opened",
    "PastLedger",
    "TrainingData",
    "backtest",
    "judge",
    "not_better",
    "rankings",
    "rolling_windows",
    "training_data",
]

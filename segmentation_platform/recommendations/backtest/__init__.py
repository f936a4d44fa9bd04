"""How well products are recommended: past days are played again with what was known then.

Belongs here: windows, models to compare, metrics and their intervals. Does not belong here: the lists themselves.
"""

from segmentation_platform.recommendations.backtest.evaluate import backtest, not_better, rankings
from segmentation_platform.recommendations.backtest.known import Known, Past, known_before
from segmentation_platform.recommendations.backtest.models import BASELINES, MODELS, Model
from segmentation_platform.recommendations.backtest.windows import Window, rolling_windows

__all__ = [
    "BASELINES",
    "MODELS",
    "Known",
    "Model",
    "Past",
    "Window",
    "backtest",
    "known_before",
    "not_better",
    "rankings",
    "rolling_windows",
]

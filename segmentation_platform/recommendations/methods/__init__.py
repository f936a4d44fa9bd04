"""Which way to rank serves each list of the customers: the one that won on past days of this ledger.

    trial       a past day: what could be offered then, what the score is made of, what was bought after it
    learning    the numbers in the score that did best on such days
    selection   counting or what was learned, list by list: by which certainty, since when, and why

Belongs here: choosing. Does not belong here: the score itself (`ranker`), and judging what was chosen (`backtest`).
"""

from segmentation_platform.recommendations.methods.learning import learn_weights
from segmentation_platform.recommendations.methods.selection import (
    choose,
    chosen_weights,
    counted,
    is_due,
    set_by_owner,
    walk_forward,
)
from segmentation_platform.recommendations.methods.trial import Trial, trial_of

__all__ = [
    "Trial",
    "choose",
    "chosen_weights",
    "counted",
    "is_due",
    "learn_weights",
    "set_by_owner",
    "trial_of",
    "walk_forward",
]

"""Rates drawn to the rate of the whole, so that few lines can't top a list by luck.

A beta-binomial model, fitted by empirical Bayes (Skellam 1948; Griffiths 1973; Efron & Hastie 2016, Computer Age
Statistical Inference, chapter 6). The rates of the subjects of a kind are thought to come from Beta(m s, (1 − m) s):
m, the rate of the whole, is given, and s, how many lines the whole counts for, is what makes the counts of all
subjects most likely. Given x hits in n lines a subject's rate is Beta(m s + x, (1 − m) s + n − x), and its mean
(m s + x) / (s + n) lies between x / n and m, the nearer to m the fewer lines there are.

The lines of one order are often cancelled together, so that a subject with few orders is less sure than its interval
says.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, special

_FEWEST_SUBJECTS = 3


@dataclass(frozen=True)
class Prior:
    """What is thought of a subject's rate before its own lines are seen.

    Attributes:
        mean: rate of the whole, above 0 and below 1
        strength: lines that it counts for

    """

    mean: float
    strength: float


def whole_rate(hits: int, trials: int) -> float:
    """The rate of the whole; half a hit and half a miss are added, so that it is never 0 or 1 (Jeffreys)."""
    return (hits + 0.5) / (trials + 1)


def fit_prior(hits: Any, trials: Any, mean: float) -> Prior:
    """Find how strongly the whole counts for subjects of a kind.

    It counts for one line at least, and for no more lines than it was learned from; with fewer than three subjects
    nothing can be learned of how they differ, and it counts for one.

    Args:
        hits: counts by subject
        trials: lines by subject, at least as many
        mean: rate of the whole, above 0 and below 1

    """
    x, n = np.asarray(hits, float), np.asarray(trials, float)
    x, n = x[n > 0], n[n > 0]
    if len(n) < _FEWEST_SUBJECTS or n.sum() <= 1:
        return Prior(mean, 1.0)

    def unlikeliness(log_strength: float) -> float:
        a, b = mean * np.exp(log_strength), (1 - mean) * np.exp(log_strength)
        return -float(np.sum(special.betaln(a + x, b + n - x) - special.betaln(a, b)))

    found = optimize.minimize_scalar(unlikeliness, bounds=(0.0, float(np.log(n.sum()))), method="bounded")
    return Prior(mean, float(np.exp(found.x)))


def shrunk_rates(hits: pd.Series, trials: pd.Series, prior: Prior) -> pd.DataFrame:
    """The rates of subjects, as counted and drawn to the whole.

    Returns:
        `rate`, `shrunk`, and `low` and `high`, the 2.5 % and 97.5 % quantiles of the posterior, drawn apart where
        they would leave out its mean; all null where there are no lines.

    """
    some = trials > 0
    x, n = hits.where(some).astype("float64"), trials.where(some).astype("float64")
    a = prior.mean * prior.strength + x
    b = (1 - prior.mean) * prior.strength + n - x
    shrunk = a / (a + b)
    low, high = (pd.Series(special.betaincinv(a, b, q), hits.index) for q in (0.025, 0.975))
    ends = {"low": np.minimum(low, shrunk), "high": np.maximum(high, shrunk)}
    return pd.DataFrame({"rate": x / n, "shrunk": shrunk, **ends})

"""Intervals of shares, of ratios and of means over days."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

_Z = float(stats.norm.ppf(0.975))


def wilson(hits: Any, trials: Any) -> tuple[Any, Any]:
    """95 % interval of a share (Wilson 1927): (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).

    Args:
        hits: counts, at most the trials
        trials: counts, at least 1

    Returns:
        Lower and upper ends, from 0 to 1; they hold the share itself.

    """
    n = np.asarray(trials, float)
    p = np.asarray(hits, float) / n
    middle = p + _Z**2 / (2 * n)
    half = _Z * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    # Rounding must not push an end past a share of 0 or 1.
    return np.clip((middle - half) / scale, 0, p), np.clip((middle + half) / scale, p, 1)


def ratio_interval(sums: pd.DataFrame) -> pd.DataFrame:
    """95 % interval of a ratio of sums over buyers, such as revenue per order.

    The delta method for a ratio estimate (Cochran 1977, Sampling Techniques, 6.4) on the logarithmic scale, which
    keeps it above 0 and skewed as money is, with Student's t for buyers − 1 degrees of freedom. Buyers, not orders,
    are drawn: the orders of one customer are alike.

    Args:
        sums: `buyers`, `orders`, `revenue`, `orders_squared`, `revenue_times_orders`, `revenue_squared`

    Returns:
        `ratio`, `low` and `high`; the ends are null below two buyers, all is null without orders or revenue.

    """
    n = sums["buyers"].astype("float64")
    orders, revenue = sums["orders"].where(sums["orders"] > 0), sums["revenue"].where(sums["revenue"] > 0)
    ratio = revenue / orders
    spread = sums["revenue_squared"] - 2 * ratio * sums["revenue_times_orders"] + ratio**2 * sums["orders_squared"]
    # Without the spread of rounding where all buyers spend the same.
    error = np.sqrt(spread.clip(lower=0) * n / (n - 1).where(n > 1)) / revenue
    reach = pd.Series(stats.t.ppf(0.975, (n - 1).where(n > 1)), sums.index) * error
    # A few buyers can differ so much that nothing is known; infinity is no figure.
    reach = reach.where(reach < 50)
    return pd.DataFrame({"ratio": ratio, "low": ratio * np.exp(-reach), "high": ratio * np.exp(reach)})


def block_weights(days: int, draws: int, generator: np.random.Generator) -> Any:
    """How much each day counts in each draw of a circular block bootstrap (Politis & Romano 1992).

    Blocks of neighbouring days are drawn, wrapping round at the end, because days near each other are alike. Their
    length is the cube root of the number of days, rounded (Hall, Horowitz & Jing 1995).

    Args:
        days: how many days there are, at least 1
        draws: how many draws
        generator: of random numbers

    Returns:
        Shape (draws, days); every row adds up to 1, so that its product with values is a mean.

    """
    block = max(1, round(days ** (1 / 3)))
    starts = generator.integers(days, size=(draws, -(-days // block)))
    places = ((starts[:, :, None] + np.arange(block)) % days).reshape(draws, -1)[:, :days]
    flat = (places + np.arange(draws)[:, None] * days).ravel()
    return np.bincount(flat, minlength=draws * days).reshape(draws, days) / days

"""How much more often the two sides of a rule are in a basket together than by chance, and how sure that is.

With n_ab, n_a and n_b baskets that hold both sides and each of them, and n in all, the lift is n n_ab / (n_a n_b)
(Brin, Motwani, Ullman & Tsur 1997, Dynamic itemset counting and implication rules for market basket data, SIGMOD).
Intervals are of 95 %, on the log scale by the delta method for multinomial counts (Agresti 2013, Categorical Data
Analysis, chapter 16).
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from segmentation_platform.recommendations.baskets import GUEST
from segmentation_platform.recommendations.histories import Sparse

_Z = 1.96


def with_lift(rules: pd.DataFrame, baskets: int) -> pd.DataFrame:
    """Add `support`, `confidence`, `lift` and the `variance` of its logarithm, as if all baskets were independent.

    The delta method gives 1 / n_ab - 1 / n_a - 1 / n_b + (2 lift - 1) / n.

    Args:
        rules: columns `baskets`, `antecedent` and `consequent`: n_ab, n_a and n_b
        baskets: n

    """
    both, one, other = rules["baskets"], rules["antecedent"], rules["consequent"]
    every = max(baskets, 1)
    lift = both / one * (every / other)
    variance = 1 / both - 1 / one - 1 / other + (2 * lift - 1) / every
    return rules.assign(support=both / every, confidence=both / one, lift=lift, variance=variance.clip(lower=0))


def with_interval(rules: pd.DataFrame) -> pd.DataFrame:
    """Add `lift_low` and `lift_high` from the columns `lift` and `variance`."""
    spread = np.exp(_Z * np.sqrt(rules["variance"]))
    return rules.assign(lift_low=rules["lift"] / spread, lift_high=rules["lift"] * spread)


def variance_by_buyer(
    both: Sparse, antecedent: Sparse, consequent: Sparse, buyers: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """The variance of the logarithm of the lift where the baskets of one buyer are alike.

    Each basket moves the log lift by [ab] / n_ab - [a] / n_a - [b] / n_b + 1 / n; the variance is the sum of the
    squares of what each buyer's baskets do together (Liang & Zeger 1986, Longitudinal data analysis using generalized
    linear models, Biometrika 73). Where every basket has a buyer of its own it is that of `with_lift`.

    Args:
        both: csr of shape (rules, baskets), 1 where a basket holds both sides; in at least one
        antecedent: the same for the first side
        consequent: the same for the other side
        buyers: shape (baskets,), from 0, as from `buyers_of`

    Returns:
        Shape (rules,).

    """
    baskets = len(buyers)
    of_buyer = sparse.csr_array((np.ones(baskets), (np.arange(baskets), buyers)))
    moves = _shares(both, of_buyer) - _shares(antecedent, of_buyer) - _shares(consequent, of_buyer)
    usual = of_buyer.sum(axis=0) / baskets
    variance = (moves * moves).sum(axis=1) + 2 * (moves @ usual) + usual @ usual
    return np.maximum(np.asarray(variance, np.float64), 0)


def buyers_of(customers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Numbers of buyers, from 0: every customer is one, and so is the guest of each basket."""
    guests = customers == GUEST
    unknown = customers.max(initial=GUEST) + 1 + np.arange(len(customers))
    return np.unique(np.where(guests, unknown, customers), return_inverse=True)[1].astype(np.int64)


def _shares(holders: Sparse, of_buyer: Sparse) -> Sparse:
    """Of the baskets in each row, the share of each buyer."""
    return sparse.diags_array(1 / np.asarray(holders.sum(axis=1), np.float64)).tocsr() @ (holders @ of_buyer)

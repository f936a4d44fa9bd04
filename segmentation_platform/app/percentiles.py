"""Where a customer stands among others."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

HABITS = {
    "recency_days": "Bought lately",
    "frequency": "Number of orders",
    "monetary": "Money spent",
    "average_order_value": "Money per order",
}
"""What customers are compared by, and how it is called; of days since the last purchase fewer are better."""


def standing(customer: Mapping[str, Any], customers: pd.DataFrame) -> pd.DataFrame:
    """The share of customers whom a customer outdoes in each habit, equals counted half.

    Args:
        customer: with `segment` and the habits
        customers: the same of all customers

    Returns:
        Columns `habit`, `value`, `among_all` and `in_segment`; missing where there is nobody to compare with.

    """
    own = customers[customers["segment"] == customer["segment"]]
    rows = [
        {
            "habit": words,
            "value": float(customer[name]),
            "among_all": outdone(customers[name], float(customer[name]), fewer_is_better=name == "recency_days"),
            "in_segment": outdone(own[name], float(customer[name]), fewer_is_better=name == "recency_days"),
        }
        for name, words in HABITS.items()
    ]
    return pd.DataFrame(rows)


def outdone(values: pd.Series, value: float, *, fewer_is_better: bool = False) -> float:
    """The share of values that one outdoes, equals counted half."""
    if values.empty:
        return float("nan")
    known = values.to_numpy(np.float64)
    worse = (known > value) if fewer_is_better else (known < value)
    return float(worse.mean() + (known == value).mean() / 2)

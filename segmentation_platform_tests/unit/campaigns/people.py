"""Customers to plan campaigns for."""

from datetime import date

import numpy as np
import pandas as pd

from segmentation_platform.contracts import Seasonality

AS_OF = date(2011, 12, 10)


def customers(count: int, **columns: object) -> pd.DataFrame:
    """So many customers, alike but for what they spent, and with some columns as given."""
    usual: dict[str, object] = {
        "customer_id": [f"{number:05d}" for number in range(count)],
        "segment": "Champions",
        "previous_segment": pd.Series([None] * count, dtype="str"),
        "changed_on": pd.Series([pd.NaT] * count, dtype="datetime64[us]"),
        "monetary": np.arange(1.0, count + 1),
        "frequency": 3,
        "recency_days": 10,
        "first_purchase": pd.Timestamp("2011-01-01"),
        "last_purchase": pd.Timestamp("2011-11-30"),
        "region": "United Kingdom",
        "orders": 3,
        "cancellations": 0,
    }
    return pd.DataFrame({**usual, **columns}, index=range(count))


def season(start: str | None = "2011-08-26") -> pd.DataFrame:
    """The months of the Christmas category, with the beginning of its season, or without."""
    months = pd.date_range("2011-08-01", "2011-11-01", freq="MS")
    frame = pd.DataFrame(
        {
            "subject_kind": "category",
            "subject": "Christmas",
            "period": months,
            "season_start": pd.Timestamp(start) if start else pd.NaT,
            "season_share": [0.05, 0.2, 0.55, 0.9],
        }
    )
    return frame.reindex(columns=Seasonality.column_names())

"""Cohorts: of the customers who first bought in a month, how many bought again in the months after it.

Only purchases of which something was kept count, so that the customers are those of the segments. Customers of the
ledger's first month may well have bought before the ledger began: that cohort is not of new customers.
"""

from datetime import date

import pandas as pd

from segmentation_platform.contracts.insights import Cohorts
from segmentation_platform.engine import Session, read_step
from segmentation_platform.insights.intervals import wilson

COHORT_ACTIVITY = read_step(__package__, "cohort_activity")


def cohorts(session: Session, as_of: date) -> pd.DataFrame:
    """Follow every cohort from its first month to that of the last purchase.

    Args:
        session: holds `insight_lines` (see `insights.lines`)
        as_of: first day that is not known yet

    Returns:
        Columns of `contracts.Cohorts`, ordered by its key; months in which nobody of a cohort bought are there.

    """
    session.run(COHORT_ACTIVITY)
    activity = session.frame(COHORT_ACTIVITY.name)
    if activity.empty:
        return Cohorts.no_rows()
    table = _every_month(activity).merge(activity, how="left", on=["cohort", "period"])
    table = table.assign(
        active_customers=table["active_customers"].fillna(0).astype("int64"),
        revenue=table["revenue"].fillna(0.0).round(2),
        months_since=_months(table["period"]) - _months(table["cohort"]),
        is_complete=table["period"] + pd.offsets.MonthBegin(1) <= pd.Timestamp(as_of),
    )
    sizes = table[table["months_since"] == 0].set_index("cohort")["active_customers"]
    table = table.assign(customers=table["cohort"].map(sizes).astype("int64"))
    low, high = wilson(table["active_customers"], table["customers"])
    table = table.assign(
        retention=table["active_customers"] / table["customers"],
        retention_low=low,
        retention_high=high,
        revenue_per_customer=(table["revenue"] / table["customers"]).round(2),
    )
    return table.sort_values(["cohort", "months_since"], ignore_index=True)[Cohorts.column_names()]


def _every_month(activity: pd.DataFrame) -> pd.DataFrame:
    months = pd.date_range(activity["period"].min(), activity["period"].max(), freq="MS", unit="us")
    pairs = [(cohort, month) for cohort in sorted(activity["cohort"].unique()) for month in months if month >= cohort]
    return pd.DataFrame(pairs, columns=["cohort", "period"]).astype("datetime64[us]")


def _months(days: pd.Series) -> "pd.Series[int]":
    months: pd.Series[int] = (days.dt.year * 12 + days.dt.month).astype("int64")
    return months

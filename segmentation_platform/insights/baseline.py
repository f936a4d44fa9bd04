"""The quiet stretch of the year with which months are compared."""

from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd

from segmentation_platform.insights.rules import InsightRules

WHOLE = "whole ledger"
"""What months are compared with where no quiet stretch is known whole."""

_LATEST_BEGINNING = 7


@dataclass(frozen=True)
class Baseline:
    """Trading days that a month is compared with.

    Attributes:
        name: of the stretch, like `2011-03 to 2011-08`, or `WHOLE`
        days: its trading days, in order

    """

    name: str
    days: pd.DatetimeIndex


def whole_months(days: pd.DatetimeIndex, as_of: pd.Timestamp) -> "pd.Series[bool]":
    """Which months are known whole.

    Args:
        days: trading days, in order, at least one
        as_of: first day that is not known yet

    Returns:
        By first day of the month, from that of the first trading day to that of the last, with those in between on
        which nothing was traded. A month is whole when it was over on `as_of`; the first one also only if trading is
        known from its first week on.

    """
    months = pd.date_range(_month(days[0]), _month(days[-1]), freq="MS", unit="us")
    whole = pd.Series(months + pd.offsets.MonthBegin(1) <= as_of, months)
    whole.iloc[0] &= days[0].day <= _LATEST_BEGINNING
    return whole


def baselines(whole: "pd.Series[bool]", days: pd.DatetimeIndex, rules: InsightRules) -> dict[Hashable, Baseline]:
    """What each month is compared with: the quiet stretch of its own year, else of the nearest year that has one.

    A year's own stretch keeps growth from year to year out of the season. Without any, it is the whole ledger.

    Args:
        whole: as from `whole_months`
        days: trading days, in order
        rules: which months are quiet

    """
    quiet = [base for year in sorted(set(days.year)) if (base := _quiet(year, whole, days, rules)) is not None]
    everything = Baseline(WHOLE, days)
    return {
        month: min(quiet, key=lambda base: abs(base.days[0].year - month.year), default=everything)
        for month in whole.index
    }


def _quiet(year: int, whole: "pd.Series[bool]", days: pd.DatetimeIndex, rules: InsightRules) -> Baseline | None:
    months = [pd.Timestamp(year, month, 1) for month in range(rules.base_from, rules.base_until + 1)]
    traded = days[(days >= months[0]) & (days < months[-1] + pd.offsets.MonthBegin(1))]
    known = whole.reindex(months).eq(True).all()
    return Baseline(f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}", traded) if known and len(traded) else None


def _month(day: pd.Timestamp) -> pd.Timestamp:
    return day.normalize().replace(day=1)

"""When the season of a group of products begins, with the evidence, from its daily sales.

The trading of seven days is compared with an ordinary week, the median of the last year. The season begins on the
first of those days, ending with the busiest week, on all of which it is above a multiple of that. What was sold from
the end of the quietest quarter of the year on is the season's sales. The past season is all that is told of: one
season is one season, and the next may differ.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from segmentation_platform.ledger.categories import load_rules

_YEAR, _QUARTER, _WEEK = 365, 91, 7
_LEAST_DAYS = 2 * _QUARTER


@dataclass(frozen=True)
class SeasonStart:
    """The last known season of a group of products.

    Attributes:
        starts_on: its first day; None where it had begun when the ledger did, or where no week stands out
        peak_on: last day of its busiest seven days
        since: first day whose sales count as the season's
        until: last day, or the last that is known
        is_over: whether `until` is the end of the season
        ordinary_week: median sales of seven days over the last year, money
        busiest_week: sales of the busiest seven days, money
        multiple: of an ordinary week, by which a season is told
        done: share of the season's sales done by the end of each day, indexed by day from `since` to `until`

    """

    starts_on: date | None
    peak_on: date
    since: date
    until: date
    is_over: bool
    ordinary_week: float
    busiest_week: float
    multiple: float
    done: "pd.Series[float]"

    def done_by(self, day: date) -> float | None:
        """Share of the season's sales done by the end of a day; None for a day outside of the season."""
        share = self.done.get(pd.Timestamp(day))
        return None if share is None else float(share)


def seasonal_categories() -> tuple[str, ...]:
    """The categories of products for an occasion, which are sold in their season (see `product_rules.toml`)."""
    return tuple(sorted({kind.category for kind in load_rules().occasions.values()}))


def season_start(sales: "pd.Series[float]", as_of: date, multiple: float = 3.0) -> SeasonStart | None:
    """Find the last season of a group of products.

    Args:
        sales: money by day (days without sales may be left out), from the ledger's first trading day on
        as_of: first day that is not known yet; later sales are not looked at
        multiple: how many ordinary weeks a week of the season is worth, above 1

    Returns:
        None where less than half a year is known, or nothing was sold in the last one.

    Raises:
        ValueError: when the multiple is not above 1.

    """
    if multiple <= 1:
        raise ValueError(f"a season is more than an ordinary week: multiple is {multiple}, and must be above 1")
    year = _last_year(sales, as_of)
    if len(year) < _LEAST_DAYS or year.sum() <= 0:
        return None
    weeks = year.rolling(_WEEK).sum().dropna()
    peak, ordinary = _day_of(int(weeks.to_numpy().argmax()), weeks), float(weeks.median())
    since, until = _bounds(year, peak)
    begun = _begun(weeks[:peak], multiple * ordinary)
    done = share_done(year[since:until])
    return SeasonStart(
        starts_on=begun,
        peak_on=peak.date(),
        since=since.date(),
        until=until.date(),
        is_over=until < year.index[-1],
        ordinary_week=ordinary,
        busiest_week=float(weeks[peak]),
        multiple=multiple,
        done=done,
    )


def share_done(sales: "pd.Series[float]") -> "pd.Series[float]":
    """Share of all these sales that were done by the end of each day; null where there are none."""
    total = sales.sum()
    return (sales.cumsum() / (total if total > 0 else np.nan)).clip(upper=1.0)


def _last_year(sales: "pd.Series[float]", as_of: date) -> "pd.Series[float]":
    known = sales[sales.index < pd.Timestamp(as_of)]
    if known.empty:
        return known
    days = pd.date_range(known.index.min(), pd.Timestamp(as_of) - pd.Timedelta(days=1), freq="D")
    return known.reindex(days, fill_value=0.0).tail(_YEAR)


def _bounds(year: "pd.Series[float]", peak: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The days between the quietest quarter before the busiest week and that after it, as far as they are known."""
    quarters = year.rolling(_QUARTER).sum().dropna()
    quietest = _day_of(int(quarters.to_numpy().argmin()), quarters)
    if quietest < peak:
        return quietest + pd.Timedelta(days=1), year.index[-1]
    return year.index[0], max(quietest - pd.Timedelta(days=_QUARTER), peak)


def _day_of(place: int, values: "pd.Series[float]") -> pd.Timestamp:
    return pd.DatetimeIndex(values.index)[place]


def _begun(weeks: "pd.Series[float]", threshold: float) -> date | None:
    """The first of the last days in a row above a threshold; None when these are all days, or there are none."""
    below = weeks.index[weeks <= threshold]
    if len(below) == 0 or below[-1] == weeks.index[-1]:
        return None
    return (pd.Timestamp(below[-1]) + pd.Timedelta(days=1)).date()

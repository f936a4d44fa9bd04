"""In which months of the year a product is bought, where that is not all year.

A month's rate is the product's orders against all orders of the shop while the product was there, so that neither a
busy month of the shop nor a late launch looks like a season. A product is seasonal where a few months in a row have
nearly all of its rates, and it was bought in these months of two years at least: one season says nothing of the next.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NEARLY_ALL: Final = 0.8
_LONGEST: Final = 4
_FEWEST_ORDERS: Final = 20
_FEWEST_A_SEASON: Final = 3
_KNOWN: Final = 10
"""Months of the year in which the product must have been there to say that it was not bought in the others."""


def seasons_of(monthly: pd.DataFrame) -> "pd.Series[str]":
    """The season of each product that has one, in words such as "October to December".

    Args:
        monthly: `stock_code`, `month` (its first day) and `orders`, one row per product and month with an order

    Returns:
        Words by stock code.

    """
    table = monthly.pivot_table(index="stock_code", columns="month", values="orders", aggfunc="sum", fill_value=0)
    every = table.sum(axis=0).to_numpy(np.float64)
    often = table[table.sum(axis=1) >= _FEWEST_ORDERS]
    if often.empty:
        return pd.Series(dtype="str")
    orders, months = often.to_numpy(np.float64), pd.DatetimeIndex(pd.to_datetime(often.columns))
    start, length = _shortest_season(_rates(orders, every, months.month.to_numpy()))
    codes = often.index.astype("str").tolist()
    words = {
        codes[place]: _words(int(start[place]), int(length[place]))
        for place in np.flatnonzero(length > 0).tolist()
        if _came_back(orders[place], months, int(start[place]), int(length[place]))
    }
    return pd.Series(words, dtype="str")


def _rates(orders: Floats, every: Floats, months: Ints) -> Floats:
    """Orders against those of the shop by month of the year, shape (products, 12); not a number where unknown.

    Args:
        orders: shape (products, months of the ledger)
        every: of all products, shape (months of the ledger,)
        months: which month of the year each is, from 1

    """
    of_year = np.eye(12)[months - 1]
    is_there = np.maximum.accumulate(orders > 0, axis=1)
    exposure = (is_there * every) @ of_year
    is_known = (exposure > 0).sum(axis=1) >= _KNOWN
    rates = (orders @ of_year) / np.where(exposure > 0, exposure, 1)
    return np.where(is_known[:, None], rates, np.nan)


def _shortest_season(rates: Floats) -> tuple[Ints, Ints]:
    """First month (from 0) and length of the fewest months in a row with nearly all rates; length 0 for none."""
    start, length = np.zeros(len(rates), np.int64), np.zeros(len(rates), np.int64)
    twice = np.concatenate([rates, rates], axis=1)
    for months in range(_LONGEST, 0, -1):
        in_a_row = np.lib.stride_tricks.sliding_window_view(twice, months, axis=1)[:, :12].sum(axis=2)
        is_season = in_a_row.max(axis=1) >= _NEARLY_ALL * rates.sum(axis=1)
        start = np.where(is_season, in_a_row.argmax(axis=1), start)
        length = np.where(is_season, months, length)
    return start, length


def _came_back(orders: Floats, months: pd.DatetimeIndex, start: int, length: int) -> bool:
    """Whether it was bought in the season of two years."""
    of_year = months.month.to_numpy() - 1
    in_season = (of_year - start) % 12 < length
    # A season that goes over the end of a year is that of the year in which it began.
    year = months.year.to_numpy() - (of_year < start)
    sums = pd.Series(orders[in_season]).groupby(year[in_season]).sum()
    return int((sums >= _FEWEST_A_SEASON).sum()) > 1


def _words(start: int, length: int) -> str:
    if length == 1:
        return _MONTHS[start]
    return f"{_MONTHS[start]} to {_MONTHS[(start + length - 1) % 12]}"

"""Why a product is in a customer's list, in words."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.arrays import Indices, Matrix
from segmentation_platform.recommendations.histories import Histories, Sparse, cells
from segmentation_platform.recommendations.ranker import Picks, profiles

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS_WITHOUT_YEAR = 330


def bought_before(orders: int, last_age: int, as_of: date) -> str:
    """How often and when the customer bought it, like: Bought 4 times, last in September."""
    day = as_of - timedelta(days=last_age)
    when = _MONTHS[day.month - 1] + (f" {day.year}" if last_age > _DAYS_WITHOUT_YEAR else "")
    if orders == 1:
        return f"Bought once, in {when}"
    return f"Bought {'twice' if orders == 2 else f'{orders} times'}, last in {when}"


def goes_with(names: Sequence[str]) -> str:
    """What it goes with, like: Goes with X and Y, which you bought."""
    return f"Goes with {' and '.join(names)}, which you bought"


def popular_in(region: str) -> str:
    """Where it is popular, like: popular now in Germany."""
    return "popular now" if region == EVERYWHERE else f"popular now in {region}"


def seasonal(season: str) -> str:
    """When it is bought, like: seasonal: October to December."""
    return f"seasonal: {season}"


def strongest_two(histories: Histories, picks: Picks, weights: Sparse) -> Indices:
    """For each pick the two products of the customer that speak most for it.

    Returns:
        Columns of the products, of shape (picks, 2); -1 where nothing more speaks for the pick.

    """
    bought = profiles(histories)
    counts = np.diff(bought.indptr)[picks.rows]
    columns = np.full((len(counts), 2), -1, dtype=np.intp)
    starts = np.cumsum(counts) - counts
    # Every product bought by the customer of a pick, pick after pick.
    owner = np.repeat(np.arange(len(counts)), counts)
    places = np.arange(counts.sum()) - starts[owner] + bought.indptr[picks.rows][owner]
    sources = bought.indices[places]
    strengths = bought.data[places] * cells(weights, sources, picks.columns[owner])
    for place in range(2):
        _take_largest(strengths, owner, sources, columns[:, place])
    return columns


def _take_largest(strengths: Matrix, owner: Indices, sources: npt.NDArray[np.int32], columns: Indices) -> None:
    """Put the source of each owner's largest positive strength into `columns`, and take it out of `strengths`."""
    largest = np.zeros(len(columns), dtype=np.float32)
    np.maximum.at(largest, owner, strengths)
    at = np.flatnonzero((strengths > 0) & (strengths == largest[owner]))
    owners, first = np.unique(owner[at], return_index=True)
    columns[owners] = sources[at[first]]
    strengths[at[first]] = 0

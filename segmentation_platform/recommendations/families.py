"""Families of products, such as jumbo bags of many patterns: what is new to a customer is not one thing ten times.

A family is told by the first or the last two words of a description, or by all of it, where some products share them
and cost about the same: JUMBO BAG RED RETROSPOT and JUMBO BAG STRAWBERRY, METAL SIGN and METAL SIGN. Words whose
products cost anything, such as SET OF, name none; nor does what a large part of the shop is.
"""

import re
from collections import defaultdict
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.recommendations.arrays import Indices
from segmentation_platform.recommendations.ranker import Picks

NO_FAMILY: Final = -1

_FEWEST: Final = 3
_LARGE: Final = 0.1
_SPREAD: Final = 0.5
_MOST_OF_ONE: Final = 2
_IN_A_ROW: Final = 10
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


def families_of(products: pd.DataFrame) -> Indices:
    """The family of each product, by number; `NO_FAMILY` for one that has none.

    Args:
        products: `description` and `price_median`, one row per product

    """
    named = [_names(text) if isinstance(text, str) else set() for text in products["description"]]
    members: dict[str, list[int]] = defaultdict(list)
    for place, names in enumerate(named):
        for name in names:
            members[name].append(place)
    prices = np.log(products["price_median"].to_numpy(np.float64).clip(1e-9))
    sizes = {name: len(places) for name, places in members.items() if _is_family(prices, places)}
    numbers = {name: number for number, name in enumerate(sorted(sizes))}
    found = np.full(len(products), NO_FAMILY)
    for place, names in enumerate(named):
        largest = max((name for name in names if name in sizes), key=lambda name: (sizes[name], name), default=None)
        found[place] = NO_FAMILY if largest is None else numbers[largest]
    return found.astype(np.intp)


def _names(description: str) -> set[str]:
    """What could name the family of a product: the words at both ends of its description, and all of it."""
    words = _WORD.findall(description.upper())
    ends = {" ".join(words[:2]), " ".join(words[-2:])} if len(words) > 1 else set()
    return {*ends, description}


def _is_family(prices: npt.NDArray[np.float64], places: list[int]) -> bool:
    if not _FEWEST <= len(places) <= _LARGE * len(prices):
        return False
    return bool(np.std(prices[places]) <= _SPREAD * np.std(prices))


def without_repeats(picks: Picks, families: Indices, length: int) -> Picks:
    """The picks of each row but those of which two of their family are among the nine before.

    Args:
        picks: more than are needed, by row and rank
        families: per column, as from `families_of`
        length: how many each row keeps at most

    """
    rows, owner = np.unique(picks.rows, return_inverse=True)
    owner = owner.ravel()
    deepest = int(picks.ranks.max()) if len(picks.ranks) else 0
    family = np.full((len(rows), deepest), NO_FAMILY)
    is_there = np.zeros((len(rows), deepest), bool)
    family[owner, picks.ranks - 1] = families[picks.columns]
    is_there[owner, picks.ranks - 1] = True
    ranks = _accepted(family, is_there, length)[owner, picks.ranks - 1]
    kept = ranks > 0
    return Picks(picks.rows[kept], picks.columns[kept], ranks[kept], picks.values[kept])


def _accepted(family: Indices, is_there: npt.NDArray[np.bool_], length: int) -> Indices:
    """The new rank of each pick, 0 for one that is left out; both arguments of shape (rows, places)."""
    ranks = np.zeros(family.shape, np.intp)
    count = np.zeros(len(family), np.intp)
    # The families of the last picks that were kept, for all rows at once.
    last = np.full((len(family), _IN_A_ROW - 1), NO_FAMILY)
    for place in range(family.shape[1]):
        own = family[:, place]
        repeats = (last == own[:, None]).sum(axis=1)
        kept = np.flatnonzero(is_there[:, place] & (count < length) & ((own == NO_FAMILY) | (repeats < _MOST_OF_ONE)))
        last[kept, count[kept] % last.shape[1]] = own[kept]
        count[kept] += 1
        ranks[kept, place] = count[kept]
    return ranks

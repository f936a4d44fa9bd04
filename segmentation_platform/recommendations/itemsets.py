"""Products that many baskets hold together: pairs, and triples that extend them.

A set is in no more baskets than any part of it, so that only what is frequent has to be extended (Apriori: Agrawal &
Srikant 1994, Fast algorithms for mining association rules, VLDB). All is counted by sparse products, a block of sets
at a time: memory follows what is held together, not the number of products.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from segmentation_platform.recommendations.baskets import Baskets
from segmentation_platform.recommendations.histories import Sparse, cells

Whole: TypeAlias = npt.NDArray[np.int64]

_BLOCK_CELLS = 4_000_000


@dataclass(frozen=True)
class Itemsets:
    """Sets of equally many products.

    Attributes:
        items: shape (sets, size), columns of the baskets, ascending; the sets are in this order, too
        baskets: shape (sets,), in how many baskets the whole set is
        amounts: shape (sets,), money of the set's products in these baskets

    """

    items: Whole
    baskets: Whole
    amounts: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """How many sets there are."""
        return len(self.items)


def blocks(cost: Whole) -> Iterator[slice]:
    """Cut what is worked on into blocks that take little memory each.

    Args:
        cost: cells that each of them needs

    """
    ends = np.flatnonzero(np.diff(np.cumsum(cost) // _BLOCK_CELLS)) + 1
    bounds = [0, *ends.tolist(), len(cost)] if len(cost) else []
    return (slice(start, end) for start, end in pairwise(bounds))


class Miner:
    """Finds frequent itemsets.

    Args:
        baskets: that are searched
        least: a set in fewer of them is not frequent; at least 1

    """

    def __init__(self, baskets: Baskets, least: int) -> None:
        self._sizes = baskets.sizes().astype(np.int64)
        self._least = least
        self._holds, self._amounts = baskets.holds, baskets.amounts
        self._holders, self._paid = baskets.holds.T.tocsr(), baskets.amounts.T.tocsr()

    def pairs(self) -> Itemsets:
        """All frequent pairs."""
        return self.extend(np.flatnonzero(self._sizes >= self._least)[:, None])

    def extend(self, items: Whole) -> Itemsets:
        """All frequent sets of one product more than these.

        Args:
            items: shape (sets, size), columns of the baskets, each set once and ascending; of single products all
                that are frequent

        """
        cost = self._sizes[items].sum(axis=1) + len(self._sizes)
        found = [self._extended(items[block]) for block in blocks(cost)]
        size = items.shape[1] + 1
        every = np.concatenate([np.zeros((0, size), np.int64), *(each.items for each in found)])
        # A set is found from each of its parts; whole numbers tell sets apart a hundred times as fast as rows do.
        keys = np.ravel_multi_index(tuple(every.T), (max(len(self._sizes), 1),) * size)
        first = np.unique(keys, return_index=True)[1]
        return Itemsets(
            every[first],
            np.concatenate([np.zeros(0, np.int64), *(each.baskets for each in found)])[first],
            np.concatenate([np.zeros(0), *(each.amounts for each in found)])[first],
        )

    def holders(self, items: Whole) -> Sparse:
        """Which baskets hold the whole set: csr of shape (sets, baskets)."""
        first = self._holders[items[:, 0]]
        return reduce(lambda found, column: (found * self._holders[column]).tocsr(), items.T[1:], first)

    def _extended(self, items: Whole) -> Itemsets:
        holders = self.holders(items)
        paid = sum((self._paid[column] * holders for column in items.T[1:]), self._paid[items[:, 0]] * holders)
        together = (holders @ self._holds).tocoo()
        added = together.col.astype(np.int64)
        enough = (together.data >= self._least) & (items[together.row] != added[:, None]).all(axis=1)
        if items.shape[1] == 1:
            # All single products are extended, so each pair would be found from both of its products.
            enough &= items[together.row, 0] < added
        rows, added = together.row[enough].astype(np.intp), added[enough]
        money = (holders @ self._amounts + paid @ self._holds).tocsr()
        # Cells are looked up in rows that are in order by halving them, else one after the other.
        money.sort_indices()
        amounts = cells(money, rows, added)
        both = np.sort(np.column_stack([items[rows], added]), axis=1)
        return Itemsets(both, together.data[enough].astype(np.int64), amounts.astype(np.float64))

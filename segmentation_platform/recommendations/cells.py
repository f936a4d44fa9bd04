"""Who bought what in every cell: by segment, region and taste, and over all of each.

All is summed up from what each customer bought, so that the ledger is not read again. What it takes grows with the
pairs of customer and product; nothing of the size cells x products is ever dense.

A cell's share of purchases is drawn to that of a wider cell: the segment's region and taste to the same region and
taste over all segments, this to the taste's over all regions, and that to everybody's: what a customer likes tells
more than where they live. It is an empirical-Bayes estimate with a Dirichlet prior (Zhai & Lafferty 2004, A study of
smoothing methods, TOIS 22), which gives a product that nobody of the cell bought its part of the wider share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.recommendations.arrays import Floats, Indices
from segmentation_platform.recommendations.histories import Codes

CELL: Final = ("segment_id", "region", "taste")
EVERY_SEGMENT: Final = 0
_ALL: Final[dict[str, Any]] = {"segment_id": EVERY_SEGMENT, "region": EVERYWHERE, "taste": EVERYWHERE}
_LEVELS: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("region",),
    ("taste",),
    ("region", "taste"),
    ("segment_id",),
    ("segment_id", "region"),
    ("segment_id", "taste"),
    ("segment_id", "region", "taste"),
)
"""What tells the cells of a level apart; each level is drawn to one before it."""
_DIGITS: Final = 9


@dataclass(frozen=True)
class Cells:
    """The cells that are told of, and who is in them.

    Attributes:
        names: columns of `CELL` and `customers`, how many there are; one row per cell, level after level
        places: for each level the cell of each customer, by number; -1 for one that is not told of
        wider: per cell the one that it is drawn to; everybody's is its own

    """

    names: pd.DataFrame
    places: Sequence[Indices]
    wider: Indices

    @classmethod
    def of(cls, people: pd.DataFrame, fewest: int) -> Self:
        """The cells of some customers.

        Args:
            people: columns of `CELL`
            fewest: a segment's region or taste with fewer customers is not told of

        """
        tables: list[pd.DataFrame] = []
        places = []
        for level in _LEVELS:
            keys = people[list(CELL)].copy()
            for name in set(CELL) - set(level):
                keys[name] = _ALL[name]
            found = keys.value_counts(sort=False).rename("customers").reset_index().sort_values(list(CELL))
            if len(level) > 1 and "segment_id" in level:
                found = found[found["customers"] >= fewest]
            first = sum(map(len, tables))
            numbers = found.reset_index(drop=True).reset_index(names="cell")[["cell", *CELL]]
            cell = keys.merge(numbers, how="left", on=list(CELL))["cell"]
            places.append(np.where(cell.notna(), cell.fillna(0) + first, -1).astype(np.intp))
            tables.append(found)
        names = pd.concat(tables, ignore_index=True)
        return cls(names, places, _wider(names))


def _wider(names: pd.DataFrame) -> Indices:
    """The cell that each is drawn to."""
    has_segment = names["segment_id"] != EVERY_SEGMENT
    # Of a region and a taste it is the taste's; of a region or a taste alone it is everybody's.
    has_both = (names["region"] != EVERYWHERE) & (names["taste"] != EVERYWHERE)
    wanted = names[list(CELL)].assign(
        segment_id=EVERY_SEGMENT,
        region=names["region"].where(has_segment, EVERYWHERE),
        taste=names["taste"].where(has_segment | has_both, EVERYWHERE),
    )
    numbered = names.reset_index(names="cell")[["cell", *CELL]]
    return wanted.merge(numbered, how="left", on=list(CELL))["cell"].to_numpy(np.intp)


@dataclass(frozen=True)
class CellPurchases:
    """What was bought in each cell; arrays have one entry per cell and product, in order of both.

    Attributes:
        cells: the cells
        products: codes, in order
        cell: number of the cell
        product: place of the product in `products`
        pair: number of a pair of customer and product for each time that it counts in an entry
        entry: the entry in which it counts
        pairs: the pairs that `pair` counts in: as from `sales.customer_products`

    """

    cells: Cells
    products: Codes
    cell: Indices
    product: Indices
    pair: Indices
    entry: Indices
    pairs: pd.DataFrame

    @classmethod
    def of(cls, pairs: pd.DataFrame, people: pd.DataFrame, fewest: int, everywhere: Codes) -> Self:
        """Sum up purchases.

        Args:
            pairs: as from `sales.customer_products`
            people: `customer_id` and columns of `CELL`; purchases of others do not count
            fewest: as of `Cells.of`
            everywhere: codes of products that every cell tells of, whether it bought them or not

        """
        customers = pd.Index(people["customer_id"])
        kept = pairs[(pairs["orders"] > 0) & (customers.get_indexer(pd.Index(pairs["customer_id"])) >= 0)]
        products = pd.Index(np.sort(kept["stock_code"].unique()))
        cells = Cells.of(people, fewest)
        row = customers.get_indexer(pd.Index(kept["customer_id"]))
        column = products.get_indexer(pd.Index(kept["stock_code"]))
        keys, numbers = [], []
        for place in cells.places:
            counted = np.flatnonzero(place[row] >= 0)
            keys.append(place[row[counted]] * len(products) + column[counted])
            numbers.append(counted)
        extra = products.get_indexer(everywhere)
        extra = extra[extra >= 0]
        told = np.add.outer(np.arange(len(cells.names)) * len(products), extra).ravel()
        found, entry = _numbered(np.concatenate([*keys, told]))
        entry = entry[: sum(map(len, keys))]
        cell, product = np.divmod(found, max(len(products), 1))
        return cls(cells, products, cell, product, np.concatenate(numbers), entry, kept)

    def summed(self, values: npt.ArrayLike) -> Floats:
        """The sum over the pairs of each entry; `values` are those of `pairs`, in order."""
        every = np.asarray(values, np.float64)[self.pair]
        return np.asarray(np.bincount(self.entry, every, len(self.cell)), np.float64).round(_DIGITS)

    @cached_property
    def customers(self) -> Floats:
        """Customers of the cell who bought the product."""
        return self.summed(np.ones(len(self.pairs)))

    @cached_property
    def orders(self) -> Floats:
        """Their invoices with the product."""
        return self.summed(self.pairs["orders"])

    def shares(self, values: Floats, shrinkage: float | None) -> Floats:
        """Share of each entry in its cell, drawn to that of the wider cell.

        Args:
            values: of each entry, such as orders
            shrinkage: sum of values at which a cell counts as much as the wider one; None: only the widest counts

        Where nobody bought anything lately, all is as over all time.

        """
        totals = np.bincount(self.cell, values, len(self.cells.names))
        everyone, *levels = self._levels
        found = np.empty(len(values))
        usual = self.orders[everyone]
        found[everyone] = values[everyone] / totals[0] if totals[0] > 0 else usual / max(usual.sum(), 1.0)
        for level in levels:
            prior = found[self._wider_entry[level]]
            if shrinkage is None:
                found[level] = prior
                continue
            of_cell = totals[self.cell[level]] + shrinkage
            own = (values[level] + shrinkage * prior) / np.where(of_cell > 0, of_cell, 1.0)
            # A cell that bought nothing for very long says nothing of its own, even where no shrinkage is set.
            found[level] = np.where(of_cell > 0, own, prior)
        return found

    @cached_property
    def everybodys(self) -> Indices:
        """For each entry, that of its product over all customers; these come first, one per product."""
        return self.product

    @cached_property
    def _wider_entry(self) -> Indices:
        keys = self.cell * len(self.products) + self.product
        return np.searchsorted(keys, self.cells.wider[self.cell] * len(self.products) + self.product)

    @cached_property
    def _levels(self) -> list[slice]:
        """The entries of each level: of everybody, of regions and tastes, of both together, of segments."""
        names = self.cells.names
        has_segment = (names["segment_id"] != EVERY_SEGMENT).to_numpy()
        tells = (names[["region", "taste"]] != EVERYWHERE).sum(axis=1).to_numpy()
        level = np.where(has_segment, 3, tells)
        edges = np.searchsorted(level[self.cell], np.arange(5))
        return [slice(start, end) for start, end in pairwise(edges.tolist())]


def _numbered(keys: Indices) -> tuple[Indices, Indices]:
    """The different keys in order, and the place of each key among them; by hash, for there are many of each."""
    numbers, found = pd.factorize(keys)
    order = np.argsort(found)
    place = np.empty(len(found), np.intp)
    place[order] = np.arange(len(found))
    return found[order], place[numbers]

"""What was bought together: the invoices of the known sales as sparse matrices."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from segmentation_platform.engine import Session, read_step
from segmentation_platform.recommendations.histories import Codes, Sparse

BASKET_PRODUCTS = read_step(__package__, "basket_products")

GUEST = -1
"""In place of the number of a customer."""


@dataclass(frozen=True)
class Baskets:
    """Which product is in which basket, for how much money, and whose the basket is.

    Attributes:
        products: codes, in order
        holds: csr of shape (baskets, products), 1 where the basket holds the product
        amounts: csr of the same shape, the money of the product in the basket
        customers: shape (baskets,), a number that only the baskets of one customer have; `GUEST` for guests

    """

    products: Codes
    holds: Sparse
    amounts: Sparse
    customers: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """How many baskets there are."""
        return len(self.customers)

    def sizes(self) -> npt.NDArray[np.float64]:
        """In how many baskets each product is."""
        return np.asarray(self.holds.sum(axis=0), np.float64).ravel()

    def up_to(self, products: int) -> "Baskets":
        """The baskets with no more different products than so many."""
        small = np.asarray(self.holds.sum(axis=1)).ravel() <= products
        return Baskets(self.products, self.holds[small], self.amounts[small], self.customers[small])

    def within(self, codes: Iterable[Any]) -> "Baskets":
        """The same baskets with only these products, in order of code; one that was never in a basket is in none."""
        wanted = pd.Index(np.sort(pd.Index(codes).unique()))
        places = self.products.get_indexer(wanted)
        known = np.flatnonzero(places >= 0)
        shape = (len(self.products), len(wanted))
        select = sparse.csr_array((np.ones(len(known), np.float32), (places[known], known)), shape)
        return Baskets(wanted, (self.holds @ select).tocsr(), (self.amounts @ select).tocsr(), self.customers)


def known_baskets(session: Session) -> Baskets:
    """The baskets of the known sales, guests' included.

    Args:
        session: holds `known_sales` (see `ledger.known`)

    """
    session.run(BASKET_PRODUCTS)
    return baskets_of(session.frame(BASKET_PRODUCTS.name))


def baskets_of(lines: pd.DataFrame) -> Baskets:
    """Baskets from lines, each basket and product once.

    Args:
        lines: columns `basket` (from 0), `stock_code`, `amount` and `customer`

    """
    columns, products = pd.factorize(lines["stock_code"], sort=True)
    rows = lines["basket"].to_numpy()
    shape = (int(rows.max()) + 1 if len(rows) else 0, len(products))
    customers = np.full(shape[0], GUEST, np.int64)
    customers[rows] = lines["customer"]
    return Baskets(
        pd.Index(products),
        sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape),
        sparse.csr_array((lines["amount"].to_numpy(np.float64), (rows, columns)), shape),
        customers,
    )

"""What customers bought, as sparse matrices whose columns are products from the most to the least bought.

With columns in that order a stable sort breaks ties by popularity and then by code, which is the rule everywhere.
"""

from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Codes: TypeAlias = "pd.Index[Any]"
"""Ids of customers, or codes of products."""

Sparse: TypeAlias = Any
"""A `scipy.sparse.csr_array`; SciPy brings no types."""


@dataclass(frozen=True)
class Histories:
    """Purchases of customers (rows) by product (columns).

    Attributes:
        customers: ids, one per row
        orders: csr of shape (customers, products), invoices in which the product was bought and kept
        frequency: the same cells, these invoices weighted by their age
        last_age: the same cells, days from the last of them to the reporting date
        cancelled: csr of shape (customers, products), not 0 where all was cancelled

    """

    customers: Codes
    orders: Sparse
    frequency: Sparse
    last_age: Sparse
    cancelled: Sparse

    @classmethod
    def of(cls, pairs: pd.DataFrame, products: Codes, frequency: str = "orders") -> Self:
        """Purchases in the columns of `products`; those of other products are left out.

        Args:
            pairs: as from `sales.customer_products`, each customer and product once
            products: codes, most bought first
            frequency: the column that says how often a customer bought

        """
        customers = pd.Index(np.sort(pairs["customer_id"].unique()))
        rows, columns = (
            customers.get_indexer(pd.Index(pairs["customer_id"])),
            products.get_indexer(pd.Index(pairs["stock_code"])),
        )
        kept = ((pairs["orders"] > 0) & (columns >= 0)).to_numpy()
        gone = ((pairs["orders"] == 0) & (columns >= 0)).to_numpy()
        shape = (len(customers), len(products))
        cells = (rows[kept], columns[kept])
        return cls(
            customers,
            sparse.csr_array((pairs["orders"].to_numpy(np.float32)[kept], cells), shape),
            sparse.csr_array((pairs[frequency].to_numpy(np.float32)[kept], cells), shape),
            sparse.csr_array((pairs["last_age"].to_numpy(np.float32)[kept], cells), shape),
            sparse.csr_array((np.ones(gone.sum(), np.float32), (rows[gone], columns[gone])), shape),
        )

    def rows(self, chosen: slice | npt.NDArray[np.intp]) -> "Histories":
        """The purchases of some of the customers."""
        matrices = (self.orders, self.frequency, self.last_age, self.cancelled)
        return Histories(self.customers[chosen], *(matrix[chosen] for matrix in matrices))

    def for_customers(self, ids: Codes) -> "Histories":
        """The purchases of these customers, in this order; empty for those who bought nothing."""
        places = self.customers.get_indexer(ids)
        found = places >= 0
        # Row i of the selection is customer i's row, or nothing.
        ones = np.ones(found.sum(), np.float32)
        select = sparse.csr_array((ones, (np.flatnonzero(found), places[found])), (len(ids), len(self.customers)))
        chosen = [select @ matrix for matrix in (self.orders, self.frequency, self.last_age, self.cancelled)]
        for matrix in chosen:
            # Products in order: sums are then the same to the last digit, and ties go to the product bought most.
            matrix.sort_indices()
        return Histories(ids, *chosen)


def cells(matrix: Sparse, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
    """The values at some cells; SciPy gives a sparse array where there are none."""
    if not len(rows):
        return np.zeros(0, np.float32)
    return np.asarray(matrix[rows, columns])

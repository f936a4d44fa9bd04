"""Which products go with which: EASE over the most bought products, item-KNN for the rest.

EASE is a ridge regression of every product on all others with a zero diagonal, solved in closed form (Steck 2019,
Embarrassingly shallow autoencoders for sparse data, WWW). Its memory grows with the square of the number of
products. Beyond a limit each product is predicted by the ridge slopes on its best neighbours alone, one at a time
(item-KNN, Sarwar et al. 2001, WWW), in the same unit.

Of either, the weights that tell most of each product are kept, to three digits: few enough to be published, so that
whoever scores on demand has the very weights of the night.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import lapack

from segmentation_platform.recommendations.histories import Sparse
from segmentation_platform.recommendations.rules import CustomerListRules

Weights = npt.NDArray[np.float32]

_BLOCK_CELLS = 4_000_000
_DIGITS = 3
_FEWEST_BUYERS = 3
"""A product with fewer has no pattern that more than counting could find; a large matrix of such takes minutes."""


def item_weights(orders: Sparse, rules: CustomerListRules) -> Sparse:
    """Learn from what customers bought which products speak for or against which.

    Args:
        orders: csr of shape (customers, products), most bought products first
        rules: penalty, number of products for EASE, weights kept of each product

    Returns:
        csr of shape (products, products), weights from products bought (rows) to products predicted (columns), at
        most `rules.neighbours` in a column.

    """
    bought = (orders > 0).astype(np.float32)
    often = int((np.asarray(bought.sum(axis=0)).ravel() >= _FEWEST_BUYERS).sum())
    size = min(bought.shape[1], rules.ease_products, often)
    found = sparse.hstack([*_head(bought, size, rules), *_tail(bought, size, rules)], format="csr")
    found.data = rounded(found.data)
    return found


def affinity(weights: Sparse, profiles: Sparse) -> Weights:
    """Predict from profiles, csr of shape (customers, products); the same shape, dense, never negative."""
    predicted: Weights = (profiles @ weights).toarray()
    return np.maximum(predicted, 0, out=predicted)


def ease(bought: Sparse, penalty: float) -> Weights:
    """EASE weights.

    Args:
        bought: csr of shape (customers, products), 1 where bought
        penalty: added to the diagonal of the Gram matrix

    Returns:
        Shape (products, products), zero diagonal. Takes 4 bytes a cell, and three times that while it works.

    """
    gram = np.asfortranarray((bought.T @ bought).toarray().astype(np.float32, copy=False))
    gram[np.diag_indices_from(gram)] += np.float32(penalty)
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    if failed:
        raise ArithmeticError(f"The penalty {penalty} is too small for these purchases.")
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse)
    diagonal = inverse.diagonal().copy()
    inverse += np.tril(inverse, -1).T
    inverse /= -diagonal[None, :]
    inverse[np.diag_indices_from(inverse)] = 0
    return np.ascontiguousarray(inverse)


def rounded(weights: Weights) -> Weights:
    """Three significant digits, so that a weight is the same after a way through text."""
    exact = weights.astype(np.float64)
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(np.abs(exact))))
    return (np.round(exact * scale) / scale).astype(np.float32)


def _head(bought: Sparse, size: int, rules: CustomerListRules) -> Iterator[Sparse]:
    """Of the EASE weights those that tell most, in blocks of columns.

    A weight tells as much as it moves the prediction from customer to customer: its size times the spread of buying
    or not, which grows with the square root of the buyers as long as few of all customers buy it.
    """
    if not size:
        return
    weights = ease(bought[:, :size], rules.ease_penalty)
    spread = np.sqrt(np.asarray(bought[:, :size].sum(axis=0), np.float32).ravel())
    step = max(1, _BLOCK_CELLS // max(size, 1))
    for start in range(0, size, step):
        block = weights[:, start : start + step]
        tells = np.abs(block) * spread[:, None]
        least = np.partition(tells, -rules.neighbours, axis=0)[-rules.neighbours] if rules.neighbours < size else 0
        rows, columns = np.nonzero((tells >= least) & (tells > 0))
        shape = (bought.shape[1], block.shape[1])
        kept = _strongest(rows, columns, tells[rows, columns], rules.neighbours)
        yield sparse.csr_array((block[rows, columns][kept], (rows[kept], columns[kept])), shape)


def _tail(bought: Sparse, size: int, rules: CustomerListRules) -> Iterator[Sparse]:
    products = bought.shape[1]
    slopes = 1 / (np.asarray(bought.sum(axis=0)).ravel() + np.float32(rules.ease_penalty))
    step = max(1, _BLOCK_CELLS // max(products, 1))
    by_product = bought.T.tocsr()
    for start in range(size, products, step):
        together = (by_product @ bought[:, start : start + step]).tocoo()
        together.data *= slopes[together.row]
        together.data[together.row == together.col + start] = 0
        together.eliminate_zeros()
        kept = _strongest(together.row, together.col, together.data, rules.neighbours)
        yield sparse.csr_array((together.data[kept], (together.row[kept], together.col[kept])), together.shape)


def _strongest(
    rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], strengths: Weights, count: int
) -> npt.NDArray[np.intp]:
    """Which cells are the `count` strongest of each column; ties go to the product that is bought more."""
    order = np.lexsort((rows, -strengths, columns))
    by_column = columns[order]
    place = np.arange(len(by_column)) - np.searchsorted(by_column, by_column)
    return order[place < count]

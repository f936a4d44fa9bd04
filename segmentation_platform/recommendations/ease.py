"""Which products go with which: EASE over the most bought products, item-KNN for the rest.

EASE is a ridge regression of every product on all others with a zero diagonal, solved in closed form (Steck 2019,
Embarrassingly shallow autoencoders for sparse data, WWW). Its memory grows with the square of the number of
products. Beyond a limit each product is predicted by the ridge slopes on its best neighbours alone, one at a time
(item-KNN, Sarwar et al. 2001, WWW), in the same unit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import lapack

from segmentation_platform.recommendations.histories import Sparse, cells
from segmentation_platform.recommendations.rules import CustomerListRules

Weights = npt.NDArray[np.float32]

_BLOCK_CELLS = 4_000_000


@dataclass(frozen=True)
class ItemWeights:
    """Weights from products bought (rows) to products predicted (columns).

    Attributes:
        head: shape (head, head), EASE among the first products
        tail: csr of shape (products, products), item-KNN; its first `head` columns are empty

    """

    head: Weights
    tail: Sparse

    def affinity(self, profiles: Sparse) -> Weights:
        """Predict from profiles, csr of shape (customers, products); the same shape, dense, never negative."""
        predicted = np.zeros(profiles.shape, np.float32)
        size = len(self.head)
        predicted[:, :size] = profiles[:, :size] @ self.head
        if self.tail.nnz:
            predicted += (profiles @ self.tail).toarray()
        return np.maximum(predicted, 0, out=predicted)

    def between(self, bought: npt.NDArray[np.intp], predicted: npt.NDArray[np.intp]) -> Weights:
        """The weight of each pair of products."""
        size = len(self.head)
        weights = np.zeros(len(bought), np.float32)
        inside = (bought < size) & (predicted < size)
        weights[inside] = self.head[bought[inside], predicted[inside]]
        beyond = predicted >= size
        weights[beyond] = cells(self.tail, bought[beyond], predicted[beyond])
        return weights


def item_weights(orders: Sparse, rules: CustomerListRules) -> ItemWeights:
    """Learn the weights from what customers bought.

    Args:
        orders: csr of shape (customers, products), most bought products first
        rules: penalty, number of products for EASE, neighbours for the rest

    """
    bought = (orders > 0).astype(np.float32)
    size = min(bought.shape[1], rules.ease_products)
    return ItemWeights(ease(bought[:, :size], rules.ease_penalty), _tail(bought, size, rules))


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


def _tail(bought: Sparse, size: int, rules: CustomerListRules) -> Sparse:
    products = bought.shape[1]
    slopes = 1 / (np.asarray(bought.sum(axis=0)).ravel() + np.float32(rules.ease_penalty))
    step = max(1, _BLOCK_CELLS // max(products, 1))
    blocks = [sparse.csr_array((products, size), dtype=np.float32)]
    by_product = bought.T.tocsr()
    for start in range(size, products, step):
        together = (by_product @ bought[:, start : start + step]).tocoo()
        together.data *= slopes[together.row]
        together.data[together.row == together.col + start] = 0
        blocks.append(_strongest(together, rules.neighbours))
    return sparse.hstack(blocks, format="csr")


def _strongest(weights: Sparse, count: int) -> Sparse:
    """The `count` largest of each column; ties go to the product that is bought more."""
    order = np.lexsort((weights.row, -weights.data, weights.col))
    columns = weights.col[order]
    place = np.arange(len(columns)) - np.searchsorted(columns, columns)
    kept = order[(place < count) & (weights.data[order] > 0)]
    return sparse.csr_array((weights.data[kept], (weights.row[kept], weights.col[kept])), weights.shape)

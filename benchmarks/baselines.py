"""Ways to recommend that others have published, to be compared with: neighbours of customers and of products.

Each is a `backtest.Model`: scores of shape (customers, products) from what was known. They are here and not in the
platform because nothing is made by them.
"""

from importlib.util import find_spec
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize

from segmentation_platform.recommendations.backtest import Model, TrainingData
from segmentation_platform.recommendations.histories import Codes, Histories, Sparse
from segmentation_platform.recommendations.weights import recent

_Scores = npt.NDArray[np.float32]

_NEIGHBOURS: Final = 100
_NEIGHBOUR_SHARE: Final = 0.9
_TIFU_HALF_LIFE: Final = 60
_LOCALITY: Final = 5
_ASYMMETRY: Final = 0.25
_BLOCK: Final = 2_000
_FACTORS: Final = 64
_CONFIDENCE: Final = 10.0


def item_knn(training: TrainingData, customers: Codes) -> _Scores:
    """Item-item cosine (Sarwar et al. 2001, WWW)."""
    bought = _binary(training.histories.orders)
    unit = normalize(bought, axis=0)
    mine = _binary(training.owned(customers).orders)
    # Products by products is never made: a customer's products meet all others by way of those who bought them.
    return np.asarray(((mine @ unit.T) @ unit).toarray(), np.float32)


def tifu_knn(training: TrainingData, customers: Codes) -> _Scores:
    """TIFU-KNN (Hu et al. 2020, Modeling personalized item frequency, SIGIR), with decay by days for its groups."""
    everybody = Histories.of(training.pairs, training.demand.index, recent(_TIFU_HALF_LIFE))
    profiles, mine = everybody.frequency, everybody.for_customers(customers).frequency
    near = _nearest(normalize(mine), normalize(profiles), _NEIGHBOURS)
    near = normalize(near > 0, norm="l1")
    return np.asarray(
        (1 - _NEIGHBOUR_SHARE) * mine.toarray() + _NEIGHBOUR_SHARE * (near @ profiles).toarray(), np.float32
    )


def up_cf(training: TrainingData, customers: Codes) -> _Scores:
    """UP-CF (Faggioli et al. 2020, Recency aware collaborative filtering for next basket recommendation, UMAP)."""
    everybody = training.histories
    frequency, mine = everybody.orders, everybody.for_customers(customers).orders
    sizes, own = (np.asarray(_binary(each).sum(axis=1)).ravel() for each in (frequency, mine))
    together = (_binary(mine) @ _binary(frequency).T).tocoo()
    scale = own[together.row] ** _ASYMMETRY * sizes[together.col] ** (1 - _ASYMMETRY)
    likeness = (together.data / np.maximum(scale, 1)) ** _LOCALITY
    near = sparse.csr_array((likeness, (together.row, together.col)), together.shape)
    shares = normalize(frequency, norm="l1")
    return np.asarray((near @ shares).toarray(), np.float32)


def als(training: TrainingData, customers: Codes) -> _Scores:
    """Matrix factorization of implicit feedback (Hu, Koren & Volinsky 2008, ICDM), by alternating least squares.

    Raises:
        ModuleNotFoundError: where `implicit` is not installed: pip install -e '.[benchmarks]'

    """
    from implicit.als import AlternatingLeastSquares

    found = AlternatingLeastSquares(
        factors=_FACTORS, regularization=0.05, alpha=_CONFIDENCE, iterations=15, num_threads=1, random_state=7
    )
    orders = training.histories.orders.astype(np.float32)
    orders.data = np.log2(1 + orders.data)
    # The library knows matrices, not yet arrays.
    found.fit(sparse.csr_matrix(orders), show_progress=False)
    places = training.histories.customers.get_indexer(customers)
    mine = np.where((places >= 0)[:, None], found.user_factors[places], 0)
    return np.asarray(mine @ found.item_factors.T, np.float32)


def _binary(orders: Sparse) -> Sparse:
    return (orders > 0).astype(np.float32)


def _nearest(mine: Sparse, everybody: Sparse, count: int) -> Sparse:
    """Likeness to the `count` nearest customers; a customer is a neighbour of its own."""
    blocks = []
    for start in range(0, mine.shape[0], _BLOCK):
        likeness = (mine[start : start + _BLOCK] @ everybody.T).toarray()
        kept = min(count, likeness.shape[1])
        least = np.partition(likeness, -kept, axis=1)[:, -kept]
        blocks.append(sparse.csr_array(np.where(likeness >= np.maximum(least, 1e-9)[:, None], likeness, 0)))
    return sparse.vstack(blocks, format="csr")


_WITH_LIBRARIES: Final = (als,) if find_spec("implicit") else ()

PUBLISHED_BY_OTHERS: Final[dict[str, Model]] = {
    model.__name__: model for model in (item_knn, tifu_knn, up_cf, *_WITH_LIBRARIES)
}
"""By name; those whose libraries are not installed are left out."""

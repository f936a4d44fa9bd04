"""Weights between products: EASE is what its formula says, and item-KNN takes over beyond the limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from segmentation_platform.recommendations.ease import ease, item_weights
from segmentation_platform.recommendations.rules import CustomerListRules


def purchases(customers: int, products: int, seed: int = 1, density: float = 0.2) -> sparse.csr_array:
    random = np.random.default_rng(seed)
    return sparse.csr_array((random.random((customers, products)) < density).astype(np.float32))


@given(st.integers(2, 40), st.integers(1, 12), st.floats(1.0, 50.0), st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_each_column_is_the_ridge_regression_of_a_product_on_all_others(
    customers: int, products: int, penalty: float, seed: int
) -> None:
    bought = purchases(customers, products, seed)
    weights = ease(bought, penalty)
    dense = bought.toarray().astype(np.float64)
    for product in range(products):
        others = np.delete(np.arange(products), product)
        x, y = dense[:, others], dense[:, product]
        slopes = np.linalg.solve(x.T @ x + penalty * np.eye(len(others)), x.T @ y)
        np.testing.assert_allclose(weights[others, product], slopes, atol=1e-4)
        assert weights[product, product] == 0


def test_beyond_the_limit_products_come_from_their_neighbours() -> None:
    bought = purchases(200, 30)
    rules = CustomerListRules(ease_products=10, ease_penalty=5.0, neighbours=4)
    weights = item_weights(bought, rules)
    gram = (bought.T @ bought).toarray()
    slopes = gram / (gram.diagonal()[:, None] + 5.0)
    np.fill_diagonal(slopes, 0)
    tail = weights.tail.toarray()
    assert weights.head.shape == (10, 10)
    assert not tail[:, :10].any()
    for product in range(10, 30):
        kept = np.argsort(-slopes[:, product], kind="stable")[:4]
        np.testing.assert_allclose(np.sort(tail[kept, product]), np.sort(slopes[kept, product]), rtol=1e-5)
        assert (tail[:, product] > 0).sum() == 4


@pytest.mark.parametrize("limit", [5, 30])
def test_affinity_is_the_sum_of_the_weights_of_what_was_bought_and_never_negative(limit: int) -> None:
    bought = purchases(50, 30)
    weights = item_weights(bought, CustomerListRules(ease_products=limit, ease_penalty=5.0))
    rows, columns = np.divmod(np.arange(900), 30)
    table = weights.between(rows, columns).reshape(30, 30)
    expected = np.maximum(bought.toarray() @ table, 0)
    np.testing.assert_allclose(weights.affinity(bought), expected, atol=1e-5)
    assert expected.max() > 0


def test_a_product_bought_by_all_and_one_bought_by_none_do_no_harm() -> None:
    bought = purchases(20, 5).toarray()
    bought[:, 0], bought[:, 4] = 1, 0
    weights = ease(sparse.csr_array(bought), 10.0)
    assert np.isfinite(weights).all()
    assert not weights[4].any()

"""Weights between products: EASE is what its formula says, and item-KNN takes over beyond the limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from segmentation_platform.recommendations.ease import affinity, ease, item_weights, rounded
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


def test_of_each_product_the_weights_that_tell_most_are_kept_to_three_digits() -> None:
    bought = purchases(200, 30)
    found = item_weights(bought, CustomerListRules(ease_penalty=5.0, neighbours=4)).toarray()
    exact = ease(bought, 5.0)
    tells = np.abs(exact) * np.sqrt(bought.sum(axis=0))[:, None]
    for product in range(30):
        kept = np.argsort(-tells[:, product], kind="stable")[:4]
        assert set(np.flatnonzero(found[:, product])) == set(kept)
        np.testing.assert_allclose(found[kept, product], exact[kept, product], rtol=5.1e-3)
    assert (found < 0).any(), "what speaks against a product counts, too"


def test_where_few_products_are_sold_every_weight_is_kept() -> None:
    bought = purchases(200, 30)
    found = item_weights(bought, CustomerListRules(ease_penalty=5.0, neighbours=30)).toarray()
    np.testing.assert_allclose(found, ease(bought, 5.0), rtol=5.1e-3)


def test_beyond_the_limit_products_come_from_their_neighbours() -> None:
    bought = purchases(200, 30)
    rules = CustomerListRules(ease_products=10, ease_penalty=5.0, neighbours=4)
    weights = item_weights(bought, rules).toarray()
    gram = (bought.T @ bought).toarray()
    slopes = gram / (gram.diagonal()[:, None] + 5.0)
    np.fill_diagonal(slopes, 0)
    assert weights.shape == (30, 30)
    assert not weights[10:, :10].any()
    for product in range(10, 30):
        kept = np.argsort(-slopes[:, product], kind="stable")[:4]
        np.testing.assert_allclose(weights[kept, product], slopes[kept, product], rtol=5.1e-3)
        assert (weights[:, product] > 0).sum() == 4


def test_products_that_tell_as_much_are_kept_by_how_much_they_are_bought_and_then_in_order() -> None:
    twins = sparse.csr_array(np.repeat(purchases(60, 3).toarray(), 2, axis=1))
    found = item_weights(twins, CustomerListRules(ease_penalty=5.0, neighbours=1)).toarray()
    assert np.diff(sparse.csc_array(found).indptr).tolist() == [1] * 6


@pytest.mark.parametrize("limit", [5, 30])
def test_affinity_is_the_sum_of_the_weights_of_what_was_bought_and_never_negative(limit: int) -> None:
    bought = purchases(50, 30)
    weights = item_weights(bought, CustomerListRules(ease_products=limit, ease_penalty=5.0))
    expected = np.maximum(bought.toarray() @ weights.toarray(), 0)
    np.testing.assert_allclose(affinity(weights, bought), expected, atol=1e-5)
    assert expected.max() > 0


@given(st.floats(2**-60, 2**60, width=32) | st.floats(-(2**60), -(2**-60), width=32))
def test_a_rounded_weight_is_the_same_after_a_way_through_text(weight: float) -> None:
    [found] = rounded(np.array([weight], np.float32))
    assert np.float32(f"{found:.3g}") == found
    assert found == pytest.approx(weight, rel=5.1e-3)


def test_a_product_bought_by_all_and_one_bought_by_none_do_no_harm() -> None:
    bought = purchases(20, 5).toarray()
    bought[:, 0], bought[:, 4] = 1, 0
    weights = ease(sparse.csr_array(bought), 10.0)
    assert np.isfinite(weights).all()
    assert not weights[4].any()

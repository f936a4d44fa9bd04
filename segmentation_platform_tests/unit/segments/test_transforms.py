"""Transforms: plain numbers that give the very points of the scikit-learn transformers they stand for."""

import json
from dataclasses import asdict
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer, QuantileTransformer, StandardScaler

from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.rules import TransformKind
from segmentation_platform.segments.transforms import FEATURES, Transform, feature_values, fit_transform
from segmentation_platform_tests.support.ledgers import simulated_customers
from segmentation_platform_tests.unit.segments.shops import customers_of, four_kinds

KINDS: tuple[TransformKind, ...] = get_args(TransformKind)
each_kind = pytest.mark.parametrize("kind", KINDS)

CUSTOMER = st.tuples(st.integers(1, 4_000), st.integers(1, 500), st.floats(0, 1e6))
CUSTOMERS = st.lists(CUSTOMER, min_size=1, max_size=30).map(lambda rows: customers_of(*rows))


def fresh(kind: TransformKind, customers: int) -> Any:
    """Return scikit-learn's own transformers, without ours."""
    shape = {
        "raw": FunctionTransformer(),
        "log": FunctionTransformer(np.log1p),
        "yeo-johnson": PowerTransformer(method="yeo-johnson", standardize=False),
        "quantile": QuantileTransformer(
            n_quantiles=min(100, customers), output_distribution="normal", subsample=None
        ),
    }
    return make_pipeline(shape[kind], StandardScaler())


def from_json(text: str) -> Transform:
    document = json.loads(text)
    shapes, means, scales = (tuple(document[name]) for name in ("shapes", "means", "scales"))
    return Transform(document["kind"], tuple(map(tuple, shapes)), means, scales)


@each_kind
def test_points_are_those_of_fresh_scikit_learn_transformers(kind: TransformKind) -> None:
    customers = simulated_customers()
    values = customers[list(FEATURES)].to_numpy(dtype=float)
    points = fit_transform(customers, kind).apply(customers)
    np.testing.assert_array_equal(points, fresh(kind, len(values)).fit_transform(values))
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(points.std(axis=0), 1, atol=1e-9)


@each_kind
@given(customers=CUSTOMERS)
@settings(deadline=None, max_examples=15)
def test_other_customers_get_the_same_points_too(kind: TransformKind, customers: pd.DataFrame) -> None:
    known = four_kinds()[0]
    expected = fresh(kind, len(known)).fit(known.to_numpy()).transform(customers.to_numpy())
    np.testing.assert_array_equal(fit_transform(known, kind).apply(customers), expected)


@each_kind
@given(customers=CUSTOMERS)
@settings(deadline=None, max_examples=15)
def test_it_comes_back_from_json_equal_to_the_last_bit_and_gives_the_same_points(
    kind: TransformKind, customers: pd.DataFrame
) -> None:
    transform = fit_transform(customers, kind)
    again = from_json(json.dumps(asdict(transform)))
    assert again == transform
    np.testing.assert_array_equal(again.apply(four_kinds()[0]), transform.apply(four_kinds()[0]))


@each_kind
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("feature", FEATURES)
def test_what_is_not_finite_is_refused_with_the_customers_named(
    kind: TransformKind, bad: float, feature: str
) -> None:
    customers = four_kinds()[0].assign(customer_id=[f"C{n}" for n in range(320)])
    transform = fit_transform(customers, kind)
    customers.loc[[3, 5], feature] = bad
    message = "2 customers have no finite recency, frequency or monetary value, for instance C3, C5. Their lines"
    with pytest.raises(SegmentationError, match=message):
        fit_transform(customers, kind)
    with pytest.raises(SegmentationError, match=message):
        transform.apply(customers)


def test_of_many_customers_without_a_value_three_are_named_and_without_numbers_their_rows() -> None:
    customers = four_kinds()[0].assign(monetary=np.nan)
    with pytest.raises(SegmentationError, match=r"^320 customers .*instance 0, 1, 2\. "):
        feature_values(customers)


@each_kind
@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.filterwarnings("error")
def test_a_feature_that_is_the_same_for_everybody_says_nothing(kind: TransformKind, feature: str) -> None:
    customers = four_kinds()[0].assign(**{feature: 1.0})
    points = fit_transform(customers, kind).apply(customers)
    assert np.isfinite(points).all()
    column = FEATURES.index(feature)
    np.testing.assert_allclose(points[:, column], points[0, column], atol=1e-6)
    others = [place for place in range(3) if place != column]
    assert (points[:, others].std(axis=0) > 0.9).all()


@each_kind
@pytest.mark.filterwarnings("error")
def test_one_customer_alone_is_in_the_middle(kind: TransformKind) -> None:
    alone = customers_of((5, 1, 20))
    np.testing.assert_allclose(fit_transform(alone, kind).apply(alone), np.zeros((1, 3)), atol=1e-9)


@each_kind
def test_without_customers_there_are_no_points(kind: TransformKind) -> None:
    transform = fit_transform(four_kinds()[0], kind)
    assert transform.apply(customers_of()).shape == (0, 3)


@each_kind
@pytest.mark.filterwarnings("error")
def test_one_enormous_order_leaves_all_points_finite(kind: TransformKind) -> None:
    customers = pd.concat([four_kinds()[0], customers_of((1, 1, 1e9))], ignore_index=True)
    transform = fit_transform(customers, kind)
    points = transform.apply(customers)
    assert np.isfinite(points).all()
    assert points[-1, 2] == points[:, 2].max()


@each_kind
def test_customers_are_not_changed_and_their_index_makes_no_difference(kind: TransformKind) -> None:
    customers = four_kinds()[0]
    other = customers.set_index(np.arange(1_000, 1_320))
    before = other.copy()
    assert fit_transform(other, kind) == fit_transform(customers, kind)
    pd.testing.assert_frame_equal(other, before)


@pytest.mark.filterwarnings("error")
def test_after_almost_equal_customers_an_enormous_one_has_still_finite_points() -> None:
    alike = customers_of(*[(1, 1, 0.0), (1, 1, 0.015625)], *[(1, 1, 100.0)] * 8, (2, 1, 99.9), (3, 2, 100.01))
    points = fit_transform(alike, "yeo-johnson").apply(customers_of((4_000, 500, 1e9)))
    assert np.isfinite(points**2).all()

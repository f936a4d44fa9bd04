"""The segment model: plain numbers that assign as the scikit-learn pipeline they stand for."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import PowerTransformer, StandardScaler

from segmentation_platform.segments.model import (
    FEATURES,
    SegmentModel,
    Transform,
    cluster,
    fit_transform,
    order_by_worth,
)
from segmentation_platform_tests.ledgers import simulated_customers

PLAIN = Transform(lambdas=(1.0, 1.0, 1.0), means=(0.0, 0.0, 0.0), scales=(1.0, 1.0, 1.0))
"""Leaves numbers from 0 up as they are."""


def customers_of(*rows: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(FEATURES), dtype="float64")


@cache
def model_of_the_shop() -> SegmentModel:
    customers = simulated_customers()
    transform = fit_transform(customers)
    centres = cluster(transform.apply(customers), 4, seed=1).cluster_centers_
    return SegmentModel(transform, tuple(map(tuple, centres.tolist())))


NUMBER = st.floats(allow_nan=False, allow_infinity=False)
TRIPLE = st.tuples(NUMBER, NUMBER, NUMBER)
MODEL = st.builds(
    SegmentModel,
    transform=st.builds(Transform, lambdas=TRIPLE, means=TRIPLE, scales=TRIPLE),
    centroids=st.lists(TRIPLE, min_size=1, max_size=8).map(tuple),
)
CUSTOMER = st.tuples(st.integers(1, 4_000), st.integers(1, 500), st.floats(0, 1e6))
CUSTOMERS = st.lists(CUSTOMER, min_size=1, max_size=30).map(lambda rows: customers_of(*rows))


@given(MODEL)
def test_a_model_comes_back_from_its_json_equal_to_the_last_bit(model: SegmentModel) -> None:
    assert SegmentModel.from_json(model.to_json()) == model


def test_the_json_is_readable_by_name() -> None:
    document = json.loads(SegmentModel(PLAIN, ((1.0, 2.0, 3.0),)).to_json())
    assert document == {
        "features": ["recency_days", "frequency", "monetary"],
        "transform": {"lambdas": [1.0] * 3, "means": [0.0] * 3, "scales": [1.0] * 3},
        "centroids": [[1.0, 2.0, 3.0]],
    }


def test_further_entries_of_the_json_are_left_alone() -> None:
    model = SegmentModel(PLAIN, ((1.0, 2.0, 3.0),))
    document = {**json.loads(model.to_json()), "jaccards": [0.9], "inertia": 12.0}
    assert SegmentModel.from_json(json.dumps(document)) == model


def test_a_model_on_other_features_is_refused() -> None:
    document = {**json.loads(SegmentModel(PLAIN, ()).to_json()), "features": ["recency_days", "age"]}
    with pytest.raises(ValueError, match=r"on \['recency_days', 'age'\], not on"):
        SegmentModel.from_json(json.dumps(document))


def test_the_transform_is_the_one_that_scikit_learn_fits() -> None:
    customers = simulated_customers()
    power = PowerTransformer(method="yeo-johnson", standardize=False)
    expected = StandardScaler().fit_transform(power.fit_transform(customers[list(FEATURES)].to_numpy(dtype=float)))
    points = fit_transform(customers).apply(customers)
    np.testing.assert_array_equal(points, expected)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(points.std(axis=0), 1, atol=1e-9)


@given(CUSTOMERS)
@settings(deadline=None, max_examples=50)
def test_the_pipeline_predicts_what_the_model_assigns(customers: pd.DataFrame) -> None:
    model = model_of_the_shop()
    labels = model.pipeline().predict(customers.to_numpy(dtype=float))
    distances = np.sort(model.distances(customers), axis=1)
    is_clear = distances[:, 1] - distances[:, 0] > 1e-9
    assert (labels[is_clear] + 1 == model.assign(customers)["segment_id"][is_clear]).all()


def test_the_pipeline_has_exactly_the_models_centroids_also_after_a_round_trip() -> None:
    model = SegmentModel.from_json(model_of_the_shop().to_json())
    np.testing.assert_allclose(model.pipeline()[-1].cluster_centers_, np.array(model.centroids), atol=1e-12)


@given(CUSTOMERS)
@settings(deadline=None, max_examples=50)
def test_margins_are_from_0_to_1_and_segments_are_those_of_the_nearest_centroid(customers: pd.DataFrame) -> None:
    assigned = model_of_the_shop().assign(customers)
    distances = model_of_the_shop().distances(customers)
    assert assigned["margin"].between(0, 1).all()
    chosen = distances[np.arange(len(customers)), assigned["segment_id"] - 1]
    assert (chosen == distances.min(axis=1)).all()


def test_the_margin_is_0_on_the_border_1_at_the_centre_and_between_in_between() -> None:
    model = SegmentModel(PLAIN, ((0.0, 0.0, 0.0), (4.0, 0.0, 0.0)))
    assigned = model.assign(customers_of((2, 0, 0), (4, 0, 0), (1, 0, 0)))
    assert assigned["margin"].tolist() == pytest.approx([0, 1, 1 - 1 / 3])
    assert assigned["segment_id"].tolist()[1:] == [2, 1]


def test_between_two_equal_centroids_there_is_no_margin() -> None:
    model = SegmentModel(PLAIN, ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)))
    assert model.assign(customers_of((1, 1, 1), (5, 1, 1)))["margin"].tolist() == [0, 0]


def test_a_model_of_one_segment_puts_everybody_into_it_for_certain() -> None:
    assigned = SegmentModel(PLAIN, ((1.0, 1.0, 1.0),)).assign(customers_of((1, 1, 1), (9, 9, 9)))
    assert assigned.to_numpy().tolist() == [[1, 1], [1, 1]]


def test_assignments_keep_the_index_of_the_customers() -> None:
    customers = simulated_customers().sample(frac=1, random_state=1)
    assert model_of_the_shop().assign(customers).index.equals(customers.index)


def test_segments_are_numbered_by_mean_money_spent_and_stay_the_same_sets() -> None:
    customers = simulated_customers()
    ordered = order_by_worth(model_of_the_shop(), customers)
    before, after = (model.assign(customers)["segment_id"] for model in (model_of_the_shop(), ordered))
    worth = customers["monetary"].groupby(after).mean()
    assert worth.index.tolist() == [1, 2, 3, 4]
    assert worth.is_monotonic_decreasing
    assert (pd.crosstab(before, after) > 0).sum().tolist() == [1, 1, 1, 1]
    assert set(ordered.centroids) == set(model_of_the_shop().centroids)


def test_a_segment_without_customers_is_numbered_last() -> None:
    model = SegmentModel(PLAIN, ((900.0, 9.0, 9.0), (1.0, 1.0, 1.0), (1.0, 1.0, 50.0)))
    ordered = order_by_worth(model, customers_of((1, 1, 2), (1, 1, 60)))
    assert ordered.centroids == ((1.0, 1.0, 50.0), (1.0, 1.0, 1.0), (900.0, 9.0, 9.0))

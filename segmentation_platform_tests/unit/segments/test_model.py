"""The segment model: plain numbers that assign as the scikit-learn pipeline they stand for."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.segments.model import (
    Segment,
    SegmentModel,
    centroids_of,
    cluster,
    distances,
    margins,
)
from segmentation_platform.segments.rules import TransformKind
from segmentation_platform.segments.transforms import FEATURES, Transform, fit_transform
from segmentation_platform_tests.support.ledgers import simulated_customers, simulated_fit
from segmentation_platform_tests.unit.segments.shops import PLAIN, customers_of, model_of

KINDS = ("raw", "log", "yeo-johnson", "quantile")


@cache
def model_of_the_shop(kind: TransformKind = "yeo-johnson") -> SegmentModel:
    customers = simulated_customers()
    transform = fit_transform(customers, kind)
    centroids = centroids_of(cluster(transform.apply(customers), 4, seed=1))
    return SegmentModel(transform, centroids, tuple(Segment(n, f"Segment {n}", "Loyal") for n in (7, 3, 12, 4)))


NUMBER = st.floats(allow_nan=False, allow_infinity=False)
TRIPLE = st.tuples(NUMBER, NUMBER, NUMBER)
SHAPE = st.lists(NUMBER, max_size=4).map(tuple)
TRANSFORM = st.builds(
    Transform, kind=st.sampled_from(KINDS), shapes=st.tuples(SHAPE, SHAPE, SHAPE), means=TRIPLE, scales=TRIPLE
)
SEGMENT = st.builds(Segment, segment_id=st.integers(1), name=st.text(), kind=st.text())
MODEL = st.integers(1, 8).flatmap(
    lambda k: st.builds(
        SegmentModel,
        transform=TRANSFORM,
        centroids=st.lists(TRIPLE, min_size=k, max_size=k).map(tuple),
        segments=st.lists(SEGMENT, min_size=k, max_size=k).map(tuple),
    )
)
CUSTOMER = st.tuples(st.integers(1, 4_000), st.integers(1, 500), st.floats(0, 1e6))
CUSTOMERS = st.lists(CUSTOMER, min_size=1, max_size=30).map(lambda rows: customers_of(*rows))


@given(MODEL)
def test_a_model_comes_back_from_its_document_equal_to_the_last_bit(model: SegmentModel) -> None:
    assert SegmentModel.from_document(json.loads(json.dumps(model.to_document()))) == model


def test_the_document_is_readable_by_name() -> None:
    document = json.loads(json.dumps(model_of((1.0, 2.0, 3.0)).to_document()))
    assert document == {
        "features": ["recency_days", "frequency", "monetary"],
        "transform": {"kind": "raw", "shapes": [[], [], []], "means": [0.0] * 3, "scales": [1.0] * 3},
        "centroids": [[1.0, 2.0, 3.0]],
        "segments": [{"segment_id": 1, "name": "Champions", "kind": "Champions"}],
    }


def test_a_model_on_other_features_is_refused() -> None:
    document = {**model_of((1.0, 2.0, 3.0)).to_document(), "features": ["recency_days", "age"]}
    with pytest.raises(ValueError, match=r"on \['recency_days', 'age'\], not on"):
        SegmentModel.from_document(document)


@given(CUSTOMERS, st.sampled_from(KINDS))
@settings(deadline=None, max_examples=50)
def test_the_pipeline_predicts_what_the_model_assigns(customers: pd.DataFrame, kind: TransformKind) -> None:
    model = model_of_the_shop(kind)
    positions = model.pipeline().predict(customers.to_numpy(dtype=float))
    nearest = np.sort(model.distances(customers), axis=1)
    is_clear = nearest[:, 1] - nearest[:, 0] > 1e-6
    ids = np.array([segment.segment_id for segment in model.segments])
    assert (ids[positions[is_clear]] == model.assign(customers)["segment_id"][is_clear]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_pipeline_has_exactly_the_models_centroids_also_after_a_round_trip(kind: TransformKind) -> None:
    model = SegmentModel.from_document(json.loads(json.dumps(model_of_the_shop(kind).to_document())))
    np.testing.assert_allclose(model.pipeline()[-1].cluster_centers_, np.array(model.centroids), atol=1e-12)


@given(CUSTOMERS)
@settings(deadline=None, max_examples=50)
def test_margins_are_from_0_to_1_and_segments_are_those_of_the_nearest_centroid(customers: pd.DataFrame) -> None:
    model = model_of_the_shop()
    assigned, found = model.assign(customers), model.distances(customers)
    assert assigned["margin"].between(0, 1).all()
    positions = model.positions(customers)
    assert (found[np.arange(len(customers)), positions] == found.min(axis=1)).all()
    known = [model.segments[position] for position in positions]
    assert assigned["segment_id"].tolist() == [segment.segment_id for segment in known]
    assert assigned["segment"].tolist() == [segment.name for segment in known]


def test_the_margin_is_0_on_the_border_1_at_the_centre_and_between_in_between() -> None:
    model = model_of((0.0, 0.0, 0.0), (4.0, 0.0, 0.0))
    assigned = model.assign(customers_of((2, 0, 0), (4, 0, 0), (1, 0, 0)))
    assert assigned["margin"].tolist() == pytest.approx([0, 1, 1 - 1 / 3])
    assert assigned["segment_id"].tolist()[1:] == [2, 1]


def test_between_two_equal_centroids_there_is_no_margin() -> None:
    model = model_of((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    assert model.assign(customers_of((1, 1, 1), (5, 1, 1)))["margin"].tolist() == [0, 0]


def test_a_model_of_one_segment_puts_everybody_into_it_for_certain() -> None:
    assigned = model_of((1.0, 1.0, 1.0)).assign(customers_of((1, 1, 1), (9, 9, 9)))
    assert assigned.to_numpy().tolist() == [[1, "Champions", 1], [1, "Champions", 1]]


@pytest.mark.parametrize("k", [1, 3])
def test_nobody_is_assigned_to_nothing_in_the_usual_columns(k: int) -> None:
    model = model_of(*[(float(n), 0.0, 0.0) for n in range(k)])
    nobody, somebody = model.assign(customers_of()), model.assign(customers_of((1, 1, 1)))
    assert nobody.empty
    assert nobody.dtypes.to_dict() == somebody.dtypes.to_dict()
    assert model.distances(customers_of()).shape == (0, k)
    assert len(model.positions(customers_of())) == 0


def test_margins_need_only_the_distances() -> None:
    points = np.array([[0.0, 0, 0], [3, 0, 0]])
    found = distances(points, ((0.0, 0.0, 4.0), (0.0, 0.0, 1.0), (0.0, 0.0, 2.0)))
    np.testing.assert_allclose(found**2, np.array([[16, 1, 4], [25, 10, 13]]))
    assert margins(found).tolist() == pytest.approx([0.5, 1 - np.sqrt(10 / 13)])


def test_assignments_keep_the_index_of_the_customers() -> None:
    customers = simulated_customers().sample(frac=1, random_state=1)
    assert model_of_the_shop().assign(customers).index.equals(customers.index)


def test_known_otherwise_a_model_assigns_the_same_customers_alike() -> None:
    model, customers = simulated_fit().model, simulated_customers()
    other = model.known_as(tuple(Segment(s.segment_id + 10, f"Our {s.name}", s.kind) for s in model.segments))
    before, after = model.assign(customers), other.assign(customers)
    assert (after["segment_id"] == before["segment_id"] + 10).all()
    assert (after["segment"] == "Our " + before["segment"]).all()
    assert (other.transform, other.centroids) == (model.transform, model.centroids)


def test_clustering_is_the_same_again_for_the_same_seed() -> None:
    points = fit_transform(simulated_customers(), "log").apply(simulated_customers())
    assert centroids_of(cluster(points, 5, seed=3)) == centroids_of(cluster(points, 5, seed=3))
    assert model_of((0.0, 0.0, 0.0)).transform == PLAIN
    assert tuple(FEATURES) == ("recency_days", "frequency", "monetary")

"""Segments keep number and name as long as their customers stay together."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.segments.matching import Naming, match_segments, name_first
from segmentation_platform.segments.model import Segment, SegmentModel
from segmentation_platform.segments.names import ARCHETYPES
from segmentation_platform_tests.support.ledgers import simulated_customers, simulated_fit
from segmentation_platform_tests.unit.segments.shops import customers_of, model_of

AGAIN = Naming(next_id=20)
PLACES = (0.0, 100.0, 200.0, 300.0)


def crowd(*sizes: int) -> pd.DataFrame:
    """Customers at the first of the `PLACES`, so many at each."""
    return customers_of(*((place, 1.0, 1.0) for place, n in zip(PLACES, sizes, strict=False) for _ in range(n)))


def at(*places: float) -> SegmentModel:
    """A new model with centroids at some places, its segments not yet known by anything."""
    model = model_of(*((place, 1.0, 1.0) for place in places))
    return model.known_as(tuple(Segment(number, "", "") for number in range(1, len(places) + 1)))


def named(*places: float) -> SegmentModel:
    """A model in force with segments 1, 2, 3 at some places, by the names of the first archetypes."""
    return model_of(*((place, 1.0, 1.0) for place in places))


def ids(model: SegmentModel) -> list[int]:
    return [segment.segment_id for segment in model.segments]


# --- the first names ---


def test_a_first_model_is_numbered_from_the_next_number_in_order_and_named_apart() -> None:
    model = name_first(simulated_fit(5).model, simulated_customers(), Naming(next_id=4))
    assert ids(model) == [4, 5, 6, 7, 8]
    assert len({segment.name for segment in model.segments}) == 5
    assert all(segment.name == segment.kind for segment in model.segments)


def test_a_region_s_segments_are_named_with_it_and_keep_their_kind() -> None:
    plain = name_first(simulated_fit(5).model, simulated_customers(), AGAIN)
    own = name_first(simulated_fit(5).model, simulated_customers(), Naming(20, "Germany"))
    assert [segment.name for segment in own.segments] == [f"{s.name} · Germany" for s in plain.segments]
    assert [segment.kind for segment in own.segments] == [s.kind for s in plain.segments]


@pytest.mark.parametrize("region", ["", "Germany"])
def test_more_segments_than_archetypes_have_still_names_of_their_own(region: str) -> None:
    places = [float(10 * n) for n in range(20)]
    model = name_first(at(*places), customers_of(*((p, 1.0, p) for p in places)), Naming(1, region))
    assert len({segment.name for segment in model.segments}) == 20
    assert {segment.kind for segment in model.segments} == {kind.name for kind in ARCHETYPES}
    assert all(segment.name.startswith(segment.kind) for segment in model.segments)
    assert all(region in segment.name for segment in model.segments)


def test_a_segment_without_customers_has_a_number_and_name_too() -> None:
    model = name_first(at(*PLACES), crowd(5, 5), AGAIN)
    assert ids(model) == [20, 21, 22, 23]
    assert len({segment.name for segment in model.segments}) == 4


# --- kept ---


@given(st.permutations(range(5)))
@settings(deadline=None, max_examples=30)
def test_numbers_and_names_follow_the_customers_whatever_the_order_of_the_centroids(order: list[int]) -> None:
    before, customers = simulated_fit(5).model, simulated_customers()
    shuffled = replace(before, centroids=tuple(before.centroids[place] for place in order))
    after = match_segments(shuffled, before, customers, AGAIN)
    assert after.segments == tuple(before.segments[place] for place in order)
    pd.testing.assert_frame_equal(after.assign(customers), before.assign(customers))


@given(
    st.lists(st.tuples(*[st.floats(-3, 3)] * 3), min_size=5, max_size=5, unique=True),
)
@settings(deadline=None, max_examples=30)
def test_a_model_of_as_many_segments_keeps_them_all_however_it_lies(
    centroids: list[tuple[float, float, float]],
) -> None:
    before = simulated_fit(5).model
    after = match_segments(replace(before, centroids=tuple(centroids)), before, simulated_customers(), AGAIN)
    assert Counter(after.segments) == Counter(before.segments)
    assert after.centroids == tuple(centroids)


def test_of_all_ways_to_match_segments_the_one_with_most_shared_customers_is_taken() -> None:
    # The new border at 130 takes over all of segment 2, and the one below holds on to segment 1.
    after = match_segments(at(200.0, 60.0, 0.0), named(0.0, 100.0, 200.0), crowd(10, 30, 10), AGAIN)
    assert ids(after) == [3, 2, 1]


def test_a_segment_that_loses_some_customers_keeps_its_number() -> None:
    customers = pd.concat([crowd(10, 10), customers_of(*[(60.0, 1.0, 1.0)] * 4)], ignore_index=True)
    before = named(0.0, 100.0)
    assert np.bincount(before.positions(customers)).tolist() == [10, 14]
    after = match_segments(at(100.0, 30.0), before, customers, AGAIN)
    assert np.bincount(after.positions(customers)).tolist() == [10, 14]
    assert ids(after) == [2, 1]


# --- split and merged ---


def test_of_a_segment_that_is_split_the_half_with_most_customers_keeps_it_and_the_other_is_new() -> None:
    before = named(50.0, 200.0)
    after = match_segments(at(0.0, 100.0, 200.0), before, crowd(30, 10, 20), AGAIN)
    assert ids(after) == [1, 20, 2]
    assert [segment.name for segment in after.segments][::2] == ["Champions", "Loyal"]
    assert after.segments[1].name not in {"Champions", "Loyal"}


def test_a_segment_that_is_torn_into_three_is_gone_and_all_three_are_new() -> None:
    before = named(100.0, 300.0)
    after = match_segments(at(0.0, 100.0, 200.0, 300.0), before, crowd(10, 10, 10, 10), AGAIN)
    assert sorted(ids(after)) == [2, 20, 21, 22]
    assert len({segment.name for segment in after.segments}) == 4


def test_of_merged_segments_the_larger_one_goes_on_if_it_is_half_of_the_whole() -> None:
    before = named(0.0, 100.0, 200.0)
    assert ids(match_segments(at(50.0, 200.0), before, crowd(30, 10, 20), AGAIN)) == [1, 3]
    merged = match_segments(at(100.0), before, crowd(10, 10, 10), AGAIN)
    assert ids(merged) == [20]
    assert merged.segments[0].name not in {segment.name for segment in before.segments[:0]}


def test_a_number_that_a_segment_once_had_is_never_given_again() -> None:
    before = named(50.0, 200.0)
    split = match_segments(at(0.0, 100.0, 200.0), before, crowd(30, 10, 20), AGAIN)
    merged = match_segments(at(50.0, 200.0), split, crowd(30, 10, 20), Naming(next_id=21))
    again = match_segments(at(0.0, 100.0, 200.0), merged, crowd(30, 10, 20), Naming(next_id=21))
    assert ids(merged) == [1, 2]
    assert ids(again) == [1, 21, 2]


@given(st.integers(2, 8), st.integers(2, 8), st.sampled_from(["", "Germany"]))
@settings(deadline=None, max_examples=20)
def test_from_any_k_to_any_other_numbers_and_names_stay_unique_and_new_ones_are_in_order(
    old: int, new: int, region: str
) -> None:
    customers = simulated_customers()
    places = np.linspace(-2, 2, new)
    centroids = tuple((float(p), float(-p), float(-p)) for p in places)
    before = name_first(simulated_fit(old).model, customers, Naming(1, region))
    bare = SegmentModel(before.transform, centroids, tuple(Segment(n, "", "") for n in range(1, new + 1)))
    after = match_segments(bare, before, customers, Naming(20, region))
    assert len(set(ids(after))) == len({segment.name for segment in after.segments}) == new
    kept = [segment for segment in after.segments if segment.segment_id < 20]
    assert set(kept) <= set(before.segments)
    assert [number for number in ids(after) if number >= 20] == list(range(20, 20 + new - len(kept)))
    assert all(segment.name.endswith(f" · {region}" if region else "") for segment in after.segments if region)

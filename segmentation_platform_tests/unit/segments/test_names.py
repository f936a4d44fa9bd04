"""Segments are called by their place among all customers: each by its own name, in every shop and currency."""

import re
from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.segments.names import ARCHETYPES, Archetype, archetype, describe, name_segments, places
from segmentation_platform_tests.support.ledgers import simulated_customers

COLUMNS = ["recency_days", "frequency", "monetary"]
SHARE = st.floats(0, 1)
NAMES = {kind.name for kind in ARCHETYPES}


def place_of(rows: Sequence[Sequence[float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS, index=pd.RangeIndex(1, len(rows) + 1, name="segment_id"))


PLACES = st.lists(st.tuples(SHARE, SHARE, SHARE), min_size=1, max_size=20).map(place_of)


def simulated_segments() -> tuple[pd.DataFrame, pd.Series]:
    customers = simulated_customers()
    return customers, pd.qcut(customers["monetary"], 4, labels=False) + 1


@given(PLACES)
def test_as_many_segments_as_there_are_archetypes_are_called_by_one_each(place: pd.DataFrame) -> None:
    named = name_segments(place)
    assert sorted(named) == place.index.tolist()
    assert set(named.values()) <= NAMES
    assert len(set(named.values())) == min(len(place), len(ARCHETYPES))


@given(PLACES, st.sets(st.sampled_from(sorted(NAMES))))
def test_names_that_are_taken_are_left_alone_as_long_as_others_are_free(place: pd.DataFrame, taken: set[str]) -> None:
    named = name_segments(place, taken)
    fresh = {name for name in named.values() if name not in taken}
    assert sorted(named) == place.index.tolist()
    assert len(fresh) == min(len(place), len(NAMES - taken))


@given(st.lists(st.sampled_from(ARCHETYPES), min_size=1, unique=True), st.floats(-0.02, 0.02))
def test_segments_about_the_typical_places_have_those_names_however_many_and_in_any_order(
    kinds: list[Archetype], off: float
) -> None:
    place = place_of([tuple(share + off for share in kind.place) for kind in kinds])
    assert name_segments(place) == {number: kind.name for number, kind in enumerate(kinds, 1)}


def test_further_segments_are_called_by_the_nearest_archetype() -> None:
    champion = ARCHETYPES[0].place
    named = name_segments(place_of([*(archetype.place for archetype in ARCHETYPES), champion]))
    assert (named[1], named[11]) == ("Champions", "Champions")


def test_without_segments_there_are_no_names() -> None:
    assert name_segments(place_of([])) == {}


def test_an_archetype_is_found_by_its_name_and_its_colour_is_written_as_the_contract_wants() -> None:
    for kind in ARCHETYPES:
        assert archetype(kind.name) is kind
        assert re.fullmatch("#[0-9a-f]{6}", kind.color)


@pytest.mark.parametrize("factor", [100, 0.01, 15_500])
def test_another_currency_makes_no_difference(factor: float) -> None:
    customers, segment_id = simulated_segments()
    other = customers.assign(monetary=customers["monetary"] * factor)
    assert name_segments(places(other, segment_id)) == name_segments(places(customers, segment_id))


def test_a_place_is_the_mean_percentile_and_1_is_the_best_end_of_each_feature() -> None:
    customers = pd.DataFrame({"recency_days": [1, 2, 3, 4], "frequency": [4, 3, 2, 1], "monetary": [40, 30, 20, 10]})
    found = places(customers, pd.Series([1, 1, 2, 2]))
    assert found.index.tolist() == [1, 2]
    assert found["frequency"].tolist() == found["monetary"].tolist() == [0.875, 0.375]
    assert found["recency_days"].tolist() == [0.625, 0.125]
    assert list(found.columns) == COLUMNS


def test_the_sentence_says_what_they_do_and_their_shares() -> None:
    sentence = describe(ARCHETYPES[0], customer_share=0.193, revenue_share=0.7)
    assert sentence == ("Bought often, lately, and for the most money; 19% of customers bring 70% of revenue.")


def test_every_archetype_has_its_own_name_colour_and_place() -> None:
    for field in ("name", "color", "place", "habits"):
        assert len({getattr(archetype, field) for archetype in ARCHETYPES}) == len(ARCHETYPES)

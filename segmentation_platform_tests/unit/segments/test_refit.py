"""A model assigns night after night, and is replaced rarely and with good reason."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.segments.lifecycle.refit import (
    BY_HAND,
    CHOSEN_AGAIN,
    FIRST,
    MONTHLY,
    InForce,
    NightResult,
    RegionInputs,
    choice_night,
    first_night,
    fits_rules,
    ordinary_night,
)
from segmentation_platform.segments.matching import Naming
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform.segments.selection.choice import silhouette
from segmentation_platform_tests.support.ledgers import (
    quick,
    simulated,
    simulated_customers,
    simulated_fit,
    simulated_night,
)
from segmentation_platform_tests.unit.segments.shops import KINDS, Triple, four_kinds, kinds_of

START = date(2011, 3, 1)
RULES = quick(k_min=4, k_max=4)
EASY = {"min_shadow_ari": 0.0, "max_psi": 99.0, "max_silhouette_loss": 2.0}
"""Rules by which no drift is too much, to look at one sign of it at a time."""


def today(customers: pd.DataFrame, days: int = 1) -> RegionInputs:
    return RegionInputs(customers, START + timedelta(days=days), Naming(next_id=10))


@cache
def first(k: int = 4) -> InForce:
    """The first model of customers of four kinds."""
    named = RegionInputs(four_kinds()[0], START, Naming(next_id=1))
    return first_night(named, None, quick(k_min=k, k_max=k)).in_force


def drifted(scale: Triple = (1, 1, 1), each: int = 80) -> pd.DataFrame:
    """Other customers of the same kinds, all of whose figures are larger by some factors."""
    return kinds_of(tuple((r * scale[0], f * scale[1], m * scale[2]) for r, f, m in KINDS), each, seed=4)[0]


def rest() -> pd.DataFrame:
    """Customers of two of the kinds only, most of them of the first."""
    customers = four_kinds()[0]
    return pd.concat([customers.head(80), customers.tail(20)], ignore_index=True)


# --- the first night ---


def test_the_first_model_is_promoted_with_all_that_is_known_of_its_fit() -> None:
    night_, customers = simulated_night(), simulated_customers()
    fitted = night_.in_force.fitted
    assert (night_.in_force.reason, night_.in_force.since) == (FIRST, simulated().as_of)
    assert (fitted.as_of, fitted.customers) == (simulated().as_of, len(customers))
    assert (fitted.silhouette, min(fitted.jaccards)) == (fitted.evidence.silhouette, fitted.evidence.min_jaccard)
    assert [segment.segment_id for segment in fitted.model.segments] == [1, 2, 3, 4, 5]
    assert night_.drift.shift.largest == 0
    assert (night_.drift.agreement, night_.drift.silhouette) == (1, fitted.silhouette)
    assert (night_.drift.due, night_.drift.refused) == (FIRST, "")


@pytest.mark.parametrize("customers", [1, 3])
def test_without_enough_customers_there_is_no_first_model(customers: int) -> None:
    with pytest.raises(SegmentationError, match="different customers are needed"):
        first_night(today(four_kinds()[0].head(customers)), None, RULES)


def test_a_fitted_model_comes_back_from_its_json_equal_to_the_last_bit() -> None:
    for fitted in (simulated_fit(), first().fitted):
        again = FittedModel.from_json(fitted.to_json())
        assert again == fitted
        customers = simulated_customers()
        pd.testing.assert_frame_equal(again.model.assign(customers), fitted.model.assign(customers))


# --- an ordinary night ---


def test_where_nothing_changed_the_model_stays_and_agrees_with_its_shadow() -> None:
    found = ordinary_night(today(four_kinds()[0]), first(), RULES)
    assert found.in_force is first()
    assert found.drift.shift.largest == 0
    assert found.drift.agreement == 1
    assert found.drift.silhouette == pytest.approx(first().fitted.silhouette)
    assert (found.drift.due, found.drift.refused, found.drift.min_jaccard) == ("", "", None)


def test_other_customers_of_the_same_kinds_are_assigned_by_the_same_model() -> None:
    found = ordinary_night(today(drifted()), first(), quick(max_psi=0.5))
    assert found.in_force is first()
    assert 0 < found.drift.shift.largest < 0.5
    assert found.drift.agreement == 1


def test_the_silhouette_is_that_of_the_model_in_force_on_todays_customers() -> None:
    customers = drifted((1.5, 1, 1))
    found = ordinary_night(today(customers), first(), quick(**EASY))
    model = first().fitted.model
    expected = silhouette(model.transform.apply(customers), model.positions(customers), RULES.seed)
    assert found.drift.silhouette == expected


# --- due ---


@pytest.mark.parametrize(("days", "is_promoted"), [(0, False), (29, False), (30, True), (400, True)])
def test_after_a_month_the_shadow_takes_the_place_whatever_there_is_of_drift(days: int, is_promoted: bool) -> None:
    found = ordinary_night(today(four_kinds()[0], days), first(), RULES)
    assert (found.in_force is not first()) is is_promoted
    if is_promoted:
        promoted = found.in_force
        assert (promoted.reason, promoted.since) == (MONTHLY, START + timedelta(days=days))
        assert promoted.fitted.model.segments == first().fitted.model.segments
        assert promoted.fitted.selection == first().fitted.selection
        assert promoted.fitted.as_of == promoted.since
        assert found.drift.min_jaccard == min(promoted.fitted.jaccards)


def test_customers_whose_mix_changes_make_the_shadow_due_by_the_psi() -> None:
    found = ordinary_night(today(rest()), first(), quick(**(EASY | {"max_psi": 0.1})))
    assert found.drift.shift.largest > 0.1
    assert found.drift.due == f"PSI rose to {found.drift.shift.largest:.2f}"


def test_segments_that_fall_apart_make_the_shadow_due_by_the_agreement() -> None:
    random = np.random.default_rng(1)
    customers = four_kinds()[0]
    scattered = customers.apply(lambda column: random.permutation(column.to_numpy()))
    found = ordinary_night(today(scattered), first(), quick(**(EASY | {"min_shadow_ari": 0.99})))
    assert found.drift.agreement is not None
    assert found.drift.agreement < 0.99
    assert found.drift.due == f"agreement with the refit fell to {found.drift.agreement:.2f}"


def test_segments_that_blur_make_the_shadow_due_by_the_silhouette() -> None:
    random = np.random.default_rng(1)
    customers = four_kinds()[0]
    blurred = customers * random.lognormal(0, 0.5, customers.shape)
    found = ordinary_night(today(blurred), first(), quick(**(EASY | {"max_silhouette_loss": 0.02})))
    loss = first().fitted.silhouette - found.drift.silhouette
    assert loss > 0.02
    assert found.drift.due == f"silhouette fell by {loss:.3f}"


def test_what_is_due_and_stable_takes_the_place_and_segments_keep_numbers_and_names() -> None:
    customers = drifted((1, 1, 3))
    found = ordinary_night(today(customers), first(), RULES)
    assert found.drift.due.startswith("PSI rose to")
    assert found.drift.refused == ""
    promoted = found.in_force
    assert (promoted.reason, promoted.since) == (found.drift.due, START + timedelta(days=1))
    assert promoted.fitted.model.segments == first().fitted.model.segments
    assert promoted.fitted.model.centroids != first().fitted.model.centroids
    assert promoted.fitted.model.transform.kind == first().fitted.model.transform.kind
    again = ordinary_night(today(customers, 2), promoted, RULES)
    assert again.in_force is promoted
    assert again.drift.shift.largest == 0


def test_the_night_tells_the_drift_of_the_model_before_the_promotion() -> None:
    found = ordinary_night(today(drifted((1, 1, 3)), 30), first(), RULES)
    assert found.in_force.since == START + timedelta(days=30)
    assert found.drift.shift.features["monetary"] > 1


def test_where_the_order_of_worth_has_changed_the_successor_is_in_the_new_order_and_names_follow_the_customers() -> (
    None
):
    customers = four_kinds()[0].copy()
    second = slice(80, 160)
    customers.loc[customers.index[second], "monetary"] *= 20
    promoted = ordinary_night(today(customers, 30), first(), quick(**EASY)).in_force.fitted.model
    assigned = promoted.assign(customers)
    worth = customers["monetary"].groupby(assigned["segment_id"]).mean()
    assert worth[[segment.segment_id for segment in promoted.segments]].is_monotonic_decreasing
    assert promoted.segments != first().fitted.model.segments
    before = first().fitted.model.assign(four_kinds()[0])
    assert (assigned["segment_id"] == before["segment_id"]).mean() > 0.95
    assert set(promoted.segments) == set(first().fitted.model.segments)


def test_a_segment_in_which_nobody_is_left_is_due_at_once() -> None:
    customers = four_kinds()[0].head(240)
    model = first().fitted.model
    [gone] = set(model.assign(four_kinds()[0])["segment"]) - set(model.assign(customers)["segment"])
    assert ordinary_night(today(customers), first(), quick(**EASY)).drift.due == f"nobody is left in {gone}"
    assert ordinary_night(today(customers, -1), first(), quick(**EASY)).drift.due == ""


# --- not due, though there is drift ---


FAR: Triple = (9, 5, 50)


@pytest.mark.parametrize("days", [-400, -31, -1])
def test_a_reporting_date_before_the_promotion_never_promotes(days: int) -> None:
    found = ordinary_night(today(drifted(FAR), days), first(), RULES)
    assert found.in_force is first()
    assert found.drift.shift.largest > 1
    assert found.drift.due == ""


@pytest.mark.parametrize("days", [0, 1, 29])
def test_what_was_promoted_by_hand_stays_for_a_month_whatever_the_drift(days: int) -> None:
    before = replace(first(), reason=BY_HAND)
    assert ordinary_night(today(drifted(FAR), days), before, RULES).in_force is before
    assert ordinary_night(today(drifted(FAR), days), first(), RULES).in_force is not first()


def test_after_a_month_what_was_promoted_by_hand_gives_way_too() -> None:
    found = ordinary_night(today(drifted(FAR), 30), replace(first(), reason=BY_HAND), RULES)
    assert found.in_force.reason == MONTHLY


# --- refused ---


def test_an_unstable_shadow_is_refused_and_the_reason_names_its_weakest_segment() -> None:
    before = simulated_night().in_force
    due = RegionInputs(simulated_customers(), before.since + timedelta(days=30), Naming(next_id=10))
    found = ordinary_night(due, before, quick(min_refit_jaccard=1.0))
    assert found.in_force is before
    assert found.drift.due == MONTHLY
    assert found.drift.min_jaccard is not None
    assert found.drift.min_jaccard < 1
    names = [segment.name for segment in before.fitted.model.segments]
    named = [name for name in names if f"its segment {name} comes back" in found.drift.refused]
    assert len(named) == 1
    assert f"Jaccard of {found.drift.min_jaccard:.2f} only, 1.00 is asked for" in found.drift.refused
    accepted = ordinary_night(due, before, quick(min_refit_jaccard=found.drift.min_jaccard))
    jaccards = accepted.in_force.fitted.jaccards
    assert jaccards.index(min(jaccards)) == names.index(named[0])


def test_a_shadow_that_was_refused_is_due_again_the_next_night() -> None:
    before = simulated_night().in_force

    def on(days: int, least: float) -> NightResult:
        when = before.since + timedelta(days=days)
        return ordinary_night(
            RegionInputs(simulated_customers(), when, Naming(10)), before, quick(min_refit_jaccard=least)
        )

    assert on(30, 1.0).in_force is before
    assert on(31, 0.01).in_force.since == before.since + timedelta(days=31)


# --- few, and odd customers ---


@pytest.mark.parametrize("customers", [1, 2, 4])
@pytest.mark.parametrize("days", [1, 30])
@pytest.mark.filterwarnings("error")
def test_with_too_few_customers_to_refit_the_model_goes_on_assigning(customers: int, days: int) -> None:
    few = four_kinds()[0].head(customers)
    found = ordinary_night(today(few, days), first(), RULES)
    assert found.in_force is first()
    assert (found.drift.agreement, found.drift.due) == (None, "")
    assert np.isfinite([found.drift.silhouette, found.drift.shift.largest]).all()
    assert len(found.in_force.fitted.model.assign(few)) == customers


@pytest.mark.parametrize("days", [1, 30])
def test_without_any_customer_there_is_nothing_to_assign_and_the_message_says_what_would_help(days: int) -> None:
    message = f"No customer is known before {START + timedelta(days=days)}: .* Give a later reporting date"
    with pytest.raises(SegmentationError, match=message):
        ordinary_night(today(four_kinds()[0].head(0), days), first(), RULES)


@pytest.mark.filterwarnings("error")
def test_where_all_customers_are_alike_the_model_goes_on_assigning() -> None:
    alike = pd.concat([four_kinds()[0].head(1)] * 50, ignore_index=True)
    found = ordinary_night(today(alike, 30), first(), RULES)
    assert found.in_force is first()
    assert (found.drift.agreement, found.drift.silhouette) == (None, 0)


def test_segments_in_which_nobody_is_left_do_no_harm() -> None:
    found = ordinary_night(today(four_kinds()[0].head(80), 30), first(), RULES)
    assert np.isfinite(found.drift.silhouette)
    assert found.drift.min_jaccard is not None
    assert {s.segment_id for s in found.in_force.fitted.model.segments} == {1, 2, 3, 4}


@pytest.mark.filterwarnings("error")
def test_one_enormous_order_makes_no_difference_to_the_others() -> None:
    customers = four_kinds()[0].copy()
    customers.loc[0, "monetary"] = 1e9
    found = ordinary_night(today(customers), first(), RULES)
    before, after = (n.fitted.model.assign(customers)["segment_id"] for n in (first(), found.in_force))
    assert (before == after).all()


def test_a_customer_without_a_value_stops_the_night_by_name() -> None:
    customers = four_kinds()[0].assign(customer_id=[f"C{n}" for n in range(320)])
    customers.loc[5, "recency_days"] = np.nan
    with pytest.raises(SegmentationError, match="for instance C5"):
        ordinary_night(today(customers), first(), RULES)


# --- chosen again ---


@pytest.mark.parametrize(
    ("changed", "fits"),
    [
        ({}, True),
        ({"k_min": 5, "k_max": 6}, False),
        ({"k_min": 2, "k_max": 3}, False),
        ({"k_min": 3, "k_max": 4}, True),
        ({"transform": "log"}, False),
        ({"transform": "auto", "compared": ("raw",)}, True),
        ({"compared": ()}, True),
        ({"seed": 8, "min_refit_jaccard": 1.0, "promotion_days": 1}, True),
    ],
)
def test_a_model_fits_the_rules_as_long_as_they_would_let_it_be_chosen(
    changed: dict[str, object], fits: bool
) -> None:
    assert fits_rules(first().fitted, SegmentationRules.model_validate(changed)) is fits


def test_a_model_chosen_anew_is_promoted_and_segments_that_stay_together_keep_number_and_name() -> None:
    found = choice_night(today(four_kinds()[0]), None, first(3), RULES)
    assert (found.in_force.reason, found.drift.due) == (CHOSEN_AGAIN, CHOSEN_AGAIN)
    assert (found.in_force.fitted.model.k, found.in_force.since) == (4, START + timedelta(days=1))
    assert found.in_force.fitted.selection.as_of == START + timedelta(days=1)
    segments = found.in_force.fitted.model.segments
    kept = [segment for segment in segments if segment in first(3).fitted.model.segments]
    assert len(kept) >= 2
    assert {segment.segment_id for segment in segments if segment not in kept} == {*range(10, 14 - len(kept))}
    assert len({segment.name for segment in segments}) == 4


def test_chosen_anew_from_the_same_customers_and_rules_a_model_is_the_same() -> None:
    found = choice_night(today(four_kinds()[0], 0), None, first(), RULES)
    assert found.in_force.fitted == first().fitted


def test_jaccards_stand_in_the_order_of_the_segments() -> None:
    for found in (first(), ordinary_night(today(drifted(), 30), first(), RULES).in_force):
        assert len(found.fitted.jaccards) == found.fitted.model.k == len(found.fitted.model.segments)
        assert found.fitted.jaccards == pytest.approx([1] * 4, abs=0.05)

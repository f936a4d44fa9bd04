"""A night of all models of a ledger: regions with enough customers have their own, all others share one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts import EVERYWHERE, FeatureDrift, ModelSelection, SegmentDrift
from segmentation_platform.customers.point_in_time import Outlook, OutlookWindow
from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.lifecycle.nightly import (
    NightContext,
    NightInputs,
    assign_or_promote,
    drift_table,
    feature_drift_table,
    regions_with_a_model,
    selection_table,
)
from segmentation_platform.segments.lifecycle.refit import CHOSEN_AGAIN, FIRST, MONTHLY, NightResult
from segmentation_platform.segments.profiles import assign
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform_tests.support.ledgers import quick, simulated_night
from segmentation_platform_tests.unit.segments.shops import four_kinds, shop_of

START = date(2011, 3, 1)
RULES = quick(k_min=3, k_max=4)
REGIONAL = quick(k_min=3, k_max=4, per_region=True, region_customers=100)
NOBODY = pd.DataFrame({"customer_id": pd.Series(dtype="str"), "segment_id": pd.Series(dtype="int64")})


@cache
def shop() -> pd.DataFrame:
    """160 customers in Germany, 100 in France and 60 in Spain, of four kinds each; don't change them."""
    customers = shop_of(four_kinds()[0].sample(frac=1, random_state=1, ignore_index=True))
    return customers.assign(region=["Germany"] * 160 + ["France"] * 100 + ["Spain"] * 60)


def unknown() -> None:
    """The outlook of a ledger that is too short."""


def not_asked() -> Outlook | None:
    raise AssertionError("the past was asked for although no model was to be chosen")


def tonight(customers: pd.DataFrame | None = None, days: int = 0, before: pd.DataFrame = NOBODY) -> NightInputs:
    return NightInputs(shop() if customers is None else customers, START + timedelta(days=days), before)


@cache
def first(per_region: bool = True) -> Mapping[str, NightResult]:
    return assign_or_promote(tonight(), NightContext({}, 1, unknown), REGIONAL if per_region else RULES)


def after(
    nights: Mapping[str, NightResult],
    outlook: Callable[[], Outlook | None] = not_asked,
    choose_model: bool = False,
) -> NightContext:
    """What is known on the night after."""
    return NightContext({region: done.in_force for region, done in nights.items()}, 50, outlook, choose_model)


def numbers(night: NightResult) -> list[int]:
    return [segment.segment_id for segment in night.in_force.fitted.model.segments]


# --- which models there are ---


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (RULES, [EVERYWHERE]),
        (REGIONAL, [EVERYWHERE, "France", "Germany"]),
        (REGIONAL.model_copy(update={"region_customers": 60}), [EVERYWHERE, "France", "Germany", "Spain"]),
        (REGIONAL.model_copy(update={"region_customers": 101}), [EVERYWHERE, "Germany"]),
        (REGIONAL.model_copy(update={"region_customers": 500}), [EVERYWHERE]),
        (SegmentationRules(), [EVERYWHERE]),
    ],
)
def test_regions_with_enough_customers_have_a_model_if_they_shall(
    rules: SegmentationRules, expected: list[str]
) -> None:
    assert regions_with_a_model(shop(), rules) == expected


def test_the_first_night_chooses_a_model_for_all_and_for_each_large_region() -> None:
    nights = first()
    assert list(nights) == [EVERYWHERE, "France", "Germany"]
    assert {done.in_force.reason for done in nights.values()} == {FIRST}
    assert {region: done.in_force.fitted.customers for region, done in nights.items()} == {
        EVERYWHERE: 320,
        "France": 100,
        "Germany": 160,
    }


def test_numbers_and_names_are_distinct_across_models_and_a_region_s_names_say_which() -> None:
    segments = [(region, s) for region, done in first().items() for s in done.in_force.fitted.model.segments]
    assert [segment.segment_id for _, segment in segments] == [*range(1, len(segments) + 1)]
    assert len({segment.name for _, segment in segments}) == len(segments)
    for region, segment in segments:
        expected = segment.kind if region == EVERYWHERE else f"{segment.kind} · {region}"
        assert segment.name == expected


def test_customers_of_other_regions_are_in_the_segments_of_all() -> None:
    found = assign(shop(), {region: done.in_force.fitted for region, done in first().items()})
    by_region = found.groupby("region")["segment_id"].agg(set)
    assert by_region["Spain"] <= set(numbers(first()[EVERYWHERE]))
    assert by_region["France"] <= set(numbers(first()["France"]))
    assert by_region["Germany"] <= set(numbers(first()["Germany"]))


# --- later nights ---


def test_a_quiet_night_keeps_all_models_and_does_not_ask_for_the_past() -> None:
    nights = assign_or_promote(tonight(days=1), after(first()), REGIONAL)
    assert {region: done.in_force for region, done in nights.items()} == after(first()).in_force
    assert {done.drift.due for done in nights.values()} == {""}


def test_after_a_month_every_model_gives_way_to_its_refit_with_its_numbers_and_names() -> None:
    nights = assign_or_promote(tonight(days=30), after(first()), REGIONAL)
    assert {done.in_force.reason for done in nights.values()} == {MONTHLY}
    for region, done in nights.items():
        assert done.in_force.fitted.model.segments == first()[region].in_force.fitted.model.segments


def test_a_region_that_grows_large_gets_a_first_model_while_the_others_go_on() -> None:
    before = {EVERYWHERE: first()[EVERYWHERE], "Germany": first()["Germany"]}
    nights = assign_or_promote(tonight(days=1), after(before, unknown), REGIONAL)
    assert nights["France"].in_force.reason == FIRST
    assert min(numbers(nights["France"])) == 50
    assert nights["Germany"].in_force is before["Germany"].in_force


def test_a_region_that_shrinks_or_shall_have_no_model_any_more_is_in_that_of_all() -> None:
    smaller = pd.concat([shop().head(160), shop().tail(120)])
    assert list(assign_or_promote(tonight(smaller, 1), after(first()), REGIONAL)) == [EVERYWHERE, "Germany"]
    assert list(assign_or_promote(tonight(days=1), after(first()), RULES)) == [EVERYWHERE]


def test_models_can_be_chosen_anew_and_new_segments_get_numbers_that_nobody_had() -> None:
    nights = assign_or_promote(tonight(days=1), after(first(), unknown, choose_model=True), REGIONAL)
    assert {done.in_force.reason for done in nights.values()} == {CHOSEN_AGAIN}
    for region, done in nights.items():
        assert done.in_force.fitted.model.segments == first()[region].in_force.fitted.model.segments
    other = quick(k_min=7, k_max=7, per_region=True, region_customers=100)
    changed = assign_or_promote(tonight(days=1), after(first(), unknown), other)
    assert {done.in_force.reason for done in changed.values()} == {CHOSEN_AGAIN}
    everybody = [number for done in changed.values() for number in numbers(done)]
    assert len(set(everybody)) == len(everybody) == 21
    fresh = sorted(number for number in everybody if number >= 50)
    assert fresh == [*range(50, 50 + len(fresh))]
    names = [s.name for done in changed.values() for s in done.in_force.fitted.model.segments]
    assert len(set(names)) == 21


def test_the_past_is_asked_for_and_parted_by_region_where_a_model_is_chosen() -> None:
    customers = shop()
    spent = pd.Series(np.where(customers["frequency"] > 5, 100.0, 0.0), index=customers.index)
    odd = spent.where(customers["region"] != "France", 1.0)
    window = OutlookWindow(customers, odd)
    nights = assign_or_promote(tonight(), NightContext({}, 1, lambda: Outlook(window, window)), REGIONAL)
    predicted = {region: done.in_force.fitted.evidence.repurchase_auc for region, done in nights.items()}
    # In France everybody bought.
    assert predicted.pop("France") is None
    german, common = predicted["Germany"] or 0.0, predicted[EVERYWHERE] or 0.0
    assert german > 0.9
    assert german > common > 0.5


def test_too_few_customers_for_a_first_model_are_refused() -> None:
    with pytest.raises(SegmentationError, match="there are 2"):
        assign_or_promote(tonight(shop().head(2)), NightContext({}, 1, unknown), REGIONAL)


# --- tables ---


def test_the_drift_of_every_model_is_told_with_its_version_and_the_customers_it_assigns() -> None:
    found = drift_table(tonight(), first(), {EVERYWHERE: 3, "France": 4, "Germany": 5})
    SegmentDrift.validate(found, lazy=True)
    assert found["region"].tolist() == [EVERYWHERE, "France", "Germany"]
    assert found["model_version"].tolist() == [3, 4, 5]
    assert found["customers"].tolist() == [60, 100, 160]
    assert found["is_promotion"].all()
    assert (found["promoted_on"] == pd.Timestamp(START)).all()
    assert (found["promotion"] == FIRST).all()
    assert found["relabelled"].isna().all()


def test_a_quiet_night_is_told_as_one() -> None:
    nights = assign_or_promote(tonight(days=1), after(first(False)), RULES)
    before = assign(shop(), {EVERYWHERE: first(False)[EVERYWHERE].in_force.fitted})
    found = drift_table(tonight(days=1, before=before), nights, {EVERYWHERE: 1})
    SegmentDrift.validate(found, lazy=True)
    row = found.iloc[0]
    assert not row["is_promotion"]
    assert (row["promoted_on"], row["relabelled"], row["shadow_ari"]) == (pd.Timestamp(START), 0, 1)
    assert row[["psi_recency", "psi_frequency", "psi_monetary", "psi_segments"]].tolist() == [0, 0, 0, 0]
    assert found[["due", "min_jaccard", "refused"]].isna().all(axis=None)


def test_a_refused_night_and_one_without_a_refit_are_told_too() -> None:
    rules = RULES.model_copy(update={"min_refit_jaccard": 1.0})
    blurred = shop().assign(monetary=np.random.default_rng(1).permutation(shop()["monetary"]))
    nights = assign_or_promote(tonight(blurred, 30), after(first(False)), rules)
    found = drift_table(tonight(blurred, 30), nights, {EVERYWHERE: 1})
    SegmentDrift.validate(found, lazy=True)
    assert found["due"].tolist() == [MONTHLY]
    assert found["refused"].str.contains("comes back with a Jaccard of").all()
    few = shop().head(2)
    found = drift_table(
        tonight(few, 30), assign_or_promote(tonight(few, 30), after(first(False)), RULES), {EVERYWHERE: 1}
    )
    SegmentDrift.validate(found, lazy=True)
    assert found[["shadow_ari", "due", "refused"]].isna().all(axis=None)


def test_the_share_relabelled_is_that_of_each_model_s_own_customers() -> None:
    before = assign(shop(), {region: done.in_force.fitted for region, done in first().items()})
    moved = before.assign(segment_id=before["segment_id"].where(before["region"] != "France", 99))
    found = drift_table(tonight(before=moved), first(), dict.fromkeys(first(), 1)).set_index("region")
    assert found["relabelled"].to_dict() == {EVERYWHERE: 0, "France": 1, "Germany": 0}


def test_a_model_that_assigns_nobody_since_all_regions_have_their_own_is_told_too() -> None:
    only = shop().assign(region="Germany")
    nights = assign_or_promote(tonight(only), NightContext({}, 1, unknown), REGIONAL)
    found = drift_table(tonight(only), nights, dict.fromkeys(nights, 1))
    SegmentDrift.validate(found, lazy=True)
    assert found["customers"].tolist() == [0, 320]
    assert found["relabelled"].isna().all()


def test_the_evidence_of_all_models_is_told_and_one_of_each_is_the_chosen() -> None:
    found = selection_table(first())
    ModelSelection.validate(found, lazy=True)
    assert found.groupby("region")["is_chosen"].sum().to_dict() == {EVERYWHERE: 1, "France": 1, "Germany": 1}
    assert found.groupby("region")["k"].agg(list).tolist() == [[3, 4]] * 3
    chosen = found[found["is_chosen"]].set_index("region")["k"].to_dict()
    assert chosen == {region: done.in_force.fitted.model.k for region, done in first().items()}
    assert (found["judged_on"] == pd.Timestamp(START)).all()


def test_a_refit_keeps_the_evidence_by_which_its_transform_and_k_were_chosen() -> None:
    nights = assign_or_promote(tonight(days=30), after(first(False)), RULES)
    assert nights[EVERYWHERE].in_force.since != START
    pd.testing.assert_frame_equal(selection_table(nights), selection_table(first(False)))


def test_evidence_of_a_model_from_the_registry_is_the_same_table() -> None:
    done = first(False)[EVERYWHERE]
    stored = type(done.in_force.fitted).from_json(done.in_force.fitted.to_json())
    restored = replace(done, in_force=replace(done.in_force, fitted=stored))
    pd.testing.assert_frame_equal(selection_table({EVERYWHERE: restored}), selection_table(first(False)))


def test_every_feature_of_every_model_has_a_row_of_its_shift_since_the_fit() -> None:
    nights = {"all": simulated_night()}
    found = feature_drift_table(nights)
    FeatureDrift.validate(found, lazy=True)
    assert found["feature"].tolist() == ["recency_days", "frequency", "monetary"]
    # A model that was fitted this night has not shifted.
    assert found["psi"].tolist() == [0, 0, 0]

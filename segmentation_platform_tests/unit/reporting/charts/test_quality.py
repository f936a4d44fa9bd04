"""The charts of quality name models as people do, and say what was measured."""

import pytest

from segmentation_platform.recommendations.backtest.models import BASELINES
from segmentation_platform.recommendations.backtest.models import MODELS as JUDGED
from segmentation_platform.reporting.charts.quality import MODELS, backtest_forest, drift, model_choice
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform_tests.support.report_frames import drifted, quality, selection
from segmentation_platform_tests.unit.reporting.charts.drawn import assert_drawn

VALUES = {"replaced_system": 0.07, "customer_lists": 0.39, "recent_popularity": 0.15}


def test_every_model_that_is_judged_has_a_name_for_people() -> None:
    assert set(JUDGED) == set(MODELS)
    assert set(BASELINES) <= set(MODELS)


def test_models_stand_best_first_each_once_with_the_replaced_system_in_peoples_words() -> None:
    chart = backtest_forest(quality(VALUES))
    assert_drawn(chart)
    assert chart.table["What recommends"].tolist() == [
        "Customers' lists (buy again and new to you)",
        "What is popular lately",
        "The replaced system (units per segment)",
    ]
    assert chart.takeaway == (
        "On the days from 2011-11-10, for 1,234 customers, customers' lists (buy again and new to you) reached 0.39 "
        "(95 % interval 0.38 to 0.40): 0.24 (95 % interval 0.23 to 0.25) more than what is popular lately and 0.32 "
        "(95 % interval 0.31 to 0.33) more than the replaced system (units per segment)."
    )


def test_a_list_that_is_worse_is_not_said_to_be_more() -> None:
    said = backtest_forest(
        quality({"customer_lists": 0.10, "recent_popularity": 0.15, "replaced_system": 0.07})
    ).takeaway
    assert "0.05 (95 % interval 0.04 to 0.06) less than what is popular lately" in said


def test_without_a_list_of_its_own_the_best_model_is_told() -> None:
    assert "what is popular lately did best: 0.15" in backtest_forest(quality({"recent_popularity": 0.15})).takeaway


def test_no_past_days_are_said_to_be_none() -> None:
    chart = backtest_forest(quality({}))
    assert_drawn(chart)
    assert "could not be judged as of a past day" in chart.takeaway


def test_the_choice_is_told_with_its_evidence() -> None:
    chart = model_choice(selection([0.70, 0.72, 0.74]))
    assert_drawn(chart)
    assert "4 segments (yeo-johnson) were chosen among 3 fits" in chart.takeaway
    assert "AUC of 0.72" in chart.takeaway


def test_on_a_short_ledger_stability_is_drawn_in_place_of_foresight() -> None:
    chart = model_choice(selection([None, None]))
    assert_drawn(chart)
    assert "AUC" not in chart.takeaway
    assert list(chart.figure.data[0].y) == [0.9, 0.9]


def test_a_choice_that_fulfils_too_little_is_called_the_most_stable_one() -> None:
    assert "most stable one" in model_choice(selection([0.7, 0.7], jaccard=0.5)).takeaway


@pytest.mark.parametrize(
    ("column", "enough", "too_little"),
    [("min_jaccard", 0.85, 0.849), ("prediction_strength", 0.75, 0.749), ("quiet_relabelled", 0.01, 0.011)],
)
def test_a_fit_that_can_be_chosen_is_filled_by_the_rule_that_chooses(
    column: str, enough: float, too_little: float
) -> None:
    fits = selection([0.7, 0.7]).assign(**{column: [enough, too_little]})
    assert list(model_choice(fits).figure.data[0].marker.symbol) == ["circle", "circle-open"]
    asked = {"min_jaccard": 0.8, "prediction_strength": 0.7, "quiet_relabelled": 0.02}
    names = ("min_chosen_jaccard", "min_prediction_strength", "max_idle_day_relabelled")
    milder = SegmentationRules.model_validate(dict(zip(names, asked.values(), strict=True)))
    assert list(model_choice(fits, milder).figure.data[0].marker.symbol) == ["circle", "circle"]


def test_evidence_without_a_choice_and_no_evidence_are_told_apart() -> None:
    assert "none of them is in force" in model_choice(selection([0.7], chosen=5)).takeaway
    assert model_choice(selection([])).takeaway == "There is no evidence of the choice."


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "Agreement with a refit is nearest to its limit and within it: 0.95 against 0.90."),
        ({"shadow_ari": None}, "Shift of recency is nearest to its limit and within it: 0.04 against 0.10."),
        ({"psi_monetary": 0.3}, "Shift of money spent is beyond its limit: 0.30 against 0.10."),
        (
            {"due": "a month is over", "refused": "unstable"},
            "A refit is due (a month is over) but was refused: unstable.",
        ),
        (
            {"is_promotion": True, "promotion": "a month is over", "relabelled": 0.25},
            "Model 2 came into force on this night: a month is over; 25 % of customers changed segment.",
        ),
    ],
)
def test_drift_is_told_by_what_came_of_it(columns: dict[str, object], said: str) -> None:
    chart = drift(drifted(**columns))
    assert_drawn(chart)
    assert chart.takeaway == said


def test_drift_is_measured_by_the_limits_that_are_set() -> None:
    table = drift(drifted(), SegmentationRules(max_psi=0.2)).table
    assert table.loc[table["Measure"] == "Shift of recency", "Of the limit"].item() == pytest.approx(0.2)


def test_no_drift_measured_is_said_so() -> None:
    assert drift(drifted().head(0)).takeaway == "No drift was measured."

"""Settings are chosen on days that no published figure is measured on."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from segmentation_platform.recommendations.backtest import BacktestWindow, backtest
from segmentation_platform.recommendations.rules import CustomerListRules, RecommendationRules
from segmentation_platform.recommendations.tuning import grid, tune
from segmentation_platform_tests.support.ledgers import simulated
from segmentation_platform_tests.support.ranking import EVERYTHING
from segmentation_platform_tests.unit.recommendations.backtest.pasts import past_of

TEST_FROM = simulated().as_of - timedelta(days=30)
WINDOW = BacktestWindow(TEST_FROM - timedelta(days=60), TEST_FROM)


def test_a_grid_has_every_combination_and_leaves_the_rest_as_it_is() -> None:
    found = grid(CustomerListRules(length=5), {"ease_penalty": [1.0, 2.0], "repurchase_prior": [0.5, 1.0, 2.0]})
    assert len(found) == len({rules.model_dump_json() for rules in found}) == 6
    assert {rules.length for rules in found} == {5}


@pytest.mark.parametrize("values", [{"no_such": [1]}, {"ease_penalty": [-1.0]}])
def test_a_grid_of_what_can_not_be_set_is_refused(values: dict[str, list[object]]) -> None:
    with pytest.raises(ValidationError):
        grid(CustomerListRules(), values)


def test_candidates_are_ranked_by_the_figures_of_the_backtest() -> None:
    rules = RecommendationRules.model_validate({"backtest": {"draws": 2}, "customers": {"weights": EVERYTHING}})
    blind = rules.customers.with_weights(EVERYTHING.model_copy(update={"affinity_new": 0.0}))
    past = past_of(simulated().clean)
    found = tune(past, WINDOW, [blind, rules.customers], rules, TEST_FROM)
    assert sorted(found["place"]) == [0, 1]
    assert found["score"].is_monotonic_decreasing
    judged = backtest(past, [WINDOW], rules)
    own = judged[(judged["model"] == "customer_lists") & (judged["metric"] == "ndcg@10")]
    for task in ("all", "new"):
        said = found.set_index("place")[task][1]
        assert said == pytest.approx(own.loc[own["task"] == task, "value"].iloc[0])


def test_days_that_are_kept_for_the_test_are_refused() -> None:
    late = BacktestWindow(WINDOW.origin, TEST_FROM + timedelta(days=1))
    with pytest.raises(ValueError, match="Choose on days before"):
        tune(past_of(simulated().clean), late, [CustomerListRules()], RecommendationRules(), TEST_FROM)


def test_nothing_to_choose_from_is_said_so() -> None:
    with pytest.raises(ValueError, match="no candidate"):
        tune(past_of(simulated().clean), WINDOW, [], RecommendationRules(), TEST_FROM)

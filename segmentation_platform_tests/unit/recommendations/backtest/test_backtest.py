"""Past days are judged by what was known then, and every figure is what it says."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts import RecommendationQuality
from segmentation_platform.recommendations.backtest import (
    BASELINES,
    MODELS,
    BacktestWindow,
    backtest,
    not_better,
    rankings,
    training_data,
)
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform_tests.support.ledgers import sales_lines, simulated
from segmentation_platform_tests.support.session import once
from segmentation_platform_tests.unit.recommendations.backtest.pasts import past_of, small_past
from segmentation_platform_tests.unit.recommendations.shops import bought, cancelled, line

RULES = RecommendationRules.model_validate({"backtest": {"draws": 200}})
ORIGIN = date(2011, 1, 1)
WINDOW = BacktestWindow(ORIGIN, date(2011, 2, 1))


def simulated_window() -> BacktestWindow:
    return BacktestWindow(simulated().as_of - timedelta(days=60), simulated().as_of)


@once
def judged() -> pd.DataFrame:
    return backtest(past_of(simulated().clean), [simulated_window()], RULES)


def small(lines: list[dict[str, object]]) -> pd.DataFrame:
    found = backtest(small_past(sales_lines(lines)), [WINDOW], RULES)
    RecommendationQuality.validate(found, lazy=True)
    return found


def value(found: pd.DataFrame, model: str, task: str, metric: str = "ndcg@10") -> float:
    rows = found[(found["model"] == model) & (found["task"] == task) & (found["metric"] == metric)]
    assert rows["value"].nunique() == 1
    return float(rows["value"].iloc[0])


SHOP = bought({"1": "AB", "2": "ABC", "3": "ABC", "4": "BCD", "5": "AD"}, "2010-12-20")


# --- a simulated shop ---


def test_the_table_keeps_its_contract_and_names_every_model_task_and_baseline() -> None:
    found = judged()
    RecommendationQuality.validate(found, lazy=True)
    assert set(found["model"]) == set(MODELS)
    assert set(found["task"]) == {"all", "new", "repeat", "next_basket"}
    assert set(found["baseline"]) == set(BASELINES)
    assert not (found["model"] == found["baseline"]).any()
    assert set(found["origin"]) == {pd.Timestamp(simulated_window().origin)}


def test_values_lie_in_their_intervals_and_differences_are_differences() -> None:
    found = judged()[~judged()["metric"].str.startswith("coverage")]
    assert ((found["low"] <= found["value"] + 1e-12) & (found["value"] <= found["high"] + 1e-12)).mean() > 0.99
    # Diversity takes two products: who has one has none, and differences are those of customers with both.
    found = found[~found["metric"].isin(["novelty@10", "diversity@10"])]
    own = found.drop_duplicates(["model", "task", "metric"]).set_index(["model", "task", "metric"])["value"]
    other = own.loc[pd.MultiIndex.from_frame(found[["baseline", "task", "metric"]])].to_numpy()
    np.testing.assert_allclose(found["delta"], found["value"] - other, atol=1e-9)


def test_lists_that_count_beat_what_is_popular_and_are_as_good_as_counting() -> None:
    found = judged()
    own = found[(found["model"] == "customer_lists") & (found["task"] == "all") & (found["metric"] == "ndcg@10")]
    is_counting = own["baseline"] == "counting"
    assert (own.loc[~is_counting, "delta_low"] > 0).all()
    assert own.loc[is_counting, "delta"].abs().max() < 0.01


def test_the_same_ledger_gives_the_same_figures_in_any_order() -> None:
    shuffled = simulated().clean.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(judged(), backtest(past_of(shuffled), [simulated_window()], RULES))


def test_a_poisoned_future_changes_nothing_that_a_model_says() -> None:
    """Later sales, later cancellations of earlier sales, later prices, names and countries: all must stay unseen."""
    clean, window = simulated().clean, simulated_window()
    is_later = clean["sold_at"] >= pd.Timestamp(window.origin)
    earlier = clean[~is_later & (clean["status"] == "completed") & clean["customer_id"].notna()]
    taken_back = earlier.sample(frac=0.5, random_state=1).assign(
        status="cancelled", sold_at=pd.Timestamp(window.origin), invoice="C-late", load_id=99, net_quantity=0.0
    )
    loud = earlier.sample(500, random_state=2).assign(
        sold_at=pd.Timestamp(window.origin), quantity=1e6, net_quantity=1e6, invoice="late", load_id=98,
        stock_code="POISON", product_category="Poison", region="Nowhere", description="POISON",
    )  # fmt: skip
    poisoned = pd.concat([clean[~is_later], taken_back, loud], ignore_index=True)
    said = []
    for ledger in (clean, poisoned):
        known = training_data(past_of(ledger), window.origin, RULES)
        said.append((rankings(known, known.histories.customers[::7], MODELS), known.segment_lists))
    assert said[0][0].groupby("model").size().min() > 0
    pd.testing.assert_frame_equal(said[0][0], said[1][0])
    pd.testing.assert_frame_equal(said[0][1], said[1][1])


# --- small shops ---


def test_a_list_that_was_bought_whole_is_perfect() -> None:
    found = small([*SHOP, *bought({"1": "AB"}, "2011-01-10")])
    assert value(found, "buy_again", "all") == 1
    assert value(found, "buy_again", "repeat") == 1
    assert set(found.loc[found["task"] == "all", "customers"]) == {1}
    assert "new" not in set(found["task"]), "nobody bought anything new"


def test_new_and_repeat_rank_only_products_of_their_kind() -> None:
    found = small([*SHOP, *bought({"1": "AC"}, "2011-01-10")])
    assert value(found, "global_popularity", "new", "hit_rate@10") == 1
    assert value(found, "new_to_you", "repeat") == 0
    assert value(found, "global_popularity", "repeat") == 1, "of A and B, bought by four each, A is first by code"


def test_next_basket_is_what_was_bought_on_the_first_day() -> None:
    found = small([*SHOP, *bought({"1": "A"}, "2011-01-10"), *bought({"1": "BCD"}, "2011-01-20")])
    assert value(found, "global_popularity", "next_basket", "recall@10") == 1
    assert value(found, "global_popularity", "next_basket", "map@10") == 1
    assert value(found, "buy_again", "all", "recall@10") == 2 / 4


def test_what_was_never_sold_before_counts_as_missed() -> None:
    found = small([*SHOP, *bought({"1": ["A", "BRAND NEW"]}, "2011-01-10")])
    assert value(found, "global_popularity", "all", "recall@10") == 1 / 2
    assert value(found, "global_popularity", "new", "recall@10") == 0


def test_what_was_bought_and_cancelled_in_the_window_was_not_bought() -> None:
    lines = [*SHOP, *bought({"1": "A", "2": "B"}, "2011-01-10"), cancelled("2", "B", "2011-01-12")]
    assert set(
        small([*lines, line("2", "B", "2011-02-10")]).loc[lambda found: found["task"] == "all", "customers"]
    ) == {1}


def test_strangers_and_guests_are_not_judged() -> None:
    lines = [*SHOP, *bought({"1": "A", "stranger": "A"}, "2011-01-10"), line(None, "A", "2011-01-10")]
    found = small(lines)
    assert set(found["customers"]) == {1}


def test_where_nobody_came_back_it_is_said_so() -> None:
    with pytest.raises(RecommendationError, match="No customer known before 2011-01-01"):
        small(SHOP)


def test_coverage_is_the_share_of_products_that_anyone_is_shown() -> None:
    found = small([*SHOP, *bought({"1": "A"}, "2011-01-10")])
    assert value(found, "global_popularity", "all", "coverage@10") == 1
    assert value(found, "buy_again", "all", "coverage@10") == 2 / 4
    coverage = found[found["metric"] == "coverage@10"]
    assert (coverage["low"] <= coverage["value"]).all()
    assert (coverage["value"] <= coverage["high"]).all()


def test_a_list_of_what_everybody_has_is_less_novel_than_one_of_what_few_have() -> None:
    lines = [*SHOP, *bought({"1": "A"}, "2011-01-10")]
    found = small(lines)
    novelty = found[(found["metric"] == "novelty@10") & (found["task"] == "all")].drop_duplicates("model")
    assert novelty["value"].between(0, 1).all()
    assert set(novelty["model"]) >= {"customer_lists", "global_popularity"}


# --- what a simple way beats ---


def compared(*rows: dict[str, object]) -> pd.DataFrame:
    """Figures of the customer lists, each given by what differs from clearly better ones."""
    plain = {
        "model": "customer_lists",
        "task": "all",
        "origin": pd.Timestamp(ORIGIN),
        "metric": "ndcg@10",
        "value": 0.2,
        "low": 0.1,
        "high": 0.3,
        "baseline": "recent_popularity",
        "delta": 0.1,
        "delta_low": 0.05,
        "delta_high": 0.15,
        "customers": 100,
    }
    return pd.DataFrame([{**plain, **row} for row in rows])


WORSE: dict[str, object] = {"delta": -0.1, "delta_low": -0.15, "delta_high": -0.05}
JUDGED = [("customer_lists", "all"), ("new_to_you", "new"), ("buy_again", "repeat"), ("segment_lists", "all")]


@pytest.mark.parametrize(("model", "task"), JUDGED)
def test_lists_whose_interval_is_above_nothing_are_better(model: str, task: str) -> None:
    assert not_better(compared({"model": model, "task": task})).empty
    assert not_better(compared({"model": model, "task": task, "delta_low": 1e-9})).empty


@pytest.mark.parametrize(("model", "task"), JUDGED)
@pytest.mark.parametrize(
    "difference",
    [WORSE, {"delta_low": -0.01}, {"delta_low": 0.0}, {"delta_low": float("nan")}],
    ids=["worse", "across nothing", "from nothing on", "unknown"],
)
def test_lists_that_are_worse_or_may_be_as_good_are_told(
    model: str, task: str, difference: dict[str, object]
) -> None:
    quality = compared({}, {"model": model, "task": task, "origin": pd.Timestamp("2010-12-01"), **difference})
    pd.testing.assert_frame_equal(not_better(quality), quality.iloc[[1]])


@pytest.mark.parametrize(
    "other",
    [
        {"metric": "ndcg@20"},
        {"metric": "hit_rate@10"},
        {"metric": "coverage@10", "delta_low": float("nan")},
        {"baseline": "global_popularity", "delta_high": 0.01},
        {"baseline": "counting", "model": "segment_lists"},
        {"task": "next_basket"},
        {"task": "new"},
        {"model": "new_to_you", "task": "all"},
        {"model": "buy_again", "task": "new"},
        {"model": "segment_lists", "task": "repeat"},
        {"model": "global_popularity"},
    ],
    ids=lambda other: " ".join(map(str, other.values())),
)
def test_other_metrics_baselines_tasks_and_models_are_not_asked(other: dict[str, object]) -> None:
    assert not_better(compared({**WORSE, **other}, {})).empty


@pytest.mark.parametrize("baseline", ["global_popularity", "counting", "replaced_system"])
def test_a_list_that_another_simple_way_beats_is_told(baseline: str) -> None:
    quality = compared({"baseline": baseline, **WORSE}, {"baseline": baseline})
    pd.testing.assert_frame_equal(not_better(quality), quality.iloc[[0]])


def test_every_window_is_asked() -> None:
    days = pd.to_datetime(["2010-11-01", "2010-12-01", "2011-01-01"])
    quality = compared(*({"origin": day, **WORSE} for day in days[:2]), {"origin": days[2]})
    assert not_better(quality)["origin"].tolist() == days[:2].tolist()


def test_without_figures_nothing_is_told() -> None:
    assert not_better(RecommendationQuality.no_rows()).empty


def test_of_a_shop_s_figures_those_are_told_that_are_not_better() -> None:
    found = not_better(judged())
    said = set(zip(found["model"], found["task"], strict=True))
    asked = judged().query(
        "metric == 'ndcg@10' and (baseline == 'recent_popularity' and delta_low <= 0"
        " or baseline != 'recent_popularity' and model != 'segment_lists' and delta_high < 0)"
    )
    assert said == set(zip(asked["model"], asked["task"], strict=True)) & set(JUDGED)
    assert ("customer_lists", "all") not in said

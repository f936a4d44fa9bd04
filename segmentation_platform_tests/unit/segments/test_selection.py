"""Which transform and how many segments: useful among the stable, and never silently unstable."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_score,
)

from segmentation_platform.customers.point_in_time import Outlook, outlook, past_customers
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.point_in_time import COLUMNS
from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.matching import Naming, name_first
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform.segments.selection.choice import (
    Candidate,
    Choice,
    Evidence,
    choose_model,
    pick,
    quiet_relabelled,
    silhouette,
)
from segmentation_platform.segments.selection.criteria import gap_statistic
from segmentation_platform.segments.transforms import FEATURES
from segmentation_platform_tests.support.ledgers import features, quick, real, simulated, simulated_customers
from segmentation_platform_tests.support.real_ledger import needs_real_ledger
from segmentation_platform_tests.support.session import once
from segmentation_platform_tests.unit.segments.shops import customers_of, four_kinds, model_of

# --- the rule ---

PLAIN = Evidence(
    transform="raw",
    k=3,
    silhouette=0.5,
    calinski_harabasz=100.0,
    davies_bouldin=1.0,
    gap=0.5,
    prediction_strength=0.9,
    bootstrap_ari=0.9,
    min_jaccard=0.9,
    quiet_relabelled=0.0,
    repurchase_auc=0.7,
    spend_correlation=0.3,
    smallest=10,
)
RULES = SegmentationRules(transform="auto")


def candidate(**different: Any) -> Candidate:
    """A candidate by what differs from a plain stable one."""
    evidence = Evidence(**{**vars(PLAIN), **different})
    return Candidate(evidence, (evidence.min_jaccard,) * evidence.k, model_of((0.0, 0.0, 0.0)))


def picked(*candidates: Candidate, rules: SegmentationRules = RULES) -> tuple[int, bool]:
    """Return the place of the pick, and whether it is stable."""
    chosen, is_stable = pick(candidates, rules)
    return candidates.index(chosen), is_stable


def test_among_the_stable_the_one_that_foretells_best_wins() -> None:
    assert picked(candidate(k=3), candidate(k=4, repurchase_auc=0.72), candidate(k=5)) == (1, True)


def test_a_segment_that_does_not_come_back_rules_a_fit_out_and_the_border_does_not() -> None:
    assert picked(candidate(k=3), candidate(k=4, min_jaccard=0.849, repurchase_auc=0.9)) == (0, True)
    assert picked(candidate(k=3), candidate(k=4, min_jaccard=0.85, repurchase_auc=0.9)) == (1, True)


def test_a_low_prediction_strength_rules_a_fit_out_and_the_border_does_not() -> None:
    assert picked(candidate(k=3), candidate(k=4, prediction_strength=0.749, repurchase_auc=0.9)) == (0, True)
    assert picked(candidate(k=3), candidate(k=4, prediction_strength=0.75, repurchase_auc=0.9)) == (1, True)


def test_segments_that_customers_leave_while_nobody_buys_rule_a_fit_out_and_the_border_does_not() -> None:
    assert picked(candidate(k=3), candidate(k=4, quiet_relabelled=0.011, repurchase_auc=0.9)) == (0, True)
    assert picked(candidate(k=3), candidate(k=4, quiet_relabelled=0.01, repurchase_auc=0.9)) == (1, True)


def test_figures_that_do_not_compare_across_transforms_and_k_have_no_say() -> None:
    better = candidate(k=4, silhouette=0.9, davies_bouldin=0.1, calinski_harabasz=1e6, gap=9.0, repurchase_auc=0.69)
    assert picked(better, candidate(k=3)) == (1, True)


def test_where_the_ledger_is_too_short_to_foretell_the_most_segments_win_then_the_strength() -> None:
    unknown = {"repurchase_auc": None, "spend_correlation": None}
    assert picked(*(candidate(k=k, **unknown) for k in (3, 5, 4))) == (1, True)
    weaker, stronger = (candidate(k=5, prediction_strength=s, **unknown) for s in (0.8, 0.95))
    assert picked(candidate(k=3, **unknown), weaker, stronger) == (2, True)


def test_what_is_not_known_to_foretell_loses_to_what_is() -> None:
    assert picked(candidate(k=8, repurchase_auc=None), candidate(k=3, repurchase_auc=0.51)) == (1, True)


def test_where_nothing_can_be_chosen_the_most_stable_is_taken_and_said_to_be_unstable() -> None:
    few = [candidate(k=3, min_jaccard=0.5), candidate(k=4, min_jaccard=0.8), candidate(k=5, min_jaccard=0.7)]
    assert picked(*few) == (1, False)
    assert picked(candidate(prediction_strength=0.5)) == (0, False)


def test_only_the_rules_transform_can_be_chosen_unless_that_is_any() -> None:
    fits = (candidate(transform="quantile", repurchase_auc=0.9), candidate(transform="log"), candidate(k=4))
    assert picked(*fits) == (0, True)
    assert picked(*fits, rules=SegmentationRules(transform="log")) == (1, True)
    unstable = (candidate(), candidate(transform="log", min_jaccard=0.5))
    assert picked(*unstable, rules=SegmentationRules(transform="log")) == (1, False)


FIGURE = st.floats(0, 1)
CANDIDATES = st.lists(
    st.builds(
        candidate,
        k=st.integers(3, 8),
        min_jaccard=FIGURE,
        prediction_strength=FIGURE,
        quiet_relabelled=st.floats(0, 0.02),
        repurchase_auc=st.none() | FIGURE,
    ),
    min_size=1,
    max_size=12,
)


@given(CANDIDATES)
def test_a_pick_that_is_said_to_be_stable_fulfils_the_conditions_and_nothing_stable_foretells_better(
    candidates: list[Candidate],
) -> None:
    chosen, is_stable = pick(candidates, RULES)
    stable = [c.evidence for c in candidates if c.evidence.min_jaccard >= 0.85]
    stable = [evidence for evidence in stable if evidence.prediction_strength >= 0.75]
    stable = [evidence for evidence in stable if evidence.quiet_relabelled <= 0.01]
    assert is_stable is (chosen.evidence in stable) is bool(stable)
    predicted = [evidence.repurchase_auc for evidence in stable if evidence.repurchase_auc is not None]
    assert not predicted or (chosen.evidence.repurchase_auc or 0.0) == max(predicted)


# --- the evidence ---


def simulated_outlook() -> Outlook | None:
    shop = simulated()
    with past_customers(DuckDBEngine(), shop.clean[list(COLUMNS)], CustomerRules()) as ledger:
        return outlook(ledger, shop.clean["sold_at"].min().date(), shop.as_of, 60)


TRIED = quick(compared=("log", "yeo-johnson"), k_min=3, k_max=4)


@once
def simulated_choice() -> Choice:
    return choose_model(simulated_customers(), simulated_outlook(), TRIED)


def test_every_transform_and_k_of_the_rules_is_tried() -> None:
    tried = [(c.evidence.transform, c.evidence.k) for c in simulated_choice().candidates]
    assert tried == [("yeo-johnson", 3), ("yeo-johnson", 4), ("log", 3), ("log", 4)]
    for candidate in simulated_choice().candidates:
        assert candidate.model.transform.kind == candidate.evidence.transform
        assert candidate.model.k == candidate.evidence.k == len(candidate.jaccards)
        assert candidate.evidence.min_jaccard == min(candidate.jaccards)
        assert [segment.segment_id for segment in candidate.model.segments] == [*range(1, candidate.model.k + 1)]


def test_the_evidence_is_what_scikit_learn_computes_of_the_segments_that_customers_get() -> None:
    customers = simulated_customers()
    for candidate in simulated_choice().candidates:
        evidence, labels = candidate.evidence, candidate.model.positions(customers)
        points = candidate.model.transform.apply(customers)
        assert evidence.silhouette == pytest.approx(silhouette_score(points, labels))
        assert evidence.calinski_harabasz == pytest.approx(calinski_harabasz_score(points, labels))
        assert evidence.davies_bouldin == pytest.approx(davies_bouldin_score(points, labels))
        squares = (candidate.model.distances(customers).min(axis=1) ** 2).sum()
        assert evidence.gap == pytest.approx(gap_statistic(points, evidence.k, squares, TRIED.seed))
        assert evidence.smallest == np.bincount(labels).min()
        a_day_later = candidate.model.positions(customers.assign(recency_days=customers["recency_days"] + 1))
        assert evidence.quiet_relabelled == np.mean(a_day_later != labels)


def test_what_segments_foretell_is_known_where_the_ledger_is_long_enough_and_only_there() -> None:
    for candidate in simulated_choice().candidates:
        assert candidate.evidence.repurchase_auc is not None
        assert 0.5 < candidate.evidence.repurchase_auc < 1
        assert candidate.evidence.spend_correlation is not None
        assert 0 < candidate.evidence.spend_correlation < 1
    short = choose_model(simulated_customers(), None, quick(k_max=3)).chosen.evidence
    assert (short.repurchase_auc, short.spend_correlation) == (None, None)


@pytest.mark.parametrize(
    ("transform", "compared", "tried"),
    [
        ("log", (), ("log",)),
        ("log", ("raw", "log"), ("raw", "log")),
        ("auto", ("raw", "quantile"), ("raw", "quantile")),
    ],
)
def test_the_transforms_that_are_judged_are_the_wanted_one_and_those_beside_it(
    transform: str, compared: tuple[str, ...], tried: tuple[str, ...]
) -> None:
    assert set(quick(transform=transform, compared=compared).tried) == set(tried)
    assert len(quick(transform=transform, compared=compared).tried) == len(tried)


def test_transforms_beside_the_wanted_one_are_judged_but_not_chosen() -> None:
    choice = choose_model(four_kinds()[0], None, quick(transform="log", compared=("quantile",), k_min=4, k_max=4))
    assert {c.evidence.transform for c in choice.candidates} == {"log", "quantile"}
    assert choice.chosen.evidence.transform == "log"


def test_where_no_fit_is_stable_the_most_stable_of_the_wanted_transform_is_chosen_and_said_to_be_unstable() -> None:
    """Four segments by the logarithm come back more often, but it is only compared; customers are few."""
    choice = simulated_choice()
    figures = {(c.evidence.transform, c.evidence.k): c.evidence for c in choice.candidates}
    three, four = figures["yeo-johnson", 3], figures["yeo-johnson", 4]
    assert four.min_jaccard < three.min_jaccard < 0.85 < figures["log", 4].min_jaccard
    assert max(three.prediction_strength, four.prediction_strength) < 0.75
    assert (choice.chosen.evidence, choice.is_stable) == (three, False)


def test_the_same_customers_and_rules_give_the_same_choice() -> None:
    assert choose_model(simulated_customers(), simulated_outlook(), TRIED) == simulated_choice()


def test_planted_kinds_of_customers_are_found() -> None:
    customers, kinds = four_kinds()
    rules = quick(transform="auto", compared=("log", "yeo-johnson"), bootstraps=5, halvings=4)
    choice = choose_model(customers, None, rules)
    assert (choice.chosen.evidence.k, choice.is_stable) == (4, True)
    assert adjusted_rand_score(kinds, choice.chosen.model.positions(customers)) > 0.99
    assert choice.chosen.evidence.min_jaccard > 0.98
    assert choice.chosen.evidence.smallest == pytest.approx(80, abs=2)


def test_customers_are_not_changed_and_other_columns_and_indexes_make_no_difference() -> None:
    customers, _ = four_kinds()
    other = customers.set_index(np.arange(1_000, 1_000 + len(customers))).assign(customer_id="x")
    before = other.copy()
    rules = quick(k_max=4)
    assert choose_model(other, None, rules) == choose_model(customers, None, rules)
    pd.testing.assert_frame_equal(other, before)


def test_segments_are_numbered_by_money_spent() -> None:
    customers = simulated_customers()
    for candidate in simulated_choice().candidates:
        worth = customers["monetary"].groupby(candidate.model.positions(customers)).mean()
        assert worth.is_monotonic_decreasing


def test_many_customers_are_judged_on_a_sample() -> None:
    customers, kinds = four_kinds()
    rules = quick(k_min=4, k_max=4, max_judged_customers=60)
    choice = choose_model(customers, None, rules)
    assert choice == choose_model(customers, None, rules)
    assert adjusted_rand_score(kinds, choice.chosen.model.positions(customers)) > 0.99
    assert choice.chosen.evidence.smallest < 60


def test_who_crosses_a_border_of_recency_on_a_quiet_day_counts() -> None:
    model = model_of((0.0, 1.0, 1.0), (10.0, 1.0, 1.0))
    customers = customers_of((3, 1, 1), (4, 1, 1), (4.5, 1, 1), (9, 1, 1))
    assert quiet_relabelled(model, customers) == 0.25


def test_the_silhouette_of_many_customers_is_that_of_a_sample_and_of_one_segment_is_none() -> None:
    random = np.random.default_rng(2)
    labels = np.repeat([0, 1], 3_000)
    points = random.normal(0, 1, (6_000, 3)) + labels[:, None] * 3
    assert silhouette(points, labels, seed=1) == pytest.approx(silhouette_score(points, labels), abs=0.01)
    assert silhouette(points[:9], labels[:9], seed=1) == 0
    assert silhouette(points[:2], np.array([0, 1]), seed=1) == 0


# --- few customers, and odd ones ---


@pytest.mark.parametrize(("customers", "there"), [(0, "are 0"), (1, "is 1"), (3, "are 3")])
def test_too_few_customers_are_refused_with_their_number_and_what_would_help(customers: int, there: str) -> None:
    few = four_kinds()[0].head(customers)
    needed = f"At least 4 different customers are needed for 3 segments; there {there}. Load a longer ledger"
    with pytest.raises(SegmentationError, match=f"{needed}.*segmentation-platform db psql --role owner"):
        choose_model(few, None, quick())


@pytest.mark.parametrize(("different", "there"), [(1, "is 1"), (2, "are 2")])
def test_many_equal_customers_are_few(different: int, there: str) -> None:
    equal = pd.concat([four_kinds()[0].head(different)] * 50, ignore_index=True)
    with pytest.raises(SegmentationError, match=f"there {there}"):
        choose_model(equal, None, quick())


def test_customers_without_a_finite_value_are_refused_by_name() -> None:
    customers = four_kinds()[0].assign(customer_id=[f"C{n}" for n in range(320)])
    customers.loc[7, "monetary"] = np.nan
    with pytest.raises(SegmentationError, match=r"1 customers have no finite .* for instance C7"):
        choose_model(customers, None, quick())


@pytest.mark.parametrize("transform", ["raw", "log", "yeo-johnson", "quantile"])
@pytest.mark.filterwarnings("error")
def test_one_customer_more_than_segments_is_enough_and_larger_k_are_left_out(transform: str) -> None:
    customers, _ = four_kinds(1)
    choice = choose_model(customers, None, quick(transform=transform))
    assert [candidate.evidence.k for candidate in choice.candidates] == [3]
    assert np.isfinite(choice.chosen.evidence.silhouette)
    assert choice.chosen.evidence.prediction_strength == 0
    assert not choice.is_stable


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.filterwarnings("error")
def test_a_feature_that_is_the_same_for_everybody_does_no_harm(feature: str) -> None:
    customers = four_kinds()[0].assign(**{feature: 1.0})
    choice = choose_model(customers, None, quick(compared=("raw", "log", "quantile"), k_max=4))
    for candidate in choice.candidates:
        assigned = candidate.model.assign(customers)
        assert assigned["margin"].notna().all()
        assert assigned["segment_id"].nunique() == candidate.evidence.k
        assert np.isfinite([v for v in vars(candidate.evidence).values() if isinstance(v, float)]).all()


@pytest.mark.parametrize("transform", ["raw", "log", "yeo-johnson", "quantile"])
@pytest.mark.filterwarnings("error")
def test_one_enormous_order_does_not_hide_the_others_kinds_but_on_raw_numbers(transform: str) -> None:
    ordinary, kinds = four_kinds()
    customers = pd.concat([ordinary, customers_of((1, 1, 1e9))], ignore_index=True)
    chosen = choose_model(customers, None, quick(transform=transform, k_min=5, k_max=5)).chosen
    agreement = adjusted_rand_score(kinds, chosen.model.positions(ordinary))
    assert np.isfinite(chosen.model.assign(customers)["margin"]).all()
    assert agreement > (0.6 if transform == "raw" else 0.8)


# --- rules ---


@pytest.mark.parametrize(
    "wrong",
    [
        {"k_min": 1},
        {"k_max": 21},
        {"transform": "square"},
        {"compared": ("square",)},
        {"min_chosen_jaccard": 0},
        {"min_prediction_strength": 1.1},
        {"max_idle_day_relabelled": 0},
        {"min_refit_jaccard": 0},
        {"bootstraps": 1},
        {"halvings": 1},
        {"outlook_days": 6},
        {"promotion_days": 0},
        {"max_psi": 0},
        {"history_months": -1},
        {"region_customers": 10},
        {"k_min": 6, "k_max": 5},
    ],
)
def test_rules_that_can_not_work_are_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        SegmentationRules.model_validate(wrong)


def test_any_of_no_transforms_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing in compared to pick from"):
        SegmentationRules(transform="auto", compared=())


# --- the real ledger ---

AS_OF = date(2011, 12, 10)


@once
def real_choice() -> tuple[pd.DataFrame, Choice]:
    _, clean, _ = real()
    rules = SegmentationRules(compared=(), k_min=4, k_max=5)
    with past_customers(DuckDBEngine(), clean[list(COLUMNS)], CustomerRules()) as ledger:
        seen = outlook(ledger, date(2010, 12, 1), AS_OF, rules.outlook_days)
    customers = features(clean, AS_OF)
    return customers, choose_model(customers, seen, rules)


@pytest.mark.real_ledger
@pytest.mark.slow
@needs_real_ledger
class TestTheRealLedger:
    @pytest.mark.parametrize(("k", "score", "jaccard"), [(4, 0.335, 0.93), (5, 0.326, 0.91)])
    def test_silhouette_and_stability_are_those_of_the_reference(self, k: int, score: float, jaccard: float) -> None:
        evidence = next(c.evidence for c in real_choice()[1].candidates if c.evidence.k == k)
        assert evidence.silhouette == pytest.approx(score, abs=0.01)
        assert evidence.min_jaccard == pytest.approx(jaccard, abs=0.05)

    def test_five_segments_are_stable_and_foretell_who_buys_again(self) -> None:
        choice = real_choice()[1]
        evidence = choice.chosen.evidence
        assert (evidence.k, choice.is_stable) == (5, True)
        assert evidence.min_jaccard >= 0.85
        assert evidence.prediction_strength >= 0.75
        assert evidence.repurchase_auc is not None
        assert evidence.repurchase_auc >= 0.71

    def test_five_segments_have_the_names_and_sizes_of_the_reference(self) -> None:
        customers, choice = real_choice()
        model = name_first(choice.candidates[-1].model, customers, Naming(next_id=1))
        sizes = model.assign(customers)["segment"].value_counts().to_dict()
        expected = {
            "Champions": 833,
            "At risk, valuable": 920,
            "Active, growing": 817,
            "Recent one-timers": 802,
            "Hibernating": 952,
        }
        assert sizes.keys() == expected.keys()
        for name, size in expected.items():
            assert sizes[name] == pytest.approx(size, rel=0.1), name

"""How many segments: judged by silhouette among the stable, and never silently unstable."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.metrics import adjusted_rand_score, silhouette_score

from segmentation_platform.segments import choose
from segmentation_platform.segments.choose import Choice, bootstrap_jaccards, choose_model
from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.model import FEATURES, cluster
from segmentation_platform.segments.profiles import segment_names
from segmentation_platform.segments.rules import SegmentRules
from segmentation_platform_tests.ledgers import features, real, simulated_customers
from segmentation_platform_tests.real_ledger import needs_real_ledger

QUICK = SegmentRules(bootstraps=5)
KINDS = ((5, 30, 9_000), (20, 4, 800), (200, 6, 1_500), (300, 1, 120))
"""Recency, frequency and money of four kinds of customers that nobody would mix up."""


@cache
def four_kinds(each: int = 80) -> tuple[pd.DataFrame, list[int]]:
    """Return customers of four kinds, and the kind of each."""
    random = np.random.default_rng(3)
    rows = np.vstack([np.array(kind) * random.lognormal(0, 0.1, (each, 3)) for kind in KINDS])
    return pd.DataFrame(rows, columns=list(FEATURES)), np.repeat(range(4), each).tolist()


@cache
def simulated_choice() -> Choice:
    return choose_model(simulated_customers(), QUICK)


def with_threshold(threshold: float) -> Choice:
    """The choice on the simulated shop with another border of stability."""
    customers = simulated_customers()
    return choose_model(customers, QUICK.model_copy(update={"stable_jaccard": threshold}))


def test_planted_kinds_of_customers_are_found() -> None:
    customers, kinds = four_kinds()
    choice = choose_model(customers, QUICK)
    assert (choice.chosen.k, choice.is_stable) == (4, True)
    assert adjusted_rand_score(kinds, choice.chosen.model.assign(customers)["segment_id"]) > 0.99
    assert choice.chosen.min_jaccard > 0.98


def test_every_k_of_the_rules_is_tried_with_its_evidence() -> None:
    candidates = simulated_choice().candidates
    assert [candidate.k for candidate in candidates] == [3, 4, 5, 6, 7, 8]
    for candidate in candidates:
        assert candidate.model.k == candidate.k == len(candidate.jaccards)
        assert candidate.min_jaccard == min(candidate.jaccards)
    inertias = [candidate.inertia for candidate in candidates]
    assert inertias == sorted(inertias, reverse=True)


def test_the_evidence_is_that_of_the_segments_which_customers_get() -> None:
    customers = simulated_customers()
    for candidate in simulated_choice().candidates:
        labels = candidate.model.assign(customers)["segment_id"]
        points = candidate.model.transform.apply(customers)
        assert candidate.silhouette == pytest.approx(silhouette_score(points, labels))
        squares = candidate.model.distances(customers).min(axis=1) ** 2
        assert candidate.inertia == pytest.approx(squares.sum(), rel=1e-6)


def test_where_all_are_stable_the_highest_silhouette_wins() -> None:
    choice = with_threshold(0.01)
    assert choice.is_stable
    assert choice.chosen.silhouette == max(candidate.silhouette for candidate in choice.candidates)


def test_a_higher_silhouette_does_not_win_where_it_is_not_stable() -> None:
    candidates = simulated_choice().candidates
    best = max(candidates, key=lambda candidate: candidate.silhouette)
    more_stable = [candidate for candidate in candidates if candidate.min_jaccard > best.min_jaccard]
    assert more_stable, "this shop can't show it: take another"
    choice = with_threshold(min(candidate.min_jaccard for candidate in more_stable))
    assert choice.is_stable
    assert choice.chosen.k == max(more_stable, key=lambda candidate: candidate.silhouette).k != best.k


def test_where_none_is_stable_the_most_stable_one_is_taken_and_said_to_be_unstable() -> None:
    choice = with_threshold(1.0)
    assert not choice.is_stable
    assert choice.chosen.min_jaccard == max(candidate.min_jaccard for candidate in choice.candidates)


def test_the_same_customers_and_rules_give_the_same_choice() -> None:
    customers = simulated_customers()
    assert choose_model(customers, QUICK) == simulated_choice()


def test_customers_are_not_changed_and_other_columns_and_indexes_make_no_difference() -> None:
    customers, _ = four_kinds()
    other = customers.set_index(np.arange(1_000, 1_000 + len(customers))).assign(customer_id="x")
    before = other.copy()
    assert choose_model(other, QUICK) == choose_model(customers, QUICK)
    pd.testing.assert_frame_equal(other, before)


def test_segments_are_numbered_by_money_spent() -> None:
    customers = simulated_customers()
    for candidate in simulated_choice().candidates:
        worth = customers["monetary"].groupby(candidate.model.assign(customers)["segment_id"]).mean()
        assert worth.is_monotonic_decreasing


@pytest.mark.parametrize(("customers", "there"), [(0, "are 0"), (1, "is 1"), (3, "are 3")])
def test_too_few_customers_are_refused_with_their_number_and_what_would_help(customers: int, there: str) -> None:
    few = four_kinds()[0].head(customers)
    needed = f"At least 4 different customers are needed for 3 segments; there {there}. Load a longer ledger"
    with pytest.raises(SegmentationError, match=f"{needed}.*segmentation-platform db psql --role owner"):
        choose_model(few, QUICK)


def test_many_equal_customers_are_few() -> None:
    equal = pd.concat([four_kinds()[0].head(2)] * 50)
    with pytest.raises(SegmentationError, match="there are 2"):
        choose_model(equal, QUICK)


def test_one_customer_more_than_segments_is_enough_and_larger_k_are_left_out() -> None:
    customers, _ = four_kinds(1)
    choice = choose_model(customers, QUICK)
    assert [candidate.k for candidate in choice.candidates] == [3]
    assert np.isfinite(choice.chosen.silhouette)


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.filterwarnings("error")
def test_a_feature_that_is_the_same_for_everybody_does_no_harm(feature: str) -> None:
    customers = four_kinds()[0].assign(**{feature: 3.0})
    choice = choose_model(customers, QUICK)
    assigned = choice.chosen.model.assign(customers)
    assert assigned["margin"].notna().all()
    assert assigned["segment_id"].nunique() == choice.chosen.k


def test_many_customers_are_judged_on_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    customers, kinds = four_kinds()
    monkeypatch.setattr(choose, "_SAMPLE", 60)
    choice = choose_model(customers, QUICK)
    assert choice == choose_model(customers, QUICK)
    assert adjusted_rand_score(kinds, choice.chosen.model.assign(customers)["segment_id"]) > 0.99
    assert choice.chosen.inertia < 60 * 3


# --- stability ---


def blobs(spread: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    labels = np.repeat(range(3), 100)
    return np.array([[0, 0, 0], [5, 0, 0], [0, 5, 0]])[labels] + random.normal(0, spread, (300, 3)), labels


def test_well_separated_segments_come_back_in_every_resample() -> None:
    assert bootstrap_jaccards(*blobs(0.3), QUICK) == pytest.approx([1, 1, 1], abs=1e-3)


def test_segments_of_noise_do_not_come_back() -> None:
    points = np.random.default_rng(5).uniform(size=(300, 3))
    labels = cluster(points, 8, seed=1).labels_
    found = bootstrap_jaccards(points, labels, SegmentRules())
    assert min(found) < 0.6
    assert all(0 < jaccard < 0.85 for jaccard in found)


def test_a_segment_that_is_split_at_random_is_the_unstable_one() -> None:
    points, labels = blobs(0.3)
    split = np.where(labels == 0, np.where(points[:, 2] > 0, 0, 3), labels)
    found = bootstrap_jaccards(points, split, SegmentRules())
    assert min(found[1], found[2]) > 0.75
    assert max(found[0], found[3]) < 0.6


def test_stability_does_not_depend_on_which_number_a_segment_has() -> None:
    points, labels = blobs(1.5)
    renumbered = np.array([2, 0, 1])[labels]
    found, other = (bootstrap_jaccards(points, numbers, QUICK) for numbers in (labels, renumbered))
    assert [other[2], other[0], other[1]] == pytest.approx(found)


@pytest.mark.parametrize(
    "wrong", [{"k_min": 1}, {"k_max": 21}, {"stable_jaccard": 0}, {"bootstraps": 1}, {"k_min": 6, "k_max": 5}]
)
def test_rules_that_can_not_work_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        SegmentRules.model_validate(wrong)


# --- the real ledger ---


@cache
def real_choice() -> tuple[pd.DataFrame, Choice]:
    _, clean, _ = real()
    customers = features(clean, pd.Timestamp("2011-12-10").date())
    return customers, choose_model(customers, SegmentRules(k_min=4, k_max=5))


@pytest.mark.real_ledger
@pytest.mark.slow
@needs_real_ledger
class TestTheRealLedger:
    @pytest.mark.parametrize(("k", "silhouette", "jaccard"), [(4, 0.335, 0.93), (5, 0.326, 0.91)])
    def test_silhouette_and_stability_are_those_of_the_reference(
        self, k: int, silhouette: float, jaccard: float
    ) -> None:
        candidate = next(candidate for candidate in real_choice()[1].candidates if candidate.k == k)
        assert candidate.silhouette == pytest.approx(silhouette, abs=0.01)
        assert candidate.min_jaccard == pytest.approx(jaccard, abs=0.05)

    def test_five_segments_have_the_names_and_sizes_of_the_reference(self) -> None:
        customers, choice = real_choice()
        model = choice.candidates[-1].model
        names = {number: kind.name for number, kind in segment_names(model, customers).items()}
        sizes = model.assign(customers)["segment_id"].map(names).value_counts().to_dict()
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

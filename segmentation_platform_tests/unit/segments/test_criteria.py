"""Criteria tell planted segments from those that are not there."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentation_platform.segments.model import Labels, cluster
from segmentation_platform.segments.selection.criteria import (
    Stability,
    bootstrap_stability,
    gap_statistic,
    prediction_strength,
)
from segmentation_platform.segments.transforms import Points

CENTRES = np.array([[0, 0, 0], [5, 0, 0], [0, 5, 0], [5, 5, 5]])


def blobs(spread: float = 0.3, k: int = 3, each: int = 60) -> tuple[Points, Labels]:
    random = np.random.default_rng(5)
    labels = np.repeat(np.arange(k), each)
    return CENTRES[labels] + random.normal(0, spread, (len(labels), 3)), labels


def noise(customers: int = 300) -> Points:
    return np.random.default_rng(5).uniform(size=(customers, 3))


# --- bootstrap stability ---


def test_well_separated_segments_come_back_in_every_resample() -> None:
    found = bootstrap_stability(*blobs(), bootstraps=5, seed=7)
    assert found.jaccards == pytest.approx((1, 1, 1), abs=1e-3)
    assert found.ari == pytest.approx(1, abs=1e-3)


def test_segments_of_noise_do_not_come_back() -> None:
    labels = cluster(noise(), 8, seed=1).labels_
    found = bootstrap_stability(noise(), labels, bootstraps=10, seed=7)
    assert min(found.jaccards) < 0.6
    assert all(0 < jaccard < 0.85 for jaccard in found.jaccards)
    assert found.ari < 0.7


def test_a_segment_that_is_split_at_random_is_the_unstable_one() -> None:
    points, labels = blobs()
    split = np.where(labels == 0, np.where(points[:, 2] > 0, 0, 3), labels)
    found = bootstrap_stability(points, split, bootstraps=20, seed=7).jaccards
    assert min(found[1], found[2]) > 0.75
    assert max(found[0], found[3]) < 0.6


def test_stability_does_not_depend_on_which_number_a_segment_has() -> None:
    points, labels = blobs(spread=1.5)
    renumbered = np.array([2, 0, 1])[labels]
    found, other = (bootstrap_stability(points, numbers, 4, seed=7) for numbers in (labels, renumbered))
    assert [other.jaccards[place] for place in (2, 0, 1)] == pytest.approx(found.jaccards)
    assert other.ari == pytest.approx(found.ari)


def test_a_segment_whose_only_customer_is_seldom_drawn_is_unstable() -> None:
    points, labels = blobs()
    alone = bootstrap_stability(np.vstack([points, [[50, 50, 50]]]), np.append(labels, 3), bootstraps=20, seed=7)
    assert 0.3 < alone.jaccards[3] < 0.9
    assert min(alone.jaccards[:3]) > 0.75


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_equal_customers_in_one_segment_always_come_back() -> None:
    found = bootstrap_stability(np.zeros((4, 3)), np.zeros(4, dtype=np.intp), bootstraps=3, seed=7)
    assert found == Stability((1.0,), 1.0)


def test_the_same_seed_gives_the_same_stability_and_another_one_another() -> None:
    points, labels = blobs(spread=1.5)
    first, again, other = (bootstrap_stability(points, labels, 4, seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other


# --- prediction strength ---


def test_one_half_foretells_planted_segments_of_the_other() -> None:
    assert prediction_strength(blobs()[0], 3, halvings=3, seed=7) == pytest.approx(1)


def test_one_half_does_not_foretell_more_segments_than_there_are() -> None:
    points, _ = blobs()
    assert prediction_strength(points, 5, halvings=5, seed=7) < 0.75
    assert prediction_strength(noise(), 8, halvings=5, seed=7) < 0.6


def test_everybody_in_one_segment_is_always_together() -> None:
    assert prediction_strength(noise(), 1, halvings=2, seed=7) == 1


@pytest.mark.parametrize(("customers", "k"), [(0, 1), (5, 3), (1, 1)])
def test_halves_with_fewer_customers_than_segments_foretell_nothing(customers: int, k: int) -> None:
    assert prediction_strength(noise(customers), k, halvings=3, seed=7) == 0


def test_halves_with_as_many_customers_as_segments_can_be_judged() -> None:
    # A segment of one customer has no pair to be parted, and so is kept together.
    assert prediction_strength(noise(6), 3, halvings=3, seed=7) == 1


def test_the_strength_is_the_share_of_pairs_kept_together_in_the_worst_segment() -> None:
    points, _ = blobs(spread=1.5)
    single = [prediction_strength(points, 3, halvings=1, seed=seed) for seed in (7, 7)]
    assert single[0] == single[1]
    random = np.random.default_rng(7)
    halves = [points[part] for part in np.array_split(random.permutation(len(points)), 2)]
    fits = [cluster(half, 3, seed=7, starts=3) for half in halves]
    worst = []
    for half, own, other in ((halves[0], *fits), (halves[1], *reversed(fits))):
        predicted = other.predict(half)
        kept = []
        for segment in range(3):
            members = predicted[own.labels_ == segment]
            pairs = [one == two for i, one in enumerate(members) for j, two in enumerate(members) if i != j]
            kept.append(np.mean(pairs))
        worst.append(min(kept))
    assert single[0] == pytest.approx(np.mean(worst))


# --- gap statistic ---


def gap(points: Points, k: int) -> float:
    return gap_statistic(points, k, float(cluster(points, k, seed=7).inertia_), seed=7)


def test_the_gap_is_largest_at_the_planted_number_of_segments() -> None:
    points, _ = blobs(k=4)
    gaps = {k: gap(points, k) for k in range(2, 8)}
    assert max(gaps, key=lambda k: gaps[k]) == 4


def test_points_without_segments_have_hardly_any_gap() -> None:
    oblong = noise() * np.array([1, 3, 9])
    assert abs(gap(oblong, 4)) < 0.1 < gap(blobs(k=4)[0], 4)


def test_it_does_not_depend_on_the_unit_or_the_place() -> None:
    points, _ = blobs()
    assert gap(points * 1_000 + 5_000, 3) == pytest.approx(gap(points, 3), rel=1e-6)


def test_without_any_inertia_there_is_no_gap() -> None:
    assert gap_statistic(np.ones((5, 3)), 1, 0.0, seed=7) == 0


def test_the_criteria_agree_with_what_was_planted() -> None:
    points, labels = blobs(k=4)
    assert adjusted_rand_score(cluster(points, 4, seed=1).labels_, labels) == 1

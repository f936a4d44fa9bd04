"""Who is in which segment, and what each segment is like."""

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts import CustomerSegments, SegmentProfiles
from segmentation_platform.segments.model import SegmentModel
from segmentation_platform.segments.names import ARCHETYPES
from segmentation_platform.segments.profiles import customer_segments, segment_names, segment_profiles
from segmentation_platform_tests.ledgers import profiled, segmented, simulated_customers, simulated_model


@pytest.mark.parametrize("k", [2, 5, 8])
def test_both_tables_keep_their_contracts(k: int) -> None:
    CustomerSegments.validate(segmented(k), lazy=True)
    SegmentProfiles.validate(profiled(k), lazy=True)


def test_customers_are_where_the_model_puts_them_under_the_name_of_that_segment() -> None:
    customers, model = simulated_customers(), simulated_model()
    found, assigned = segmented(), model.assign(customers)
    assert found["customer_id"].tolist() == customers["customer_id"].tolist()
    assert found["segment_id"].tolist() == assigned["segment_id"].tolist()
    assert found["margin"].tolist() == assigned["margin"].tolist()
    names = {number: kind.name for number, kind in segment_names(model, customers).items()}
    assert (found["segment"] == found["segment_id"].map(names)).all()


def test_what_is_known_of_a_customer_is_carried_over_unchanged_and_history_is_empty() -> None:
    customers, found = simulated_customers(), segmented()
    shared = [name for name in CustomerSegments.column_names() if name in customers]
    assert {"recency_days", "frequency", "monetary", "taste", "is_wholesale"} <= set(shared)
    pd.testing.assert_frame_equal(found[shared], customers[shared])
    assert found[["previous_segment", "changed_on"]].isna().all(axis=None)


def test_figures_are_those_of_the_segments_customers() -> None:
    found = profiled().set_index("segment_id")
    customers = simulated_customers().merge(segmented()[["customer_id", "segment_id"]])
    for segment_id, own in customers.groupby("segment_id"):
        row = found.loc[segment_id]
        assert row["customers"] == len(own)
        assert row["revenue"] == pytest.approx(own["monetary"].sum(), abs=0.006)
        for feature in ("recency_days", "frequency", "monetary"):
            assert row[f"{feature}_mean"] == pytest.approx(own[feature].mean(), abs=0.006)
            assert row[f"{feature}_median"] == pytest.approx(own[feature].median(), abs=0.006)
        orders = own["frequency"].sum()
        assert row["average_order_value"] == pytest.approx(own["monetary"].sum() / orders, abs=0.006)
        invoices = own["orders"].sum() + own["cancellations"].sum()
        assert row["cancellation_rate"] == pytest.approx(own["cancellations"].sum() / invoices)
        assert row["products_per_order"] == pytest.approx(own["products_per_order"].mean())
        assert row["wholesale_share"] == pytest.approx(own["is_wholesale"].mean())


@pytest.mark.parametrize("k", [2, 5, 8])
def test_shares_add_up_to_1(k: int) -> None:
    found = profiled(k)
    assert found["customer_share"].sum() == pytest.approx(1)
    assert found["revenue_share"].sum() == pytest.approx(1)


def test_the_sentence_has_the_shares_of_its_row() -> None:
    for row in profiled().itertuples():
        said = f"{row.customer_share:.0%} of customers bring {row.revenue_share:.0%} of revenue."
        assert str(row.description).endswith(said)


def test_name_sentence_and_colour_of_a_segment_are_of_the_same_archetype() -> None:
    by_name = {archetype.name: archetype for archetype in ARCHETYPES}
    for row in profiled(8).itertuples():
        archetype = by_name[str(row.segment)]
        assert row.color == archetype.color
        assert str(row.description).startswith(archetype.habits)


def test_ranks_follow_the_money_spent_per_customer() -> None:
    found = profiled()
    assert found["rank"].tolist() == [1, 2, 3, 4, 5]
    assert found["monetary_mean"].is_monotonic_decreasing


def test_stability_is_that_of_the_segment_and_missing_where_unknown() -> None:
    found = segment_profiles(segmented(), simulated_customers(), {1: 0.9, 2: 0.6}).set_index("segment_id")[
        "stability"
    ]
    assert (found[1], found[2]) == (0.9, 0.6)
    assert found[[3, 4, 5]].isna().all()


def test_a_segment_without_customers_has_neither_name_nor_profile() -> None:
    customers, model = simulated_customers(), simulated_model()
    far_away = (99.0, 99.0, 99.0)
    larger = SegmentModel(model.transform, (*model.centroids, far_away))
    names = segment_names(larger, customers)
    assert sorted(names) == [1, 2, 3, 4, 5]
    segments = customer_segments(customers, larger, {number: kind.name for number, kind in names.items()})
    found = segment_profiles(segments, customers, {})
    SegmentProfiles.validate(found)
    assert len(found) == 5


def test_the_order_of_the_customers_makes_no_difference() -> None:
    shuffled = segmented().sample(frac=1, random_state=1)
    again = segment_profiles(shuffled, simulated_customers(), dict.fromkeys(range(1, 6), 0.9))
    pd.testing.assert_frame_equal(again, profiled(), rtol=1e-12)


def test_a_customer_that_stands_twice_is_refused() -> None:
    customers, segments = simulated_customers(), segmented()
    with pytest.raises(ValueError, match="one-to-one"):
        segment_profiles(pd.concat([segments, segments.head(1)]), customers, {})
    assert np.isfinite(segments["margin"]).all()

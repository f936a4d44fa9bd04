"""Who is in which segment, and what each segment is like."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts import EVERYWHERE, CustomerSegments, SegmentRegions, Segments
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.segments.history import no_history, observe
from segmentation_platform.segments.model import Segment
from segmentation_platform.segments.names import ARCHETYPES, archetype
from segmentation_platform.segments.profiles import (
    Described,
    assign,
    by_model,
    customer_segments,
    segment_profiles,
    segment_regions,
)
from segmentation_platform_tests.support.ledgers import (
    features,
    profiled,
    sales_lines,
    segmented,
    simulated,
    simulated_customers,
    simulated_fit,
)

COMMON = "United Kingdom"


def with_segments(*segments: Segment) -> FittedModel:
    """The model of the simulated shop with its first segments known as something else."""
    fitted = simulated_fit()
    known = (*segments, *fitted.model.segments[len(segments) :])
    return replace(fitted, model=fitted.model.known_as(known))


def two_models() -> dict[str, FittedModel]:
    """The model of all, and one of the most common region with numbers and names of its own."""
    own = tuple(Segment(s.segment_id + 10, f"{s.name} · {COMMON}", s.kind) for s in simulated_fit().model.segments)
    return {EVERYWHERE: simulated_fit(), COMMON: with_segments(*own)}


# --- who is where ---


@pytest.mark.parametrize("k", [2, 5, 8])
def test_all_tables_keep_their_contracts(k: int) -> None:
    CustomerSegments.validate(segmented(k), lazy=True)
    Segments.validate(profiled(k), lazy=True)
    SegmentRegions.validate(segment_regions(segmented(k)), lazy=True)


def test_customers_are_where_the_model_puts_them_under_the_name_of_that_segment() -> None:
    customers, model = simulated_customers(), simulated_fit().model
    found, assigned = segmented(), model.assign(customers)
    assert found["customer_id"].tolist() == customers["customer_id"].tolist()
    for column in ("segment_id", "segment", "margin"):
        assert found[column].tolist() == assigned[column].tolist()
    assert found.groupby("segment_id")["segment"].nunique().tolist() == [1] * 5


def test_what_is_known_of_a_customer_is_carried_over_unchanged_and_on_the_first_day_there_is_no_history() -> None:
    customers, found = simulated_customers(), segmented()
    shared = [name for name in CustomerSegments.column_names() if name in customers]
    assert {"recency_days", "frequency", "monetary", "taste", "is_wholesale"} <= set(shared)
    pd.testing.assert_frame_equal(found[shared], customers[shared])
    assert found[["previous_segment", "changed_on"]].isna().all(axis=None)


def test_where_customers_came_from_is_told_by_their_history() -> None:
    assigned = assign(simulated_customers(), {EVERYWHERE: simulated_fit()}).sample(frac=1, random_state=1)
    day = simulated().as_of
    earlier = assigned.assign(segment="Former", segment_id=99).head(10)
    history = observe(observe(no_history(), earlier, day - timedelta(days=7)), assigned, day)
    found = customer_segments(assigned, history.intervals, day)
    CustomerSegments.validate(found, lazy=True)
    assert found.index.equals(assigned.index)
    assert (found.head(10)["previous_segment"] == "Former").all()
    assert (found.head(10)["changed_on"] == pd.Timestamp(day)).all()
    assert found.iloc[10:][["previous_segment", "changed_on"]].isna().all(axis=None)


def test_customers_of_a_region_with_a_model_are_assigned_by_it_and_all_others_by_that_of_all() -> None:
    found = assign(simulated_customers(), two_models())
    is_own = found["region"] == COMMON
    assert 0 < is_own.sum() < len(found)
    assert (found["segment_id"] > 10).tolist() == is_own.tolist()
    assert found["segment"].str.endswith(f" · {COMMON}").tolist() == is_own.tolist()
    next_ = found.dropna(subset="next_segment")
    assert (next_["next_segment"].str.endswith(COMMON) == (next_["region"] == COMMON)).all()
    assert found["customer_id"].tolist() == simulated_customers()["customer_id"].tolist()


def test_customers_are_parted_by_model_without_losing_any() -> None:
    customers = simulated_customers()
    parts = by_model(customers, {EVERYWHERE, COMMON})
    assert set(parts) == {EVERYWHERE, COMMON}
    assert sorted(pd.concat(parts.values())["customer_id"]) == sorted(customers["customer_id"])
    assert set(parts[COMMON]["region"]) == {COMMON}
    assert COMMON not in set(parts[EVERYWHERE]["region"])


@pytest.mark.parametrize("models", [1, 2])
def test_nobody_can_be_assigned(models: int) -> None:
    nobody = features(sales_lines([{"customer_id": None}]), date(2011, 1, 1))
    found = assign(nobody, dict(list(two_models().items())[:models]))
    assert found.empty
    assert {"segment_id", "segment", "margin", "next_segment", "next_step"} <= set(found.columns)
    history = observe(no_history(), found, date(2011, 1, 1))
    CustomerSegments.validate(customer_segments(found, history.intervals, date(2011, 1, 1)), lazy=True)


# --- what segments are like ---


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


def test_name_sentence_and_colour_of_a_segment_are_those_of_the_model() -> None:
    known = {segment.segment_id: segment for segment in simulated_fit(8).model.segments}
    for row in profiled(8).itertuples():
        segment = known[int(str(row.segment_id))]
        kind = archetype(segment.kind)
        assert (row.segment, row.color) == (segment.name, kind.color)
        assert str(row.description).startswith(kind.habits)


def test_a_segment_that_kept_its_name_is_described_by_it_wherever_its_customers_are_now() -> None:
    last = ARCHETYPES[-1]
    fitted = with_segments(Segment(77, "Our best", last.name))
    customers = simulated_customers()
    assigned = assign(customers, {EVERYWHERE: fitted})
    segments = customer_segments(
        assigned, observe(no_history(), assigned, simulated().as_of).intervals, simulated().as_of
    )
    found = segment_profiles(Described(segments, customers), {EVERYWHERE: fitted}).set_index("segment_id").loc[77]
    assert (found["segment"], found["color"]) == ("Our best", last.color)
    assert found["description"].startswith(last.habits)
    assert found["rank"] == 1


def test_ranks_follow_the_money_spent_per_customer() -> None:
    found = profiled()
    assert found["rank"].tolist() == [1, 2, 3, 4, 5]
    assert found["monetary_mean"].is_monotonic_decreasing


def test_stability_is_that_of_the_segment_in_the_model() -> None:
    fitted = simulated_fit()
    expected = dict(zip((s.segment_id for s in fitted.model.segments), fitted.jaccards, strict=True))
    found = profiled().set_index("segment_id")["stability"].to_dict()
    assert found == expected
    assert len(set(found.values())) > 1


def test_segments_of_several_models_are_described_together() -> None:
    assigned, day = assign(simulated_customers(), two_models()), simulated().as_of
    segments = customer_segments(assigned, observe(no_history(), assigned, day).intervals, day)
    found = segment_profiles(Described(segments, simulated_customers()), two_models())
    Segments.validate(found, lazy=True)
    assert set(found["segment_id"]) == {1, 2, 3, 4, 5, 11, 12, 13, 14, 15}
    assert found["customers"].sum() == len(simulated_customers())
    assert found["customer_share"].sum() == pytest.approx(1)


def test_a_segment_far_from_all_customers_has_no_profile_and_is_nobody_s_next() -> None:
    fitted = simulated_fit()
    model = replace(
        fitted.model,
        centroids=(*fitted.model.centroids, (99.0, 99.0, 99.0)),
        segments=(*fitted.model.segments, Segment(6, "Nobody", "Loyal")),
    )
    larger = replace(fitted, model=model, jaccards=(*fitted.jaccards, 0.0))
    assigned, day = assign(simulated_customers(), {EVERYWHERE: larger}), simulated().as_of
    segments = customer_segments(assigned, observe(no_history(), assigned, day).intervals, day)
    found = segment_profiles(Described(segments, simulated_customers()), {EVERYWHERE: larger})
    Segments.validate(found, lazy=True)
    assert found["segment_id"].nunique() == 5
    assert "Nobody" not in set(segments["next_segment"].dropna())


def test_the_order_of_the_customers_makes_no_difference() -> None:
    shuffled = Described(segmented().sample(frac=1, random_state=1), simulated_customers())
    pd.testing.assert_frame_equal(segment_profiles(shuffled, {EVERYWHERE: simulated_fit()}), profiled(), rtol=1e-12)


def test_a_customer_that_stands_twice_is_refused() -> None:
    segments = segmented()
    twice = Described(pd.concat([segments, segments.head(1)]), simulated_customers())
    with pytest.raises(ValueError, match="one-to-one"):
        segment_profiles(twice, {EVERYWHERE: simulated_fit()})


# --- regions ---


@pytest.mark.parametrize("k", [2, 5])
def test_regions_add_up_to_the_customers_and_their_money(k: int) -> None:
    segments, found = segmented(k), segment_regions(segmented(k))
    for column in ("region", "segment_id"):
        counted = segments.groupby(column).agg(customers=("customer_id", "size"), revenue=("monetary", "sum"))
        added = found.groupby(column)[["customers", "revenue"]].sum()
        pd.testing.assert_frame_equal(added, counted, atol=0.1, rtol=0)


def test_shares_of_a_region_are_of_its_own_customers_and_money() -> None:
    found = segment_regions(segmented())
    totals = found.groupby("region")[["customer_share", "revenue_share"]].sum()
    np.testing.assert_allclose(totals, 1)
    assert len(totals) > 3


def test_figures_of_a_segment_in_a_region_are_those_of_its_customers_there() -> None:
    segments = segmented()
    for row in segment_regions(segments).itertuples():
        own = segments[(segments["region"] == row.region) & (segments["segment_id"] == row.segment_id)]
        assert (row.customers, row.segment) == (len(own), own["segment"].iloc[0])
        assert row.revenue == pytest.approx(own["monetary"].sum(), abs=0.006)
        for feature in ("recency_days", "frequency", "monetary"):
            assert getattr(row, f"{feature}_median") == pytest.approx(own[feature].median(), abs=0.006)
        expected = own["monetary"].sum() / own["frequency"].sum()
        assert row.average_order_value == pytest.approx(expected, abs=0.006)


def test_a_region_without_revenue_has_shares_of_zero() -> None:
    found = segment_regions(segmented().assign(monetary=0.0))
    SegmentRegions.validate(found, lazy=True)
    assert (found["revenue_share"] == 0).all()

"""Segmentation: the models, how far customers drifted, who is in which segment, moves, what segments are like."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

import dagster as dg
import pandas as pd
from pydantic import Field

from segmentation_platform.contracts import (
    EVERYWHERE,
    CustomerSegmentHistory,
    CustomerSegments,
    FeatureDrift,
    ModelSelection,
    SegmentDrift,
    SegmentModels,
    SegmentMoves,
    SegmentRegions,
    Segments,
)
from segmentation_platform.customers.point_in_time import Outlook, outlook, past_customers
from segmentation_platform.engine import Engine, ParquetFiles
from segmentation_platform.ledger import facts, point_in_time
from segmentation_platform.orchestration import model_registry
from segmentation_platform.orchestration.bad_input import refuse_bad_input
from segmentation_platform.orchestration.metadata import OWNERS, glance, preview, table_metadata, table_out
from segmentation_platform.orchestration.model_registry import Origin
from segmentation_platform.orchestration.resources import (
    EngineResource,
    ReportingDateResource,
    WarehouseResource,
)
from segmentation_platform.segments import history as histories
from segmentation_platform.segments import moves, profiles
from segmentation_platform.segments.lifecycle.nightly import (
    NightContext,
    NightInputs,
    assign_or_promote,
    drift_table,
    feature_drift_table,
    selection_table,
)
from segmentation_platform.segments.lifecycle.refit import NightResult
from segmentation_platform.segments.profiles import Described
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.segment_models import ModelRecord

GROUP = "segmentation"


class ModelConfig(dg.Config):
    """How the models of a run come about."""

    choose_model: bool = Field(
        default=False, description="Choose transform and number of segments again, whatever is in force"
    )


_KINDS = frozenset({"scikitlearn", "postgres"})
_VERSION = "2"


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "kmeans_model": table_out(
            SegmentModels,
            "The segment model in force: K-Means on recency, frequency and monetary value, chosen on evidence.",
            kinds=_KINDS,
            code_version=_VERSION,
            io_manager="model_registry",
        ),
        "segment_drift": table_out(
            SegmentDrift,
            "How far customers have drifted from the model in force, and whether it was replaced.",
            kinds=_KINDS,
            code_version=_VERSION,
        ),
        "feature_drift": table_out(
            FeatureDrift,
            "How far each feature of the customers has shifted since the model in force was fitted.",
            kinds=_KINDS,
            code_version="1",
        ),
        "model_selection": table_out(
            ModelSelection,
            "The evidence by which the model's transform and number of segments were chosen.",
            kinds=_KINDS,
            code_version=_VERSION,
        ),
    },
)
def segment_model(
    context: dg.AssetExecutionContext,
    config: ModelConfig,
    rfm_features: pd.DataFrame,
    clean_sales: ParquetFiles,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[object]]:
    """Assign by the models in force, look at their shadows, and promote what is due and stable."""
    database = warehouse.database()
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    ledger_name, first_sale = model_registry.ledger_name(database), _first_sale(engine.engine(), clean_sales)

    @cache
    def look_back() -> Outlook | None:
        context.log.info("choosing a model: every transform and number of segments is fitted and judged …")
        with past_customers(engine.engine(), clean_sales.only(point_in_time.COLUMNS), settings.customers) as before:
            return outlook(before, first_sale, as_of, settings.segmentation.outlook_days)

    tonight = NightInputs(rfm_features, as_of, snapshots.night_before(database, ledger_name, as_of))
    in_force = model_registry.in_force(database, ledger_name, as_of)
    known_models = NightContext(
        in_force, model_registry.next_segment_id(database, ledger_name, as_of), look_back, config.choose_model
    )
    with refuse_bad_input():
        nights = assign_or_promote(tonight, known_models, settings.segmentation)
    records = model_registry.register(database, nights, Origin(ledger_name, context.run.run_id))
    drift = drift_table(tonight, nights, {record.region: record.model_version for record in records})
    evidence = selection_table(nights)
    yield dg.Output(
        records,
        "kmeans_model",
        metadata=_model_figures(nights[EVERYWHERE]) | glance(SegmentModels, evidence, settings.links),
    )
    yield dg.Output(drift, "segment_drift", metadata=_drift_figures(drift))
    yield dg.Output(feature_drift_table(nights), "feature_drift", metadata={"largest_psi": _largest_psi(nights)})
    yield dg.Output(evidence, "model_selection", metadata={"evidence": preview(evidence, len(evidence))})


def _first_sale(engine: Engine, clean_sales: ParquetFiles) -> date:
    period = facts.sales_period(engine, clean_sales)
    assert period is not None  # noqa: S101 - there are customers, so there are sales
    return period.first_sale.date()


def _model_figures(night: NightResult) -> dict[str, dg.MetadataValue]:
    fitted = night.in_force.fitted
    chosen = fitted.evidence
    figures = {
        "k": float(fitted.model.k),
        "silhouette": fitted.silhouette,
        "min_jaccard": min(fitted.jaccards),
        "prediction_strength": chosen.prediction_strength,
        **({} if chosen.repurchase_auc is None else {"repurchase_auc": chosen.repurchase_auc}),
    }
    return {
        **{name: dg.MetadataValue.float(round(value, 4)) for name, value in figures.items()},
        "transform": dg.MetadataValue.text(fitted.model.transform.kind),
        "in_force": dg.MetadataValue.text(f"since {night.in_force.since}: {night.in_force.reason}"),
    }


def _largest_psi(nights: Mapping[str, NightResult]) -> float:
    return round(max(max(done.drift.shift.features.values()) for done in nights.values()), 4)


def _drift_figures(drift: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    row = drift[drift["region"] == EVERYWHERE].iloc[0]
    names = ["psi_recency", "psi_frequency", "psi_monetary", "psi_segments", "shadow_ari", "silhouette", "relabelled"]
    figures = {name: float(row[name]) for name in names if pd.notna(row[name])}
    return {
        **{name: dg.MetadataValue.float(round(value, 4)) for name, value in figures.items()},
        "model_version": dg.MetadataValue.int(int(row["model_version"])),
        "is_promotion": dg.MetadataValue.bool(bool(row["is_promotion"])),
    }


@dg.asset(
    group_name=GROUP,
    kinds={"pandas", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(CustomerSegmentHistory),
    io_manager_key="io_manager",
)
def customer_segment_history(
    context: dg.AssetExecutionContext,
    rfm_features: pd.DataFrame,
    kmeans_model: list[ModelRecord],
    clean_sales: ParquetFiles,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Which customer was in which segment from when until when; the first run looks back at the last month-ends."""
    database = warehouse.database()
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    in_use = model_registry.fitted(kmeans_model)
    history = model_registry.history(database, model_registry.ledger_name(database))
    first_sale = _first_sale(engine.engine(), clean_sales)
    months = histories.month_ends(first_sale, as_of, settings.segmentation.history_months)
    if not history.observed and months:
        with past_customers(engine.engine(), clean_sales.only(point_in_time.COLUMNS), settings.customers) as before:
            for day in months:
                context.log.info(f"looking back at {day} …")
                history = histories.observe(history, profiles.assign(before.features(day), in_use), day)
    seen = histories.observe(history, profiles.assign(rfm_features, in_use), as_of)
    return dg.MaterializeResult(
        value=seen.intervals,
        metadata={
            "days_observed": len(seen.observed),
            "changed_today": int((seen.intervals["valid_to"] == pd.Timestamp(as_of)).sum()),
        },
    )


@dg.asset(
    group_name=GROUP,
    kinds={"scikitlearn", "postgres"},
    owners=OWNERS,
    code_version="2",
    metadata=table_metadata(CustomerSegments),
)
def customer_segments(
    rfm_features: pd.DataFrame,
    kmeans_model: list[ModelRecord],
    customer_segment_history: pd.DataFrame,
    customer_tastes: pd.DataFrame,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Which customer is in which segment, how firmly, since when, where they came from, what would move them up."""
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    features = profiles.with_tastes(rfm_features, customer_tastes)
    assigned = profiles.assign(features, model_registry.fitted(kmeans_model))
    segments = profiles.customer_segments(assigned, customer_segment_history, as_of)
    return dg.MaterializeResult(
        value=segments,
        metadata={
            "changed_today": int((segments["changed_on"] == pd.Timestamp(as_of)).sum()),
            "margin_median": float(segments["margin"].median()),
        },
    )


@dg.asset(
    group_name=GROUP,
    kinds={"pandas", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(SegmentMoves),
)
def segment_moves(
    customer_segment_history: pd.DataFrame,
    customer_segments: pd.DataFrame,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Who moved from which segment to which, month by month, with customers and money."""
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    monetary = customer_segments.set_index("customer_id")["monetary"]
    table = moves.segment_moves(customer_segment_history, monetary, as_of)
    last = table[(table["period"] == table["period"].max()) & (table["from_segment"] != table["to_segment"])]
    return dg.MaterializeResult(
        value=table,
        metadata={
            "moved_in_the_last_month": int(last["customers"].sum()),
            "largest_moves": preview(last.nlargest(10, "customers")),
        },
    )


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "segments": table_out(
            Segments,
            "What each segment is like: name, size, worth, habits, stability, in words and figures.",
            kinds=_KINDS,
            code_version=_VERSION,
        ),
        "segment_regions": table_out(
            SegmentRegions, "What each segment is like in each region.", kinds=_KINDS, code_version=_VERSION
        ),
    },
)
def described_segments(
    customer_segments: pd.DataFrame, rfm_features: pd.DataFrame, kmeans_model: list[ModelRecord]
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Describe the segments, everywhere and by region."""
    described = Described(customer_segments, rfm_features)
    profile = profiles.segment_profiles(described, model_registry.fitted(kmeans_model))
    shown = profile[["segment", "customers", "revenue_share", "recency_days_mean", "frequency_mean", "monetary_mean"]]
    yield dg.Output(profile, "segments", metadata={"profiles": preview(shown)})
    yield dg.Output(profiles.segment_regions(customer_segments), "segment_regions")

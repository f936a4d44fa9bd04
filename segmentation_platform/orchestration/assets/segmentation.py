"""Segmentation: the model, who is in which segment, and what segments are like."""

import json
from datetime import date

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import CustomerSegments, SegmentModels, SegmentProfiles
from segmentation_platform.orchestration.metadata import OWNERS, preview, table_metadata
from segmentation_platform.orchestration.resources import BAD_INPUT, ReportingDateResource, WarehouseResource
from segmentation_platform.reporting.selection import selection_svg
from segmentation_platform.reporting.svg import markdown_image
from segmentation_platform.segments import profiles
from segmentation_platform.segments.choose import Choice, choose_model
from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.segments.history import carry_changes
from segmentation_platform.segments.model import SegmentModel
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads, snapshots
from segmentation_platform.warehouse.models import ModelRecord

GROUP = "segmentation"


@dg.asset(
    group_name=GROUP,
    kinds={"scikitlearn", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(SegmentModels),
    io_manager_key="model_registry",
)
def kmeans_model(
    context: dg.AssetExecutionContext,
    rfm_features: pd.DataFrame,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[ModelRecord]:
    """The segment model: Yeo-Johnson and K-Means on recency, frequency and monetary value, k chosen on evidence."""
    as_of = reporting_date.resolve(warehouse.database())
    try:
        choice = choose_model(rfm_features, settings.segments)
    except SegmentationError as error:
        raise dg.Failure(str(error), metadata=BAD_INPUT, allow_retries=False) from error
    if not choice.is_stable:
        context.log.warning("No number of segments is stable; the most stable one was taken.")
    record = _record(choice, as_of, len(rfm_features), context.run.run_id)
    return dg.MaterializeResult(value=record, metadata=_figures(choice))


def _record(choice: Choice, as_of: date, customers: int, run_id: str) -> ModelRecord:
    chosen = choice.chosen
    document = {**json.loads(chosen.model.to_json()), "jaccards": chosen.jaccards, "inertia": chosen.inertia}
    return ModelRecord(
        as_of, chosen.k, customers, chosen.silhouette, chosen.min_jaccard, run_id, json.dumps(document)
    )


def _figures(choice: Choice) -> dict[str, dg.MetadataValue]:
    evidence = pd.DataFrame(
        {
            "k": [c.k for c in choice.candidates],
            "silhouette": [round(c.silhouette, 3) for c in choice.candidates],
            "min_jaccard": [round(c.min_jaccard, 3) for c in choice.candidates],
            "inertia": [round(c.inertia) for c in choice.candidates],
        }
    )
    return {
        "k": dg.MetadataValue.int(choice.chosen.k),
        "silhouette": dg.MetadataValue.float(round(choice.chosen.silhouette, 4)),
        "min_jaccard": dg.MetadataValue.float(round(choice.chosen.min_jaccard, 4)),
        "choice_of_k": dg.MetadataValue.md(
            markdown_image("Inertia and silhouette by k", selection_svg(evidence, choice.chosen.k))
        ),
        "evidence": preview(evidence),
    }


@dg.asset(
    group_name=GROUP,
    kinds={"scikitlearn", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(CustomerSegments),
)
def customer_segments(
    rfm_features: pd.DataFrame,
    kmeans_model: ModelRecord,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Which customer is in which segment, how firmly, since when, and where they came from."""
    database = warehouse.database()
    as_of = reporting_date.resolve(database)
    model = SegmentModel.from_json(kmeans_model.model)
    names = {i: kind.name for i, kind in profiles.segment_names(model, rfm_features).items()}
    assigned = profiles.customer_segments(rfm_features, model, names)
    load = loads.current_load(database)
    earlier = snapshots.customers_before(database, load.source if load else "", as_of)
    segments = carry_changes(assigned, earlier, as_of)
    return dg.MaterializeResult(
        value=segments,
        metadata={
            "model_version": kmeans_model.model_version,
            "changed_today": int((segments["changed_on"] == pd.Timestamp(as_of)).sum()),
            "margin_median": float(segments["margin"].median()),
        },
    )


@dg.asset(
    group_name=GROUP,
    kinds={"pandas", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(SegmentProfiles),
)
def segment_profiles(
    customer_segments: pd.DataFrame, rfm_features: pd.DataFrame, kmeans_model: ModelRecord
) -> dg.MaterializeResult[pd.DataFrame]:
    """What each segment is like: name, size, worth, habits, stability, in one sentence and in figures."""
    jaccards = json.loads(kmeans_model.model)["jaccards"]
    profile = profiles.segment_profiles(customer_segments, rfm_features, dict(enumerate(jaccards, 1)))
    shown = profile[["segment", "customers", "revenue_share", "recency_days_mean", "frequency_mean", "monetary_mean"]]
    return dg.MaterializeResult(value=profile, metadata={"profiles": preview(shown)})

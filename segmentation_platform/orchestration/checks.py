"""Data checks: the contract of every table, what tables must say of each other, and what to be careful with.

The first two kinds are blocking: nothing is published when one fails. The last only warns.
"""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg
import pandas as pd
import pandera.errors

from segmentation_platform.contracts import (
    EVERYWHERE,
    WORKING,
    CleanSales,
    Contract,
    CustomerRecommendations,
    SegmentModels,
)
from segmentation_platform.contracts.agreement import AGREEING, ListAgreement, disagreements
from segmentation_platform.contracts.disagreement import Disagreement
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine import Engine
from segmentation_platform.ledger import facts as ledger_facts
from segmentation_platform.orchestration import model_registry
from segmentation_platform.orchestration.io_managers import CONTRACTS, StoredTable
from segmentation_platform.orchestration.metadata import records_table
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.recommendations.backtest import not_better
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import facts, loads, segment_models, tables
from segmentation_platform.warehouse.ledger_lines import IN_FILES

SHOWN = 20
"""Failing rows that are shown in the metadata of a check."""

_AGAINST_EMPTY = "a later reporting date if it is before the model's, else run --choose-model"
_REGISTRIES = ("loads", "segment_models", "taste_models")


def contract_checks() -> list[dg.AssetChecksDefinition]:
    """A blocking check for every working table that is an asset: it keeps its contract."""
    return [_contract_check(contract) for contract in WORKING if contract.table() not in _REGISTRIES]


def _contract_check(contract: type[Contract]) -> dg.AssetChecksDefinition:
    name = contract.table()

    @dg.asset_check(
        asset=name,
        name="keeps_contract",
        description=f"Columns, types, ranges and keys are as promised by the pandera contract {contract.__name__}.",
        blocking=True,
    )
    def keeps_contract(warehouse: WarehouseResource, engine: EngineResource) -> dg.AssetCheckResult:
        failures, repeated = _looked_at(contract, warehouse, engine.engine())
        cases = [
            {"column": ", ".join(contract.key()), "rule": "key is unique", "value": r["key"], "row": ""}
            for r in repeated
        ]
        return check_result(failures + cases, good=f"Every row keeps the contract of {name}.")

    return keeps_contract


def _looked_at(
    contract: type[Contract], warehouse: WarehouseResource, engine: Engine
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What breaks a contract in its table, and keys that stand more than once."""
    if contract in IN_FILES:
        lines = warehouse.lines()
        loaded = loads.ledger_in_use(lines.database)
        files = lines.clean() if contract is CleanSales else lines.raw(loaded.load_ids if loaded else ())
        failures = contract_failures(contract, map(to_frame, files.reader()))
        return failures, ledger_facts.repeated_keys(engine, files, contract.key(), SHOWN)
    database = warehouse.database()
    with StoredTable(database, contract).stream() as reader:
        failures = contract_failures(contract, map(to_frame, reader))
    return failures, facts.repeated_keys(database, contract, SHOWN)


def contract_failures(contract: type[Contract], frames: Iterable[pd.DataFrame]) -> list[dict[str, str]]:
    """Values that break a contract: column, rule, value and row of each.

    Only broken promises are returned; an error in validating is an error.
    """
    failures: list[dict[str, str]] = []
    first = 0
    for frame in frames:
        try:
            contract.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as error:
            failures += _cases(error.failure_cases, first)
        first += len(frame)
    return failures


def _cases(cases: pd.DataFrame, first_row: int) -> list[dict[str, str]]:
    return [
        {
            "column": str(case["column"]),
            "rule": str(case["check"]),
            "value": str(case["failure_case"]),
            "row": "" if pd.isna(case["index"]) else str(int(case["index"]) + first_row + 1),
        }
        for case in cases.to_dict("records")
    ]


def check_result(
    cases: Sequence[Mapping[str, str]], good: str, figures: Mapping[str, float] | None = None
) -> dg.AssetCheckResult:
    """A passed result, or a failed one with the number of cases and the first of them as a table."""
    metadata: dict[str, dg.MetadataValue] = {
        name: dg.MetadataValue.float(float(value)) for name, value in (figures or {}).items()
    }
    metadata["failures"] = dg.MetadataValue.int(len(cases))
    if not cases:
        return dg.AssetCheckResult(passed=True, description=good, metadata=metadata)
    metadata["failing_rows"] = records_table([dict(case) for case in cases[:SHOWN]])
    examples = "; ".join(", ".join(f"{k} {v}" for k, v in case.items() if v) for case in cases[:3])
    return dg.AssetCheckResult(
        passed=False, description=f"{len(cases):,} failing rows, for example: {examples}", metadata=metadata
    )


@dg.asset_check(
    asset="rfm_features",
    additional_deps=["clean_sales"],
    description="Every customer has one row, and nobody is there who never bought.",
    blocking=True,
)
def one_row_per_customer(
    warehouse: WarehouseResource, engine: EngineResource, reporting_date: ReportingDateResource
) -> dg.AssetCheckResult:
    """Customers are unique, and no more than those with a sales line."""
    database = warehouse.database()
    repeated = facts.repeated_keys(database, CONTRACTS["rfm_features"], SHOWN)
    features = facts.rows(database, CONTRACTS["rfm_features"])
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    buyers = ledger_facts.paying_customers(engine.engine(), warehouse.lines().clean(), as_of)
    cases = [{"customer": r["key"], "rows": r["rows"]} for r in repeated]
    if features > buyers:
        cases.append({"customer": "all", "rows": f"{features} for {buyers} customers with sales"})
    figures = {"customers": features, "customers_who_cancelled_all": buyers - features}
    return check_result(cases, "One row per customer.", figures)


@dg.asset_check(
    asset="segments",
    additional_deps=["kmeans_model", "rfm_features"],
    description="Every segment of the models in force that customers could be in has customers.",
    blocking=True,
)
def every_segment_has_customers(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """The profiles are of all segments of the models; that of all may have few customers left for it."""
    database = warehouse.database()
    there = set(tables.read_frame(database, CONTRACTS["segments"])["segment_id"])
    in_use = model_registry.fitted(segment_models.models_in_use(database))
    asked = [fitted for region, fitted in in_use.items() if region != EVERYWHERE or len(in_use) == 1]
    expected = [(segment, fitted.as_of) for fitted in asked for segment in fitted.model.segments]
    cases = [
        {"nobody is in": segment.name, "by the model of": str(as_of), "what helps": _AGAINST_EMPTY}
        for segment, as_of in expected
        if segment.segment_id not in there
    ]
    return check_result(cases, "Every segment has customers.", {"segments": len(expected)})


@dg.asset_check(
    asset="segment_recommendations",
    additional_deps=[
        *(name for name in AGREEING if name != "segment_recommendations"),
        CustomerRecommendations.table(),
        "rfm_features",
    ],
    description="The tables that are published agree: same customers, segments, products and money in all of them.",
    blocking=True,
)
def tables_agree(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """What is published is of one piece."""
    database = warehouse.database()
    frames = {name: tables.read_frame(database, CONTRACTS[name]) for name in AGREEING}
    found = disagreements(frames)
    lists = ListAgreement(frames["customer_segments"], frames["products"])
    with StoredTable(database, CustomerRecommendations).stream(lists.COLUMNS) as reader:
        found += dict.fromkeys(d for part in reader for d in lists.disagreements(to_frame(part)))
    return check_result([_row(d) for d in found], "The published tables agree with each other.")


def _row(disagreement: Disagreement) -> dict[str, str]:
    return {"table": disagreement.table, "rule": disagreement.rule, "value": disagreement.value}


@dg.asset_check(
    asset="kmeans_model",
    additional_deps=["segment_drift"],
    description="The models in force keep the registry's contract, and are the same after a round trip through JSON.",
    blocking=True,
)
def model_is_readable(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """The stored JSON is a model, and the registry's rows keep the contract."""
    database = warehouse.database()
    records = segment_models.models_in_use(database)
    versions = [record.model_version for record in records]
    rows = tables.read_frame(database, SegmentModels)
    cases = contract_failures(SegmentModels, [rows[rows["model_version"].isin(versions)]])
    for record in records:
        fitted = FittedModel.from_json(record.model)
        if FittedModel.from_json(fitted.to_json()) != fitted:
            cases.append({"column": "model", "rule": "JSON round trip", "value": record.model[:80], "row": ""})
    return check_result(cases, "The models can be read back exactly.", {"models": len(records)})


@dg.asset_check(
    asset="kmeans_model",
    additional_deps=["segment_drift"],
    description="The model was chosen under the conditions of the rule, and a refit that is due takes its place.",
)
def model_holds(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Warns when nothing stable could be chosen, and when a refit was due and refused."""
    database = warehouse.database()
    drift = tables.read_frame(database, CONTRACTS["segment_drift"])
    refused = drift[drift["refused"].notna()]
    words = [f"{row.region}: {row.due}, but the refit was refused: {row.refused}" for row in refused.itertuples()]
    words += [
        f"{region}: no transform and number of segments fulfils the conditions; the most stable was taken"
        for region, fitted in model_registry.fitted(segment_models.models_in_use(database)).items()
        if not fitted.selection.is_stable
    ]
    return warning(words, good="The model in force is stable and was chosen on evidence.")


@dg.asset_check(
    asset="rfm_features",
    additional_deps=["clean_sales"],
    description="There are enough customers and days for segments to say something.",
)
def enough_data(
    warehouse: WarehouseResource,
    engine: EngineResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> dg.AssetCheckResult:
    """Warns below the customers and days of the settings."""
    database = warehouse.database()
    customers = facts.rows(database, CONTRACTS["rfm_features"])
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    period = ledger_facts.sales_period(engine.engine(), warehouse.lines().clean(), as_of)
    note = settings.segmentation.data_note(customers, period.days if period else 0)
    return warning([note] if note else [], good="There is enough data.")


@dg.asset_check(
    asset="recommendation_quality",
    description="On past days the lists recommend better than what is popular lately, beyond chance, and no simple "
    "way to recommend does better than they do.",
)
def better_than_popular(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Warns when a simple way to recommend beats a list, or nothing could be judged."""
    quality = tables.read_frame(warehouse.database(), CONTRACTS["recommendation_quality"])
    if quality.empty:
        return warning(["The lists were not judged: the ledger is too short, or tells no products apart."], good="")
    words = [
        f"{row.model}, {row.task}, from {row.origin:%Y-%m-%d}: NDCG@10 {row.value:.3f}, {row.delta:+.3f} "
        f"({row.delta_low:+.3f} to {row.delta_high:+.3f}) against {str(row.baseline).replace('_', ' ')}"
        for row in not_better(quality).itertuples()
    ]
    return warning(words, good="No simple way recommends better than the lists.")


def warning(words: Sequence[str], good: str) -> dg.AssetCheckResult:
    """A passed result, or a warning, which blocks nothing."""
    return dg.AssetCheckResult(
        passed=not words, severity=dg.AssetCheckSeverity.WARN, description="; ".join(words) or good
    )


RELATIONS = [
    one_row_per_customer,
    every_segment_has_customers,
    tables_agree,
    model_is_readable,
    model_holds,
    enough_data,
    better_than_popular,
]
"""The checks that look at more than one table, or at the model; those of the ledger stand apart."""

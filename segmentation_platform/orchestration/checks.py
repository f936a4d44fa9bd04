"""Data checks: the contract of every table, and what tables must say of each other. All are blocking."""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg
import pandas as pd
import pandera.errors

from segmentation_platform.contracts import WORKING, Contract, SegmentModels
from segmentation_platform.contracts.agreement import Disagreement, disagreements
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.orchestration.io_managers import CONTRACTS, StoredTable
from segmentation_platform.orchestration.metadata import records_table
from segmentation_platform.orchestration.resources import ReportingDateResource, WarehouseResource
from segmentation_platform.segments.model import SegmentModel
from segmentation_platform.warehouse import facts, models, tables
from segmentation_platform.warehouse.facts import Balance

SHOWN = 20
"""Failing rows that are shown in the metadata of a check."""

_CENT = 0.005


def contract_checks() -> list[dg.AssetChecksDefinition]:
    """A blocking check for every working table that is an asset: it keeps its contract."""
    return [_contract_check(contract) for contract in WORKING if contract.table() not in ("loads", "segment_models")]


def _contract_check(contract: type[Contract]) -> dg.AssetChecksDefinition:
    name = contract.table()

    @dg.asset_check(
        asset=name,
        name="keeps_contract",
        description=f"Columns, types, ranges and keys are as promised by the pandera contract {contract.__name__}.",
        blocking=True,
    )
    def keeps_contract(warehouse: WarehouseResource) -> dg.AssetCheckResult:
        database = warehouse.database()
        with StoredTable(database, contract).stream() as reader:
            failures = contract_failures(contract, (to_frame(batch) for batch in reader))
        repeated = facts.repeated_keys(database, contract, SHOWN)
        cases = [
            {"column": ", ".join(contract.key()), "rule": "key is unique", "value": r["key"], "row": ""}
            for r in repeated
        ]
        return check_result(failures + cases, good=f"Every row keeps the contract of {name}.")

    return keeps_contract


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
    asset="clean_sales",
    additional_deps=["raw_sales", "rejected_sales"],
    description="No line is lost or doubled: for every load, raw rows = clean rows + rejected rows.",
    blocking=True,
)
def rows_are_conserved(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Raw = clean + rejected, in rows."""
    balances = facts.row_balances(warehouse.database())
    cases = [_balance(b, ".0f") for b in balances if b.raw != b.clean + b.rejected]
    return check_result(cases, "Raw rows = clean rows + rejected rows.", _totals(balances, "rows"))


@dg.asset_check(
    asset="clean_sales",
    additional_deps=["raw_sales", "rejected_sales"],
    description="No money is lost: for every load, quantity times price of raw = clean + rejected, to the cent.",
    blocking=True,
)
def revenue_reconciles(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Raw = clean + rejected, in money."""
    balances = facts.revenue_balances(warehouse.database())
    cases = [_balance(b, ".2f") for b in balances if abs(b.raw - b.clean - b.rejected) >= _CENT]
    good = "Raw revenue = clean + rejected revenue, to the cent."
    return check_result(cases, good, _totals(balances, "revenue"))


def _balance(balance: Balance, digits: str) -> dict[str, str]:
    totals = {"raw": balance.raw, "clean": balance.clean, "rejected": balance.rejected}
    return {"load": str(balance.load_id)} | {name: format(total, digits) for name, total in totals.items()}


def _totals(balances: list[Balance], what: str) -> dict[str, float]:
    return {
        f"raw_{what}": round(sum(b.raw for b in balances), 3),
        f"clean_{what}": round(sum(b.clean for b in balances), 3),
        f"rejected_{what}": round(sum(b.rejected for b in balances), 3),
    }


@dg.asset_check(
    asset="rfm_features",
    additional_deps=["clean_sales"],
    description="Every customer has one row, and nobody is there who never bought.",
    blocking=True,
)
def one_row_per_customer(warehouse: WarehouseResource, reporting_date: ReportingDateResource) -> dg.AssetCheckResult:
    """Customers are unique, and no more than those with a sales line."""
    database = warehouse.database()
    repeated = facts.repeated_keys(database, CONTRACTS["rfm_features"], SHOWN)
    features = facts.rows(database, CONTRACTS["rfm_features"])
    buyers = facts.paying_customers(database, reporting_date.resolve(database))
    cases = [{"customer": r["key"], "rows": r["rows"]} for r in repeated]
    if features > buyers:
        cases.append({"customer": "all", "rows": f"{features} for {buyers} customers with sales"})
    figures = {"customers": features, "customers_who_cancelled_all": buyers - features}
    return check_result(cases, "One row per customer.", figures)


@dg.asset_check(
    asset="segment_profiles",
    additional_deps=["kmeans_model"],
    description="Every segment of the model has customers.",
    blocking=True,
)
def every_segment_has_customers(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """The profiles are of all segments of the newest model."""
    database = warehouse.database()
    model = SegmentModel.from_json(models.newest_model(database).model)
    there = set(tables.read_frame(database, CONTRACTS["segment_profiles"])["segment_id"])
    cases = [{"segment_id": str(i), "customers": "0"} for i in range(1, model.k + 1) if i not in there]
    return check_result(cases, "Every segment has customers.", {"segments": model.k})


@dg.asset_check(
    asset="segment_recs",
    additional_deps=["customer_segments", "segment_profiles", "product_catalog", "rfm_features"],
    description="The tables that are published agree: same customers, segments, products and money in all of them.",
    blocking=True,
)
def tables_agree(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """What is published is of one piece."""
    database = warehouse.database()
    names = ("customer_segments", "segment_profiles", "segment_recs", "product_catalog")
    found = disagreements({name: tables.read_frame(database, CONTRACTS[name]) for name in names})
    return check_result([_row(d) for d in found], "The published tables agree with each other.")


def _row(disagreement: Disagreement) -> dict[str, str]:
    return {"table": disagreement.table, "rule": disagreement.rule, "value": disagreement.value}


@dg.asset_check(
    asset="kmeans_model",
    description="The newest model in the registry keeps its contract and gives the same segments after a round trip.",
    blocking=True,
)
def model_is_readable(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """The stored JSON is a model, and the registry's row keeps the contract."""
    database = warehouse.database()
    newest = tables.read_frame(database, SegmentModels).tail(1)
    cases = contract_failures(SegmentModels, [newest])
    stored = models.newest_model(database).model
    model = SegmentModel.from_json(stored)
    if SegmentModel.from_json(model.to_json()) != model:
        cases.append({"column": "model", "rule": "JSON round trip", "value": stored[:80], "row": ""})
    return check_result(cases, "The model can be read back exactly.", {"segments": model.k})


RELATIONS = [
    rows_are_conserved,
    revenue_reconciles,
    one_row_per_customer,
    every_segment_has_customers,
    tables_agree,
    model_is_readable,
]
"""The checks that look at more than one table, or at the model."""

"""Delivery: the snapshot that people read."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import (
    EVERYWHERE,
    HISTORY,
    PUBLISHED,
    SHOWN,
    Checks,
    Contract,
    CustomerRecommendations,
    CustomerSegments,
    CustomerTastes,
    Products,
    SegmentDrift,
)
from segmentation_platform.contracts.agreement import ListAgreement, disagreements
from segmentation_platform.contracts.disagreement import Disagreement
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.contracts.snapshot_record import NewSnapshot
from segmentation_platform.ledger import facts as ledger_facts
from segmentation_platform.orchestration.inputs import fingerprint
from segmentation_platform.orchestration.io_managers import StoredTable
from segmentation_platform.orchestration.metadata import OWNERS, picture, reading_on
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.reporting.thumbnails import drawn
from segmentation_platform.settings import ScheduleSettings, Settings
from segmentation_platform.warehouse import cleaning, facts, loads, snapshots

GROUP = "delivery"
_HELD: tuple[type[Contract], ...] = tuple(
    contract for contract in SHOWN if contract is not Checks and contract is not CustomerRecommendations
)
"""What other assets make and this one publishes, but for the longest; the checks of the run it collects itself."""
_INPUTS: tuple[type[Contract], ...] = (*_HELD, CustomerTastes)


@dg.asset(
    group_name=GROUP,
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
    deps=["rejected_sales", "kmeans_model"],
    metadata={"dagster/table_name": "serving.snapshot"},
    ins={contract.table(): dg.AssetIn() for contract in _INPUTS},
)
def published_snapshot(
    context: dg.AssetExecutionContext,
    warehouse: WarehouseResource,
    engine: EngineResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
    customer_recommendations: StoredTable,
    **tables: pd.DataFrame,
) -> dg.MaterializeResult[None]:
    """A whole new snapshot in the schema `serving`, flipped into place when all checks have passed."""
    _refuse(disagreements(tables))
    database, clean_sales = warehouse.database(), warehouse.lines().clean()
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    period, ledger = ledger_facts.sales_period(engine.engine(), clean_sales, as_of), loads.ledger_in_use(database)
    if period is None or ledger is None or cleaning.cleaned_loads(database, ledger.name) != ledger.load_ids:
        raise dg.Failure(
            "The cleaned ledger is not that of the ledger in use. Materialize all assets together.",
            allow_retries=False,
        )
    checks = _checks_of_run(context)
    passed, customers = int(checks["passed"].sum()), len(tables[CustomerSegments.table()])
    if passed == 0:
        raise dg.Failure("No data check was made in this run. Materialize all assets together.", allow_retries=False)
    snapshot_facts = NewSnapshot(
        as_of=as_of,
        run_id=context.run.run_id,
        first_sale=period.first_sale,
        last_sale=period.last_sale,
        lines=period.lines,
        customers=customers,
        guest_share=ledger_facts.guest_share(engine.engine(), clean_sales, as_of),
        model_version=_model_version(tables[SegmentDrift.table()]),
        taste_version=int(tables[CustomerTastes.table()]["taste_version"].max()),
        checks_passed=passed,
        checks_warned=len(checks) - passed,
        data_note=settings.segmentation.data_note(customers, period.days) or None,
        inputs=fingerprint(ledger, reporting_date.as_of, settings, database),
        ledger_name=ledger.name,
    )
    held = {contract.table(): tables[contract.table()] for contract in _HELD if contract in PUBLISHED}
    held[Checks.table()] = checks
    agreement = ListAgreement(tables[CustomerSegments.table()], tables[Products.table()])
    with customer_recommendations.stream() as reader:
        lists = _agreeing(map(to_frame, reader), agreement)
        published = {**held, CustomerRecommendations.table(): lists}
        snapshot_id = snapshots.publish(database, snapshot_facts, published, tables[HISTORY])
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(map(len, held.values())) + facts.rows(database, CustomerRecommendations),
            "snapshot_id": snapshot_id,
            "as_of": as_of.isoformat(),
            "customers": customers,
            "checks_passed": passed,
            "checks_warned": len(checks) - passed,
            **picture("published_snapshot", lambda: drawn.snapshots(snapshots.history(database))),
            **reading_on("today", settings.links, snapshot_id),
        }
    )


def _model_version(drift: pd.DataFrame) -> int:
    """The model of all customers."""
    return int(drift.loc[drift["region"] == EVERYWHERE, "model_version"].iloc[0])


def _agreeing(lists: Iterable[pd.DataFrame], agreement: ListAgreement) -> Iterator[pd.DataFrame]:
    """The parts as they are; the first that does not agree with the other tables stops the publication."""
    for part in lists:
        _refuse(agreement.disagreements(part))
        yield part


def _refuse(found: list[Disagreement]) -> None:
    """Stop when the tables are not of one run; the check of the run can't know what is published later."""
    if found:
        first = "; ".join(f"{d.table}: {d.rule} ({d.value})" for d in found[:3])
        raise dg.Failure(
            f"The tables do not agree with each other: {first}. Materialize all assets together.",
            allow_retries=False,
        )


def _checks_of_run(context: dg.AssetExecutionContext) -> pd.DataFrame:
    """The checks of this run and of those whose failure it took up, as `contracts.Checks`."""
    latest: dict[tuple[str, str], dict[str, object]] = {}
    for run_id in _taken_up(context.instance, context.run):
        records = context.instance.get_records_for_run(
            run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION, limit=1_000
        ).records
        for record in records:
            evaluation = record.event_log_entry.get_dagster_event().asset_check_evaluation_data
            asset = evaluation.asset_key.to_user_string()
            latest[asset, evaluation.check_name] = {
                "asset": asset,
                "check_name": evaluation.check_name,
                "passed": evaluation.passed,
                "severity": evaluation.severity.value,
                "description": evaluation.description,
            }
    empty = Checks.no_rows()
    return pd.DataFrame(latest.values(), columns=empty.columns).astype(empty.dtypes)


def _taken_up(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    """The run and those before it that it goes on from, the oldest first: what they made is not made again."""
    if run.step_keys_to_execute is None or run.parent_run_id is None:
        return [run.run_id]
    parent = instance.get_run_by_id(run.parent_run_id)
    return [*([] if parent is None else _taken_up(instance, parent)), run.run_id]


def kept_fresh(published: dg.AssetsDefinition, schedule: ScheduleSettings) -> dg.AssetsDefinition:
    """The published snapshot, called overdue when the schedule's longest gap is over and it is not there."""
    gap = schedule.longest_gap(datetime.now(UTC))
    late = timedelta(minutes=schedule.late_minutes)
    policy = dg.FreshnessPolicy.time_window(fail_window=gap + late, warn_window=gap + late / 2)
    return published.map_asset_specs(lambda spec: dg.apply_freshness_policy(spec, policy))

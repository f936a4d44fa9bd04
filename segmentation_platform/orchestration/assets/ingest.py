"""Ingest: the ledger file, its raw lines, and their two halves, clean and rejected."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pandas as pd
from pydantic import Field

from segmentation_platform.contracts import CleanSales, RawSales, RejectedSales
from segmentation_platform.engine import Engine
from segmentation_platform.ledger.clean import cleaned_ledger
from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.ledger.plausible import check_plausible, halves, summary
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.readers import read_ledger, reading_key
from segmentation_platform.orchestration.bad_input import refuse_bad_input
from segmentation_platform.orchestration.inputs import find_ledger, is_published
from segmentation_platform.orchestration.io_managers import StoredTable
from segmentation_platform.orchestration.metadata import OWNERS, glance, preview, table_metadata, table_out
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.orchestration.understanding import understand, understanding_of
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.loads import Load, Reading

GROUP = "ingest"
_MILESTONE = 250_000

sales_ledger = dg.AssetSpec(
    "sales_ledger",
    description="The shop's ledger, as it is exported: csv, xlsx, ods, parquet, jsonl, zipped, or a folder of them.",
    group_name=GROUP,
    kinds={"file"},
    owners=OWNERS,
)


class LedgerConfig(dg.Config):
    """Which file is read."""

    sales: str = Field(
        default="",
        description="Path of the ledger: a file, a folder or a pattern. Empty: the one in segmentation.toml, "
        "else that of the served snapshot, "
        "else the simulated shop's",
    )
    profile: str = Field(
        default="", description="How it is understood, as JSON of a profile. Empty: as before, else it is inspected"
    )
    accepts_doubts: bool = Field(
        default=False, description="Go on where the ledger can be read in more than one way, with what was taken"
    )


@dg.asset(
    group_name=GROUP,
    deps=[sales_ledger],
    kinds={"postgres", "arrow"},
    owners=OWNERS,
    code_version="2",
    metadata=table_metadata(RawSales),
)
def raw_sales(
    context: dg.AssetExecutionContext,
    config: LedgerConfig,
    warehouse: WarehouseResource,
    engine: EngineResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """Every line of the ledger as text, exactly as it stood in the file; appended to, never changed."""
    database = warehouse.database()
    with refuse_bad_input():
        load = _load(context, config, settings, database, engine.engine())
    has_changed = not is_published(database, load, reporting_date.as_of, settings)
    if not has_changed:
        context.log.info("Nothing has changed since the published snapshot; the tables will be the same.")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": load.lines,
            "load_id": load.load_id,
            "file": dg.MetadataValue.path(load.source),
            "sha256": load.sha256,
            "profile": dg.MetadataValue.md(f"```json\n{_indented(load.profile)}\n```"),
            "has_changed": has_changed,
            **glance(RawSales, loads.lines_of_loads(database, load.source), settings.links),
        }
    )


def _load(
    context: dg.AssetExecutionContext, config: LedgerConfig, settings: Settings, database: Database, engine: Engine
) -> Load:
    ledger = find_ledger(config.sales, settings, database)
    if isinstance(ledger, Load):
        context.log.warning(f"{ledger.source} is gone; its {ledger.lines:,} lines were loaded before and are used.")
        return loads.use_load(database, ledger, Path(ledger.source))
    profile = _profile(context, config, ledger, settings, database, engine)
    reading = Reading(reading_key(profile), profile.model_dump_json())
    known = loads.find_load(database, ledger.sha256, reading.key)
    if known is not None:
        return loads.use_load(database, known, ledger.path, reading.profile)
    return loads.add_load(database, ledger, read_ledger(ledger, profile), _Milestones(context), reading)


def _profile(
    context: dg.AssetExecutionContext,
    config: LedgerConfig,
    ledger: LedgerFile,
    settings: Settings,
    database: Database,
    engine: Engine,
) -> Profile:
    if config.profile:
        return Profile.model_validate_json(config.profile)
    understood = understand(ledger, settings, database, engine, accepts_doubts=config.accepts_doubts)
    for line in understood.took:
        context.log.info(line)
    return understood.profile


def _indented(profile: str) -> str:
    return Profile.model_validate_json(profile).model_dump_json(indent=2, exclude_defaults=True) if profile else "{}"


class _Milestones:
    """Says now and then how many lines there are already, so that a long load is seen to move."""

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self._context = context
        self._told = 0

    def __call__(self, lines: int) -> None:
        if lines - self._told >= _MILESTONE:
            self._context.log.info(f"{lines:,} lines loaded")
            self._told = lines


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "clean_sales": table_out(
            CleanSales, "Genuine product lines, sales and cancellations: typed, categorised, netted."
        ),
        "rejected_sales": table_out(
            RejectedSales, "Ledger lines that are not genuine product lines, each with its reason and its text."
        ),
    },
)
def cleaned_sales(
    raw_sales: StoredTable,
    warehouse: WarehouseResource,
    engine: EngineResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[object]]:
    """Classify every raw line; genuine ones go to clean_sales, all others to rejected_sales."""
    understanding = understanding_of(loads.current_load(warehouse.database()), settings)
    with raw_sales.stream() as lines, cleaned_ledger(engine.engine(), lines, understanding) as ledger:
        lines_in_use, reasons = _lines_in_use(warehouse), ledger.reasons
        with refuse_bad_input():
            check_plausible(reasons, lines_in_use, understanding.profile.tolerated)
        # The tables are streamed into Postgres while this generator waits.
        kinds = halves(reasons, lines_in_use)
        yield dg.Output(ledger.clean, "clean_sales", metadata=glance(CleanSales, kinds, settings.links))
        shown = glance(RejectedSales, reasons, settings.links)
        yield dg.Output(ledger.rejected, "rejected_sales", metadata=_reasons(reasons) | shown)


def _lines_in_use(warehouse: WarehouseResource) -> int:
    load = loads.current_load(warehouse.database())
    return load.lines if load else 0


def _reasons(reasons: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    figures = dict(zip(reasons["reason"], reasons["rows"], strict=True))
    metadata: dict[str, dg.MetadataValue] = {name: dg.MetadataValue.int(int(n)) for name, n in figures.items()}
    return metadata | {"reasons": preview(reasons), "summary": dg.MetadataValue.text(summary(reasons))}

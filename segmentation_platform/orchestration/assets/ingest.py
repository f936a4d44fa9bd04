"""Ingest: the ledger file, its raw lines, and their two halves, clean and rejected."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pandas as pd
from pydantic import Field

from segmentation_platform.contracts import CleanSales, RawSales, RejectedSales
from segmentation_platform.ledger.clean import cleaned_ledger
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.plausible import check_plausible, halves, summary
from segmentation_platform.ledger.readers import ReadOptions, read_ledger
from segmentation_platform.orchestration.inputs import find_ledger
from segmentation_platform.orchestration.io_managers import StoredTable
from segmentation_platform.orchestration.metadata import OWNERS, glance, preview, table_metadata, table_out
from segmentation_platform.orchestration.resources import BAD_INPUT, EngineResource, WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.loads import Load

GROUP = "ingest"
_MILESTONE = 250_000

sales_ledger = dg.AssetSpec(
    "sales_ledger",
    description="The shop's ledger file, as it is exported: csv, xlsx, parquet, gzipped or zipped.",
    group_name=GROUP,
    kinds={"file"},
    owners=OWNERS,
)


class LedgerConfig(dg.Config):
    """Which file is read."""

    sales: str = Field(
        default="",
        description="Path of the ledger file. Empty: the one in segmentation.toml, else that of the served snapshot, "
        "else the simulated shop's",
    )


@dg.asset(
    group_name=GROUP,
    deps=[sales_ledger],
    kinds={"postgres", "arrow"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(RawSales),
)
def raw_sales(
    context: dg.AssetExecutionContext,
    config: LedgerConfig,
    warehouse: WarehouseResource,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """Every line of the ledger as text, exactly as it stood in the file; appended to, never changed."""
    database = warehouse.database()
    try:
        load = _load(config.sales, settings, database, context)
    except LedgerError as error:
        raise dg.Failure(str(error), metadata=BAD_INPUT, allow_retries=False) from error
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": load.lines,
            "load_id": load.load_id,
            "file": dg.MetadataValue.path(load.source),
            "sha256": load.sha256,
            **glance(RawSales, loads.lines_of_loads(database, load.source), settings.links),
        }
    )


def _load(named: str, settings: Settings, database: Database, context: dg.AssetExecutionContext) -> Load:
    ledger = find_ledger(named, settings, database)
    if isinstance(ledger, Load):
        context.log.warning(f"{ledger.source} is gone; its {ledger.lines:,} lines were loaded before and are used.")
        return loads.use_load(database, ledger, Path(ledger.source))
    options = ReadOptions(settings.ledger.encoding, {str(k): v for k, v in settings.ledger.columns.items()})
    known = loads.find_load(database, ledger.sha256, options.key())
    if known is not None:
        return loads.use_load(database, known, ledger.path)
    lines = read_ledger(ledger, options)
    return loads.add_load(database, ledger, lines, _Milestones(context), options.key())


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
    with raw_sales.stream() as lines, cleaned_ledger(engine.engine(), lines, settings.cleaning) as ledger:
        lines_in_use, reasons = _lines_in_use(warehouse), ledger.reasons
        try:
            check_plausible(reasons, lines_in_use)
        except LedgerError as error:
            raise dg.Failure(str(error), metadata=BAD_INPUT, allow_retries=False) from error
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

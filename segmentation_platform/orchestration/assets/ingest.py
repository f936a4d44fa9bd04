"""Ingest: the ledger file, its raw lines, and their two halves, clean and rejected."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import dagster as dg
import pandas as pd
from pydantic import Field

from segmentation_platform.contracts import CleanSales, RawSales, RejectedSales
from segmentation_platform.engine import Engine, ParquetFiles
from segmentation_platform.ledger.clean import cleaned_ledger
from segmentation_platform.ledger.ground import Naming
from segmentation_platform.ledger.increments import Relation
from segmentation_platform.ledger.inspection import doubts_from_json
from segmentation_platform.ledger.plausible import check_plausible, halves, summary
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.orchestration import doubts
from segmentation_platform.orchestration.asked import LedgerAsked, ledger_asked
from segmentation_platform.orchestration.bad_input import bad_input, refuse_bad_input
from segmentation_platform.orchestration.cleaning import change_of, clean_change, rules_of
from segmentation_platform.orchestration.inputs import is_served
from segmentation_platform.orchestration.intake import take_in
from segmentation_platform.orchestration.io_managers import ChangedInPlace
from segmentation_platform.orchestration.metadata import OWNERS, glance, preview, table_metadata, table_out
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.orchestration.understanding import Answers, Understood, understand, understanding_of
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import cleaning, facts, loads, rejects
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.loads import Ledger

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
    ledger: str = Field(
        default="",
        description="Name of the ledger. Empty: the one in segmentation.toml, else that of the served snapshot",
    )
    relation: Literal["", "part", "newer", "whole"] = Field(
        default="",
        description="What the files are to the ledger as it was read before: a part that adds to it, newer "
        "lines of the same files, or the whole that takes its place. Empty: it is told from days, customers and "
        "products, or asked",
    )
    profile: str = Field(
        default="", description="How it is understood, as JSON of a profile. Empty: as before, else it is inspected"
    )
    doubts: str = Field(
        default="", description="What is doubtful of it, as JSON, where it was inspected before the run. Else empty"
    )
    accepts_doubts: bool = Field(
        default=False, description="Go on where the ledger can be read in more than one way, with what was taken"
    )


@dg.asset(
    group_name=GROUP,
    deps=[sales_ledger],
    kinds={"deltalake", "arrow"},
    owners=OWNERS,
    code_version="3",
    metadata=table_metadata(RawSales),
    check_specs=[doubts.CHECK],
)
def raw_sales(
    context: dg.AssetExecutionContext,
    config: LedgerConfig,
    warehouse: WarehouseResource,
    engine: EngineResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult:  # type: ignore[type-arg]  # with it Dagster takes it for the type of an output
    """Every line of the ledger as text, exactly as it stood in the file; appended to, never changed."""
    lines, database = warehouse.lines(), warehouse.database()
    with refuse_bad_input():
        asked = ledger_asked(config.sales, config.ledger, settings, database)
        understood = _understood(context, config, asked, settings, lines, engine.engine())
        ledger = take_in(lines, asked, understood, _Teller(context))
    has_changed = not is_served(database, ledger, reporting_date.as_of, settings)
    if not has_changed:
        context.log.info("Nothing has changed since the published snapshot; the tables will be the same.")
    newest, found = ledger.loads[-1], doubts_from_json(ledger.doubts)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": ledger.lines,
            "ledger": ledger.name,
            "files": len(ledger.loads),
            "load_id": newest.load_id,
            "file": dg.MetadataValue.path(newest.source),
            "folder": dg.MetadataValue.path(lines.folder(RawSales)),
            "sha256": ledger.sha256,
            "profile": dg.MetadataValue.md(f"```json\n{_indented(ledger.profile)}\n```"),
            "has_changed": has_changed,
            **doubts.plotted(found),
            **glance(RawSales, loads.lines_of_loads(database, ledger.name), settings.links),
        },
        check_results=[doubts.checked(found)],
    )


def _understood(
    context: dg.AssetExecutionContext,
    config: LedgerConfig,
    asked: LedgerAsked,
    settings: Settings,
    lines: LedgerLines,
    engine: Engine,
) -> Understood:
    relation = Relation(config.relation) if config.relation else None
    if config.profile:
        return Understood(
            Profile.model_validate_json(config.profile),
            relation or Relation.NEWER,
            doubts=doubts_from_json(config.doubts),
        )
    understood = understand(asked, settings, lines, engine, Answers(config.accepts_doubts, relation))
    for took in understood.took:
        context.log.info(took)
    return understood


def _indented(profile: str) -> str:
    return Profile.model_validate_json(profile).model_dump_json(indent=2, exclude_defaults=True) if profile else "{}"


class _Teller:
    """Says what becomes of files, and now and then how many lines there are, so that a long load is seen to move."""

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self._context = context
        self._told = 0

    def warn(self, words: str) -> None:
        self._context.log.warning(words)

    def say(self, words: str) -> None:
        self._context.log.info(words)

    def lines(self, lines: int) -> None:
        if lines - self._told >= _MILESTONE:
            self._context.log.info(f"{lines:,} lines loaded")
            self._told = lines


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "clean_sales": table_out(
            CleanSales,
            "Genuine product lines, sales and cancellations: typed, categorised, netted.",
            kinds={"duckdb", "deltalake"},
        ),
        "rejected_sales": table_out(
            RejectedSales, "Ledger lines that are not genuine product lines, each with its reason and its text."
        ),
    },
)
def cleaned_sales(
    raw_sales: ParquetFiles,
    warehouse: WarehouseResource,
    engine: EngineResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[object]]:
    """Classify every raw line; genuine ones go to clean_sales, all others to rejected_sales.

    Where only some loads are new, the orders that they touch are cleaned, and the other lines stay as they are.
    """
    lines, database = warehouse.lines(), warehouse.database()
    ledger = loads.ledger_in_use(database)
    if ledger is None:
        raise bad_input("There is no ledger yet. Materialize raw_sales first.")
    understanding = replace(understanding_of(ledger, settings), learned=cleaning.read_learned(database, ledger.name))
    change = change_of(database, ledger, understanding)
    with refuse_bad_input():
        is_changed = change is not None and clean_change(lines, engine.engine(), change, understanding)
    if is_changed:
        yield from _changed(lines, ledger, settings)
        return
    with cleaned_ledger(engine.engine(), raw_sales, understanding) as cleaned:
        with refuse_bad_input():
            check_plausible(cleaned.reasons, ledger.lines, understanding.profile.tolerated)
        cleaning.forget_cleaned(database)
        # The tables are written while this generator waits.
        shown = _Shown(cleaned.reasons, cleaned.ground.naming, ledger.lines, settings)
        yield from _outputs(cleaned.clean, cleaned.rejected, shown)
        cleaning.keep_cleaned(database, cleaning.Cleaned(rules_of(understanding), cleaned.ground), ledger.name)


@dataclass(frozen=True)
class _Shown:
    """What is shown of the cleaned ledger: why lines were rejected, how products are named, how many lines it has."""

    reasons: pd.DataFrame
    naming: Naming
    lines: int
    settings: Settings


def _changed(lines: LedgerLines, ledger: Ledger, settings: Settings) -> Iterator[dg.Output[object]]:
    """The outputs of tables that have been changed in place."""
    database = lines.database
    clean, rejected = ChangedInPlace(lines.rows(CleanSales)), ChangedInPlace(facts.rows(database, RejectedSales))
    made_from = cleaning.read_cleaned(database, ledger.name)
    assert made_from is not None  # noqa: S101 - it was just kept
    shown = _Shown(rejects.rejected_reasons(database), made_from.ground.naming, ledger.lines, settings)
    yield from _outputs(clean, rejected, shown)


def _outputs(clean: object, rejected: object, shown: _Shown) -> Iterator[dg.Output[object]]:
    links, kinds = shown.settings.links, halves(shown.reasons, shown.lines)
    named: dict[str, dg.MetadataValue] = {"categories": dg.MetadataValue.text(shown.naming.words)}
    yield dg.Output(clean, "clean_sales", metadata=named | glance(CleanSales, kinds, links))
    why = _reasons(shown.reasons) | glance(RejectedSales, shown.reasons, links)
    yield dg.Output(rejected, "rejected_sales", metadata=why)


def _reasons(reasons: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    figures = dict(zip(reasons["reason"], reasons["rows"], strict=True))
    metadata: dict[str, dg.MetadataValue] = {name: dg.MetadataValue.int(int(n)) for name, n in figures.items()}
    return metadata | {"reasons": preview(reasons), "summary": dg.MetadataValue.text(summary(reasons))}

"""The ledger's lines in Postgres, for whoever reads SQL; no step reads them there."""

from collections.abc import Collection
from typing import Final

import dagster as dg

from segmentation_platform.contracts import CleanSales, Contract, RawSales
from segmentation_platform.orchestration.assets.ingest import GROUP
from segmentation_platform.orchestration.metadata import OWNERS, picture, reading_on
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.reporting.thumbnails import drawn
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.mirror import clear_mirror, mirror

_SMALL: Final = 2_000_000
"""Lines up to which a ledger is shown whole where nobody has decided; above them a copy costs more than it tells."""
_SHOWN: Final[dict[str, Collection[type[Contract]]]] = {
    "all": (RawSales, CleanSales),
    "clean": (CleanSales,),
    "none": (),
}


@dg.asset(
    group_name=GROUP,
    deps=["raw_sales", "clean_sales"],
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
    metadata={"dagster/table_name": "warehouse.clean_sales"},
)
def ledger_mirror(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult[None]:
    """Copies of the raw and the clean lines as tables of Postgres, warehouse.raw_sales and warehouse.clean_sales."""
    lines = warehouse.lines()
    shown = settings.ledger.mirror or _usual(context, lines)
    for contract in _SHOWN["all"]:
        if contract not in _SHOWN[shown]:
            clear_mirror(lines, contract)
    rows = {contract.table(): mirror(lines, contract) for contract in _SHOWN[shown]}
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(rows.values()),
            "shown": shown,
            **rows,
            **picture("ledger_mirror", lambda: drawn.mirrored(rows)),
            **reading_on("today", settings.links),
        }
    )


def _usual(context: dg.AssetExecutionContext, lines: LedgerLines) -> str:
    """What is shown where the settings don't say."""
    raw = lines.rows(RawSales)
    if raw <= _SMALL:
        return "all"
    context.log.info(
        f"The {raw:,} lines of the ledger are not copied to Postgres: more than {_SMALL:,} are only on request, "
        '[ledger] mirror = "all" or "clean".'
    )
    return "none"

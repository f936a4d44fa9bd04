"""What Dagster shows of tables: their schema at definition time, their figures, thumbnail and links at run time."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import Contract
from segmentation_platform.reporting.thumbnails.tables import thumbnail
from segmentation_platform.settings import LinkSettings

OWNERS = ["team:analytics"]


def table_schema(contract: type[Contract]) -> dg.TableSchema:
    """A contract as the schema that the catalog shows."""
    key = contract.key()
    return dg.TableSchema(
        [
            dg.TableColumn(
                column.name,
                column.sql_type,
                column.description,
                dg.TableColumnConstraints(nullable=column.nullable, unique=key == [column.name]),
            )
            for column in contract.columns()
        ]
    )


def table_metadata(contract: type[Contract]) -> Mapping[str, object]:
    """Definition metadata of the asset that makes a working table."""
    return {
        "dagster/column_schema": table_schema(contract),
        "dagster/table_name": f"warehouse.{contract.table()}",
    }


def table_out(
    contract: type[Contract],
    description: str,
    *,
    kinds: AbstractSet[str] = frozenset({"duckdb", "postgres"}),
    code_version: str = "1",
    is_required: bool = True,
    io_manager: str = "io_manager",
) -> dg.AssetOut:
    """One of several working tables that a step makes."""
    return dg.AssetOut(
        description=description,
        kinds=set(kinds),
        owners=OWNERS,
        code_version=code_version,
        metadata=table_metadata(contract),
        is_required=is_required,
        io_manager_key=io_manager,
    )


def glance(contract: type[Contract], table: pd.DataFrame, links: LinkSettings) -> dict[str, dg.MetadataValue]:
    """What the page of a table's asset shows at a glance: its thumbnail, and links to the report and to the app.

    Args:
        contract: of the table
        table: with the columns that the contract's picture names
        links: where people reach report and app

    """
    shown = contract.shown()
    assert shown is not None  # noqa: S101 - asked of tables with an asset only
    return picture(contract.table(), lambda: thumbnail(contract, table)) | reading_on(shown.page, links)


def picture(name: str, draw: Callable[[], str]) -> dict[str, dg.MetadataValue]:
    """A thumbnail; none, with a warning that says why, where it can't be drawn: a picture never fails a night.

    Args:
        name: of the asset
        draw: gives the picture as a markdown image

    """
    try:
        return {"picture": dg.MetadataValue.md(draw())}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is only of a picture, and is told
        dg.get_dagster_logger("pictures").warning(
            f"The picture of {name} can't be drawn: {type(error).__name__}: {error}", exc_info=error
        )
        return {}


def reading_on(page: str, links: LinkSettings, snapshot_id: int | None = None) -> dict[str, dg.MetadataValue]:
    """Links to the report and to a page of the app, where there are such.

    Args:
        page: of the app
        links: where people reach report and app
        snapshot_id: whose report is linked; without it that of the snapshot that is served

    """
    found: dict[str, dg.MetadataValue] = {}
    if links.reports:
        found["report"] = dg.MetadataValue.url(f"{links.reports}/reports/{snapshot_id or 'latest'}")
    if links.app:
        found["app"] = dg.MetadataValue.url(f"{links.app}/{page}")
    return found


def records_table(rows: list[dict[str, str]]) -> dg.TableMetadataValue:
    """Rows as a table in the UI; at least one row, all with the same keys."""
    return dg.MetadataValue.table([dg.TableRecord(dict(row)) for row in rows])


def preview(frame: pd.DataFrame, rows: int = 10) -> dg.MarkdownMetadataValue:
    """The first rows of a frame as a markdown table."""
    head = frame.head(rows)
    lines = ["| " + " | ".join(map(str, head.columns)) + " |", "|" + "---|" * len(head.columns)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in head.itertuples(index=False)]
    return dg.MetadataValue.md("\n".join(lines))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.1f}"
    return str(value).replace("|", "\\|")

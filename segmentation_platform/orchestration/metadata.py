"""What Dagster shows of tables: their schema at definition time, their figures at run time."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import Contract

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

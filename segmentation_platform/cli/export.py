"""`export`: the published snapshot as files, for those who have no database."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with

if TYPE_CHECKING:
    from segmentation_platform.client.manifest import ExportedFile


def export(
    folder: Annotated[Path, typer.Argument(help="Where to: a new folder, or that of an earlier export.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Take the place of an earlier export, once the new one is whole.")
    ] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Write the published snapshot as parquet files, one per view, with the models as JSON and the report."""
    from segmentation_platform.client import Client

    settings_with(database_url)
    began = time.perf_counter()
    manifest = Client().export(folder, overwrite=overwrite, tell=_tell)
    size = sum((folder / each.file).stat().st_size for each in manifest.files) / 1e6
    console.print(
        f"{folder}: snapshot {manifest.snapshot_id}, as of {manifest.as_of}, {len(manifest.files)} files, "
        f"{size:,.1f} MB in {time.perf_counter() - began:.1f} s.",
        soft_wrap=True,
    )


def _tell(file: "ExportedFile") -> None:
    if file.view:
        error_console.print(f"[green]✓[/] {file.file:<40}{file.rows:>12,} rows", soft_wrap=True)

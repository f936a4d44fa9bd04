"""`models`: which segment models there are, which is in force, and going back to an earlier one."""

from typing import Annotated

import typer
from rich.table import Table

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, open_database_of, settings_with
from segmentation_platform.cli.refresh import refresh_and_tell
from segmentation_platform.orchestration.run_request import RunRequest

app = typer.Typer(no_args_is_help=True, help="Segment models: list, promote an earlier one.")


@app.command("list")
def list_models(database_url: DatabaseUrl = None) -> None:
    """List the models of the ledger that is served, newest first."""
    from segmentation_platform.orchestration.model_registry import fitted
    from segmentation_platform.warehouse.segment_models import models_of, served_models
    from segmentation_platform.warehouse.snapshots import served_ledger

    database = open_database_of(settings_with(database_url))
    ledger = served_ledger(database)
    if ledger is None:
        console.print("There is no model yet: segmentation-platform run")
        return
    in_use = {record.model_version for record in served_models(database)}
    table = Table(box=None)
    for name in ("", "Model", "As of", "Region", "Fit", "Jaccard", "Segments"):
        table.add_column(name, no_wrap=name != "Segments")
    for record in reversed(models_of(database, ledger)):
        [model] = fitted([record]).values()
        table.add_row(
            "in force" if record.model_version in in_use else "",
            str(record.model_version),
            f"{record.as_of:%Y-%m-%d}",
            record.region,
            f"{record.transform}, k={record.k}",
            f"{record.min_jaccard:.2f}",
            " · ".join(segment.name for segment in model.model.segments),
        )
    console.print(table)


@app.command()
def promote(
    version: Annotated[int, typer.Argument(help="Number of the model, as `models list` shows it.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Put an earlier model in force, and publish a snapshot by it. It stays for a month, whatever the drift."""
    from segmentation_platform.warehouse.segment_models import promote as put_in_force
    from segmentation_platform.warehouse.segment_models import withdraw_promotion
    from segmentation_platform.warehouse.snapshots import SnapshotError, served_ledger, served_snapshot

    settings = settings_with(database_url)
    database = open_database_of(settings)
    served, ledger = served_snapshot(database), served_ledger(database)
    if served is None or ledger is None:
        raise SnapshotError("Nothing is published yet: segmentation-platform run")
    record = put_in_force(database, version, ledger, served.as_of)
    try:
        refresh_and_tell(settings, database, RunRequest(as_of=served.as_of.isoformat()))
    except BaseException:
        # All or nothing: otherwise every later night would begin with what could not be published.
        withdraw_promotion(database, record)
        error_console.print(f"Model {version} was not put in force.", style="red")
        raise
    console.print(f"Model {version} is in force from {served.as_of} on.")

"""`snapshots`: what was published, going back, and dropping old ones."""

from typing import Annotated

import typer
from rich.table import Table

from segmentation_platform.cli.console import console
from segmentation_platform.cli.options import DatabaseUrl, open_database_of, settings_with

app = typer.Typer(no_args_is_help=True, help="Published snapshots: list, roll back, prune.")


@app.command("list")
def list_snapshots(database_url: DatabaseUrl = None) -> None:
    """List all snapshots, newest first."""
    from segmentation_platform.warehouse.snapshots import history

    found = history(open_database_of(settings_with(database_url)))
    if found.empty:
        console.print("Nothing is published yet: segmentation-platform run")
        return
    table = Table(box=None)
    for name in ("", "Snapshot", "As of", "Published (UTC)", "Customers", "Model", "Checks"):
        table.add_column(name, no_wrap=True)
    for row in found.to_dict("records"):
        table.add_row(
            "served" if row["is_served"] else "",
            str(row["snapshot_id"]),
            f"{row['as_of']:%Y-%m-%d}",
            f"{row['published_at']:%Y-%m-%d %H:%M}",
            f"{row['customers']:,}",
            str(row["model_version"]),
            f"{row['checks_passed']} of {row['checks_passed'] + row['checks_warned']}",
        )
    console.print(table)


@app.command()
def rollback(
    to: Annotated[
        int | None, typer.Option("--to", help="Snapshot to serve. \\[default: the one before]", show_default=False)
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Serve an earlier snapshot, or any that is there, at once."""
    from segmentation_platform.warehouse.snapshots import roll_back

    served = roll_back(open_database_of(settings_with(database_url)), to)
    console.print(f"Snapshot {served} is served now.")


@app.command()
def prune(
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many of the newest stay.")] = 30,
    database_url: DatabaseUrl = None,
) -> None:
    """Drop old snapshots; the one that is served always stays."""
    from segmentation_platform.warehouse.snapshots import prune as prune_snapshots

    dropped = prune_snapshots(open_database_of(settings_with(database_url)), keep)
    console.print(f"Dropped {len(dropped)}: {', '.join(map(str, dropped))}." if dropped else "Nothing to drop.")

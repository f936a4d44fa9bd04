"""`ledger`: how a ledger is read, and which of its lines are no genuine sales."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, open_database_of, settings_with

if TYPE_CHECKING:
    from segmentation_platform.ledger.inspection import Inspection

app = typer.Typer(no_args_is_help=True, help="The ledger: how it is read, its files and name, what is rejected.")


@app.command()
def inspect(
    file: Annotated[
        str, typer.Argument(help="Ledger: a file, a folder, a pattern or an address.", show_default=False)
    ],
    write: Annotated[
        bool, typer.Option("--write", help="Write the profile into the settings file, in place of one that is there.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Infer everything, whatever the settings say of the profile.")
    ] = False,
) -> None:
    """Read a ledger whole and show how it is understood, why, what it comes to, and what is doubtful."""
    from segmentation_platform.ledger.inspection import page

    found = _inspected(file, anew=anew)
    console.print(page(found), markup=False, highlight=False, soft_wrap=True)
    if write:
        from segmentation_platform.ledger.inspection.writing import write_profile
        from segmentation_platform.settings import config_file

        path = config_file().absolute()
        write_profile(found, path)
        console.print(f"\nThe profile is written: {path}", markup=False, highlight=False, soft_wrap=True)
    if found.stopping:
        raise typer.Exit(2)


def _inspected(file: str, *, anew: bool) -> "Inspection":
    from segmentation_platform.engine import new_engine
    from segmentation_platform.ledger.files import together
    from segmentation_platform.ledger.inspection import Given
    from segmentation_platform.ledger.inspection import inspect as inspect_ledger
    from segmentation_platform.ledger.profile.model import Profile
    from segmentation_platform.orchestration.asked import files_at

    settings = settings_with(None)
    with error_console.status("Inspecting the ledger …"):
        given = Given(Profile() if anew else settings.profile, settings.cleaning, settings.schedule.today)
        origin, files = files_at(file, settings)
        title = files[0].path if len(files) == 1 else Path(origin)
        return inspect_ledger(new_engine(settings.room), together(title, files), given)


@app.command("files")
def list_files(
    every: Annotated[bool, typer.Option("--all", help="Those that gave way to others, too.")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """List the files of which the ledgers are made, the ledger in use first."""
    from segmentation_platform.warehouse.loads import all_ledgers

    table = Table(box=None)
    for name in ("", "Ledger", "Load", "Lines", "File"):
        table.add_column(name, justify="right" if name in {"Load", "Lines"} else "left", no_wrap=name != "File")
    for load, is_in_use in all_ledgers(open_database_of(settings_with(database_url))):
        if load.is_part or every:
            state = "in use" if is_in_use else "" if load.is_part else "gave way"
            table.add_row(state, escape(load.ledger_name), f"{load.load_id}", f"{load.lines:,}", escape(load.source))
    console.print(table if table.row_count else "No ledger was read yet: segmentation-platform run")


@app.command()
def rename(
    name: Annotated[str, typer.Argument(help="What the ledger is called now.", show_default=False)],
    new_name: Annotated[str, typer.Argument(help="What it is called from now on.", show_default=False)],
    database_url: DatabaseUrl = None,
) -> None:
    """Call a ledger otherwise; its loads, models, snapshots and history go with it."""
    from segmentation_platform.warehouse.loads import rename_ledger

    rename_ledger(open_database_of(settings_with(database_url)), name, new_name)
    console.print(
        f'The ledger "{name}" is called "{new_name}" now. Change [ledger] name, too, where segmentation.toml has it.',
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def rejects(
    out: Annotated[
        Path | None, typer.Option("--out", help="CSV file to write all rejected lines to.", show_default=False)
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Only lines of this reason.", show_default=False)] = "",
    database_url: DatabaseUrl = None,
) -> None:
    """Show why lines of the ledger in use were rejected, with their money and the setting that would keep them."""
    from segmentation_platform.ledger.rejects import KEEPING
    from segmentation_platform.warehouse.rejects import rejected_reasons, write_rejected

    database = open_database_of(settings_with(database_url))
    found = rejected_reasons(database, reason)
    if found.empty:
        console.print("No line is rejected." if not reason else f"No line is rejected for {reason}.", markup=False)
        return
    table = Table(box=None)
    for name in ("Reason", "Lines", "Money", "Customers", "Example", "What would keep them"):
        justify: Literal["left", "right"] = "right" if name in {"Lines", "Money", "Customers"} else "left"
        table.add_column(name, justify=justify, no_wrap=name == "Reason")
    for row in found.to_dict("records"):
        table.add_row(
            str(row["reason"]),
            f"{row['rows']:,}",
            f"{row['money']:,.2f}",
            f"{row['customers']:,}",
            escape(str(row["example"] or "")),
            escape(KEEPING[str(row["reason"])]),
        )
    console.print(table)
    if out is not None:
        lines = write_rejected(database, out, reason)
        console.print(f"Lines written: {lines:,}, {out.absolute()}", markup=False, highlight=False, soft_wrap=True)

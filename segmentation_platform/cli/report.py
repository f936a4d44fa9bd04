"""`report`: the nightly report as a file."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with


def report(
    snapshot: Annotated[
        int | None,
        typer.Option(
            "--snapshot",
            min=1,
            max=2**31 - 1,
            help="Number of the snapshot. \\[default: the served one]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="HTML file to write. \\[default: report-YYYY-MM-DD.html]", show_default=False
        ),
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="PDF file to write; needs Chromium or Chrome on this machine.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over files that are there.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--from", help="Folder that `export` wrote, to read without a database.")
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write the report of a snapshot as one HTML file, or as a PDF."""
    from segmentation_platform.cli.browser import print_to_pdf
    from segmentation_platform.client import Client

    settings_with(database_url)
    with (Client(folder=folder) if folder else Client()).pinned() as client:
        html = client.report(snapshot)
        wanted = client.snapshot().snapshot_id if snapshot is None else snapshot
        history = client.snapshots()
        named = Path(f"report-{history.loc[history['snapshot_id'] == wanted, 'as_of'].iloc[0]:%Y-%m-%d}.html")
    page = output or (None if pdf else named)
    for file in (page, pdf):
        _refuse(file, overwrite=overwrite)
    if page is not None:
        page.write_text(html, encoding="utf-8", newline="")
        console.print(f"{page}: {len(html.encode()) / 1e6:.1f} MB", soft_wrap=True)
    if pdf is not None:
        with error_console.status("Printing …"):
            print_to_pdf(html, pdf)
        console.print(f"{pdf}: {pdf.stat().st_size / 1e6:.1f} MB", soft_wrap=True)


def _refuse(file: Path | None, *, overwrite: bool) -> None:
    if file is None:
        return
    if not file.absolute().parent.is_dir():
        problem = f"There is no folder {file.absolute().parent}."
    elif file.is_dir():
        problem = f"{file} is a folder; name a file."
    elif file.exists() and not overwrite:
        problem = f"{file} is there already. Write over it with --overwrite."
    else:
        return
    error_console.print(problem, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)

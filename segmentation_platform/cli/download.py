"""`download`: a public ledger, to try the platform on real data."""

import shutil
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from segmentation_platform.cli.console import command_line, console, error_console
from segmentation_platform.cli.options import settings_with
from segmentation_platform.sources import online_retail


class Dataset(StrEnum):
    """What can be downloaded."""

    ONLINE_RETAIL = "online-retail"


def download(
    dataset: Annotated[Dataset, typer.Argument(help="The data set.", show_default=False)],
    to: Annotated[Path, typer.Option("--to", help="File to write.")] = Path("online_retail.zip"),
    address: Annotated[
        str, typer.Option("--from", help="Where it is, if not in the UCI archive; it must be the same file.")
    ] = online_retail.ADDRESS,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")] = False,
) -> None:
    """Download a public ledger and check that it is the one that it should be: UCI's Online Retail, 541,909 lines."""
    from segmentation_platform.sources.addresses import fetch
    from segmentation_platform.sources.errors import SourceError

    if to.exists() and not force:
        raise SourceError(f"{to} is there already. Choose another name with --to, or write over it with --force.")
    with error_console.status(f"Downloading {dataset.value} …"):
        [fetched] = fetch(address, settings_with(None).home, online_retail.SHA256)
    shutil.copyfile(fetched, to)
    console.print(f"{to}: {to.stat().st_size / 1e6:,.1f} MB, checked.", markup=False, highlight=False)
    console.print(online_retail.CREDIT, markup=False, highlight=False, soft_wrap=True)
    console.print(f"Next: {command_line()} run --sales {to}", markup=False, highlight=False, soft_wrap=True)

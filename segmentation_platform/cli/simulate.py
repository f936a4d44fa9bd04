"""`simulate`: a shop's ledger, made up."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.progress import Progress

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import settings_with

if TYPE_CHECKING:
    from segmentation_platform.ledger.simulate import ShopTruth


def simulate(
    out: Annotated[Path, typer.Argument(help="Parquet file to write.", show_default=False)],
    lines: Annotated[
        int | None,
        typer.Option(
            "--lines",
            min=1_000,
            max=50_000_000,
            help="Lines of the ledger. \\[default: as in segmentation.toml, else 100,000]",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            help="Equal seeds give equal shops. \\[default: as in segmentation.toml, else 7]",
            show_default=False,
        ),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Folder for what is behind the ledger: segments, tastes, dirty lines."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")] = False,
) -> None:
    """Make up a shop's ledger: seasons, long tails, cancellations, guests, and every kind of dirty line."""
    usual = settings_with(None).simulation
    lines = usual.lines if lines is None else lines
    seed = usual.seed if seed is None else seed
    if out.is_file() and not force:
        _refuse(f"{out} is there already. Choose another name, or write over it with --force.")
    try:
        found = simulating(out, lines, seed)
        console.print(f"{out}: {lines:,} lines, {len(found.customers):,} customers, {len(found.products):,} products")
        if truth is not None:
            _write_truth(found, truth)
    except OSError as error:
        _refuse(f"{error.filename or out} can't be written: {error.strerror or error}")


def _write_truth(found: "ShopTruth", folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("customers", "products", "dirty_lines"):
        getattr(found, name).to_parquet(folder / f"{name}.parquet", index=False)
    console.print(f"{folder}: customers, products and dirty_lines as parquet")


def _refuse(words: str) -> NoReturn:
    error_console.print(words, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(2)


def simulating(out: Path, lines: int, seed: int) -> "ShopTruth":
    """Write a simulated ledger with a progress bar."""
    from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet

    out.parent.mkdir(parents=True, exist_ok=True)
    with Progress(console=error_console, transient=True) as progress:
        task = progress.add_task("Simulating a shop …", total=lines)
        return write_parquet(
            SimulatedShop(ShopPlan(lines=lines, seed=seed)), out, lambda done: progress.update(task, completed=done)
        )

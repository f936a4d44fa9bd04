"""`simulate`: a shop's ledger, made up."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.progress import Progress

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import settings_with
from segmentation_platform.ledger.simulation.natures import Kind

if TYPE_CHECKING:
    from segmentation_platform.ledger.simulate import ShopTruth


def simulate(
    out: Annotated[Path, typer.Argument(help="Parquet file to write.", show_default=False)],
    kind: Annotated[
        Kind | None,
        typer.Option(
            "--kind",
            help="What the shop sells. \\[default: as in segmentation.toml, else gift]",
            show_default=False,
        ),
    ] = None,
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
    products: Annotated[
        int | None,
        typer.Option(
            "--products",
            min=50,
            max=100_000,
            help="Products that it has. \\[default: by its size]",
            show_default=False,
        ),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Folder for what is behind the ledger: segments, tastes, dirty lines."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")] = False,
) -> None:
    """Make up the ledger of a gift shop, a grocer, a fashion shop or a trade supplier, with all that spoils one."""
    usual = settings_with(None).simulation
    plan = {
        "kind": kind or usual.kind,
        "lines": usual.lines if lines is None else lines,
        "seed": usual.seed if seed is None else seed,
        "products": products,
    }
    if out.is_file() and not force:
        _refuse(f"{out} is there already. Choose another name, or write over it with --force.")
    try:
        found = simulating(out, plan)
        console.print(
            f"{out}: {plan['lines']:,} lines, {len(found.customers):,} customers, {len(found.products):,} products"
        )
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


def simulating(out: Path, fields: Mapping[str, Any]) -> "ShopTruth":
    """Write a simulated ledger with a progress bar; fields as of `ShopPlan`."""
    from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet

    out.parent.mkdir(parents=True, exist_ok=True)
    with Progress(console=error_console, transient=True) as progress:
        task = progress.add_task("Simulating a shop …", total=fields["lines"])
        return write_parquet(
            SimulatedShop(ShopPlan(**fields)), out, lambda done: progress.update(task, completed=done)
        )

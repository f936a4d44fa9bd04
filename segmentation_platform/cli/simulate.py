"""`simulate`: a shop's ledger, made up."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from segmentation_platform.cli.console import console, error_console

if TYPE_CHECKING:
    from segmentation_platform.ledger.simulate import ShopTruth


def simulate(
    out: Annotated[Path, typer.Argument(help="Parquet file to write.", show_default=False)],
    lines: Annotated[int, typer.Option("--lines", min=1_000, max=50_000_000, help="Lines of the ledger.")] = 60_000,
    seed: Annotated[int, typer.Option("--seed", help="Equal seeds give equal shops.")] = 7,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Folder for what is behind the ledger: segments, tastes, dirty lines."),
    ] = None,
) -> None:
    """Make up a shop's ledger: seasons, long tails, cancellations, guests, and every kind of dirty line."""
    found = simulating(out, lines, seed)
    console.print(f"{out}: {lines:,} lines, {len(found.customers):,} customers, {len(found.products):,} products")
    if truth is not None:
        truth.mkdir(parents=True, exist_ok=True)
        for name in ("customers", "products", "dirty_lines"):
            getattr(found, name).to_parquet(truth / f"{name}.parquet", index=False)
        console.print(f"{truth}: customers, products and dirty_lines as parquet")


def simulating(out: Path, lines: int, seed: int) -> "ShopTruth":
    """Write a simulated ledger with a progress bar."""
    from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet

    out.parent.mkdir(parents=True, exist_ok=True)
    with Progress(console=error_console, transient=True) as progress:
        task = progress.add_task("Simulating a shop …", total=lines)
        return write_parquet(
            SimulatedShop(ShopPlan(lines=lines, seed=seed)), out, lambda done: progress.update(task, completed=done)
        )

"""`score`: the segment of a customer, and what to offer, for customers who need not be in the ledger."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from segmentation_platform.cli.console import console
from segmentation_platform.cli.options import DatabaseUrl, settings_with
from segmentation_platform.settings import Settings

if TYPE_CHECKING:
    from segmentation_platform.client import Client
    from segmentation_platform.scoring import ScoredCustomer


def score(
    customer: Annotated[str, typer.Option("--customer", help="Number of a customer of the ledger.")] = "",
    basket: Annotated[
        str, typer.Option("--basket", help="Product codes of one order, with commas: 85123A,71053")
    ] = "",
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Ledger file of new customers' lines, in any format that `run` reads."),
    ] = None,
    country: Annotated[str, typer.Option("--country", help="Country of the basket's buyer.")] = "",
    products: Annotated[int, typer.Option("--products", min=1, max=20, help="Products shown of each list.")] = 5,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write all products of all customers to this csv file.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--from", help="Folder that `export` wrote, to score from without a database."),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Put a customer into a segment and say what to offer, from what was bought."""
    if sum(map(bool, (customer, basket, file))) != 1:
        raise typer.BadParameter("Name one of --customer, --basket and --file.")
    from segmentation_platform.client import Client

    settings = settings_with(database_url)
    began = time.perf_counter()
    with (Client(folder=folder) if folder else Client()).pinned() as client:
        scored = _scored(client, settings, Asked(customer, basket, file, country))
        as_of = client.snapshot().as_of
    seconds = time.perf_counter() - began
    for name, each in scored.items():
        _show(name, each, products)
    console.print(f"{len(scored)} scored in {seconds:.2f} s, as of {as_of}.")
    if output is not None:
        _write(scored, output)


@dataclass(frozen=True)
class Asked:
    """Who is to be scored: one of these, and the country of a basket's buyer."""

    customer: str
    basket: str
    file: Path | None
    country: str


def _scored(client: "Client", settings: Settings, asked: Asked) -> "dict[str, ScoredCustomer]":
    from segmentation_platform.engine import new_engine
    from segmentation_platform.ledger.inspection import Given
    from segmentation_platform.scoring import customers_of_file

    if asked.file is not None:
        given = Given(settings.profile, settings.cleaning, settings.schedule.today)
        engine = new_engine(settings.room)
        return client.score_many(dict(customers_of_file(engine, asked.file, given)))
    if asked.customer:
        return {f"Customer {asked.customer}": client.score_customer(asked.customer)}
    codes = [code.strip().upper() for code in asked.basket.split(",") if code.strip()]
    return {"Basket": client.score(codes, country=asked.country)}


def _show(name: str, scored: "ScoredCustomer", products: int) -> None:
    console.print(f"\n[bold]{escape(name)}[/]: [bold]{scored.segment}[/], margin {scored.margin:.2f}")
    console.print(f"  {scored.description}. {scored.next_step}.", markup=False, soft_wrap=True)
    orders, days = _counted(scored.frequency, "order"), _counted(scored.recency_days, "day")
    spent = f"{orders}, {scored.monetary:,.2f} spent, last {days} ago"
    console.print(f"  {spent}; {scored.region}", markup=False)
    if scored.unknown:
        console.print(f"  Not in the ledger: {', '.join(scored.unknown)}", style="yellow", markup=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("List", "Product", "", "Why"):
        table.add_column(column, no_wrap=column == "List")
    for row in scored.products[scored.products["rank"] <= products].to_dict("records"):
        words = [str(row["list"]).replace("_", " "), str(row["stock_code"]), _text(row["description"]), row["reason"]]
        table.add_row(*map(escape, map(str, words)))
    console.print(table)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _write(scored: "dict[str, ScoredCustomer]", path: Path) -> None:
    import pandas as pd

    from segmentation_platform.spreadsheet import safe

    frames = [
        each.products.assign(customer=name, segment=each.segment, margin=round(each.margin, 4))
        for name, each in scored.items()
    ]
    safe(pd.concat(frames, ignore_index=True)).to_csv(path, index=False)
    console.print(f"Written: {path}")

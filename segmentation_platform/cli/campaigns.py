"""`campaigns`: what is planned, lists for the mailing tool, and what came of them."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from segmentation_platform.cli.console import command_line, console, error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with

if TYPE_CHECKING:
    import pandas as pd

    from segmentation_platform.campaigns.measuring import Figure, Measurement
    from segmentation_platform.client import Client

app = typer.Typer(no_args_is_help=True, help="Campaigns by the playbook: list, export for a mailing tool, measure.")

_DAY = ["%Y-%m-%d"]
_MEASURED = ("campaign", "customer_id", "starts_on", "ends_on", "is_holdout", "snapshot_id", "as_of")

Folder = Annotated[
    Path | None, typer.Option("--from", help="Folder that `export` wrote, to read from without a database.")
]


class Format(StrEnum):
    """File formats of exported audiences."""

    csv = "csv"
    parquet = "parquet"


@app.command("list")
def list_campaigns(folder: Folder = None, database_url: DatabaseUrl = None) -> None:
    """Show the campaigns of the published snapshot: whom, when, and how many."""
    settings_with(database_url)
    with _client(folder).pinned() as client:
        campaigns, as_of = client.campaigns(), client.snapshot().as_of
    for row in campaigns.sort_values("priority").to_dict("records"):
        days = " to ".join(f"{row[name]:%Y-%m-%d}" for name in ("starts_on", "ends_on"))
        console.print(
            f"[bold]{row['campaign']}[/]  {days}  {row['customers']:,} customers, {row['held_out']:,} held out"
        )
        for words in (row["title"], row["audience"], row["timing"]):
            console.print(Padding(Text(f"{words}.", style="" if words == row["title"] else "dim"), (0, 0, 0, 2)))
    console.print(
        f"As of {as_of}. A list for the mailing tool: {command_line()} campaigns export CAMPAIGN", soft_wrap=True
    )


@app.command()
def playbook() -> None:
    """Print the built-in playbook, to begin your own: … playbook > playbook.toml, then name it in \\[campaigns]."""
    from segmentation_platform.campaigns.playbook import built_in_text

    typer.echo(built_in_text(), nl=False)


@app.command()
def export(
    campaign: Annotated[str, typer.Argument(help="Short name of the campaign, as in `campaigns list`.")],
    to: Annotated[Path, typer.Option("--to", help="Folder for the two files.")] = Path(),
    file_format: Annotated[Format, typer.Option("--format", help="Of the files.")] = Format.csv,
    emails: Annotated[
        Path | None,
        typer.Option(
            "--emails",
            help="CSV with the columns customer_id and email: adds the address' SHA-256, never the address.",
        ),
    ] = None,
    not_in: Annotated[
        list[Path] | None,
        typer.Option("--not-in", help="A file of an earlier export that still runs: whoever is in it is left out."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Take the place of earlier files.")] = False,
    folder: Folder = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write a campaign's audience: a file of those to contact, and one of those held out, for measuring.

    Give only the first one to the mailing tool, and keep both: `campaigns measure` compares them.
    """
    settings_with(database_url)
    audience = _without(_audience(_client(folder), campaign), not_in or [])
    if emails is not None:
        audience = _with_addresses(audience, emails)
    to.mkdir(parents=True, exist_ok=True)
    as_of = f"{audience['as_of'].iloc[0]:%Y-%m-%d}"
    held = audience["is_holdout"]
    parts = {f"{campaign}_{as_of}": audience[~held], f"{campaign}_{as_of}_held_out": audience[held]}
    paths = {to / f"{name}.{file_format}": part for name, part in parts.items()}
    _refuse_existing(list(paths), overwrite)
    for path, part in paths.items():
        _write(part, path)
    (contacted, kept), (first, second) = (len(part) for part in parts.values()), paths
    console.print(f"{first}: {contacted:,} customers to contact.", soft_wrap=True)
    console.print(f"{second}: {kept:,} held out. Do not contact them.", soft_wrap=True)
    console.print(
        f"Afterwards: {command_line()} campaigns measure --audience {first} --audience {second}", soft_wrap=True
    )


@app.command()
def measure(
    audience: Annotated[
        list[Path] | None,
        typer.Option(
            "--audience", help="A file that `campaigns export` wrote; name both, that of those held out too."
        ),
    ] = None,
    campaign: Annotated[str, typer.Option("--campaign", help="With --snapshot: short name of the campaign.")] = "",
    snapshot: Annotated[
        int | None, typer.Option("--snapshot", help="Snapshot whose audience was used, instead of files.")
    ] = None,
    starts_on: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            formats=_DAY,
            metavar="YYYY-MM-DD",
            help="First day \\[default: the campaign's, or the list's reporting date if that is later]",
        ),
    ] = None,
    ends_on: Annotated[
        datetime | None,
        typer.Option("--until", formats=_DAY, metavar="YYYY-MM-DD", help="Last day \\[default: the campaign's]"),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Compare what contacted and held-out customers bought in the days of the campaign, with intervals."""
    from segmentation_platform.campaigns.measuring import measure as compare
    from segmentation_platform.campaigns.measuring import measured_days
    from segmentation_platform.cli.options import open_lines_of
    from segmentation_platform.engine import new_engine
    from segmentation_platform.orchestration.published_ledger import bought_by_customers

    settings = settings_with(database_url)
    members = _members(audience or [], campaign, snapshot)
    begins, ends = measured_days(members)
    first, last = starts_on.date() if starts_on else begins, ends_on.date() if ends_on else ends
    if last < first:
        raise typer.BadParameter(f"There is no day from {first} to {last}.")
    engine = new_engine(settings.room)
    bought, known_until = bought_by_customers(open_lines_of(settings), engine, first, last)
    if first > known_until:
        raise typer.BadParameter(f"The campaign begins on {first}, and the ledger ends on {known_until}.")
    console.print(f"[bold]{members['campaign'].iloc[0]}[/], {first} to {min(last, known_until)}")
    if last > known_until:
        console.print(f"It runs until {last}, and the ledger ends on {known_until}: measured so far.", style="yellow")
    _show(compare(members, bought))


def _client(folder: Path | None) -> "Client":
    from segmentation_platform.client import Client

    return Client(folder=folder) if folder else Client()


def _audience(client: "Client", campaign: str) -> "pd.DataFrame":
    """Everybody in a campaign, with the snapshot that says so."""
    with client.pinned() as pinned:
        snapshot, there = pinned.snapshot(), pinned.campaigns()["campaign"].tolist()
        members = pinned.campaign_audiences(campaign)
    if campaign not in there:
        raise typer.BadParameter(f"There is no campaign {campaign}. There are: {', '.join(there) or 'none'}.")
    if members.empty:
        raise typer.BadParameter(f"Nobody is in the campaign {campaign} as of {snapshot.as_of}.")
    return members.assign(snapshot_id=snapshot.snapshot_id, as_of=snapshot.as_of)


def _without(audience: "pd.DataFrame", files: list[Path]) -> "pd.DataFrame":
    """Those who are in no list of another night, neither contacted nor held out."""
    busy = {customer for path in files for customer in _read(path)["customer_id"]}
    free = audience[~audience["customer_id"].isin(busy)]
    if files:
        error_console.print(f"{len(audience) - len(free):,} of {len(audience):,} customers are in these files.")
    if free.empty:
        raise typer.BadParameter("Nobody is left: all are in the files of --not-in.")
    return free


def _with_addresses(audience: "pd.DataFrame", path: Path) -> "pd.DataFrame":
    import pandas as pd

    from segmentation_platform.campaigns.addresses import with_hashed_addresses

    try:
        addresses = pd.read_csv(path, dtype="str", usecols=["customer_id", "email"])
    except (OSError, ValueError) as error:
        raise typer.BadParameter(
            f"{path} can't be read: {error}. It needs the columns customer_id and email."
        ) from None
    joined = with_hashed_addresses(audience, addresses)
    missing = int(joined["email_sha256"].isna().sum())
    if missing:
        error_console.print(
            f"{missing:,} of {len(joined):,} customers have no address in {path}, or that of somebody held out.",
            style="yellow",
        )
    return joined


def _refuse_existing(paths: list[Path], overwrite: bool) -> None:
    there = [str(path) for path in paths if path.exists()]
    if there and not overwrite:
        raise typer.BadParameter(f"There is {' and '.join(there)} already: --overwrite, or another folder by --to.")


def _write(part: "pd.DataFrame", path: Path) -> None:
    """A whole file or none."""
    from segmentation_platform.spreadsheet import safe

    unfinished = path.with_name(f".{path.name}.unfinished")
    if path.suffix == ".csv":
        safe(part).to_csv(unfinished, index=False)
    else:
        part.to_parquet(unfinished, index=False)
    unfinished.replace(path)


def _members(files: list[Path], campaign: str, snapshot: int | None) -> "pd.DataFrame":
    """The audience that is measured, from files or from a snapshot that is still kept."""
    import pandas as pd

    if bool(files) == (snapshot is not None) or (snapshot is not None) != bool(campaign):
        raise typer.BadParameter("Name the files by --audience, or --campaign and --snapshot.")
    if files:
        return _one_campaign(pd.concat([_read(path) for path in files], ignore_index=True))
    from segmentation_platform.client import Client

    members = Client().history("campaign_audiences", snapshot_id=snapshot, campaign=campaign)
    if members.empty:
        raise typer.BadParameter(
            f"Snapshot {snapshot} has no campaign {campaign}, or is kept no longer: snapshots list"
        )
    return members


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        members = (
            pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype={"customer_id": "str"})
        )
        members = members.astype(dict.fromkeys(("starts_on", "ends_on", "as_of"), "datetime64[us]"))[list(_MEASURED)]
    except (OSError, ValueError, KeyError) as error:
        raise typer.BadParameter(f"{path} can't be read as an exported audience: {error}.") from None
    # As it was before it was made safe for spreadsheets.
    members["customer_id"] = members["customer_id"].str.replace(r"^'(?=[=+\-@])", "", regex=True)
    return members


def _one_campaign(members: "pd.DataFrame") -> "pd.DataFrame":
    if members[["campaign", "starts_on", "snapshot_id"]].drop_duplicates().shape[0] != 1:
        raise typer.BadParameter("The files are of different campaigns, or of different nights.")
    if members["is_holdout"].nunique() != 2:
        raise typer.BadParameter("Name both files: those who were to be contacted, and those held out.")
    return members


def _show(measured: "Measurement") -> None:
    table = Table(box=None, padding=(0, 1))
    table.add_column()
    headings = ("Contacted", "Held out", "Difference", "95 % interval")
    for name, count in zip(headings, (measured.targeted, measured.held_out, None, None), strict=True):
        table.add_column(name if count is None else f"{name}\n({count:,})", justify="right")
    rate, money = measured.buying_rate, measured.revenue
    table.add_row("Bought", *_cells(rate, "{:.1%}", "{:+.1%}"))
    table.add_row("Spent each", *_cells(money, "{:,.2f}", "{:+,.2f}"))
    console.print(table)
    console.print(_verdict(rate, "the share who bought"))
    console.print(_verdict(money, "what each spent"))
    if measured.caution:
        console.print(f"Keep in mind: {measured.caution}.", style="yellow")


def _cells(figure: "Figure", form: str, signed: str) -> list[str]:
    interval = (
        f"{signed.format(figure.low)} to {signed.format(figure.high)}" if figure.is_known else "too few to tell"
    )
    return [form.format(figure.targeted), form.format(figure.held_out), signed.format(figure.difference), interval]


def _verdict(figure: "Figure", what: str) -> str:
    if not figure.is_known:
        return f"Too few customers, or too much alike, to tell of {what}."
    if not figure.is_shown:
        return f"No difference is shown in {what}: the interval holds 0."
    return f"A difference is shown in {what}: {'higher' if figure.difference > 0 else 'lower'} among those contacted."

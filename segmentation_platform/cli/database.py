"""`db`: the database that the platform works on."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, settings_with
from segmentation_platform.settings import Settings, load_settings

if TYPE_CHECKING:
    from segmentation_platform.warehouse.database import Database
    from segmentation_platform.warehouse.ledger_lines import LedgerLines
    from segmentation_platform.warehouse.prepare import Accounts

app = typer.Typer(
    no_args_is_help=True, help="The database: start, stop, where it is, psql, upgrade, back up, restore, prepare."
)


class Role(StrEnum):
    """As whom to connect."""

    READER = "reader"
    OWNER = "owner"


AsRole = Annotated[
    Role | None,
    typer.Option(
        "--role",
        help="reader sees the schema serving and nothing else. "
        "\\[default: reader; on a server that is named, the user of its URL]",
        show_default=False,
    ),
]


@app.command()
def start() -> None:
    """Start the embedded Postgres server, or attach to the running one."""
    from segmentation_platform.warehouse.access import embedded_server, open_database

    settings = settings_with(None)
    if settings.database_url is not None:
        console.print("DATABASE_URL names a server; there is nothing to start.")
        return
    open_database(None, settings.home)
    status = embedded_server(settings.home).status()
    console.print(f"Postgres {status.version} runs on 127.0.0.1:{status.port}, data in {status.data}.")


@app.command()
def stop() -> None:
    """Stop the embedded Postgres server; its data stay."""
    from segmentation_platform.warehouse.access import embedded_server

    stopped = embedded_server(settings_with(None).home).stop()
    console.print("Stopped." if stopped else "It was not running.")


@app.command()
def url(role: AsRole = None, database_url: DatabaseUrl = None) -> None:
    """Print the database's URL, with its password, for psql and other clients."""
    typer.echo(_database(settings_with(database_url), role).url)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def psql(context: typer.Context, role: AsRole = None, database_url: DatabaseUrl = None) -> None:
    """Open psql, the one that comes with the embedded server; further arguments go to it."""
    from segmentation_platform.warehouse.access import embedded_server

    settings = settings_with(database_url)
    where, password = _database(settings, role).libpq()
    program = embedded_server(settings.home).binary("psql")
    # The password goes by the environment: other users of the machine can read command lines.
    environment = {**os.environ, "PGPASSWORD": password} if password else {**os.environ}
    os.execve(program, [str(program), "-d", where, *context.args], environment)  # noqa: S606


@app.command()
def upgrade(database_url: DatabaseUrl = None) -> None:
    """Bring the database up to date, as its owner; every run by the owner does this by itself."""
    from segmentation_platform.cli.options import open_database_of
    from segmentation_platform.warehouse.migrate import revision

    database = open_database_of(settings_with(database_url))
    console.print(f"{database.safe_url} is at revision {revision(database)}.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to; an earlier one gives way when the new one is whole.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Write all that the platform keeps, the ledger's lines too, to a file; runs and readers go on meanwhile."""
    from segmentation_platform.warehouse.backup import back_up

    lines = _lines_as_they_are(settings_with(database_url))
    with error_console.status(f"Backing up {lines.database.safe_url} …"):
        back_up(lines, file)
    console.print(f"{file}: {file.stat().st_size / 1e6:,.1f} MB.", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `db backup` wrote.")], database_url: DatabaseUrl = None
) -> None:
    """Restore a backup into a database without the platform's tables, or with nothing in them; then upgrade it."""
    from segmentation_platform.warehouse.backup import restore
    from segmentation_platform.warehouse.migrate import revision

    lines = _lines_as_they_are(settings_with(database_url))
    with error_console.status(f"Restoring {file} …"):
        restore(lines, file)
    database = lines.database
    console.print(f"{database.safe_url} is restored, at revision {revision(database)}.", soft_wrap=True)


@app.command()
def prepare() -> None:
    """Make roles and databases on a server of your own, or bring them up to date, and upgrade.

    Takes an administrator from ADMIN_DATABASE_URL and the roles' passwords from SEGMENTATION_PASSWORDS__OWNER,
    …__RUNNER, …__READER and …__DAGSTER. A password that is another than before is the new one.
    """
    from segmentation_platform.warehouse.database import Database
    from segmentation_platform.warehouse.migrate import revision
    from segmentation_platform.warehouse.prepare import Databases, prepare, wait_for

    settings, databases = load_settings(), Databases()
    url, accounts = _admin_url(settings), _accounts(settings)
    admin = Database(url)
    wait_for(admin, lambda words: error_console.print(words, soft_wrap=True))
    database = prepare(admin, accounts, databases)
    names = ", ".join((*vars(accounts.roles).values(), accounts.dagster.name))
    console.print(f"Roles: {names}.", soft_wrap=True)
    console.print(
        f"Databases: {databases.platform} at revision {revision(database)}, {databases.dagster}.", soft_wrap=True
    )


def _admin_url(settings: Settings) -> str:
    from segmentation_platform.warehouse.database import DatabaseError

    if settings.admin_database_url is None:
        raise DatabaseError(
            "ADMIN_DATABASE_URL is not set.\nSet it to a database of the server for a user who may make roles and "
            "databases, as postgresql://postgres@host:5432/postgres; its password may be in PGPASSWORD."
        )
    return settings.admin_database_url.get_secret_value()


def _accounts(settings: Settings) -> "Accounts":
    from segmentation_platform.warehouse.database import DatabaseError
    from segmentation_platform.warehouse.prepare import Account, Accounts
    from segmentation_platform.warehouse.roles import ROLES

    names = {**vars(ROLES), "dagster": "dagster"}
    given = {role: getattr(settings.passwords, role) for role in names}
    missing = [f"SEGMENTATION_PASSWORDS__{role.upper()}" for role, password in given.items() if not password]
    if missing:
        raise DatabaseError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.\n"
            "Set a password for every role in the environment; openssl rand -hex 24 prints a good one."
        )
    return Accounts(**{role: Account(names[role], given[role].get_secret_value()) for role in names})


def _lines_as_they_are(settings: Settings) -> "LedgerLines":
    """The lines and the database for its owner, up, and not migrated: a backup comes before an upgrade."""
    from segmentation_platform.warehouse.access import embedded_server
    from segmentation_platform.warehouse.database import Database
    from segmentation_platform.warehouse.ledger_lines import LedgerLines

    url = settings.database_url.get_secret_value() if settings.database_url else None
    database = Database(url or embedded_server(settings.home).start())
    return LedgerLines(database, settings.store_place)


def _database(settings: Settings, role: Role | None) -> "Database":
    from segmentation_platform.warehouse.access import open_database, reader_url
    from segmentation_platform.warehouse.database import Database, DatabaseError

    if settings.database_url is not None:
        if role is Role.READER:
            raise DatabaseError(
                "DATABASE_URL names a server; its roles are yours: put the user who may only read into the URL, "
                "and leave out --role."
            )
        return Database(settings.database_url.get_secret_value())
    owner = open_database(None, settings.home)
    return owner if role is Role.OWNER else Database(reader_url(settings.home))

"""`db`: the database that the platform works on."""

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation_platform.cli.console import console
from segmentation_platform.cli.options import DatabaseUrl, settings_with
from segmentation_platform.settings import Settings

if TYPE_CHECKING:
    from segmentation_platform.warehouse.database import Database

app = typer.Typer(no_args_is_help=True, help="The database: start, stop, where it is, psql, upgrade.")


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
    """Bring the database to the newest revision; every run does this by itself."""
    from segmentation_platform.cli.refresh import open_database_of
    from segmentation_platform.warehouse.migrate import revision

    database = open_database_of(settings_with(database_url))
    console.print(f"{database.safe_url} is at revision {revision(database)}.")


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

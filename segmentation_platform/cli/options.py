"""Options that several commands share."""

from typing import Annotated

import typer

from segmentation_platform.settings import Settings, load_settings, name_database

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar="DATABASE_URL",
        show_envvar=True,
        help="Postgres server to use, as postgresql://user:password@host:5432/name. \\[default: an embedded server]",
        show_default=False,
    ),
]


def settings_with(database_url: str | None) -> Settings:
    """The settings, with the database that was named on the command line."""
    if database_url:
        name_database(database_url)
    return load_settings()

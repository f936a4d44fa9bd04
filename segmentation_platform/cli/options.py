"""Options that several commands share."""

from typing import TYPE_CHECKING, Annotated

import typer

from segmentation_platform.settings import Settings, load_settings, name_database

if TYPE_CHECKING:
    from segmentation_platform.warehouse.database import Database
    from segmentation_platform.warehouse.ledger_lines import LedgerLines

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


def open_database_of(settings: Settings) -> "Database":
    """The database of the settings, up and migrated."""
    from segmentation_platform.warehouse.access import open_database

    url = settings.database_url.get_secret_value() if settings.database_url else None
    return open_database(url, settings.home)


def open_lines_of(settings: Settings) -> "LedgerLines":
    """The database of the settings, up and migrated, and the lines of its ledgers as they are.

    Only a run moves lines of before there were files: where an administrator types may not be where runs find them.
    """
    from segmentation_platform.warehouse.ledger_lines import LedgerLines

    return LedgerLines(open_database_of(settings), settings.store_place)

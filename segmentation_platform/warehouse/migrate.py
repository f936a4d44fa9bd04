"""Bring a database up to date: migrations by Alembic, then the views of `serving` from the contracts."""

import threading
from importlib.resources import files
from pathlib import Path

import psycopg

from segmentation_platform.contracts import Loads, RawSales, SegmentModels, TasteModels
from segmentation_platform.warehouse.database import Connection, Database, DatabaseError
from segmentation_platform.warehouse.roles import grant_reader
from segmentation_platform.warehouse.serving import create_views
from segmentation_platform.warehouse.tables import describe

_MIGRATIONS = files("segmentation_platform.warehouse") / "migrations"
_ALEMBIC = threading.Lock()  # it keeps its state in module variables


def upgrade(database: Database) -> None:
    """Migrate to the newest revision; quick when there is nothing to do.

    Raises:
        DatabaseError: when the database was made by a newer version of the platform, or its user may not change it.

    """
    try:
        _upgrade(database)
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseError(
            f"{database.safe_url}: this user may not read or make the platform's schemas. "
            "Use the owner's URL in DATABASE_URL, or have an administrator grant it."
        ) from None


def _upgrade(database: Database) -> None:
    present, newest = revision(database), newest_revision()
    if present is not None and present > newest:
        raise DatabaseError(
            f"The database {database.safe_url} is at revision {present}; this version of the platform knows up to "
            f"{newest}. Upgrade the platform."
        )
    if present != newest:
        _migrate(database)
    with database.connect() as connection:
        # Two processes that grant or comment at once would trip over each other.
        connection.execute("SELECT pg_advisory_xact_lock(7305114620471003)")
        create_views(connection)
        grant_reader(connection)
        for contract in (RawSales, Loads, SegmentModels, TasteModels):
            describe(connection, contract)


def revision(database: Database) -> str | None:
    """The revision that the database is at; None where the platform has never been."""
    with database.connect() as connection:
        if not _exists(connection, "warehouse.migrations"):
            return None
        row = connection.execute("SELECT version_num FROM warehouse.migrations").fetchone()
    return None if row is None else str(row[0])


def newest_revision() -> str:
    """The newest revision that this version of the platform knows; files are named by their revision."""
    names = [entry.name for entry in (_MIGRATIONS / "versions").iterdir()]
    return max(name[:4] for name in names if name[:4].isdigit())


def _exists(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
    return row is not None and row[0] is not None


def _migrate(database: Database) -> None:
    # Imported here because most starts have nothing to migrate.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import ProgrammingError

    config = Config()
    config.set_main_option("script_location", str(Path(str(_MIGRATIONS))))
    config.attributes["url"] = database.sqlalchemy_url()
    try:
        with _ALEMBIC:
            command.upgrade(config, "head")
    except ProgrammingError as error:
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise error.orig from None
        raise

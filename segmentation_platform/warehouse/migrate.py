"""Bring a database up to date: migrations by Alembic, working tables and views from the contracts, rights."""

import threading
from importlib.resources import files
from pathlib import Path

import psycopg

from segmentation_platform.warehouse.advisory_locks import Lock
from segmentation_platform.warehouse.database import Connection, Database, DatabaseError
from segmentation_platform.warehouse.roles import ROLES, Roles, grant_rights
from segmentation_platform.warehouse.serving import create_views, views_are_current
from segmentation_platform.warehouse.tables import describe_tables, outdated_tables, update_tables

SCHEMAS = ("warehouse", "snapshots", "serving")
"""All that is the platform's in a database."""

_MIGRATIONS = files("segmentation_platform.warehouse") / "migrations"
_ALEMBIC = threading.Lock()  # it keeps its state in module variables


def upgrade(database: Database, roles: Roles = ROLES) -> None:
    """Bring the database up to date; quick when there is nothing to do.

    By a user who does not own the platform's schemas nothing is changed: for such a user it has to be up to date.

    Raises:
        DatabaseError: when the database was made by a newer version of the platform, when it is not up to date and
            its user may not change it, or may not even read it.

    """
    try:
        _upgrade(database, roles)
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseError(
            f"{database.safe_url}: this user may not read or make the platform's schemas.\n"
            "Use the owner's URL in DATABASE_URL, or have an administrator grant it."
        ) from None


def _upgrade(database: Database, roles: Roles) -> None:
    present, newest = revision(database), newest_revision()
    if present is not None and present > newest:
        raise DatabaseError(
            f"The database {database.safe_url} is at revision {present}; this version of the platform knows up to "
            f"{newest}.\nUpgrade the platform."
        )
    if not _may_change(database):
        _require_current(database, present)
        return
    if present != newest:
        _migrate(database)
    with database.connect() as connection:
        # Two processes that grant or comment at once would trip over each other.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [Lock.UPGRADE])
        update_tables(connection)
        describe_tables(connection)
        create_views(connection)
        grant_rights(connection, roles)


def _may_change(database: Database) -> bool:
    """Whether the user has the rights of the schemas' owner; where there are none yet, trying tells."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'warehouse'"
        ).fetchone()
    return row is None or bool(row[0])


def _require_current(database: Database, present: str | None) -> None:
    with database.connect() as connection:
        behind = outdated_tables(connection)
        is_current = present == newest_revision() and not behind and views_are_current(connection)
    if not is_current:
        raise DatabaseError(
            f"The database {database.safe_url} is not up to date, and this user may not change it.\n"
            "Its owner has to run `segmentation-platform db upgrade`, or an administrator "
            "`segmentation-platform db prepare`."
        )


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

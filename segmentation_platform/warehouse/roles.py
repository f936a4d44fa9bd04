"""Who may do what: the owner everything, the reader `serving` and nothing else."""

import logging

import psycopg
from psycopg import sql

from segmentation_platform.warehouse.database import Connection

READER = "segmentation_reader"
_log = logging.getLogger(__name__)


def grant_reader(connection: Connection) -> None:
    """Make the read-only role if it may be made, and let it read the views of `serving`.

    Without the right to make roles the platform works all the same; the log says what an administrator has to do.
    """
    if not _ensure_role(connection):
        return
    # What everybody may do is not ours to change: like all roles, the reader may make temporary tables.
    reader = sql.Identifier(READER)
    for statement in (
        "GRANT USAGE ON SCHEMA serving TO {}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA serving TO {}",
    ):
        connection.execute(sql.SQL(statement).format(reader))


def set_reader_password(connection: Connection, password: str) -> None:
    """Let the reader log in with a password; for servers that the platform owns."""
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(READER), sql.Literal(password))
    )


def _ensure_role(connection: Connection) -> bool:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone():
        return True
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(READER)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):  # made meanwhile, from any database
        return True
    except psycopg.errors.InsufficientPrivilege:
        _log.warning(
            "The read-only role %s is missing and may not be made by this user. "
            "An administrator runs once: CREATE ROLE %s NOLOGIN;",
            READER,
            READER,
        )
        return False
    return True

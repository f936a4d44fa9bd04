"""Who may do what: the owner everything, the runner a night's work, the reader `serving` and nothing else.

A server that the platform does not share has one owner and the reader; the runner is for servers on which the nightly
run shall not be able to change or drop what it works on. It is granted its rights where it exists.
"""

import logging
from dataclasses import dataclass

import psycopg
from psycopg import sql

from segmentation_platform.warehouse.database import Connection

READER = "segmentation_reader"
_MAINTAIN_SINCE = 170_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Roles:
    """What the roles are called; a server has them once for all its databases.

    Attributes:
        owner: owns the database and its schemas, and migrates them
        runner: does the nightly run
        reader: reads the views of `serving`

    """

    owner: str = "segmentation_owner"
    runner: str = "segmentation_runner"
    reader: str = READER


ROLES = Roles()


def grant_rights(connection: Connection, roles: Roles) -> None:
    """Let the reader read and, where it exists, the runner run; what was made since the last time is included.

    The reader is made if it may be made. Without the right to make roles the platform works all the same; the log
    says what an administrator has to do.
    """
    if _ensure_role(connection, roles.reader):
        _grant_reader(connection, sql.Identifier(roles.reader))
    if role_exists(connection, roles.runner):
        _grant_runner(connection, sql.Identifier(roles.runner))


def role_exists(connection: Connection, role: str) -> bool:
    """Whether the server knows the role."""
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def set_password(connection: Connection, role: str, password: str) -> None:
    """Let a role log in with a password; for servers that the platform owns.

    What is sent is the verifier that the server keeps anyway: a statement may stand in the server's log.
    """
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


def _grant_reader(connection: Connection, reader: sql.Identifier) -> None:
    # What everybody may do is not ours to change here: like all roles, the reader may make temporary tables, unless
    # `db prepare` has taken that from everybody.
    for statement in (
        "GRANT USAGE ON SCHEMA serving TO {}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA serving TO {}",
    ):
        connection.execute(sql.SQL(statement).format(reader))


def _grant_runner(connection: Connection, runner: sql.Identifier) -> None:
    rights = "SELECT, INSERT, UPDATE, DELETE"
    if connection.info.server_version >= _MAINTAIN_SINCE:
        rights += ", MAINTAIN"  # VACUUM and ANALYZE; before that version they are left to autovacuum
    for statement in (
        "GRANT USAGE ON SCHEMA warehouse, snapshots, serving TO {}",
        f"GRANT {rights} ON ALL TABLES IN SCHEMA warehouse, snapshots TO {{}}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA warehouse, snapshots TO {}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA serving TO {}",
        # Which revision the database is at is the owner's to say.
        "REVOKE ALL ON warehouse.migrations FROM {}",
        "GRANT SELECT ON warehouse.migrations TO {}",
    ):
        connection.execute(sql.SQL(statement).format(runner))


def _ensure_role(connection: Connection, role: str) -> bool:
    if role_exists(connection, role):
        return True
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):  # made meanwhile, from any database
        return True
    except psycopg.errors.InsufficientPrivilege:
        _log.warning(
            "The read-only role %s is missing and may not be made by this user. "
            "An administrator runs once: CREATE ROLE %s NOLOGIN;",
            role,
            role,
        )
        return False
    return True

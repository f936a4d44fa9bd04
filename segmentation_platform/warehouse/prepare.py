"""Prepare a server of one's own: its roles, its databases, and who may connect to them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from segmentation_platform.warehouse.advisory_locks import Lock
from segmentation_platform.warehouse.database import Connection, Database, DatabaseError
from segmentation_platform.warehouse.migrate import SCHEMAS, upgrade
from segmentation_platform.warehouse.roles import Roles, role_exists, set_password

_WAIT_SECONDS = 60
_PING_SECONDS = 2
ping: Callable[[bytes], int] = PGconn.ping
"""How a server is, by its connection string, without logging in."""


@dataclass(frozen=True)
class Account:
    """A role that logs in."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Accounts:
    """Who logs in to the server: see `roles.Roles`; and the owner of the database in which Dagster keeps its runs."""

    owner: Account
    runner: Account
    reader: Account
    dagster: Account

    @property
    def roles(self) -> Roles:
        """The names of the platform's roles."""
        return Roles(self.owner.name, self.runner.name, self.reader.name)


@dataclass(frozen=True)
class Databases:
    """What the platform's database and that of Dagster's runs are called."""

    platform: str = "segmentation"
    dagster: str = "dagster"


def prepare(admin: Database, accounts: Accounts, databases: Databases) -> Database:
    """Make roles and databases, or bring them up to date, then migrate as the owner.

    Args:
        admin: a database of the server, for a superuser or a role that may make roles and databases
        accounts: the roles, and the passwords that they have from now on
        databases: what they are called

    Returns:
        The platform's database, for its owner.

    Raises:
        DatabaseError: when the administrator may not do this, or a role may do more than it should.

    """
    try:
        with admin.connect_autocommit() as connection:
            # Until the connection ends: two that prepare at once would both make what is missing.
            connection.execute("SELECT pg_advisory_lock(%s)", [Lock.PREPARE])
            _make_roles(connection, accounts)
            _make_database(connection, databases.platform, accounts.owner)
            _make_database(connection, databases.dagster, accounts.dagster)
            _admit(connection, databases.platform, [accounts.runner, accounts.reader])
            _admit(connection, databases.dagster, [])
            _close_public_schema(at(admin, databases.dagster))
            _close_public_schema(at(admin, databases.platform))
            _take_over(at(admin, databases.platform), accounts.owner)
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            f"{admin.safe_url}: this user may not prepare the server: {str(error).splitlines()[0]}\n"
            "Put a superuser into ADMIN_DATABASE_URL, or a role with CREATEROLE and CREATEDB; one that did not make "
            "the platform's roles itself needs them WITH ADMIN OPTION."
        ) from None
    owned = at(admin, databases.platform, accounts.owner)
    upgrade(owned, accounts.roles)
    return owned


def wait_for(database: Database, tell: Callable[[str], None], seconds: float = _WAIT_SECONDS) -> None:
    """Wait until the server accepts connections; when it never does, connecting says why.

    Args:
        database: one of the server
        tell: is called once, if there is something to wait for
        seconds: how long at most

    """
    conninfo = make_conninfo(database.url, connect_timeout=_PING_SECONDS).encode()
    deadline, told = time.monotonic() + seconds, False
    while ping(conninfo) in (Ping.REJECT, Ping.NO_RESPONSE) and time.monotonic() < deadline:
        if not told:
            tell(f"Waiting up to {seconds:.0f} s for the server of {database.safe_url} …")
            told = True
        time.sleep(0.5)


def at(database: Database, name: str, account: Account | None = None) -> Database:
    """Another database of the same server, for the same user or for another account."""
    parts = urlsplit(database.url)
    replaced = {"dbname"} if account is None else {"dbname", "user", "password"}
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] not in replaced], quote_via=quote)
    netloc = parts.netloc
    if account is not None:
        host = netloc.rpartition("@")[2]
        netloc = f"{quote(account.name, safe='')}:{quote(account.password, safe='')}@{host}"
    return Database(parts._replace(netloc=netloc, path=f"/{quote(name, safe='')}", query=query).geturl())


def _make_roles(connection: Connection, accounts: Accounts) -> None:
    for account in (accounts.owner, accounts.runner, accounts.reader, accounts.dagster):
        name = sql.Identifier(account.name)
        if not role_exists(connection, account.name):
            connection.execute(sql.SQL("CREATE ROLE {}").format(name))
        _refuse_powerful(connection, account)
        set_password(connection, account.name, account.password)
    for account in (accounts.owner, accounts.dagster):
        # Who is no superuser can only give a database to a role that it is a member of.
        row = connection.execute("SELECT pg_has_role(%s, 'USAGE')", [account.name]).fetchone()
        if row is not None and not row[0]:
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(account.name)))


def _refuse_powerful(connection: Connection, account: Account) -> None:
    rights = ("SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS")
    row = connection.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = %s",
        [account.name],
    ).fetchone()
    too_many = [f"NO{right}" for right, has in zip(rights, row or (), strict=True) if has]
    if too_many:
        raise DatabaseError(
            f"The role {account.name} is there already and may do more than it should.\n"
            f"An administrator takes that away: ALTER ROLE {account.name} {' '.join(too_many)};"
        )


def _make_database(connection: Connection, name: str, owner: Account) -> None:
    names = {"database": sql.Identifier(name), "owner": sql.Identifier(owner.name)}
    row = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name]).fetchone()
    if row is None:
        create = "CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'"
        connection.execute(sql.SQL(create).format(**names))
    elif row[0] != owner.name:
        connection.execute(sql.SQL("ALTER DATABASE {database} OWNER TO {owner}").format(**names))


def _admit(connection: Connection, database: str, accounts: list[Account]) -> None:
    """Let nobody connect to a database but its owner and these; temporary tables are the owner's alone."""
    name = sql.Identifier(database)
    connection.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(name))
    for account in accounts:
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(account.name)))


def _close_public_schema(database: Database) -> None:
    """Before Postgres 15 everybody could make tables there."""
    with database.connect() as connection:
        if connection.execute("SELECT to_regnamespace('public')").fetchone() != (None,):
            connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _take_over(database: Database, owner: Account) -> None:
    """Give the owner what another user, perhaps the only one there was, has made of the platform's schemas."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT format('ALTER SCHEMA %%I OWNER TO %%I', nspname, %(owner)s::text) FROM pg_namespace"
            " WHERE nspname = ANY(%(schemas)s) AND pg_get_userbyid(nspowner) <> %(owner)s"
            " UNION ALL SELECT format('ALTER TABLE %%s OWNER TO %%I', pg_class.oid::regclass, %(owner)s::text)"
            " FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid"
            " WHERE nspname = ANY(%(schemas)s) AND relkind IN ('r', 'v') AND pg_get_userbyid(relowner) <> %(owner)s",
            {"owner": owner.name, "schemas": list(SCHEMAS)},
        ).fetchall()
        for (statement,) in rows:
            connection.execute(str(statement).encode())

"""Databases of a test's own, and the server on which they are.

All workers of a run share one server, and so one set of templates: what a night of the platform leaves behind is
made once in a run and copied by `CREATE DATABASE … TEMPLATE` in a fraction of a second. With a server for each
worker everything would be made by each of them, or be carried over as a dump; and a server that is named by
TEST_DATABASE_URL is shared all the same. The price: what a server has only once, its roles, belongs to all tests.
A test that gives the platform's own reader a login holds `the_readers_login`; every other one makes roles of its own.
"""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from psycopg import sql

from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.embedded import EmbeddedPostgres, privileges
from segmentation_platform.warehouse.roles import READER, set_password
from segmentation_platform_tests.support import session
from segmentation_platform_tests.support.stores import copy_lines, drop_lines

_CONNECTIONS: Final = 300
"""More than a user's server allows: many workers, each with its readers."""


@contextmanager
def new_database(url: str, template: str = "template0") -> Iterator[Database]:
    """Make a database on a server, and drop it at the end."""
    name = f"segmentation_test_{secrets.token_hex(6)}"
    database = _create(url, name, template)
    try:
        yield database
    finally:
        _drop(url, name)
        drop_lines(name)


def template(url: str, name: str, fill: Callable[[Database], None], base: str = "template0") -> str:
    """Return the name of a database on a server that was made once in a run of the tests, for copies to be made of.

    Args:
        url: of the server
        name: short, of this template
        fill: fills the new database
        base: the template of the template

    """

    def make(path: Path) -> None:
        real = f"segmentation_test_{secrets.token_hex(6)}_{name}"
        try:
            fill(_create(url, real, base))
            _run(url, sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(real)))
        except BaseException:
            _drop(url, real)
            raise
        path.write_text(real)

    return session.shared_path(f"template_{name}", make).read_text()


def drop_templates(url: str) -> None:
    """Drop the templates of this run from a server that goes on."""
    for path in session.folder().glob("template_*"):
        _drop(url, path.read_text())


def embedded_url() -> str:
    """URL of this run's server; the worker that needs it first starts it."""

    def start(path: Path) -> None:
        server = EmbeddedPostgres(session.folder() / "server")
        with Database(server.start()).connect_autocommit() as connection:
            # Databases come and go with every test, and none has to survive a loss of power.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute(f"ALTER SYSTEM SET max_connections = {_CONNECTIONS}".encode())
        server.stop()
        path.write_text(server.start())

    return session.shared_path("server_url", start).read_text()


def stop_embedded() -> None:
    """Stop this run's server, if there is one, and take its data away."""
    home = session.folder() / "server"
    if not home.exists():
        return
    server = EmbeddedPostgres(home)
    data = server.status().data
    server.stop()
    if data.is_relative_to(privileges.SYSTEM_FOLDER):  # root's, without namespaces
        shutil.rmtree(data.parent)


def as_role(database: Database, name: str, password: str) -> Database:
    """The same database, for another login."""
    parts = urlsplit(database.url)
    host = parts.netloc.rpartition("@")[2]
    return Database(parts._replace(netloc=f"{quote(name, safe='')}:{quote(password, safe='')}@{host}").geturl())


@contextmanager
def the_readers_login(database: Database, password: str) -> Iterator[Database]:
    """Let the platform's reader log in to the server, which has it only once: one test at a time, until its end."""
    with session.exclusive("readers_login"):
        with database.connect() as connection:
            set_password(connection, READER, password)
        try:
            yield as_role(database, READER, password)
        finally:
            with database.connect() as connection:
                connection.execute(f"ALTER ROLE {READER} NOLOGIN PASSWORD NULL".encode())


def _create(url: str, name: str, base: str) -> Database:
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(base))
    with Database(url).connect_autocommit() as connection:
        # Postgres 15 and later would write every page to the log, which takes ten times as long as to copy the files.
        if connection.info.server_version >= 150_000:
            made += sql.SQL(" STRATEGY file_copy")
        connection.execute(made)
    database = Database(urlsplit(Database(url).url)._replace(path=f"/{name}").geturl())
    copy_lines(database)
    return database


def _drop(url: str, name: str) -> None:
    _run(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(url: str, statement: sql.Composed) -> None:
    with Database(url).connect_autocommit() as connection:
        connection.execute(statement)


def spoil(database: Database, statement: str) -> None:
    """Change what is stored behind the platform's back."""
    with database.connect() as connection:
        connection.execute(sql.SQL(statement))

"""Who may do what: the reader reads `serving` and nothing else, with or without a login of its own."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from segmentation_platform.contracts import HISTORY, PUBLISHED, Products
from segmentation_platform.warehouse.database import Connection, Database, DatabaseError
from segmentation_platform.warehouse.migrate import upgrade
from segmentation_platform.warehouse.roles import READER, Roles
from segmentation_platform.warehouse.serving import REPORTS
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform.warehouse.tables import replace_table
from segmentation_platform_tests.integration.warehouse.conftest import NewOwner
from segmentation_platform_tests.support.databases import as_role, the_readers_login
from segmentation_platform_tests.support.marked import facts, marked_frame, marked_history, marked_tables

VIEWS = [
    "snapshot",
    "snapshot_history",
    HISTORY,
    *(f"{p.table()}{end}" for p in PUBLISHED for end in ("", "_history")),
]
FORBIDDEN = [
    "SELECT * FROM warehouse.raw_sales",
    "SELECT * FROM warehouse.loads",
    "SELECT * FROM warehouse.segment_models",
    "SELECT * FROM warehouse.products",
    "SELECT * FROM warehouse.migrations",
    "SELECT * FROM snapshots.snapshots",
    "SELECT * FROM snapshots.served",
    "SELECT * FROM snapshots.believed",
    "SELECT * FROM snapshots.customer_segment_history",
    "SELECT * FROM warehouse.promotions",
    *(f"SELECT * FROM snapshots.{contract.table()}" for contract in PUBLISHED),
    "INSERT INTO serving.segments DEFAULT VALUES",
    "UPDATE serving.segments SET customers = 0",
    "DELETE FROM serving.products",
    "INSERT INTO warehouse.products DEFAULT VALUES",
    "UPDATE snapshots.served SET snapshot_id = 1",
    "DELETE FROM snapshots.segments",
    "TRUNCATE warehouse.raw_sales",
    "CREATE TABLE public.mine (x int)",
    "CREATE TABLE serving.mine (x int)",
    "CREATE VIEW serving.mine AS SELECT 1 AS x",
    "CREATE TABLE warehouse.mine (x int)",
    "CREATE TABLE snapshots.mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "COPY serving.segments TO PROGRAM 'true'",
    "SELECT pg_read_file('postgresql.conf')",
]


@pytest.fixture
def published(database: Database) -> Database:
    """A database with something in every table."""
    replace_table(database, Products, marked_frame(Products, 1))
    publish(database, facts(1), marked_tables(1), marked_history(1))
    return database


@pytest.fixture
def login(published: Database) -> Iterator[Database]:
    """The reader's own login, which a server keeps for all its databases: taken away at the end."""
    with the_readers_login(published, "it's a \\ word") as login:
        yield login


@contextmanager
def set_role(database: Database, role: str = READER) -> Iterator[Connection]:
    with database.connect_autocommit() as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        yield connection


def assert_reads_every_view(connection: Connection) -> None:
    connection.execute(f"SELECT snapshot_id FROM serving.{REPORTS}".encode())
    for view in VIEWS:
        row = connection.execute(f"SELECT count(*) FROM serving.{view}".encode()).fetchone()
        assert row
        assert row[0], view


def assert_is_forbidden_the_rest(connection: Connection) -> None:
    for statement in FORBIDDEN:
        try:
            connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            continue
        pytest.fail(f"allowed: {statement}")


def test_the_views_named_here_are_all_there_are(published: Database) -> None:
    with published.connect() as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'serving'::regnamespace")
        assert {row[0] for row in rows} == {*VIEWS, REPORTS}


def test_the_reader_reads_every_view_by_set_role_and_by_its_own_login(published: Database, login: Database) -> None:
    with set_role(published) as connection:
        assert_reads_every_view(connection)
    with login.connect() as connection:
        assert connection.execute("SELECT current_user").fetchone() == (READER,)
        assert_reads_every_view(connection)


def test_the_reader_may_do_nothing_else(published: Database, login: Database) -> None:
    with set_role(published) as connection:
        assert_is_forbidden_the_rest(connection)
    with login.connect_autocommit() as connection:
        assert_is_forbidden_the_rest(connection)


def test_the_reader_has_one_password(login: Database) -> None:
    with (
        pytest.raises(DatabaseError, match="password authentication failed"),
        as_role(login, READER, "another").connect(),
    ):
        pass


@pytest.fixture
def no_reader_yet(empty_database: Database) -> Iterator[str]:
    """A server on which the reader's role is missing: it has another name here."""
    name = f"segmentation_reader_{secrets.token_hex(4)}"
    yield name
    with empty_database.connect() as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


def test_an_owner_who_may_not_make_roles_is_served_all_the_same_and_told_what_to_do(
    empty_database: Database, new_owner: NewOwner, no_reader_yet: str, caplog: pytest.LogCaptureFixture
) -> None:
    owner = new_owner("a word")
    upgrade(owner, Roles(reader=no_reader_yet))
    (advice,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    statement = f"CREATE ROLE {no_reader_yet} NOLOGIN;"
    assert advice.endswith(f"An administrator runs once: {statement}")
    replace_table(owner, Products, marked_frame(Products, 1))
    publish(owner, facts(1), marked_tables(1), marked_history(1))
    with empty_database.connect() as connection:
        connection.execute(statement.encode())
    caplog.clear()
    upgrade(owner, Roles(reader=no_reader_yet))
    assert not caplog.records
    with set_role(empty_database, no_reader_yet) as connection:
        assert_reads_every_view(connection)
        assert_is_forbidden_the_rest(connection)


def test_a_superuser_makes_the_role_without_a_login(empty_database: Database, no_reader_yet: str) -> None:
    upgrade(empty_database, Roles(reader=no_reader_yet))
    with empty_database.connect() as connection:
        query = "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s"
        assert connection.execute(query, [no_reader_yet]).fetchone() == (False, False, False, False)

"""`db prepare`: roles that may do what they are for and nothing else, on a server of one's own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.pq import Ping

from segmentation_platform.contracts import PUBLISHED, WORKING, Products
from segmentation_platform.warehouse import prepare
from segmentation_platform.warehouse.access import open_database
from segmentation_platform.warehouse.bulk import stream
from segmentation_platform.warehouse.database import Connection, Database, DatabaseError
from segmentation_platform.warehouse.migrate import newest_revision, revision, upgrade
from segmentation_platform.warehouse.prepare import Account, at, wait_for
from segmentation_platform.warehouse.roles import set_password
from segmentation_platform.warehouse.snapshots import prune, publish, roll_back
from segmentation_platform.warehouse.tables import COMPUTED, read_frame, replace_table
from segmentation_platform_tests.support.marked import facts, marked_frame, marked_history, marked_tables
from segmentation_platform_tests.support.prepared import Server, unprepared

FORBIDDEN_TO_ALL = [
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "SELECT * FROM pg_authid",
    "SELECT pg_read_file('postgresql.conf')",
    "COPY serving.segments TO PROGRAM 'true'",
]
FORBIDDEN_TO_RUNNER = [
    *FORBIDDEN_TO_ALL,
    *(f"CREATE TABLE {schema}.mine (x int)" for schema in ("warehouse", "snapshots", "serving", "public", "pg_temp")),
    "CREATE SCHEMA mine",
    "CREATE TEMP TABLE mine (x int)",
    "CREATE VIEW serving.mine AS SELECT 1 AS x",
    "CREATE OR REPLACE VIEW serving.segments AS SELECT * FROM serving.products",
    "CREATE INDEX mine ON warehouse.raw_sales (invoice)",
    "CREATE FUNCTION warehouse.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP TABLE warehouse.raw_sales",
    "DROP TABLE warehouse.products",
    "DROP TABLE snapshots.segments CASCADE",
    "DROP VIEW serving.segments",
    "DROP SCHEMA warehouse CASCADE",
    "ALTER TABLE warehouse.raw_sales ADD COLUMN x int",
    "ALTER TABLE warehouse.products DROP COLUMN units",
    "ALTER TABLE snapshots.segments DISABLE TRIGGER ALL",
    "ALTER TABLE snapshots.segments OWNER TO CURRENT_USER",
    "ALTER SCHEMA serving RENAME TO mine",
    "COMMENT ON TABLE warehouse.raw_sales IS 'mine'",
    "TRUNCATE warehouse.raw_sales",
    "TRUNCATE warehouse.products",
    "INSERT INTO warehouse.migrations VALUES ('9999')",
    "UPDATE warehouse.migrations SET version_num = '0001'",
    "DELETE FROM warehouse.migrations",
    "UPDATE serving.segments SET customers = 0",
    "INSERT INTO serving.products DEFAULT VALUES",
    "DELETE FROM serving.segments",
]
FORBIDDEN_TO_READER = [
    *FORBIDDEN_TO_RUNNER,
    *(f"SELECT * FROM warehouse.{contract.table()}" for contract in WORKING),
    *(f"SELECT * FROM snapshots.{contract.table()}" for contract in PUBLISHED),
    "SELECT * FROM warehouse.migrations",
    "SELECT * FROM warehouse.promotions",
    "SELECT * FROM snapshots.snapshots",
    "SELECT * FROM snapshots.served",
    "SELECT * FROM snapshots.believed",
    "INSERT INTO warehouse.loads DEFAULT VALUES",
    "UPDATE snapshots.served SET snapshot_id = 1",
    "DELETE FROM snapshots.snapshots",
]


@pytest.fixture
def server(postgres_url: str) -> Iterator[Server]:
    """A server that is not prepared yet."""
    with unprepared(Database(postgres_url)) as server:
        yield server


@pytest.fixture(scope="module")
def prepared(postgres_url: str) -> Iterator[Server]:
    """A server that is prepared, with a published snapshot, for tests that leave it as it is."""
    with unprepared(Database(postgres_url)) as server:
        owner = server.prepare()
        publish(owner, facts(1), marked_tables(1), marked_history(1))
        yield server


def assert_forbidden(connection: Connection, statements: list[str]) -> None:
    allowed = []
    for statement in statements:
        try:
            connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            continue
        allowed.append(statement)
    assert not allowed


def assert_logs_in(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("SELECT 1")


def assert_kept_out(database: Database, why: str) -> None:
    with pytest.raises(DatabaseError, match=why), database.connect():
        pass


def test_the_runner_may_do_no_more_than_its_work(prepared: Server) -> None:
    with prepared.as_(prepared.accounts.runner).connect_autocommit() as connection:
        become = [f"SET ROLE {account.name}" for account in others(prepared, prepared.accounts.runner)]
        assert_forbidden(connection, FORBIDDEN_TO_RUNNER + become)


def test_the_reader_may_do_no_more_than_read_the_views(prepared: Server) -> None:
    with prepared.as_(prepared.accounts.reader).connect_autocommit() as connection:
        become = [f"SET ROLE {account.name}" for account in others(prepared, prepared.accounts.reader)]
        assert_forbidden(connection, FORBIDDEN_TO_READER + become)
        for contract in PUBLISHED:
            assert connection.execute(f"SELECT * FROM serving.{contract.table()}".encode()).fetchall()


def test_the_owner_may_do_nothing_to_the_server_and_other_databases(prepared: Server) -> None:
    with prepared.as_(prepared.accounts.owner).connect_autocommit() as connection:
        become = [f"SET ROLE {account.name}" for account in others(prepared, prepared.accounts.owner)]
        drop = [f"DROP DATABASE {prepared.databases.dagster}"]
        assert_forbidden(connection, FORBIDDEN_TO_ALL + become + drop)


def others(server: Server, account: Account) -> list[Account]:
    return [other for other in vars(server.accounts).values() if other != account]


def test_everybody_connects_where_they_belong_and_nowhere_else(prepared: Server) -> None:
    accounts, runs = prepared.accounts, prepared.databases.dagster
    for account in (accounts.owner, accounts.runner, accounts.reader):
        assert_logs_in(prepared.as_(account))
        assert_kept_out(at(prepared.admin, runs, account), "permission denied for database")
    assert_logs_in(at(prepared.admin, runs, accounts.dagster))
    assert_kept_out(prepared.as_(accounts.dagster), "permission denied for database")
    with at(prepared.admin, runs, accounts.dagster).connect() as connection:
        connection.execute("CREATE TABLE runs (x int)")
        connection.execute("DROP TABLE runs")


def test_a_role_that_is_none_of_the_platforms_connects_to_neither_database(prepared: Server) -> None:
    stranger = Account(f"{prepared.databases.platform}_stranger", "sesame")
    name = sql.Identifier(stranger.name)
    with prepared.admin.connect_autocommit() as connection:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
        set_password(connection, stranger.name, stranger.password)
    try:
        for database in vars(prepared.databases).values():
            assert_kept_out(at(prepared.admin, database, stranger), "permission denied for database")
    finally:
        with prepared.admin.connect_autocommit() as connection:
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


def test_the_runner_fills_tables_publishes_rolls_back_and_prunes(server: Server) -> None:
    server.prepare()
    runner = open_database(server.as_(server.accounts.runner).url, Path("unused"))
    for contract in COMPUTED:
        replace_table(runner, contract, marked_frame(contract, 1))
        assert len(read_frame(runner, contract)) == 5
    for mark in (1, 2, 3):
        publish(runner, facts(mark), marked_tables(mark), marked_history(mark))
    assert roll_back(runner) == 2
    assert prune(runner, keep=1) == [1]
    with server.as_(server.accounts.reader).connect() as connection:
        assert connection.execute("SELECT customers FROM serving.snapshot").fetchone() == (2,)


def test_what_the_runner_fills_is_analyzed_where_the_server_can_let_it(server: Server) -> None:
    """Before Postgres 17 nobody but the owner can be let: autovacuum does it there."""
    server.prepare()
    runner = server.as_(server.accounts.runner)
    replace_table(runner, Products, marked_frame(Products, 1, rows=123))
    with runner.connect() as connection:
        row = connection.execute("SELECT reltuples FROM pg_class WHERE oid = 'warehouse.products'::regclass")
        assert row.fetchone() == ((123.0,) if connection.info.server_version >= 170_000 else (-1.0,))


BEHIND: dict[str, str] = {
    "an older revision": "UPDATE warehouse.migrations SET version_num = '0002'",
    "a working table with other columns": "ALTER TABLE warehouse.products ADD COLUMN x int",
    "no working table": "DROP TABLE warehouse.products",
    "views of another version": "COMMENT ON SCHEMA serving IS 'of another version'",
}


@pytest.mark.parametrize("behind", BEHIND)
def test_on_a_database_that_is_behind_the_runner_is_told_what_the_owner_has_to_do(
    server: Server, behind: str, tmp_path: Path
) -> None:
    owner, runner = server.prepare(), server.as_(server.accounts.runner)
    with owner.connect() as connection:
        connection.execute(BEHIND[behind].encode())
    with pytest.raises(DatabaseError, match=r"(?s)not up to date.*owner.*db upgrade.*administrator.*db prepare"):
        open_database(runner.url, tmp_path)
    with owner.connect() as connection:
        connection.execute(f"UPDATE warehouse.migrations SET version_num = '{newest_revision()}'".encode())
    upgrade(owner, server.accounts.roles)
    assert open_database(runner.url, tmp_path).url == runner.url
    replace_table(runner, Products, marked_frame(Products, 1))


def test_before_the_database_is_migrated_the_runner_may_not_make_anything(server: Server) -> None:
    owner = server.prepare()
    with owner.connect() as connection:
        connection.execute("DROP SCHEMA warehouse, snapshots, serving CASCADE")
    with pytest.raises(DatabaseError, match="Use the owner's URL"):
        upgrade(server.as_(server.accounts.runner))
    assert revision(owner) is None


def test_preparing_again_changes_nothing_and_a_changed_password_is_the_new_one(server: Server) -> None:
    owner = server.prepare()
    publish(owner, facts(1), marked_tables(1), marked_history(1))
    before = rights(server)
    former = server.accounts.runner
    changed = replace(server.accounts, runner=Account(former.name, "another word"))
    again = replace(server, accounts=changed)
    assert again.prepare().url == owner.url
    assert rights(server) == before
    assert_kept_out(server.as_(former), "password authentication failed")
    assert_logs_in(again.as_(changed.runner))
    with again.as_(changed.reader).connect() as connection:
        assert connection.execute("SELECT count(*) FROM serving.snapshot").fetchone() == (1,)


def rights(server: Server) -> list[tuple[object, ...]]:
    with at(server.admin, server.databases.platform).connect() as connection:
        return connection.execute(
            "SELECT oid::regclass::text, relacl::text FROM pg_class WHERE relnamespace::regnamespace::text IN"
            " ('warehouse', 'snapshots', 'serving') UNION ALL SELECT nspname, nspacl::text FROM pg_namespace"
            " UNION ALL SELECT datname, datacl::text FROM pg_database WHERE datname = ANY(%s) ORDER BY 1",
            [list(vars(server.databases).values())],
        ).fetchall()


@pytest.mark.parametrize(
    "password", ["p@ss/w:rd?x=1#%41", 'it\'s "a" \\ word', "ü ☃ &=+", " ", "123", "SCRAM-SHA-256$x"]
)
def test_any_password_works(server: Server, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = replace(server.accounts, runner=Account(server.accounts.runner.name, password))
    replace(server, accounts=accounts).prepare()
    assert_logs_in(server.as_(accounts.runner))
    bare = at(server.admin, server.databases.platform, Account(accounts.runner.name, "none"))
    bare = Database(bare.url.replace(":none@", "@"))
    monkeypatch.setenv("PGPASSWORD", password)
    assert bare.safe_url == bare.url
    assert_logs_in(bare)
    with stream(bare, "SELECT count(*)::int AS loads FROM warehouse.loads") as reader:
        assert reader.read_all().to_pylist() == [{"loads": 0}]


def test_the_password_of_the_administrator_in_the_environment_is_not_taken_for_the_owners(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, password = server.admin.libpq()
    monkeypatch.setenv("PGPASSWORD", password)
    bare = Database(server.admin.url.replace(f":{password}@", "@"))
    assert bare.url != server.admin.url or not password
    assert revision(server.prepare(bare)) == newest_revision()


def test_a_password_is_never_sent_to_the_server_as_it_is(server: Server) -> None:
    with server.admin.connect_autocommit() as connection, server.admin.connect() as other:
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(server.accounts.reader.name)))
        set_password(connection, server.accounts.reader.name, "open sesame")
        query = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        row = other.execute(query, [connection.info.backend_pid]).fetchone()
    assert row is not None
    assert "SCRAM-SHA-256$" in str(row[0])
    assert "sesame" not in str(row[0])


def test_passwords_are_not_shown(server: Server) -> None:
    assert "word" not in repr(server.accounts)


def test_an_administrator_who_is_no_superuser_prepares_a_server_and_prepares_it_again(server: Server) -> None:
    admin = Account(f"{server.databases.platform}_admin", "sesame")
    name = sql.Identifier(admin.name)
    with server.admin.connect_autocommit() as connection:
        connection.execute(sql.SQL("CREATE ROLE {} CREATEROLE CREATEDB").format(name))
        set_password(connection, admin.name, admin.password)
    there = Database(server.admin.url)
    try:
        ordinary = at(there, there.libpq()[0].split("dbname=")[1].split()[0], admin)
        for _ in range(2):
            assert revision(server.prepare(ordinary)) == newest_revision()
        for account in (server.accounts.owner, server.accounts.runner, server.accounts.reader):
            assert_logs_in(server.as_(account))
        with server.as_(server.accounts.runner).connect_autocommit() as connection:
            assert_forbidden(connection, FORBIDDEN_TO_RUNNER)
    finally:
        with server.admin.connect_autocommit() as connection:
            for database in vars(server.databases).values():
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(database)))
            for account in vars(server.accounts).values():
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(account.name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


def test_who_may_not_make_roles_is_told_who_may(prepared: Server, server: Server) -> None:
    with pytest.raises(DatabaseError, match=r"(?s)may not prepare.*ADMIN_DATABASE_URL.*CREATEROLE") as caught:
        server.prepare(prepared.as_(prepared.accounts.owner))
    assert prepared.accounts.owner.password not in str(caught.value)


def test_a_role_that_is_there_and_may_do_too_much_is_refused_with_the_fix(server: Server) -> None:
    name = server.accounts.runner.name
    with server.admin.connect_autocommit() as connection:
        connection.execute(sql.SQL("CREATE ROLE {} SUPERUSER CREATEDB").format(sql.Identifier(name)))
    with pytest.raises(DatabaseError, match=f"ALTER ROLE {name} NOSUPERUSER NOCREATEDB;"):
        server.prepare()


def test_a_database_that_had_one_user_for_all_gets_its_roles_and_keeps_its_rows(server: Server) -> None:
    with server.admin.connect_autocommit() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(server.databases.platform)))
    former = at(server.admin, server.databases.platform)
    upgrade(former)
    publish(former, facts(7), marked_tables(7), marked_history(7))
    owner = server.prepare()
    with owner.connect() as connection:
        owners = connection.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace::regnamespace::text IN"
            " ('warehouse', 'snapshots', 'serving')"
        ).fetchall()
        assert owners == [(server.accounts.owner.name,)]
    publish(server.as_(server.accounts.runner), facts(8), marked_tables(8), marked_history(8))
    with server.as_(server.accounts.reader).connect() as connection:
        marks = connection.execute("SELECT customers FROM serving.snapshot_history ORDER BY 1").fetchall()
        assert marks == [(7,), (8,)]


def test_two_that_prepare_at_once_both_succeed(server: Server) -> None:
    with ThreadPoolExecutor(2) as executor:
        urls = {owner.url for owner in executor.map(lambda _: server.prepare(), range(2))}
    assert len(urls) == 1
    assert revision(Database(urls.pop())) == newest_revision()


def answering(*answers: Ping) -> Callable[[bytes], Ping]:
    left = list(answers)
    return lambda conninfo: left.pop(0)


def test_a_server_that_is_starting_is_waited_for_and_that_is_said_once(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(prepare, "ping", answering(Ping.NO_RESPONSE, Ping.REJECT, Ping.OK))
    wait_for(Database(postgres_url), said.append)
    assert len(said) == 1
    assert "60 s" in said[0]
    assert Database(postgres_url).safe_url in said[0]


def test_a_server_that_is_there_is_not_waited_for(postgres_url: str) -> None:
    wait_for(Database(postgres_url), pytest.fail)


def test_a_server_that_never_answers_is_not_waited_for_forever() -> None:
    said: list[str] = []
    wait_for(Database("postgresql://me:sesame@127.0.0.1:1/name"), said.append, seconds=0.2)
    assert len(said) == 1
    assert "sesame" not in said[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://a:b@host:1/x?sslmode=prefer", "postgresql://me:p%40ss@host:1/y?sslmode=prefer"),
        ("postgresql://host/x?user=a&password=b&dbname=z", "postgresql://me:p%40ss@host/y"),
        ("postgresql:///x?host=/var/run/postgresql", "postgresql://me:p%40ss@/y?host=%2Fvar%2Frun%2Fpostgresql"),
        ("postgresql://a@h1:1,h2:2/x", "postgresql://me:p%40ss@h1:1,h2:2/y"),
    ],
)
def test_the_same_server_is_named_for_another_database_and_user(url: str, expected: str) -> None:
    assert at(Database(url), "y", Account("me", "p@ss")).url == expected

"""Where a database is, what is said when it is not there, and the lock of a refresh."""

import subprocess
import sys
import traceback
from threading import Event, Thread

import psycopg
import pytest

from segmentation_platform.warehouse.bulk import stream
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.migrate import upgrade
from segmentation_platform_tests.integration.warehouse.conftest import NewOwner

FORM = "postgresql://user:password@host:5432/name"
HOLD = """
import sys
from segmentation_platform.warehouse.database import Database
with Database(sys.argv[1]).exclusive(lambda: None):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_the_scheme_is_the_same_database(database: Database, scheme: str) -> None:
    other = Database(database.url.replace("postgresql", scheme, 1))
    assert other.url == database.url
    assert other.sqlalchemy_url() == database.url.replace("postgresql", "postgresql+psycopg", 1)
    with other.connect() as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:sesame@host/name",
        "postgresqlx://me:sesame@host/name",
        "me:sesame@host/name",
        "host=localhost password=sesame",
        "",
    ],
)
def test_what_is_not_a_postgres_url_is_answered_with_the_form_and_not_repeated(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        Database(url)
    assert FORM in str(caught.value)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("sign", ["/", "@", "%", "%zz", "/?x=", "?/"])
def test_a_password_that_needs_percent_signs_is_said_to_and_not_shown(sign: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        Database(f"postgresql://me:open{sign}sesame@localhost:1/name")
    assert "%40" in str(caught.value)
    assert_hidden(caught.value, "sesame", "open")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:sesame@localhost:1/name",
        "postgresql://me:sesame#1@localhost:1/name",
        "postgresql://me:sesame?1@localhost:1/name",
        "postgresql://me:ses%61me-sesame@localhost:1,localhost:2/name",
        "postgresql://:sesame@localhost:1/name",
        "postgresql://me@localhost:1/name?password=sesame&sslmode=prefer",
        "postgresql://localhost:1/name?user=me&sslpassword=sesame",
    ],
)
def test_the_password_is_never_shown_and_an_unreachable_server_is_named_with_the_fix(url: str) -> None:
    database = Database(url)
    for text in (repr(database), str(database), database.safe_url):
        assert "sesame" not in text
        assert "***" in text
        assert "localhost:1" in text
        assert "/name" in text
    for connect in (database.connect, database.connect_autocommit, lambda: database.exclusive(must_not_wait)):
        with pytest.raises(DatabaseError, match=r"(?s)localhost:1.*refused.*DATABASE_URL") as caught, connect():
            pass
        assert_hidden(caught.value, "sesame")
    with pytest.raises(Exception, match=r"(?i)refused|fail") as from_stream, stream(database, "SELECT 1"):
        pass
    assert "sesame" not in str(from_stream.value)


def test_a_refused_password_is_not_shown(new_owner: NewOwner) -> None:
    wrong = Database(new_owner("right").url.replace(":right@", ":sesame@"))
    with pytest.raises(DatabaseError, match="password authentication failed") as caught, wrong.connect():
        pass
    assert_hidden(caught.value, "sesame")


@pytest.mark.parametrize("password", ["p@ss/w:rd", "a#b?c%d", "ü ☃ &=+", "'\"\\"])
def test_any_password_works_in_percent_form(new_owner: NewOwner, password: str) -> None:
    database = new_owner(password)
    upgrade(database)
    with stream(database, "SELECT count(*)::int AS loads FROM warehouse.loads") as reader:
        assert reader.read_all().to_pylist() == [{"loads": 0}]


def test_options_in_the_url_are_kept(database: Database) -> None:
    separator = "&" if "?" in database.url else "?"
    with Database(f"{database.url}{separator}options=-c%20work_mem%3D7MB").connect() as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("7MB",)
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_a_block_that_raises_leaves_nothing_behind(empty_database: Database) -> None:
    with pytest.raises(psycopg.errors.DuplicateTable), empty_database.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS x; CREATE TABLE kept AS SELECT 2 AS x")
    with empty_database.connect() as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
        connection.execute("CREATE TABLE kept AS SELECT 1 AS x")
    with empty_database.connect() as connection:
        assert connection.execute("SELECT x FROM kept").fetchone() == (1,)


def test_a_second_refresh_says_that_it_waits_and_begins_when_the_first_is_over(database: Database) -> None:
    said, over = Event(), Event()
    order: list[str] = []

    def second() -> None:
        with database.exclusive(said.set):
            order.append("second")
        over.set()

    with database.exclusive(must_not_wait):
        Thread(target=second, daemon=True).start()
        assert said.wait(10)
        assert not over.wait(0.3)
        order.append("first")
    assert over.wait(10)
    assert order == ["first", "second"]
    with pytest.raises(RuntimeError), database.exclusive(must_not_wait):
        raise RuntimeError
    with database.exclusive(must_not_wait):
        pass


def test_processes_of_one_run_share_the_lock_and_other_runs_wait_for_all_of_them(database: Database) -> None:
    said, over = Event(), Event()

    def other() -> None:
        with database.exclusive(said.set):
            over.set()

    with database.shared(must_not_wait), database.shared(must_not_wait):
        Thread(target=other, daemon=True).start()
        assert said.wait(10)
        assert not over.is_set()
    assert over.wait(10)


def test_refreshes_of_two_databases_do_not_hinder_each_other(database: Database, empty_database: Database) -> None:
    with database.exclusive(must_not_wait), empty_database.exclusive(must_not_wait):
        pass


def test_a_killed_refresh_frees_the_lock(database: Database) -> None:
    command = [sys.executable, "-c", HOLD, database.url]
    said, over = Event(), Event()

    def second() -> None:
        with database.exclusive(said.set):
            over.set()

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        Thread(target=second, daemon=True).start()
        assert said.wait(10)
        holder.kill()
    assert over.wait(10)


def must_not_wait() -> None:
    pytest.fail("it waited")


def assert_hidden(error: BaseException, *secrets: str) -> None:
    """No secret is in what is printed of an error and of the errors behind it (source lines aside)."""
    printed = "".join(traceback.TracebackException.from_exception(error, lookup_lines=False).format())
    messages = [line for line in printed.splitlines() if not line.startswith("    ")]
    assert not [secret for secret in secrets if secret in "\n".join(messages)]


def process_of(database: Database) -> object:
    with database.connect() as connection:
        return connection.execute("SELECT pg_backend_pid()").fetchone()


def test_a_connection_is_closed_at_the_end_of_its_block_unless_connections_are_kept(database: Database) -> None:
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    assert process_of(database) != process_of(database)
    with database.keeping_connections(), database.keeping_connections():
        assert process_of(database) == process_of(database)
        with database.connect(), database.connect_autocommit() as second:
            assert second.execute(others).fetchone() == (1,)
    with database.connect() as connection:
        assert connection.execute(others).fetchone() == (0,)


def test_a_kept_connection_begins_every_block_anew_even_after_an_error(database: Database) -> None:
    with database.keeping_connections():
        with pytest.raises(psycopg.errors.DivisionByZero), database.connect() as connection:
            connection.execute("CREATE TABLE half AS SELECT 1 / 0")
        with database.connect() as connection:
            connection.execute("CREATE TEMP TABLE scratch (x int) ON COMMIT DROP")
        with database.connect() as connection:
            found = connection.execute("SELECT to_regclass('half'), to_regclass('scratch')").fetchone()
            assert found == (None, None)
            connection.execute("CREATE TABLE whole ()")
        with database.connect_autocommit() as connection:
            connection.execute("VACUUM whole")


def test_a_kept_connection_whose_server_went_away_is_replaced(database: Database) -> None:
    with database.keeping_connections():
        before = process_of(database)
        with Database(database.url).connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert process_of(database) != before

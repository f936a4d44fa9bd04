"""Connections that read as Arrow: whatever is kept between them, they behave as if each were the first."""

from concurrent.futures import ThreadPoolExecutor

import adbc_driver_manager
import pytest

from segmentation_platform.warehouse import adbc
from segmentation_platform.warehouse.database import Database


def ask(database: Database, query: str) -> object:
    with adbc.connection(database.url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def connections(database: Database) -> object:
    with database.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return connection.execute(query).fetchall()


def test_many_threads_read_at_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = range(64)
        assert list(pool.map(lambda number: ask(database, f"SELECT {number}"), numbers)) == [[(n,)] for n in numbers]


def test_nothing_stays_connected(database: Database) -> None:
    ask(database, "SELECT 1")
    assert connections(database) == [(0,)]


def test_a_failed_query_does_not_spoil_the_next_connection(database: Database) -> None:
    with pytest.raises(adbc_driver_manager.Error, match="none"):
        ask(database, "SELECT 1 FROM none")
    assert ask(database, "SELECT 1") == [(1,)]


def test_a_table_that_was_made_after_the_first_connection_is_read(database: Database) -> None:
    ask(database, "SELECT 1")
    with database.connect() as connection:
        connection.execute("CREATE TABLE made AS SELECT 'later'::text AS word, ARRAY[1.5::float8] AS numbers")
    assert ask(database, "SELECT word, numbers FROM made") == [("later", [1.5])]


def test_each_connection_is_one_transaction_that_is_not_committed(database: Database) -> None:
    ask(database, "CREATE TABLE made (word text)")
    assert ask(database, "SELECT to_regclass('made')::text") == [(None,)]


def test_kept_connections_are_used_again_begin_anew_and_are_closed_at_the_end(database: Database) -> None:
    with adbc.keeping_connections(database.url):
        assert ask(database, "CREATE TABLE made AS SELECT pg_backend_pid() AS pid") == []
        first = ask(database, "SELECT to_regclass('made')::text, pg_backend_pid()")
        second = ask(database, "SELECT to_regclass('made')::text, pg_backend_pid()")
        assert first == second
        assert connections(database) == [(1,)]
    assert connections(database) == [(0,)]


def test_a_kept_connection_whose_server_went_away_is_replaced(database: Database) -> None:
    with adbc.keeping_connections(database.url):
        before = ask(database, "SELECT pg_backend_pid()")
        with database.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert ask(database, "SELECT pg_backend_pid()") != before


def test_many_threads_read_at_once_on_kept_connections(database: Database) -> None:
    with adbc.keeping_connections(database.url), ThreadPoolExecutor(8) as pool:
        numbers = range(64)
        assert list(pool.map(lambda number: ask(database, f"SELECT {number}"), numbers)) == [[(n,)] for n in numbers]

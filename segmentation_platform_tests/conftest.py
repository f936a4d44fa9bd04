"""A real Postgres for the tests: one server per test session, an own database for every test that asks."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.embedded import EmbeddedPostgres, EmbeddedPostgresError, privileges
from segmentation_platform.warehouse.migrate import upgrade
from segmentation_platform_tests.support.databases import new_database
from segmentation_platform_tests.support.published import published as published


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server on which databases may be made: TEST_DATABASE_URL, else an embedded one.

    Where there is none, tests skip and say why; in CI, or when the URL was given, they fail.
    """
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        try:
            with Database(named).connect():
                pass
        except DatabaseError as error:
            pytest.fail(f"TEST_DATABASE_URL: {error}")
        yield named
        return
    server = EmbeddedPostgres(tmp_path_factory.mktemp("server"))
    try:
        url = server.start()
    except EmbeddedPostgresError as error:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"No Postgres server for the tests; set TEST_DATABASE_URL to one. {error}")
    with Database(url).connect_autocommit() as connection:
        # Databases come and go with every test, and none has to survive a loss of power.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield url
    data = server.status().data
    server.stop()
    if data.is_relative_to(privileges.SYSTEM_FOLDER):  # root's, without namespaces
        shutil.rmtree(data.parent)


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """Name of a migrated database, of which copies are made in a fraction of the time."""
    with new_database(postgres_url) as template:
        upgrade(template)
        yield urlsplit(template.url).path[1:]


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[Database]:
    """An empty database of the test's own."""
    with new_database(postgres_url) as database:
        yield database


@pytest.fixture
def database(postgres_url: str, migrated_template: str) -> Iterator[Database]:
    """A migrated database of the test's own."""
    with new_database(postgres_url, migrated_template) as database:
        yield database

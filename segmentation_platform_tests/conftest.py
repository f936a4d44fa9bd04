"""One real Postgres for a run of the tests, a database of its own for every test that asks, and a budget for all."""

import gc
import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.embedded import EmbeddedPostgresError
from segmentation_platform_tests.support import databases, session, stages, stores
from segmentation_platform_tests.support.databases import new_database
from segmentation_platform_tests.support.published import published as published
from segmentation_platform_tests.support.stages import Night

pytest_plugins = ["segmentation_platform_tests.support.budget", "segmentation_platform_tests.support.variants"]


def pytest_configure(config: pytest.Config) -> None:
    """Make what all workers share, before there are workers."""
    # How long an example takes says how busy the machine is.
    hypothesis.settings.register_profile("tests", deadline=None)
    hypothesis.settings.load_profile("tests")
    if not hasattr(config, "workerinput"):
        # Help and tables are laid out for a terminal of this width, in this process and in those that tests start.
        os.environ["COLUMNS"] = "120"
        # Who ends a run by `kill`, as CI does, leaves no server behind: it ends as by Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        session.begin()
        # For commands, which tests start with a database of theirs.
        os.environ["SEGMENTATION_LEDGER__STORE"] = stores.place().root


def pytest_collection_finish() -> None:
    """Don't look through all that was imported again and again for what may be thrown away."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """At the end it all goes as usual, or C extensions report what they find left over."""
    gc.unfreeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take it away, after the last worker has ended."""
    if not hasattr(config, "workerinput"):
        if named := os.environ.get("TEST_DATABASE_URL"):
            databases.drop_templates(named)
        databases.stop_embedded()
        session.end()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """URL of a server on which databases may be made: TEST_DATABASE_URL, else an embedded one.

    Where there is none, tests skip and say why; in CI, or when the URL was given, they fail.
    """
    named = os.environ.get("TEST_DATABASE_URL")
    try:
        if not named:
            return databases.embedded_url()
        with Database(named).connect():
            return named
    except DatabaseError as error:
        pytest.fail(f"TEST_DATABASE_URL: {error}")
    except EmbeddedPostgresError as error:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"No Postgres server for the tests; set TEST_DATABASE_URL to one. {error}")


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[Database]:
    """An empty database of the test's own."""
    with new_database(postgres_url) as database:
        yield database


@pytest.fixture
def database(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Database]:
    """A database of the test's own: migrated, and as it is after the nights that the test is marked with."""
    with new_database(postgres_url, stages.after(postgres_url, *_nights(request))) as database:
        yield database


@pytest.fixture
def the_night(request: pytest.FixtureRequest, postgres_url: str) -> Night:
    """What the last of the nights told that the test is marked with."""
    return stages.night(postgres_url, *_nights(request))


def _nights(request: pytest.FixtureRequest) -> tuple[str, ...]:
    marker = request.node.get_closest_marker("nights")
    return marker.args if marker else ()

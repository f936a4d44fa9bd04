"""A database is brought up to date from wherever it stands, by one or by many at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE
from threading import Barrier

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from segmentation_platform.warehouse import migrations
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.migrate import newest_revision, revision, upgrade
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.integration.warehouse.conftest import NewOwner
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

UPGRADE = """
import sys
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.migrate import upgrade
print("ready", flush=True)
sys.stdin.readline()
upgrade(Database(sys.argv[1]))
"""


def alembic_config(database: Database | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    if database is not None:
        config.attributes["url"] = database.sqlalchemy_url()
    return config


def schema(database: Database) -> list[tuple[object, ...]]:
    """Every column of every relation of the platform."""
    with database.connect() as connection:
        return connection.execute(
            "SELECT table_schema, table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema IN ('warehouse', 'snapshots', 'serving') ORDER BY 1, 2, ordinal_position"
        ).fetchall()


def assert_whole(database: Database) -> None:
    assert revision(database) == newest_revision()
    publish(database, facts(1), marked_tables(1), marked_history(1))
    with database.connect() as connection:
        assert connection.execute("SELECT customers FROM serving.snapshot").fetchone() == (1,)


def test_the_newest_revision_is_the_only_head_of_the_migrations() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [newest_revision()]


def test_an_empty_database_is_migrated_and_a_migrated_one_stays_as_it_is(empty_database: Database) -> None:
    assert revision(empty_database) is None
    upgrade(empty_database)
    before = schema(empty_database)
    assert {row[0] for row in before} == {"warehouse", "snapshots", "serving"}
    upgrade(empty_database)
    assert schema(empty_database) == before
    assert_whole(empty_database)


def test_a_database_of_every_older_revision_comes_to_the_same_schema(
    empty_database: Database, database: Database
) -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
    for older in revisions[::-1]:
        command.upgrade(alembic_config(empty_database), older)
    upgrade(empty_database)
    assert schema(empty_database) == schema(database)
    assert_whole(empty_database)


def test_a_database_of_a_newer_version_is_refused_and_both_revisions_are_named(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("UPDATE warehouse.migrations SET version_num = '9999'")
    before = schema(database)
    with pytest.raises(DatabaseError, match=rf"(?s)9999.*{newest_revision()}.*Upgrade the platform") as caught:
        upgrade(database)
    assert database.safe_url in str(caught.value)
    assert database.url not in str(caught.value)
    assert schema(database) == before


@pytest.mark.slow
def test_four_processes_that_migrate_at_once_all_succeed(empty_database: Database) -> None:
    argv = [sys.executable, "-c", UPGRADE, empty_database.url]
    processes = [subprocess.Popen(argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) for _ in range(4)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    assert outcomes == [("", 0)] * 4
    assert_whole(empty_database)


def test_threads_that_migrate_at_once_all_succeed(empty_database: Database) -> None:
    barrier = Barrier(6)

    def migrate(_: int) -> None:
        barrier.wait(30)
        upgrade(empty_database)

    with ThreadPoolExecutor(6) as executor:
        for _ in range(4):  # from nothing, then with nothing to do
            list(executor.map(migrate, range(6)))
    assert_whole(empty_database)


@pytest.mark.parametrize("is_migrated", [False, True])
def test_a_user_without_rights_is_told_whose_url_to_use(
    empty_database: Database, new_owner: NewOwner, is_migrated: bool
) -> None:
    stranger = new_owner("sesame")
    with empty_database.connect() as connection:
        name = str(connection.execute("SELECT quote_ident(current_database())").fetchone()[0])  # type: ignore[index]
        connection.execute(f"ALTER DATABASE {name} OWNER TO CURRENT_USER".encode())
    if is_migrated:
        upgrade(empty_database)
    with pytest.raises(DatabaseError) as caught:
        upgrade(stranger)
    assert str(caught.value) == (
        f"{stranger.safe_url}: this user may not read or make the platform's schemas.\n"
        "Use the owner's URL in DATABASE_URL, or have an administrator grant it."
    )

"""Whole runs at a terminal: the first one, with all that is delivered, what is typed after it, and two at once."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segmentation_platform.contracts import WORKING
from segmentation_platform.orchestration.checks import RELATIONS
from segmentation_platform.orchestration.ledger_checks import LEDGER_CHECKS
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.commands import QUICK, Command
from segmentation_platform_tests.support.commands import command as command
from segmentation_platform_tests.support.commands import process as process
from segmentation_platform_tests.support.refreshes import shop_ledger as shop_ledger
from segmentation_platform_tests.support.stages import refreshed

pytestmark = pytest.mark.slow

REGISTRIES = {"loads", "segment_models", "taste_models"}
"""Working tables that are no assets of their own."""


def served(database: Database) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return connection.execute("SELECT snapshot_id FROM serving.snapshot").fetchall()


def test_a_first_run_tells_every_table_and_the_segments_and_a_second_one_that_nothing_changed(
    process: Command, command: Command, shop_ledger: Path, empty_database: Database
) -> None:
    first = process("run", "--sales", str(shop_ledger))
    assert first.returncode == 0, first.stderr
    for name in ("raw_sales", "clean_sales", "segment_recommendations", "published_snapshot"):
        assert re.search(rf"✓ {name} .*rows +[\d.]+ s", first.stderr), name
    told = re.search(r"(\d+) of (\d+) data checks passed", first.stderr)
    assert told
    passed, made = map(int, told.groups())
    # A contract check for every table that is an asset, those across tables, and the doubts of the ledger; only the
    # warnings may not pass.
    assert made == len(WORKING) - len(REGISTRIES) + len(RELATIONS) + len(LEDGER_CHECKS) + 1
    warnings = [check for check in (*RELATIONS, *LEDGER_CHECKS) if not next(iter(check.check_specs)).blocking]
    assert made - len(warnings) - 1 <= passed <= made
    assert "Warning: Little data" in first.stderr
    assert "Snapshot 1" in first.stdout
    for words in ("Champions", "Revenue", "First recommendations", "psql", "db psql", " ui "):
        assert words in first.stdout
    assert "Little data" in first.stdout
    second = process("run", "--sales", str(shop_ledger))
    assert second.returncode == 0
    assert "Nothing has changed" in second.stdout
    assert served(empty_database) == [(1,)]
    here = {"DATABASE_URL": empty_database.url}
    listed = command("snapshots", "list", **here)
    assert "served" in listed.stdout
    third = command("run", "--sales", str(shop_ledger), "--force", **here, **QUICK)
    assert third.returncode == 0
    assert served(empty_database) == [(2,)]
    assert "Snapshot 1 is served now" in command("snapshots", "rollback", **here).stdout
    assert served(empty_database) == [(1,)]
    assert command("snapshots", "rollback", **here).returncode == 1
    assert "Dropped" not in command("snapshots", "prune", "--keep", "1", **here).stdout, "the served one stays"
    assert command("snapshots", "rollback", "--to", "2", **here).returncode == 0
    assert "Dropped 1: 1." in command("snapshots", "prune", "--keep", "1", **here).stdout


def test_a_second_run_waits_for_the_first_and_says_so(
    process: Command, empty_database: Database, shop_ledger: Path
) -> None:
    assert process("db", "upgrade").returncode == 0
    with ThreadPoolExecutor() as pool:
        with empty_database.exclusive(lambda: None):
            second = pool.submit(process, "run", "--sales", str(shop_ledger), **QUICK)
            wait_for_a_waiting_run(empty_database)
            assert served(empty_database) == []
        said = second.result()
    assert said.returncode == 0, said.stderr
    assert "Another refresh is at work on this database" in said.stderr
    assert served(empty_database) == [(1,)]


def wait_for_a_waiting_run(database: Database) -> None:
    deadline = time.monotonic() + 60
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    while time.monotonic() < deadline:
        with database.connect() as connection:
            if connection.execute(query.encode()).fetchone() == (1,):
                return
        time.sleep(0.1)
    pytest.fail("no run was waiting")


@refreshed
def test_a_failing_check_leads_the_message_with_rows_and_examples_and_exit_code_1(
    command: Command, shop_ledger: Path, database: Database
) -> None:
    with database.connect() as connection:
        connection.execute(
            "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN NEW.reason := ''mood''; RETURN NEW; END'"
        )
        connection.execute(
            "CREATE TRIGGER late BEFORE INSERT ON warehouse.rejected_sales FOR EACH ROW EXECUTE FUNCTION late()"
        )
    said = command("run", "--sales", str(shop_ledger), "--force", **QUICK)
    assert said.returncode == 1
    words = " ".join(said.stderr.split())
    cause = re.search(
        r"Check keeps_contract on rejected_sales failed: (\d+) failing rows, for example: (.*?) Not made", words
    )
    assert cause, words
    assert int(cause[1]) > 3
    assert cause[2].count("column reason") == 3
    assert "Not executing" not in words, "no list of what could not follow"
    assert "Still served: snapshot 1" in words
    assert served(database) == [(1,)]

"""`db prepare`, `db backup`, `db restore`, and databases of another version, as people meet them."""

from pathlib import Path

import pytest

from segmentation_platform.contracts import RawSales
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.migrate import newest_revision, revision
from segmentation_platform.warehouse.snapshots import publish, served_snapshot
from segmentation_platform.warehouse.tables import read_frame
from segmentation_platform_tests.support.commands import Command
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.releases import restore_release
from segmentation_platform_tests.support.stores import lines_of

PASSWORDS = {f"SEGMENTATION_PASSWORDS__{role}": "a word" for role in ("OWNER", "RUNNER", "READER", "DAGSTER")}


def test_prepare_names_what_is_not_set_and_how_to_set_it(command: Command) -> None:
    without = command("db", "prepare", ADMIN_DATABASE_URL="", **PASSWORDS)
    assert without.returncode == 1
    assert without.stderr.startswith("ADMIN_DATABASE_URL is not set.\nSet it to")
    admin = "postgresql://postgres@127.0.0.1:1/postgres"
    missing = {**PASSWORDS, "SEGMENTATION_PASSWORDS__RUNNER": "", "SEGMENTATION_PASSWORDS__DAGSTER": ""}
    unnamed = command("db", "prepare", ADMIN_DATABASE_URL=admin, **missing)
    assert unnamed.returncode == 1
    said = " ".join(unnamed.stderr.split())
    assert "SEGMENTATION_PASSWORDS__RUNNER and SEGMENTATION_PASSWORDS__DAGSTER are not set." in said
    assert "a word" not in said


@pytest.mark.parametrize("password", ["123", "null", "true", '{"a": 1}', "[1]", " ", "it's \\ ü☃ @/%:"])
def test_a_password_in_the_environment_is_taken_as_it_is(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENTATION_PASSWORDS__OWNER", password)
    settings = Settings()
    assert settings.passwords.owner is not None
    assert settings.passwords.owner.get_secret_value() == password
    assert settings.passwords.runner is None
    assert password not in repr(settings.passwords) or password in "* "


def test_a_backup_is_restored_into_another_database_and_not_into_the_same(
    command: Command, database: Database, empty_database: Database, tmp_path: Path
) -> None:
    publish(database, facts(1), marked_tables(1), marked_history(1))
    file = str(tmp_path / "shop.dump")
    made = command("db", "backup", file, "--database-url", database.url)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.endswith(" MB.\n")
    again = command("db", "restore", file, "--database-url", database.url)
    assert again.returncode == 1
    assert "holds the platform's tables already" in " ".join(again.stderr.split())
    restored = command("db", "restore", file, DATABASE_URL=empty_database.url)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert f"is restored, at revision {newest_revision()}" in restored.stdout
    served = served_snapshot(empty_database)
    assert served is not None
    assert served.snapshot_id == 1


@pytest.mark.parametrize("arguments", [["run"], ["db", "upgrade"], ["snapshots", "list"]])
def test_a_database_of_a_newer_version_is_refused_by_every_command(
    command: Command, database: Database, arguments: list[str]
) -> None:
    with database.connect() as connection:
        connection.execute("UPDATE warehouse.migrations SET version_num = '9999'")
    refused = command(*arguments)
    assert refused.returncode == 1
    said = " ".join(refused.stderr.split())
    assert f"is at revision 9999; this version of the platform knows up to {newest_revision()}" in said
    assert said.endswith("Upgrade the platform.")
    assert revision(database) == "9999"


def test_an_upgrade_leaves_lines_to_be_moved_by_the_run_that_will_read_them(
    command: Command, empty_database: Database
) -> None:
    restore_release(empty_database, "0001")
    assert command("db", "upgrade", DATABASE_URL=empty_database.url).returncode == 0
    lines = lines_of(empty_database)
    assert lines.kept(RawSales).version is None
    assert command("doctor", DATABASE_URL=empty_database.url).stdout.count("0 files") == 1
    assert lines.kept(RawSales).version is None
    assert len(read_frame(empty_database, RawSales)) == 2_500

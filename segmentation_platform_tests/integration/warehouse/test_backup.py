"""`db backup` and `db restore`: what comes back is what was there, or nothing is touched."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from segmentation_platform.contracts import PUBLISHED, CleanSales, Products
from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.ledger_store import StoreError, StorePlace
from segmentation_platform.warehouse import backup
from segmentation_platform.warehouse.backup import back_up, restore
from segmentation_platform.warehouse.backup_lines import Restored
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.ledger_lines import IN_FILES, LedgerLines
from segmentation_platform.warehouse.migrate import newest_revision, revision, upgrade
from segmentation_platform.warehouse.mirror import clear_mirror, mirror
from segmentation_platform.warehouse.roles import READER
from segmentation_platform.warehouse.snapshots import publish, served_snapshot
from segmentation_platform.warehouse.tables import replace_table
from segmentation_platform_tests.support.loads import load_whole
from segmentation_platform_tests.support.marked import facts, marked_frame, marked_history, marked_tables
from segmentation_platform_tests.support.prepared import unprepared
from segmentation_platform_tests.support.releases import restore_release
from segmentation_platform_tests.support.stores import clean_lines, lines_of, put_clean_lines, raw_lines_of

TEXT = pa.record_batch([pa.array(["1", None, "é"])] * len(TEXT_COLUMNS), names=TEXT_COLUMNS)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the programs are looked for as on Unix")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where to back up to."""
    return tmp_path / "shop.dump"


@pytest.fixture
def published(database: Database) -> Database:
    """A database with a ledger and two snapshots."""
    put_clean_lines(database, marked_frame(CleanSales, 1))
    load_whole(database, LedgerFile(Path("shop.csv"), "5" * 64, 1, 1), iter([TEXT]))
    for contract in IN_FILES:
        mirror(lines_of(database), contract)
    replace_table(database, Products, marked_frame(Products, 1))
    for mark in (1, 2):
        publish(database, facts(mark), marked_tables(mark), marked_history(mark))
    return database


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every relation of the platform but where files are, and every line in files."""
    with database.connect() as connection:
        names = connection.execute(
            "SELECT oid::regclass::text FROM pg_class"
            " WHERE relkind IN ('r', 'v') AND relname <> 'ledger_store'"
            " AND relnamespace::regnamespace::text IN ('warehouse', 'snapshots', 'serving') ORDER BY 1"
        ).fetchall()
        found = {
            str(name): sorted(connection.execute(f"SELECT * FROM {name}".encode()).fetchall(), key=repr)
            for (name,) in names
        }
    if "warehouse.loads" in found and revision(database) == newest_revision():
        in_files = {"clean": clean_lines(database), "raw": raw_lines_of(database)}
        found |= {name: list(frame.itertuples(index=False, name=None)) for name, frame in in_files.items()}
    return found


def test_a_restored_database_holds_every_row_and_serves_and_publishes_on(
    published: Database, empty_database: Database, file: Path
) -> None:
    back_up(lines_of(published), file)
    restore(lines_of(empty_database), file)
    assert everything(empty_database) == everything(published)
    assert publish(empty_database, facts(3), marked_tables(3), marked_history(3)) == 3
    with empty_database.connect() as connection:
        connection.execute(f"SET ROLE {READER}".encode())
        for contract in PUBLISHED:
            assert connection.execute(f"SELECT * FROM serving.{contract.table()}".encode()).fetchall()


def test_lines_that_are_in_files_alone_are_restored_into_files_of_their_own(
    published: Database, empty_database: Database, file: Path
) -> None:
    for contract in IN_FILES:
        clear_mirror(lines_of(published), contract)
    back_up(lines_of(published), file)
    restore(lines_of(empty_database), file)
    assert everything(empty_database) == everything(published)
    put_clean_lines(empty_database, marked_frame(CleanSales, 2))
    assert everything(empty_database)["clean"] != everything(published)["clean"]


def test_a_backup_is_refused_where_lines_are_gone(published: Database, file: Path) -> None:
    Path(lines_of(published).files(CleanSales)[0].path).unlink()
    with pytest.raises(StoreError, match="is gone"):
        back_up(lines_of(published), file)
    assert not file.exists()


def test_a_backup_that_can_not_be_restored_leaves_no_lines_behind(
    published: Database, empty_database: Database, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(lines_of(published), file)
    lines = LedgerLines(empty_database, StorePlace(str(tmp_path / "ledger")))
    monkeypatch.setattr(Restored, "statement", lambda self: "SELECT 1 / 0;\n")
    with pytest.raises(DatabaseError, match="division by zero"):
        restore(lines, file)
    assert everything(empty_database) == {}
    assert list((tmp_path / "ledger").iterdir()) == []


def test_a_backup_is_its_owners_alone_and_an_earlier_one_gives_way_when_the_new_one_is_whole(
    published: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("an earlier one")
    umask = os.umask(0)
    try:
        back_up(lines_of(published), file)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    whole = file.read_bytes()
    monkeypatch.setattr(backup, "SCHEMAS", ("no_such_schema",))
    with pytest.raises(DatabaseError, match=r"(?s)pg_dump could not back up.*no matching schemas"):
        back_up(lines_of(published), file)
    assert file.read_bytes() == whole
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]


def test_the_password_is_on_no_command_line(
    published: Database, empty_database: Database, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, password = published.libpq()
    said = tmp_path / "command lines"
    for name in ("pg_dump", "pg_restore", "psql"):
        program = max(backup.programs(name).items())[1]
        wrapped = tmp_path / name
        wrapped.write_text(f'#!/bin/sh\necho {name} "$@" >> "{said}"\nexec "{program}" "$@"\n')
        wrapped.chmod(0o755)
    monkeypatch.setattr(backup, "programs", lambda name: {99: tmp_path / name})
    back_up(lines_of(published), file)
    restore(lines_of(empty_database), file)
    lines = said.read_text()
    assert {line.split()[0] for line in lines.splitlines()} == {"pg_dump", "pg_restore", "psql"}
    assert password
    assert password not in lines


def test_a_database_that_holds_something_is_not_restored_into_and_stays_as_it_is(
    published: Database, file: Path
) -> None:
    back_up(lines_of(published), file)
    before = everything(published)
    with pytest.raises(DatabaseError, match=r"(?s)holds the platform's tables already.*empty database.*db stop"):
        restore(lines_of(published), file)
    assert everything(published) == before


def test_tables_in_which_there_is_nothing_yet_make_room(
    published: Database, empty_database: Database, file: Path
) -> None:
    back_up(lines_of(published), file)
    upgrade(empty_database)
    restore(lines_of(empty_database), file)
    assert everything(empty_database) == everything(published)


def test_a_schema_of_the_same_name_that_is_not_the_platforms_is_left_alone(
    published: Database, empty_database: Database, file: Path
) -> None:
    back_up(lines_of(published), file)
    with empty_database.connect() as connection:
        connection.execute("CREATE SCHEMA warehouse; CREATE TABLE warehouse.shelves AS SELECT 1 AS x")
    with pytest.raises(DatabaseError, match="already"):
        restore(lines_of(empty_database), file)
    assert everything(empty_database) == {"warehouse.shelves": [(1,)]}


def test_there_is_nothing_to_back_up_before_the_first_start(empty_database: Database, file: Path) -> None:
    with pytest.raises(DatabaseError, match="nothing to back up"):
        back_up(lines_of(empty_database), file)
    assert not file.exists()


@pytest.mark.parametrize("content", [None, b"", b"not an archive", 0.5, 0.8, 0.95])
def test_what_is_no_whole_backup_is_refused_and_leaves_nothing_behind(
    published: Database, empty_database: Database, file: Path, content: bytes | float | None
) -> None:
    if isinstance(content, float):
        back_up(lines_of(published), file)
        whole = file.read_bytes()
        file.write_bytes(whole[: int(len(whole) * content)])
    elif isinstance(content, bytes):
        file.write_bytes(content)
    with pytest.raises(DatabaseError, match=r"can't be restored|could not be restored") as caught:
        restore(lines_of(empty_database), file)
    assert str(file) in str(caught.value)
    assert everything(empty_database) == {}


def test_a_file_that_can_not_be_written_is_named(published: Database, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"nowhere/shop\.dump can't be written"):
        back_up(lines_of(published), tmp_path / "nowhere" / "shop.dump")


def test_programs_that_are_older_than_the_server_are_named_with_what_to_install(
    published: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "programs", lambda name: {9: Path(f"/old/{name}")})
    with pytest.raises(DatabaseError, match=r"/old/pg_dump is of Postgres 9\.\nInstall .*postgresql-client-\d+"):
        back_up(lines_of(published), file)
    monkeypatch.setattr(backup, "programs", lambda name: {})
    with pytest.raises(DatabaseError, match="there is none"):
        back_up(lines_of(published), file)


def test_a_backup_by_newer_programs_than_the_server_is_restored_as_well(
    published: Database, empty_database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest programs that are here; those of 17 and later say what earlier servers don't know."""
    found = {name: backup.programs(name) for name in ("pg_dump", "pg_restore")}
    monkeypatch.setattr(backup, "programs", lambda name: {max(found[name]): found[name][max(found[name])]})
    back_up(lines_of(published), file)
    restore(lines_of(empty_database), file)
    assert everything(empty_database) == everything(published)


def test_a_backup_of_the_first_release_is_brought_up_to_date(
    postgres_url: str, empty_database: Database, database: Database, file: Path
) -> None:
    restore_release(empty_database, "0001")
    back_up(lines_of(empty_database), file)
    assert revision(empty_database) == "0001"
    restore(lines_of(database), file)
    assert revision(database) == newest_revision()
    served = served_snapshot(database)
    assert served is not None
    assert served.snapshot_id == 2


def test_a_backup_is_of_one_moment_while_snapshots_are_published(
    published: Database, empty_database: Database, file: Path
) -> None:
    with ThreadPoolExecutor(1) as executor:
        backed_up = executor.submit(back_up, lines_of(published), file)
        for mark in range(3, 12):
            publish(published, facts(mark), marked_tables(mark), marked_history(mark))
        backed_up.result()
    restore(lines_of(empty_database), file)
    rows = everything(empty_database)
    newest = len(rows["snapshots.snapshots"])
    assert rows["snapshots.served"] == [(True, newest)]
    assert {row[0] for row in rows["snapshots.products"]} == set(range(1, newest + 1))


def test_on_a_prepared_server_the_runner_backs_up_the_owner_restores_and_rights_are_granted_anew(
    postgres_url: str, file: Path
) -> None:
    with unprepared(Database(postgres_url)) as old, unprepared(Database(postgres_url)) as new:
        old.prepare()
        runner = old.as_(old.accounts.runner)
        publish(runner, facts(1), marked_tables(1), marked_history(1))
        back_up(lines_of(runner), file)
        owner = new.prepare()
        with pytest.raises(DatabaseError, match=r"may not do this.*\n.*owner's URL"):
            restore(lines_of(new.as_(new.accounts.runner)), file)
        with pytest.raises(DatabaseError, match=r"may not do this.*\n.*owner's URL"):
            back_up(lines_of(old.as_(old.accounts.reader)), file)
        restore(lines_of(owner), file)
        new.prepare()
        publish(new.as_(new.accounts.runner), facts(2), marked_tables(2), marked_history(2))
        with new.as_(new.accounts.reader).connect() as connection:
            assert connection.execute("SELECT customers FROM serving.snapshot").fetchone() == (2,)

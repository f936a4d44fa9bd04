"""Lines in files and the version that counts: changed with what belongs to them, or not at all."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from segmentation_platform.contracts import CleanSales, RawSales
from segmentation_platform.ledger_store import StoreError, StorePlace
from segmentation_platform.warehouse import ledger_lines
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.migrate import upgrade
from segmentation_platform.warehouse.mirror import clear_mirror, mirror
from segmentation_platform.warehouse.moving_in import move_in
from segmentation_platform.warehouse.tables import read_frame
from segmentation_platform_tests.support.databases import spoil
from segmentation_platform_tests.support.marked import marked_frame
from segmentation_platform_tests.support.releases import restore_release
from segmentation_platform_tests.support.stores import clean_lines, lines_of, put_clean_lines

KEY = ["load_id", "line_number"]


def clean(*months: str) -> pd.DataFrame:
    """A clean line in each of some months."""
    frame = marked_frame(CleanSales, 1, rows=len(months))
    return frame.assign(sold_at=pd.to_datetime([f"{month}-10" for month in months]).as_unit("us"))


def shown(database: Database) -> pd.DataFrame:
    """What Postgres' own table shows."""
    return read_frame(database, CleanSales).sort_values(KEY, ignore_index=True)


def replace_and_fail(database: Database) -> None:
    """Replace all lines in a transaction that fails after it."""
    with database.connect() as connection:
        lines_of(database).replace(connection, CleanSales, clean("2011-05", "2011-06"))
        connection.execute("SELECT 1 / 0")


def replace_and_be_killed(url: str, root: str) -> None:
    """Replace all lines, and be killed before the transaction is committed."""
    database = Database(url)
    with database.connect() as connection:
        LedgerLines(database, StorePlace(root)).replace(connection, CleanSales, clean("2011-05", "2011-06"))
        os.kill(os.getpid(), signal.SIGKILL)


def test_there_are_no_lines_at_first(database: Database) -> None:
    lines = lines_of(database)
    assert lines.clean().reader().read_all().num_rows == lines.raw([1]).reader().read_all().num_rows == 0
    assert (lines.rows(CleanSales), lines.files(RawSales), lines.sweep()) == (0, [], 0)


def test_a_month_is_replaced_and_the_others_stay(database: Database) -> None:
    put_clean_lines(database, clean("2011-01", "2011-02", "2011-03"))
    dearer = clean("2011-01", "2011-02").assign(amount=99.0).iloc[[1]]
    with database.connect() as connection:
        lines_of(database).replace(connection, CleanSales, dearer, {"2011-02"})
    assert clean_lines(database)["amount"].tolist() == [1.0, 99.0, 1.0]
    lines = lines_of(database)
    assert {file.part for file in lines.files(CleanSales)} == {"2011-01", "2011-02", "2011-03"}
    table = lines.table(CleanSales, lines.kept(CleanSales))
    assert [table.note(version)["parts"] for version in (0, 1)] == ["all", "2011-02"]


def test_lines_count_with_the_transaction_that_they_belong_to_and_are_taken_back_with_it(database: Database) -> None:
    put_clean_lines(database, clean("2011-01"))
    with pytest.raises(psycopg.errors.DivisionByZero):
        replace_and_fail(database)
    assert len(clean_lines(database)) == 1
    with database.connect() as connection:
        lines_of(database).replace(connection, CleanSales, clean("2011-02").assign(line_number=2), {"2011-02"})
    assert clean_lines(database)["sold_at"].dt.month.tolist() == [1, 2]


def test_a_run_that_is_killed_before_its_lines_count_leaves_those_of_before(database: Database) -> None:
    put_clean_lines(database, clean("2011-01"))
    process = multiprocessing.get_context("spawn").Process(
        target=replace_and_be_killed, args=(database.url, lines_of(database).place.root)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert clean_lines(database)["sold_at"].dt.month.tolist() == [1]
    put_clean_lines(database, clean("2011-03"))
    assert clean_lines(database)["sold_at"].dt.month.tolist() == [3]


def test_of_two_writers_at_once_one_waits_and_both_are_there(database: Database) -> None:
    put_clean_lines(database, clean("2011-01"))
    lines, barrier = lines_of(database), threading.Barrier(2)

    def write(month: str, number: int) -> None:
        barrier.wait(10)
        with database.connect() as connection:
            lines.replace(connection, CleanSales, clean(month).assign(line_number=number), {month})

    with ThreadPoolExecutor(2) as executor:
        for written in [executor.submit(write, f"2011-0{number}", number) for number in (2, 3)]:
            written.result()
    assert clean_lines(database)["sold_at"].dt.month.tolist() == [1, 2, 3]


def test_who_reads_while_lines_are_replaced_goes_on_with_the_version_that_it_began_with(database: Database) -> None:
    put_clean_lines(database, clean("2011-01", "2011-02"))
    before = lines_of(database).clean()
    put_clean_lines(database, clean("2011-03"))
    assert before.reader().read_all().num_rows == 2


def test_sweeping_after_a_transaction_that_failed_keeps_the_lines_that_count(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_lines, "KEPT", timedelta(0))
    put_clean_lines(database, clean("2011-01"))
    with pytest.raises(psycopg.errors.DivisionByZero):
        replace_and_fail(database)
    assert lines_of(database).sweep() > 0
    assert len(clean_lines(database)) == 1
    assert len(list(Path(lines_of(database).folder(CleanSales)).rglob("*.parquet"))) == 1


def test_a_folder_that_is_gone_is_said_so(database: Database, tmp_path: Path) -> None:
    put_clean_lines(database, clean("2011-01"))
    moved = LedgerLines(database, StorePlace(str(tmp_path)))
    with pytest.raises(StoreError, match=r"(?s)There is no ledger at .*\[ledger\] store.*db restore"):
        moved.clean()


def test_the_mirror_shows_the_lines_and_writes_only_months_that_have_changed(database: Database) -> None:
    lines = lines_of(database)
    put_clean_lines(database, clean("2011-01", "2011-02"))
    assert mirror(lines, CleanSales) == 2
    pd.testing.assert_frame_equal(shown(database), clean_lines(database))
    # What is changed behind the platform's back shows which rows are written again.
    spoil(database, "UPDATE warehouse.clean_sales SET description = 'by hand'")
    with database.connect() as connection:
        lines.replace(connection, CleanSales, clean("2011-01").assign(amount=5.0), {"2011-01"})
    mirror(lines, CleanSales)
    assert shown(database)["description"].tolist() == [clean_lines(database)["description"][0], "by hand"]
    assert shown(database)["amount"].tolist() == [5.0, 1.0]


def test_a_mirror_that_has_lost_rows_is_written_anew_and_one_that_nobody_wants_is_emptied(database: Database) -> None:
    lines = lines_of(database)
    put_clean_lines(database, clean("2011-01", "2011-02"))
    mirror(lines, CleanSales)
    spoil(database, "DELETE FROM warehouse.clean_sales WHERE line_number = 1")
    mirror(lines, CleanSales)
    pd.testing.assert_frame_equal(shown(database), clean_lines(database))
    clear_mirror(lines, CleanSales)
    assert shown(database).empty
    mirror(lines, CleanSales)
    pd.testing.assert_frame_equal(shown(database), clean_lines(database))


def test_lines_of_before_there_were_files_are_moved_once_and_nothing_is_lost(empty_database: Database) -> None:
    restore_release(empty_database, "0001")
    upgrade(empty_database)
    lines, told = lines_of(empty_database), list[str]()
    before = read_frame(empty_database, RawSales)
    move_in(lines, told.append)
    loads = before["load_id"].unique().tolist()
    moved = lines.raw(loads).reader().read_all().to_pandas().sort_values(KEY, ignore_index=True)
    pd.testing.assert_frame_equal(moved, before.sort_values(KEY, ignore_index=True), check_dtype=False)
    assert told[-1] == "2,500 lines of raw_sales were moved."
    again = list[str]()
    move_in(lines, again.append)
    assert again == []
    mirror(lines, RawSales)
    pd.testing.assert_frame_equal(read_frame(empty_database, RawSales), before)

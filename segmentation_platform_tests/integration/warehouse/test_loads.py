"""The raw ledger and the registry of models: appended to, all or nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pyarrow as pa
import pytest

from segmentation_platform.contracts import Loads, RawSales
from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.warehouse.bulk import stream
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.loads import (
    Load,
    Reading,
    add_load,
    current_lines_query,
    current_load,
    find_load,
    profiles_of,
    use_load,
)
from segmentation_platform.warehouse.tables import read_frame

ODD_CELLS = (None, "", " 1 ", 'a "b",\nc', "\\.", "é", None, "1.234,50-", "", "\t", " EUR", "\N{MINUS SIGN}7", "日本")


def ledger_file(content: str) -> LedgerFile:
    return LedgerFile(Path(f"/ledgers/{content}.csv"), content.ljust(64, "0"), 1, 1)


def lines(content: str, count: int, batch: int = 4) -> Iterator[pa.RecordBatch]:
    """Lines whose invoice is their place in the file, as text."""
    for first in range(0, count, batch):
        numbers = range(first + 1, min(first + batch, count) + 1)
        rows = [[str(number), content, *ODD_CELLS] for number in numbers]
        yield pa.RecordBatch.from_pylist(
            [dict(zip(TEXT_COLUMNS, row, strict=True)) for row in rows],
            schema=pa.schema([(name, pa.string()) for name in TEXT_COLUMNS]),
        )


def add(database: Database, content: str, count: int = 10) -> Load:
    return add_load(database, ledger_file(content), lines(content, count))


def in_use(database: Database) -> list[tuple[object, ...]]:
    with stream(database, current_lines_query()) as reader:
        rows = reader.read_all().to_pylist()
    return sorted(tuple(row.values()) for row in rows)


def test_there_is_no_load_at_first(database: Database) -> None:
    assert current_load(database) is None
    assert find_load(database, "0" * 64) is None
    assert in_use(database) == []


def test_lines_are_numbered_in_the_order_of_the_file_and_kept_as_they_stood(database: Database) -> None:
    load = add(database, "first")
    assert load == Load(load.load_id, "/ledgers/first.csv", "first".ljust(64, "0"), 10)
    text = ("first", *ODD_CELLS)
    assert in_use(database) == [(load.load_id, number, str(number), *text) for number in range(1, 11)]
    registry = read_frame(database, Loads)
    assert registry[["load_id", "lines", "is_current"]].to_numpy().tolist() == [[load.load_id, 10, True]]


def test_what_was_loaded_is_found_by_its_content_whatever_the_name_of_the_file(database: Database) -> None:
    load = add(database, "first")
    assert find_load(database, load.sha256) == load == current_load(database)
    with pytest.raises(DatabaseError, match=r"/ledgers/first\.csv was loaded.*Run again"):
        add(database, "first")
    assert len(read_frame(database, RawSales)) == 10


def test_a_changed_file_is_a_load_more_and_takes_the_place_of_the_former(database: Database) -> None:
    first, second = add(database, "first", 10), add(database, "second", 7)
    assert second.load_id > first.load_id
    assert current_load(database) == second
    assert [row[1:4] for row in in_use(database)] == [(n, str(n), "second") for n in range(1, 8)]
    kept = read_frame(database, RawSales)["load_id"].value_counts().to_dict()
    assert kept == {first.load_id: 10, second.load_id: 7}


def test_an_earlier_load_can_be_used_again_under_its_new_path(database: Database) -> None:
    first, _ = add(database, "first", 10), add(database, "second", 7)
    moved = use_load(database, first, Path("/elsewhere/old.csv"))
    assert (
        moved
        == replace(first, source="/elsewhere/old.csv")
        == current_load(database)
        == find_load(database, first.sha256)
    )
    assert len(in_use(database)) == 10
    assert read_frame(database, Loads)["is_current"].tolist() == [True, False]


def test_the_same_content_read_otherwise_is_another_load_and_each_keeps_its_profile(database: Database) -> None:
    file = ledger_file("first")
    readings = [Reading("plain", '{"country": "France"}'), Reading("mapped", '{"country": "Spain"}')]
    plain, mapped = (add_load(database, file, lines("first", 3), reading=reading) for reading in readings)
    assert plain.load_id != mapped.load_id
    assert [find_load(database, file.sha256, reading.key) for reading in readings] == [plain, mapped]
    assert find_load(database, file.sha256) is None
    assert (plain.profile, mapped.profile) == (readings[0].profile, readings[1].profile)
    assert current_load(database) == mapped
    assert read_frame(database, Loads)["profile"].tolist() == [reading.profile for reading in readings]


def test_a_load_that_is_used_again_keeps_its_profile_unless_it_is_understood_otherwise(database: Database) -> None:
    load = add_load(database, ledger_file("first"), lines("first", 3), reading=Reading("plain", '{"country": "A"}'))
    add(database, "second")
    assert use_load(database, load, Path(load.source)) == load == current_load(database)
    other = use_load(database, load, Path(load.source), '{"country": "B"}')
    assert other == replace(load, profile='{"country": "B"}') == current_load(database)
    assert read_frame(database, Loads)["profile"].tolist() == ['{"country": "B"}', ""]


def test_the_profiles_of_a_content_are_told_newest_first_without_loads_of_before_profiles(database: Database) -> None:
    file = ledger_file("first")
    for key, profile in (("1", ""), ("2", '{"country": "A"}'), ("3", '{"country": "B"}')):
        add_load(database, file, lines("first", 1), reading=Reading(key, profile))
    add_load(database, ledger_file("second"), lines("second", 1), reading=Reading("2", '{"country": "C"}'))
    assert profiles_of(database, file.sha256) == ['{"country": "B"}', '{"country": "A"}']


def test_an_error_while_the_file_is_read_leaves_no_load_and_no_lines(database: Database) -> None:
    former = add(database, "former", 3)

    def breaking() -> Iterator[pa.RecordBatch]:
        yield from lines("broken", 8)
        raise OSError("the file went away")

    with pytest.raises(OSError, match="went away"):
        add_load(database, ledger_file("broken"), breaking())
    assert find_load(database, ledger_file("broken").sha256) is None
    assert current_load(database) == former
    assert len(read_frame(database, RawSales)) == 3
    assert add(database, "broken", 8).lines == 8


def test_the_same_content_loaded_by_two_at_once_is_there_once(database: Database) -> None:
    barrier = Barrier(2)

    def load(_: int) -> Load | DatabaseError:
        barrier.wait(10)
        try:
            return add(database, "same", 4000)
        except DatabaseError as error:
            return error

    with ThreadPoolExecutor(2) as executor:
        outcomes = list(executor.map(load, range(2)))
    assert [outcome for outcome in outcomes if isinstance(outcome, Load)] == [current_load(database)]
    assert [str(outcome).endswith("Run again.") for outcome in outcomes if isinstance(outcome, DatabaseError)] == [
        True
    ]
    assert len(in_use(database)) == 4000 == len(read_frame(database, RawSales))


def test_of_files_loaded_at_once_only_one_is_in_use(database: Database) -> None:
    barrier = Barrier(4)

    def load(content: str) -> Load:
        barrier.wait(10)
        return add_load(database, ledger_file(content), lines(content, 100))

    for number in range(3):
        with ThreadPoolExecutor(4) as executor:
            names = [f"{number}{name}" for name in "abcd"]
            loads = list(executor.map(load, names))
        assert current_load(database) in loads
        assert len(in_use(database)) == 100
    assert len(read_frame(database, RawSales)) == 1200


def test_progress_is_told_line_by_line_as_they_go_in(database: Database) -> None:
    told: list[int] = []
    add_load(database, ledger_file("told"), lines("told", 10, batch=4), told.append)
    assert told == [4, 8, 10]

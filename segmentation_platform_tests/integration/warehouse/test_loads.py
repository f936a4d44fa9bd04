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
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.loads import (
    NAMING,
    Changes,
    Ledger,
    Load,
    NewLoad,
    all_ledgers,
    ledger_in_use,
    ledger_named,
    loads_of,
    rename_ledger,
    update_ledger,
)
from segmentation_platform.warehouse.snapshots import publish, served_ledger
from segmentation_platform.warehouse.tables import read_frame
from segmentation_platform_tests.support.loads import SHOP, load_part, load_whole
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.stores import lines_of

ODD_CELLS = (
    None,
    "",
    " 1 ",
    'a "b",\nc',
    "\\.",
    "é",
    None,
    "1.234,50-",
    "",
    "\t",
    " EUR",
    "\N{MINUS SIGN}7",
    "日本",
    "web;store",
    "ab" * 32,
)


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
    return load_whole(database, ledger_file(content), lines(content, count))


def loads_in_use(database: Database) -> list[Load]:
    ledger = ledger_in_use(database)
    return list(ledger.loads) if ledger else []


def in_use(database: Database) -> list[tuple[object, ...]]:
    rows = lines_of(database).raw(load.load_id for load in loads_in_use(database)).reader().read_all().to_pylist()
    return sorted(tuple(row.values()) for row in rows)


def kept_lines(database: Database) -> dict[str, int]:
    """How many lines of each load there are in files."""
    return {file.part: file.rows for file in lines_of(database).files(RawSales)}


def test_there_is_no_ledger_at_first(database: Database) -> None:
    assert ledger_in_use(database) is None
    assert ledger_named(database, SHOP) is None
    assert loads_of(database, SHOP) == []
    assert in_use(database) == []


def test_lines_are_numbered_in_the_order_of_the_file_and_kept_as_they_stood(database: Database) -> None:
    load = add(database, "first")
    path, sha256 = "/ledgers/first.csv", "first".ljust(64, "0")
    assert load == Load(load.load_id, path, sha256, True, path, SHOP, "", 10, "")
    text = ("first", *ODD_CELLS)
    assert in_use(database) == [(load.load_id, number, str(number), *text) for number in range(1, 11)]
    registry = read_frame(database, Loads)
    assert registry[["load_id", "lines", "is_current"]].to_numpy().tolist() == [[load.load_id, 10, True]]


def test_a_content_is_loaded_once_for_a_ledger_and_once_more_for_another(database: Database) -> None:
    load = add(database, "first")
    with pytest.raises(DatabaseError, match=r"/ledgers/first\.csv was loaded.*Run again"):
        add(database, "first")
    assert sum(kept_lines(database).values()) == 10
    other = load_whole(database, ledger_file("first"), lines("first", 10), "other")
    assert (load.load_id, "other") != (other.load_id, other.ledger_name)
    assert [each.ledger_name for each in loads_in_use(database)] == ["other"]


def test_what_gives_way_stays_in_the_raw_lines_and_out_of_the_ledger(database: Database) -> None:
    first, second = add(database, "first", 10), add(database, "second", 7)
    assert second.load_id > first.load_id
    assert loads_in_use(database) == [second]
    assert [row[1:4] for row in in_use(database)] == [(n, str(n), "second") for n in range(1, 8)]
    assert kept_lines(database) == {str(first.load_id): 10, str(second.load_id): 7}
    assert [(load.load_id, load.is_part) for load in loads_of(database, SHOP)] == [
        (first.load_id, False),
        (second.load_id, True),
    ]


def test_parts_of_a_ledger_are_in_use_together_each_numbered_by_itself(database: Database) -> None:
    first, second = add(database, "first", 3), load_part(database, ledger_file("second"), lines("second", 2))
    assert loads_in_use(database) == [first, second]
    assert [row[:2] for row in in_use(database)] == [
        (first.load_id, 1),
        (first.load_id, 2),
        (first.load_id, 3),
        (second.load_id, 1),
        (second.load_id, 2),
    ]


def test_a_ledger_has_one_content_in_whatever_order_its_files_came() -> None:
    loads = [Load(number, "a", str(number) * 64, True, "a", SHOP, "", 5, str(number)) for number in (1, 2)]
    both, turned = Ledger(SHOP, tuple(loads)), Ledger(SHOP, tuple(loads[::-1]))
    assert both.sha256 == turned.sha256
    assert Ledger(SHOP, tuple(loads[:1])).sha256 == "1" * 64
    assert (both.lines, both.profile, both.origins) == (10, "2", ("a",))


def test_a_ledger_comes_back_with_all_its_parts_when_it_is_used_again(database: Database) -> None:
    parts = [add(database, "first", 3), load_part(database, ledger_file("second"), lines("second", 2))]
    load_whole(database, ledger_file("third"), lines("third", 4), "other")
    assert len(in_use(database)) == 4
    again = update_ledger(lines_of(database), SHOP, Changes())
    assert again.loads == tuple(parts)
    assert loads_in_use(database) == parts


def test_a_load_of_before_is_a_part_again_under_the_path_where_it_is_now(database: Database) -> None:
    first, second = add(database, "first", 10), add(database, "second", 7)
    moved = {first.load_id: ("/elsewhere/old.csv", "/elsewhere")}
    update_ledger(lines_of(database), SHOP, Changes(back=[first.load_id], retired=[second.load_id], moved=moved))
    assert loads_in_use(database) == [replace(first, source="/elsewhere/old.csv", origin="/elsewhere")]
    assert len(in_use(database)) == 10
    assert read_frame(database, Loads)["is_current"].tolist() == [True, False]


def test_the_same_content_read_otherwise_is_another_load(database: Database) -> None:
    file = ledger_file("first")
    plain, mapped = (
        update_ledger(
            lines_of(database), SHOP, Changes(reading=reading, added=[NewLoad(file, file.source, lines("first", 3))])
        ).loads[-1]
        for reading in ("plain", "mapped")
    )
    assert plain.load_id != mapped.load_id
    assert (plain.reading, mapped.reading) == ("plain", "mapped")


def test_all_parts_of_a_ledger_are_understood_alike(database: Database) -> None:
    add(database, "first")
    load_part(database, ledger_file("second"), lines("second", 1))
    load_whole(database, ledger_file("third"), lines("third", 1), "other")
    update_ledger(lines_of(database), SHOP, Changes(profile='{"country": "B"}'))
    assert [load.profile for load in loads_in_use(database)] == ['{"country": "B"}'] * 2
    assert [load.profile for load in loads_of(database, "other")] == [""]


def test_an_error_while_a_file_is_read_leaves_nothing_of_any_file(database: Database) -> None:
    former = add(database, "former", 3)

    def breaking() -> Iterator[pa.RecordBatch]:
        yield from lines("broken", 8)
        raise OSError("the file went away")

    added = [NewLoad(ledger_file("good"), "good", lines("good", 5)), NewLoad(ledger_file("bad"), "bad", breaking())]
    with pytest.raises(OSError, match="went away"):
        update_ledger(lines_of(database), SHOP, Changes(added=added))
    assert loads_of(database, SHOP) == [former] == loads_in_use(database)
    assert sum(kept_lines(database).values()) == 3
    assert add(database, "bad", 8).lines == 8


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
    assert [outcome for outcome in outcomes if isinstance(outcome, Load)] == loads_in_use(database)
    assert [str(outcome).endswith("Run again.") for outcome in outcomes if isinstance(outcome, DatabaseError)] == [
        True
    ]
    assert len(in_use(database)) == 4000 == sum(kept_lines(database).values())


def test_of_ledgers_loaded_at_once_only_one_is_in_use(database: Database) -> None:
    barrier = Barrier(4)

    def load(content: str) -> Load:
        barrier.wait(10)
        return load_whole(database, ledger_file(content), lines(content, 100), content)

    for number in range(3):
        with ThreadPoolExecutor(4) as executor:
            names = [f"{number}{name}" for name in "abcd"]
            loads = list(executor.map(load, names))
        assert loads_in_use(database)[0] in loads
        assert len(in_use(database)) == 100
    assert sum(kept_lines(database).values()) == 1200


def test_progress_is_told_over_all_files(database: Database) -> None:
    told: list[int] = []
    added = [NewLoad(ledger_file(name), name, lines(name, 6, batch=4)) for name in ("first", "second")]
    update_ledger(lines_of(database), SHOP, Changes(added=added), told.append)
    assert told == [4, 6, 10, 12]


def test_a_ledger_is_renamed_with_all_that_belongs_to_it(database: Database) -> None:
    add(database, "first")
    load_whole(database, ledger_file("second"), lines("second", 2), "other")
    publish(database, replace(facts(1), ledger_name=SHOP), marked_tables(1), marked_history(1))
    rename_ledger(database, SHOP, "corner shop")
    assert ledger_named(database, SHOP) is None
    assert [load.source for load in loads_of(database, "corner shop")] == ["/ledgers/first.csv"]
    assert served_ledger(database) == "corner shop"
    with database.connect() as connection:
        left = [
            row[0]
            for table in ("warehouse.loads", "snapshots.snapshots", "snapshots.customer_segment_history")
            for row in connection.execute(f"SELECT DISTINCT ledger_name FROM {table}".encode())
        ]
    assert set(left) == {"corner shop", "other"}


@pytest.mark.parametrize(("name", "new_name"), [("nothing", "new"), ("shop", "other"), ("shop", " ")])
def test_a_ledger_takes_no_name_that_is_taken_and_must_be_there(database: Database, name: str, new_name: str) -> None:
    add(database, "first")
    load_whole(database, ledger_file("second"), lines("second", 2), "other")
    with pytest.raises(DatabaseError, match=r"There is (no|a) ledger"):
        rename_ledger(database, name, new_name)


def test_every_table_that_names_a_ledger_is_renamed(database: Database) -> None:
    with database.connect() as connection:
        found = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE column_name = 'ledger_name' AND table_type = 'BASE TABLE'"
        ).fetchall()
    named = {tuple(table.as_string(None).replace('"', "").split(".")) for table in NAMING}
    assert {(str(schema), str(table)) for schema, table in found} == named


def test_all_ledgers_are_listed_the_one_in_use_first(database: Database) -> None:
    first, second = add(database, "first"), add(database, "second")
    other = load_whole(database, ledger_file("third"), lines("third", 2), "a shop")
    assert [(load.load_id, is_in_use) for load, is_in_use in all_ledgers(database)] == [
        (other.load_id, True),
        (first.load_id, False),
        (second.load_id, False),
    ]

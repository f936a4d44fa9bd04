"""A ledger table: whole versions only, whatever writes at once or is killed."""

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation_platform.engine import DuckDBEngine, answer
from segmentation_platform.ledger_store import StoreConflictError, StoreError, StoreUnavailableError, TableKind
from segmentation_platform.ledger_store.delta import DeltaLedgerTable

SCHEMA = pa.schema([("load_id", pa.int64()), ("words", pa.string()), ("amount", pa.float64())])


def of_load(batch: pa.RecordBatch) -> pa.Array:
    return pc.cast(batch["load_id"], pa.string())


def table_at(folder: Path) -> DeltaLedgerTable:
    return DeltaLedgerTable(str(folder), TableKind(SCHEMA, of_load))


def lines(load_id: int, *words: str) -> pa.RecordBatchReader:
    rows = {"load_id": [load_id] * len(words), "words": list(words), "amount": [0.1] * len(words)}
    return pa.table(rows, schema=SCHEMA).to_reader()


def put(
    table: DeltaLedgerTable,
    data: pa.RecordBatchReader,
    parts: list[str] | None = None,
    note: dict[str, str] | None = None,
) -> int:
    """Replace on the newest version."""
    return table.replace(data, parts, table.version(), note or {})


def read(
    table: DeltaLedgerTable, version: int | None = None, parts: list[str] | None = None
) -> list[tuple[int, str]]:
    newest = table.version() if version is None else version
    assert newest is not None
    found = table.stored(newest, parts).reader().read_all()
    return sorted(zip(found["load_id"].to_pylist(), found["words"].to_pylist(), strict=True))


@pytest.fixture
def table(tmp_path: Path) -> DeltaLedgerTable:
    return table_at(tmp_path / "raw")


def test_nothing_is_there_before_the_first_version(table: DeltaLedgerTable) -> None:
    assert table.version() is None
    for use in (lambda: table.stored(0), lambda: table.take_back(0), lambda: table.sweep(timedelta(0))):
        with pytest.raises(StoreError, match="There is no ledger at"):
            use()


def test_what_is_written_is_read_by_columns_parts_and_versions(table: DeltaLedgerTable) -> None:
    assert put(table, lines(1, "a", "b"), None, {"load": "1"}) == 0
    assert put(table, lines(2, "c"), ["2"], {"load": "2"}) == 1
    assert read(table) == [(1, "a"), (1, "b"), (2, "c")]
    assert read(table, parts=["2"]) == [(2, "c")]
    assert read(table, version=0) == [(1, "a"), (1, "b")]
    amounts = table.stored(1).only(["amount"]).reader().read_all()
    assert amounts.to_pydict() == {"amount": [0.1, 0.1, 0.1]}
    assert table.note(1)["load"] == "2"
    assert table.note(0)["load"] == "1"


def test_a_part_is_replaced_or_dropped_whole_and_the_others_stay(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a", "b"), None, {})
    put(table, lines(2, "c"), ["2"], {})
    put(table, lines(1, "d"), ["1"], {})
    assert read(table) == [(1, "d"), (2, "c")]
    table.drop(["2", "9"], 2, {})
    assert read(table) == [(1, "d")]
    put(table, lines(3, "e"), None, {})
    assert read(table) == [(3, "e")]


def test_lines_of_another_part_are_refused_and_nothing_changes(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a"), None, {})
    with pytest.raises(StoreError, match="can't be used"):
        put(table, lines(2, "b"), ["1"], {})
    assert (table.version(), read(table)) == (0, [(1, "a")])


def test_files_say_where_they_are_and_what_they_have(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a", "b"), None, {})
    put(table, lines(2, "c"), ["2"], {})
    found = {file.part: file for file in table.files(1)}
    assert {part: file.rows for part, file in found.items()} == {"1": 2, "2": 1}
    assert all(Path(file.path).stat().st_size == file.bytes for file in found.values())
    assert [file.part for file in table.files(0)] == [file.part for file in table.files(1, ["1"])] == ["1"]


@given(st.lists(st.tuples(st.integers(1, 4), st.lists(st.text(max_size=5), max_size=4)), min_size=1, max_size=6))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_replacements_leave_what_a_dictionary_of_parts_would_have(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, list[str]]]
) -> None:
    table, expected = table_at(tmp_path_factory.mktemp("store")), dict[int, list[str]]()
    for number, (load_id, words) in enumerate(changes):
        put(table, lines(load_id, *words), [str(load_id)], {"number": str(number)})
        expected[load_id] = words
    assert read(table) == sorted((load_id, word) for load_id, words in expected.items() for word in words)
    assert table.note(len(changes) - 1)["number"] == str(len(changes) - 1)


def held(load_id: int, go: threading.Event, began: threading.Event) -> pa.RecordBatchReader:
    """Lines whose last batch waits, so that a writer can be stopped in the middle."""

    def batches() -> Iterator[pa.RecordBatch]:
        yield from lines(load_id, "first")
        began.set()
        assert go.wait(30)
        yield from lines(load_id, "last")

    return pa.RecordBatchReader.from_batches(SCHEMA, batches())


def replaced_meanwhile(table: DeltaLedgerTable, meanwhile: int) -> int:
    """Replace load 1 while another writer replaces a load."""
    go, began = threading.Event(), threading.Event()

    def other() -> None:
        assert began.wait(30)
        try:
            put(table, lines(meanwhile, "other"), [str(meanwhile)], {})
        finally:
            go.set()

    writer = threading.Thread(target=other)
    writer.start()
    try:
        return put(table, held(1, go, began), ["1"], {})
    finally:
        writer.join()


def test_two_writers_of_different_parts_are_both_there(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a"), None, {})
    assert replaced_meanwhile(table, 2) == 2
    assert read(table) == [(1, "first"), (1, "last"), (2, "other")]


def test_of_two_writers_of_one_part_the_later_is_refused(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a"), None, {})
    with pytest.raises(StoreConflictError, match="Another run has changed the ledger"):
        replaced_meanwhile(table, 1)
    assert read(table) == [(1, "other")]


def _write_and_be_killed(folder: str, batches_before: int) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(batches_before):
            yield from lines(1, *(f"{number} {row}" for row in range(20_000)))
        os.kill(os.getpid(), signal.SIGKILL)

    put(table_at(Path(folder)), pa.RecordBatchReader.from_batches(SCHEMA, batches()), ["1"], {})


@pytest.mark.parametrize("batches_before", [0, 1, 40])
def test_a_writer_that_is_killed_leaves_the_version_of_before_and_what_it_wrote_is_swept(
    tmp_path: Path, batches_before: int
) -> None:
    table = table_at(tmp_path)
    put(table, lines(1, "a"), None, {})
    process = multiprocessing.get_context("spawn").Process(
        target=_write_and_be_killed, args=(str(tmp_path), batches_before)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert (table.version(), read(table)) == (0, [(1, "a")])
    put(table, lines(1, "b"), ["1"], {})
    table.sweep(timedelta(0))
    kept = {Path(file.path) for file in table.files(1)}
    assert set(tmp_path.rglob("*.parquet")) == kept
    assert read(table) == [(1, "b")]


def test_sweeping_keeps_what_younger_versions_need(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a"), None, {})
    put(table, lines(1, "b"), ["1"], {})
    assert table.sweep(timedelta(days=1)) == 0
    assert read(table, version=0) == [(1, "a")]
    assert table.sweep(timedelta(0)) == 1
    assert read(table) == [(1, "b")]
    with pytest.raises(StoreError):
        read(table, version=0)


def test_files_of_others_in_the_folder_are_seen_by_nobody(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a"), None, {})
    (Path(table.url) / "part=1" / "stranger.parquet").write_bytes(b"no parquet")
    assert read(table) == [(1, "a")]


def test_a_file_that_is_gone_is_said_so(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a"), None, {})
    Path(table.files(0)[0].path).unlink()
    with pytest.raises(StoreError, match=r"(?s)is gone: .*restore a backup"):
        table.stored(0)


def test_a_table_of_a_newer_kind_is_said_so(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "a"), None, {})
    newer = {"protocol": {"minReaderVersion": 99, "minWriterVersion": 99}}
    (Path(table.url) / "_delta_log" / f"{1:020}.json").write_text(json.dumps(newer) + "\n", encoding="utf-8")
    for use in (table.version, lambda: table.stored(1), lambda: put(table, lines(1, "b"), ["1"], {})):
        with pytest.raises(StoreError, match=r"can't be used: .*version 99"):
            use()


def test_what_was_written_above_the_version_that_counts_is_taken_back_by_the_next_writer(
    table: DeltaLedgerTable,
) -> None:
    put(table, lines(1, "a"))
    put(table, lines(2, "never made known"), ["2"])
    after = table.replace(lines(3, "c"), ["3"], 0, {})
    assert read(table, after) == [(1, "a"), (3, "c")]


def test_a_first_version_that_was_never_made_known_gives_way_whole(table: DeltaLedgerTable) -> None:
    put(table, lines(1, "never made known"))
    after = table.replace(lines(2, "b"), ["2"], None, {})
    assert read(table, after) == [(2, "b")]


def test_taking_back_gives_the_lines_of_the_version_that_counts_and_nothing_where_none_is_above(
    table: DeltaLedgerTable,
) -> None:
    put(table, lines(1, "a"))
    assert table.take_back(0) == 0
    put(table, lines(2, "never made known"), ["2"])
    newest = table.take_back(0)
    assert newest > 1
    table.sweep(timedelta(0))
    assert read(table, newest) == read(table, table.take_back(newest)) == [(1, "a")]


def test_an_error_of_the_lines_is_raised_as_it_is_and_nothing_changes(table: DeltaLedgerTable) -> None:
    class OddLineError(ValueError):
        pass

    def batches() -> Iterator[pa.RecordBatch]:
        yield from lines(1, "b")
        raise OddLineError("line 2 is odd")

    put(table, lines(1, "a"))
    with pytest.raises(OddLineError, match="line 2 is odd"):
        put(table, pa.RecordBatchReader.from_batches(SCHEMA, batches()), ["1"])
    assert (table.version(), read(table)) == (0, [(1, "a")])


@pytest.mark.parametrize("name", ["My shop", "Läden & Söhne", "日本", "it's #1?", "50% off", "a;b=c,d:e", "*"])
def test_a_folder_may_be_called_what_people_call_folders(tmp_path: Path, name: str) -> None:
    table = table_at(tmp_path / name / "raw")
    put(table, lines(1, "a"))
    put(table, lines(2, "b"), ["2"])
    table.replace(lines(2, "c"), ["2"], 0, {})
    table.sweep(timedelta(0))
    assert read(table) == [(1, "a"), (2, "c")]
    [counted] = answer(DuckDBEngine(), {"lines": table.stored(3)}, "SELECT COUNT(*) AS lines FROM lines")
    assert counted["lines"].tolist() == [2]
    assert (tmp_path / name / "raw").is_dir()


@pytest.mark.parametrize("name", ["[x]", "a|b", "a^b", "50%20", "a\\b"])
def test_a_folder_that_the_format_has_trouble_with_is_refused_with_the_way_out(tmp_path: Path, name: str) -> None:
    table = table_at(tmp_path / name / "raw")
    for use in (table.version, lambda: put(table, lines(1, "a"))):
        with pytest.raises(StoreError, match=r"(?s)can't lie in .*Name another folder: \[ledger\] store"):
            use()


def test_a_bucket_that_can_not_be_reached_is_said_so_with_the_cause_and_without_the_keys() -> None:
    options = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "x"}
    keys = {"AWS_ACCESS_KEY_ID": "who", "AWS_SECRET_ACCESS_KEY": "sesame", "max_retries": "0"}
    table = DeltaLedgerTable("s3://shop/raw", TableKind(SCHEMA, of_load), options | keys)
    with pytest.raises(StoreUnavailableError, match=r"s3://shop/raw can't be used: .*Connection refused") as caught:
        table.version()
    assert "sesame" not in str(caught.value) + repr(table)
    assert "\x1b" not in str(caught.value)

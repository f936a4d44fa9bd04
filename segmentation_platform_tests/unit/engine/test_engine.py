"""The engine runs steps over named tables, and data never becomes SQL."""

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import fs

from segmentation_platform.contracts import PUBLISHED, WORKING, Contract
from segmentation_platform.engine import DuckDBEngine, ParquetFiles, Room, Session, Step, TableLike, answer, read_step

NUMBERS = pa.table({"n": pa.array(range(10), pa.int64())})


def asked(query: str, **parameters: object) -> object:
    """The single value that a query gives."""
    with DuckDBEngine().session() as session:
        session.run(Step("answer", query), parameters)
        return session.frame("answer").iloc[0, 0]


def test_a_step_sees_tables_and_earlier_steps() -> None:
    with DuckDBEngine().session() as session:
        session.add("numbers", NUMBERS)
        session.run(Step("even", "SELECT n FROM numbers WHERE n % 2 = 0"))
        session.run(Step("squares", "SELECT n * n AS square FROM even"))
        assert sorted(session.frame("squares")["square"]) == [0, 4, 16, 36, 64]


@pytest.mark.parametrize(
    "data",
    [NUMBERS, NUMBERS.to_pandas(), pa.RecordBatchReader.from_batches(NUMBERS.schema, NUMBERS.to_batches(3))],
    ids=["table", "frame", "reader"],
)
def test_tables_frames_and_readers_are_all_data(data: TableLike) -> None:
    with DuckDBEngine().session() as session:
        session.add("numbers", data)
        assert sorted(session.frame("numbers")["n"]) == list(range(10))


def test_what_was_added_stays_when_its_source_changes() -> None:
    frame = pd.DataFrame({"n": [1, 2]})
    with DuckDBEngine().session() as session:
        session.add("numbers", frame)
        frame["n"] = 0
        assert sorted(session.frame("numbers")["n"]) == [1, 2]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
@settings(deadline=None, max_examples=30)
def test_a_parameter_is_data_whatever_stands_in_it(text: str) -> None:
    assert asked("SELECT $words AS words", words=text) == text


@pytest.mark.parametrize("text", ["it's", '"; DROP TABLE numbers; --', "$words", "%s", "?"])
def test_quotes_and_placeholders_in_a_parameter_do_nothing(text: str) -> None:
    with DuckDBEngine().session() as session:
        session.add("numbers", NUMBERS)
        session.run(Step("kept", "SELECT n FROM numbers WHERE $words = $words"), {"words": text})
        assert len(session.frame("kept")) == len(session.frame("numbers")) == 10


def test_parameters_can_be_lists_days_and_numbers() -> None:
    assert asked("SELECT CAST(list_contains($codes, 'b') AS VARCHAR) AS found", codes=["a", "b"]) == "true"
    assert asked("SELECT $day - INTERVAL 1 DAY AS before", day=date(2011, 1, 1)) == pd.Timestamp("2010-12-31")
    assert asked("SELECT $part * 4 AS whole", part=0.25) == 1


def test_parameters_that_a_step_does_not_use_are_left_out_even_if_another_begins_with_their_name() -> None:
    assert asked("SELECT $as_of_day AS day", as_of="unused", as_of_day="used", other=1) == "used"


def test_a_parameter_that_is_missing_is_an_error() -> None:
    with pytest.raises(Exception, match="words"):
        asked("SELECT $words AS words")


def test_two_readers_can_be_read_side_by_side_and_while_steps_run() -> None:
    with DuckDBEngine().session() as session:
        session.add("many", pa.table({"n": pa.array(range(500_000), pa.int64())}))
        one, other = session.read("many"), session.read("many")
        first = one.read_next_batch().num_rows + other.read_next_batch().num_rows
        session.run(Step("sum", "SELECT CAST(SUM(n) AS BIGINT) AS n FROM many"))
        rest = [one.read_next_batch().num_rows + other.read_next_batch().num_rows]
        rest += [batch.num_rows for reader in (one, other) for batch in reader]
        assert first + sum(rest) == 1_000_000
        assert session.frame("sum")["n"].tolist() == [500_000 * 499_999 // 2]


@pytest.mark.parametrize("contract", [*WORKING, *(contract for contract in PUBLISHED)])
def test_tables_without_rows_keep_their_columns(contract: type[Contract]) -> None:
    with DuckDBEngine().session() as session:
        session.add("empty", contract.no_rows())
        session.run(Step("copy", "SELECT * FROM empty"))
        found = session.frame("copy")
    assert found.empty
    assert list(found.columns) == contract.column_names()


def test_a_reader_without_batches_is_an_empty_table() -> None:
    with DuckDBEngine().session() as session:
        session.add("empty", pa.RecordBatchReader.from_batches(NUMBERS.schema, []))
        assert session.frame("empty")["n"].tolist() == []


def test_sessions_know_nothing_of_each_other_and_nothing_is_left_of_them() -> None:
    engine = DuckDBEngine()
    with engine.session() as one, engine.session() as other:
        one.add("numbers", NUMBERS)
        with pytest.raises(Exception, match="numbers"):
            other.frame("numbers")
    with engine.session() as later, pytest.raises(Exception, match="numbers"):
        later.frame("numbers")


def test_a_step_that_is_computed_again_takes_the_place_of_its_table_and_may_read_it() -> None:
    with DuckDBEngine().session() as session:
        session.add("numbers", NUMBERS)
        for least in (7, 8):
            session.run(Step("few", "SELECT n FROM numbers WHERE n >= $least"), {"least": least})
        assert sorted(session.frame("few")["n"]) == [8, 9]
        session.run(Step("few", "SELECT n + 1 AS more FROM few"))
        assert sorted(session.frame("few")["more"]) == [9, 10]


def test_data_added_again_takes_the_place_of_what_was_there() -> None:
    with DuckDBEngine().session() as session:
        session.add("numbers", NUMBERS)
        session.add("numbers", NUMBERS.slice(0, 1))
        assert len(session.frame("numbers")) == 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
@settings(deadline=None, max_examples=30)
def test_a_definition_takes_parameters_as_data_whatever_stands_in_them(text: str) -> None:
    with DuckDBEngine().session() as session:
        session.define(Step("said", "SELECT $words AS words"), {"words": text})
        assert session.frame("said").iloc[0, 0] == text


@pytest.mark.parametrize("value", [True, 7, -0.25, 1e300, date(2011, 12, 10)])
def test_a_definition_says_what_a_step_says(value: object) -> None:
    step = Step("answer", "SELECT $value AS value, typeof($value) AS kind")
    with DuckDBEngine().session() as session:
        session.define(step, {"value": value})
        assert session.frame("answer").iloc[0, 0] == asked("SELECT $value AS value", value=value)
    with DuckDBEngine().session() as session, pytest.raises(TypeError, match="list can't stand in a definition"):
        session.define(step, {"value": [1]})


def test_a_definition_is_computed_anew_at_each_read_and_gives_way_as_a_table_does() -> None:
    few = Step("few", "SELECT n FROM numbers WHERE n >= $least")
    with DuckDBEngine().session() as session:
        session.run(Step("few", "SELECT 1 AS n"))
        session.add("numbers", NUMBERS)
        session.define(few, {"least": 8})
        assert sorted(session.frame("few")["n"]) == [8, 9]
        session.add("numbers", NUMBERS.slice(0, 9))
        assert session.frame("few")["n"].tolist() == [8]
        session.define(few, {"least": 7})
        assert sorted(session.frame("few")["n"]) == [7, 8]
        session.run(Step("few", "SELECT 2 AS n"))
        assert session.frame("few")["n"].tolist() == [2]


@pytest.fixture
def files(tmp_path: Path) -> ParquetFiles:
    """The numbers in two files, with a column more."""
    paths = []
    for part in (0, 5):
        paths.append(str(tmp_path / f"it's {part} [x].parquet"))
        rows = NUMBERS.slice(part, 5)
        pq.write_table(rows.append_column("words", pa.array(["a"] * 5)), paths[-1])
    return ParquetFiles(tuple(paths), NUMBERS.schema)


def test_files_are_read_where_they_are_and_only_the_columns_that_are_asked_for(files: ParquetFiles) -> None:
    with DuckDBEngine().session() as session:
        session.add("numbers", NUMBERS.slice(0, 1))
        session.add("numbers", files)
        session.run(Step("all", "SELECT * FROM numbers"))
        assert session.frame("all").columns.tolist() == ["n"]
        assert sorted(session.frame("all")["n"]) == list(range(10))
        session.add("numbers", NUMBERS.slice(0, 1))
        assert len(session.frame("numbers")) == 1
    assert sorted(files.reader().read_all()["n"].to_pylist()) == list(range(10))


def test_files_elsewhere_are_read_by_their_filesystem(files: ParquetFiles, tmp_path: Path) -> None:
    folder = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    elsewhere = ParquetFiles(tuple(Path(path).name for path in files.paths), files.schema, folder)
    [found] = answer(DuckDBEngine(), {"numbers": elsewhere}, "SELECT SUM(n) AS total FROM numbers")
    assert found["total"].tolist() == [45]
    assert elsewhere.reader().read_all().num_rows == 10


def test_no_files_are_a_table_without_rows() -> None:
    nothing = ParquetFiles((), pa.schema([("n", pa.int64()), ("words", pa.string())]))
    with DuckDBEngine().session() as session:
        session.add("numbers", nothing)
        assert session.frame("numbers").columns.tolist() == ["n", "words"]
    assert nothing.only(["words"]).reader().read_all().schema.names == ["words"]


def test_work_beyond_the_memory_limit_spills_instead_of_failing() -> None:
    with DuckDBEngine(Room("60MB")).session() as session:
        session.run(Step("many", "SELECT hash(range) AS h, CAST(range AS VARCHAR) AS words FROM range(3000000)"))
        session.run(Step("sorted", "SELECT *, ROW_NUMBER() OVER (ORDER BY h) AS place FROM many"))
        session.run(Step("counted", "SELECT CAST(MAX(place) AS BIGINT) AS n FROM sorted"))
        assert session.frame("counted")["n"].tolist() == [3_000_000]


def test_a_step_is_read_from_the_sql_folder_of_its_package() -> None:
    step = read_step("segmentation_platform.ledger", "clean_sales")
    assert step.name == "clean_sales"
    assert "SELECT" in step.query
    with pytest.raises(FileNotFoundError):
        read_step("segmentation_platform.ledger", "no_such_step")


def test_the_session_of_the_engine_is_what_the_protocol_describes() -> None:
    with DuckDBEngine().session() as session:
        known: Session = session
        assert {name for name in vars(Session) if not name.startswith("_")} <= set(dir(known))

"""Working tables: what goes in comes out, whole or not at all."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Event

import pandas as pd
import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import WORKING, Column, Contract, Products
from segmentation_platform.contracts.base import day, number, text, whole
from segmentation_platform.contracts.frames import arrow_schema
from segmentation_platform.warehouse.bulk import Tabular
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.tables import (
    describe_tables,
    outdated_tables,
    read_frame,
    replace_table,
    stream_table,
    update_tables,
)
from segmentation_platform_tests.support.marked import marked_frame

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["", " ", '"', '""', ",", "a,b", "a\nb", "\r\n", "\r", "\\.", "a\n\\.\nb", "\\N", "NULL", "'", "☃ 🎄", "é", "\t"]
)
VALUES: dict[str, st.SearchStrategy[object]] = {
    "text": TEXTS,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "double precision": st.floats(allow_nan=False),
    "numeric(14,2)": st.integers(-(10**14) + 1, 10**14 - 1).map(lambda cents: cents / 100),
    "date": st.dates(date(1, 1, 1), date(9999, 12, 31)).map(pd.Timestamp),
    "timestamp": st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(pd.Timestamp),  # noqa: DTZ001
    "boolean": st.booleans(),
}


@pytest.fixture
def warehouse(empty_database: Database) -> Database:
    """A database with a table for every contract, and nothing else."""
    with empty_database.connect() as connection:
        connection.execute("CREATE SCHEMA warehouse")
        update_tables(connection, WORKING)
        describe_tables(connection, WORKING)
    return empty_database


def frames(contract: type[Contract]) -> st.SearchStrategy[pd.DataFrame]:
    rows = st.tuples(*(value(column) for column in contract.columns()))
    dtypes = contract.no_rows().dtypes
    return st.lists(rows, max_size=8).map(lambda r: pd.DataFrame(r, columns=contract.column_names()).astype(dtypes))


def value(column: Column) -> st.SearchStrategy[object]:
    values = VALUES[column.sql_type]
    return st.one_of(values, st.none()) if column.nullable else values


def as_given(frame: pd.DataFrame, contract: type[Contract], kind: str) -> Tabular:
    if kind == "frame":
        return frame[frame.columns[::-1]].assign(more=1)  # columns are found by name
    if kind == "parts":
        return (frame.iloc[start : start + 2] for start in range(0, len(frame), 2))
    table = pa.Table.from_pandas(frame, schema=arrow_schema(contract.columns()), preserve_index=False)
    return table if kind == "table" else table.to_reader(max_chunksize=3)


def rows_of(frame: pd.DataFrame) -> Counter[str]:
    return Counter(repr(row) for row in frame.itertuples(index=False, name=None))


@pytest.mark.parametrize("contract", WORKING, ids=lambda contract: contract.table())
def test_every_value_of_every_contract_comes_back_as_it_went_in(
    warehouse: Database, contract: type[Contract]
) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(frames(contract), st.sampled_from(["frame", "table", "reader", "parts"]))
    def check(frame: pd.DataFrame, kind: str) -> None:
        assert replace_table(warehouse, contract, as_given(frame, contract, kind)) == len(frame)
        found = read_frame(warehouse, contract)
        assert found.dtypes.to_dict() == frame.dtypes.to_dict()
        assert rows_of(found) == rows_of(frame)

    check()


def test_null_and_the_empty_string_are_told_apart(warehouse: Database) -> None:
    frame = marked_frame(Products, 1, rows=3).assign(description=pd.Series(["", None, float("nan")], dtype="object"))
    replace_table(warehouse, Products, frame)
    with warehouse.connect() as connection:
        rows = connection.execute("SELECT description FROM warehouse.products ORDER BY stock_code").fetchall()
    assert rows == [("",), (None,), (None,)]


def test_a_table_is_read_ordered_by_its_key_or_some_columns_of_it_as_arrow(warehouse: Database) -> None:
    frame = marked_frame(Products, 3, rows=20)
    replace_table(warehouse, Products, frame.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(read_frame(warehouse, Products), frame)
    with stream_table(warehouse, Products, ["revenue", "stock_code"]) as reader:
        table = reader.read_all()
    assert table.schema.names == ["revenue", "stock_code"]
    assert set(table["revenue"].to_pylist()) == {3.25}


def test_columns_carry_the_types_and_words_of_their_contract(warehouse: Database) -> None:
    for contract in WORKING:
        assert stored(warehouse, contract) == contract.columns()
        assert words(warehouse, contract) == contract.summary()


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_a_reader_sees_the_old_rows_or_the_new_ones_never_none_or_both(warehouse: Database, isolation: str) -> None:
    over, reading = Event(), Event()
    replace_table(warehouse, Products, marked_frame(Products, 0, rows=800))

    def read() -> list[tuple[object, ...]]:
        seen = []
        with warehouse.connect() as connection:
            while not over.is_set():
                connection.execute(f"BEGIN ISOLATION LEVEL {isolation}".encode())
                first, second = look(connection), look(connection)
                assert first == second or isolation == "READ COMMITTED"
                seen += [first, second]
                connection.execute("COMMIT")
                reading.set()
        return seen

    with ThreadPoolExecutor(1) as executor:
        reader = executor.submit(read)
        try:
            assert reading.wait(10)
            for mark in range(1, 13):
                replace_table(warehouse, Products, marked_frame(Products, mark, rows=800))
        finally:
            over.set()
        seen = reader.result()
    assert {(rows, marks) for rows, marks, _ in seen} == {(800, 1)}
    assert len({mark for _, _, mark in seen}) > 3
    assert len(seen) > 20


def look(connection: Connection) -> tuple[object, ...]:
    query = "SELECT count(*), count(DISTINCT customers), min(customers) FROM warehouse.products"
    return connection.execute(query).fetchone() or ()


def test_two_writers_at_once_do_not_leave_both_their_rows(warehouse: Database) -> None:
    def write(mark: int) -> None:
        for _ in range(5):
            replace_table(warehouse, Products, marked_frame(Products, mark, rows=100))

    with ThreadPoolExecutor(4) as executor:
        list(executor.map(write, range(4)))
    frame = read_frame(warehouse, Products)
    assert len(frame) == 100
    assert frame["customers"].nunique() == 1


def failing(contract: type[Contract]) -> pa.RecordBatchReader:
    def generate() -> Iterator[pa.RecordBatch]:
        frame = marked_frame(contract, 2, rows=1000)
        yield from pa.Table.from_pandas(
            frame, schema=arrow_schema(contract.columns()), preserve_index=False
        ).to_batches()
        raise OSError("the disk is gone")

    return pa.RecordBatchReader.from_batches(arrow_schema(contract.columns()), generate())


NEW = marked_frame(Products, 2)
NEW_ARROW = pa.Table.from_pandas(NEW, schema=arrow_schema(Products.columns()), preserve_index=False)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (failing(Products), OSError),
        (NEW.drop(columns="revenue"), KeyError),
        (NEW_ARROW.drop_columns(["revenue"]), KeyError),
        (NEW.assign(customers="many"), pa.ArrowInvalid),
        (NEW.assign(customers=1.5), pa.ArrowInvalid),
        (NEW.assign(category=5), pa.ArrowTypeError),
        (NEW.assign(category=None), psycopg.errors.NotNullViolation),
        (NEW.assign(customers=2**31), psycopg.errors.NumericValueOutOfRange),
        (NEW.assign(revenue=1e13), psycopg.errors.NumericValueOutOfRange),
        (NEW.assign(category="a\0b"), psycopg.errors.CharacterNotInRepertoire),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_input_that_can_not_be_written_raises_and_leaves_the_old_rows(
    warehouse: Database, data: Tabular, error: type[Exception]
) -> None:
    old = marked_frame(Products, 1)
    replace_table(warehouse, Products, old)
    with pytest.raises(error):
        replace_table(warehouse, Products, data)
    pd.testing.assert_frame_equal(read_frame(warehouse, Products), old)


class First(Contract):
    """A table."""

    class Config:
        """Name and key."""

        name, unique = "changing", ("a",)

    a: int = whole("A number")
    b: str = text("A text")


class OtherType(Contract):
    """A table."""

    class Config:
        """Name and key."""

        name, unique = "changing", ("a",)

    a: int = whole("A number")
    b: float = number("A text")


class Nullable(First):
    """A table."""

    class Config(First.Config):
        """Name and key."""

    b: str = text("A text", nullable=True)


class MoreColumns(First):
    """A table."""

    class Config(First.Config):
        """Name and key."""

    c: pd.Timestamp = day("A day")


class OtherWords(First):
    """A table, put differently."""

    class Config(First.Config):
        """Name and key."""

    b: str = text("A text, it's said")


@pytest.mark.parametrize("changed", [OtherType, Nullable, MoreColumns, OtherWords])
def test_a_table_follows_its_changed_contract(warehouse: Database, changed: type[Contract]) -> None:
    for contract in (First, changed, First):
        with warehouse.connect() as connection:
            update_tables(connection, [contract])
            assert not outdated_tables(connection, [contract])
            describe_tables(connection, [contract])
        frame = marked_frame(contract, 1)
        replace_table(warehouse, contract, frame)
        assert stored(warehouse, contract) == contract.columns()
        assert words(warehouse, contract) == contract.summary()
        pd.testing.assert_frame_equal(read_frame(warehouse, contract), frame)


def test_tables_whose_contract_is_the_same_are_kept_with_their_rows_and_rights(warehouse: Database) -> None:
    replace_table(warehouse, Products, marked_frame(Products, 1))
    query = "SELECT oid, xmin::text FROM pg_class WHERE relnamespace = 'warehouse'::regnamespace ORDER BY oid"
    with warehouse.connect() as connection:
        before = connection.execute(query).fetchall()
        update_tables(connection, WORKING)
        describe_tables(connection, WORKING)
        assert connection.execute(query).fetchall() == before
    assert len(read_frame(warehouse, Products)) == 5


def test_a_table_that_is_missing_is_said_to_be_and_not_made_by_filling_it(warehouse: Database) -> None:
    with warehouse.connect() as connection:
        connection.execute("DROP TABLE warehouse.products")
        assert outdated_tables(connection) == [Products.table()]
    with pytest.raises(psycopg.errors.UndefinedTable):
        replace_table(warehouse, Products, marked_frame(Products, 1))


def stored(database: Database, contract: type[Contract]) -> list[Column]:
    """The columns as information_schema and the comments tell them."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT column_name, data_type, numeric_precision, numeric_scale, is_nullable,"
            " col_description(to_regclass(%s), ordinal_position::int)"
            " FROM information_schema.columns WHERE table_schema = 'warehouse' AND table_name = %s"
            " ORDER BY ordinal_position",
            [f"warehouse.{contract.table()}", contract.table()],
        ).fetchall()
    kinds = {"timestamp without time zone": "timestamp"}
    return [
        Column(
            str(name),
            f"numeric({precision},{scale})" if kind == "numeric" else kinds.get(str(kind), str(kind)),
            str(description),
            nullable == "YES",
        )
        for name, kind, precision, scale, nullable, description in rows
    ]


def words(database: Database, contract: type[Contract]) -> object:
    with database.connect() as connection:
        name = f"warehouse.{contract.table()}"
        return (connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [name]).fetchone() or [0])[
            0
        ]

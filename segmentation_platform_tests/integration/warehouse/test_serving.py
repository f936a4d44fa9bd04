"""What people find in `serving`, held against the contracts; and how it follows them."""

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from segmentation_platform.contracts import (
    HISTORY,
    INTERNAL,
    PUBLISHED,
    Column,
    Contract,
    CustomerSegmentHistory,
    Loads,
    Products,
    RawSales,
    SegmentModels,
    TasteModels,
)
from segmentation_platform.contracts.snapshots import Snapshots
from segmentation_platform.warehouse import serving
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.migrate import upgrade
from segmentation_platform.warehouse.roles import READER
from segmentation_platform.warehouse.serving import create_views
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

SNAPSHOT = [column for column in Snapshots.columns() if column.name not in INTERNAL]
IS_SERVED = next(column for column in Snapshots.columns() if column.name == "is_served")
BY_SNAPSHOT = [next(c for c in SNAPSHOT if c.name == name) for name in ("snapshot_id", "as_of")]

PERSISTENT = (RawSales, Loads, SegmentModels, TasteModels)
Columns = Callable[[list[Column]], list[Column]]


def described(database: Database, relation: str) -> tuple[object, list[tuple[object, ...]]]:
    """A relation's comment, and names, types and comments of its columns."""
    with database.connect() as connection:
        comment = connection.execute("SELECT obj_description(%s::regclass, 'pg_class')", [relation]).fetchone()
        rows = connection.execute(
            "SELECT column_name::text, data_type || coalesce(nullif(format('(%%s,%%s)', numeric_precision,"
            " numeric_scale), '(,)'), ''), col_description(%s::regclass, ordinal_position::int)"
            " FROM information_schema.columns WHERE format('%%s.%%s', table_schema, table_name) = %s"
            " ORDER BY ordinal_position",
            [relation, relation],
        ).fetchall()
    assert comment
    kinds = {"timestamp without time zone": "timestamp", "integer(32,0)": "integer"}
    kinds |= {"double precision(53,)": "double precision"}
    return comment[0], [(name, kinds.get(str(kind), kind), words) for name, kind, words in rows]


def as_described(columns: list[Column]) -> list[tuple[object, ...]]:
    return [(column.name, column.sql_type, column.description) for column in columns]


@pytest.mark.parametrize("contract", PUBLISHED, ids=lambda contract: contract.table())
def test_views_have_the_columns_types_and_words_of_their_contract(
    database: Database, contract: type[Contract]
) -> None:
    columns, summary = contract.columns(), contract.summary()
    assert all(column.description for column in columns)
    assert described(database, f"serving.{contract.table()}") == (summary, as_described(columns))
    history = described(database, f"serving.{contract.table()}_history")
    assert history == (f"All snapshots. {summary}", as_described([*BY_SNAPSHOT, *columns]))


def test_the_views_of_snapshots_have_words_too(database: Database) -> None:
    comment, columns = described(database, "serving.snapshot")
    assert comment
    assert columns == as_described(SNAPSHOT)
    assert described(database, "serving.snapshot_history") == (
        Snapshots.summary(),
        as_described([*SNAPSHOT, IS_SERVED]),
    )


def test_migrated_tables_are_those_of_the_contracts(database: Database) -> None:
    """Migrations and contracts are written apart, and may not drift."""
    number = Column("snapshot_id", "integer", "", nullable=False)
    expected = {
        **{f"snapshots.{p.table()}": [number, *p.columns()] for p in PUBLISHED},
        f"snapshots.{HISTORY}": [
            Column("ledger_name", "text", "", nullable=False),
            *CustomerSegmentHistory.columns(),
        ],
        "snapshots.snapshots": [column for column in Snapshots.columns() if column.name != "is_served"],
        **{
            f"warehouse.{contract.table()}": contract.columns()
            for contract in (RawSales, Loads, SegmentModels, TasteModels)
        },
    }
    for table, columns in expected.items():
        with database.connect() as connection:
            rows = connection.execute(
                "SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                [table],
            ).fetchall()
        # In any order: what a later migration adds stands at the end.
        found = {(name, str(kind).replace(" without time zone", ""), nullable) for name, kind, nullable in rows}
        assert found == {(c.name, c.sql_type, c.nullable) for c in columns}, table


@pytest.mark.parametrize(
    "contract", [RawSales, Loads, SegmentModels, TasteModels], ids=lambda contract: contract.table()
)
def test_tables_made_by_migrations_carry_the_words_of_their_contract(
    database: Database, contract: type[RawSales]
) -> None:
    table = f"warehouse.{contract.table()}"
    assert described(database, table)[0] == contract.summary()
    # In any order: what a later migration adds stands at the end.
    assert sorted(described(database, table)[1]) == sorted(as_described(contract.columns()))
    with database.connect() as connection:
        connection.execute(f"COMMENT ON COLUMN warehouse.{contract.table()}.{contract.key()[0]} IS 'old'".encode())
    upgrade(database)
    assert sorted(described(database, table)[1]) == sorted(as_described(contract.columns()))


def catalog(database: Database) -> list[tuple[object, ...]]:
    """What changes when any view is made, replaced or described."""
    with database.connect() as connection:
        return connection.execute(
            "SELECT c.relname, c.oid, c.xmin::text, r.oid, r.xmin::text, array_agg(d.xmin::text ORDER BY d.objsubid)"
            " FROM pg_class AS c JOIN pg_rewrite AS r ON r.ev_class = c.oid"
            " JOIN pg_description AS d ON d.objoid = c.oid"
            " WHERE relnamespace = 'serving'::regnamespace GROUP BY 1, 2, 3, 4, 5 ORDER BY 1"
        ).fetchall()


def test_views_are_not_touched_while_the_contracts_are_the_same(database: Database) -> None:
    before = catalog(database)
    assert len(before) == 4 + 2 * len(PUBLISHED)
    with database.connect() as connection:
        create_views(connection)
    assert catalog(database) == before


def test_views_are_made_again_in_place_when_their_stamp_is_another(database: Database) -> None:
    before = catalog(database)
    with database.connect() as connection:
        stamp = connection.execute("SELECT obj_description('serving'::regnamespace)").fetchone()
        connection.execute("COMMENT ON SCHEMA serving IS 'of another version'")
        connection.execute("COMMENT ON COLUMN serving.products.units IS 'old words'")
        create_views(connection)
        assert connection.execute("SELECT obj_description('serving'::regnamespace)").fetchone() == stamp
    after = catalog(database)
    assert [row[1] for row in after] == [row[1] for row in before]
    assert [row[5] for row in after] != [row[5] for row in before]
    words = {name: words for name, _, words in described(database, "serving.products")[1]}
    assert words["units"] == "Units sold, net of cancellations, guests included"


def changed(columns: Columns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the contract of `serving.products` have other columns from now on."""

    class Changed(Products):
        """Changed."""

        class Config:
            """The same table."""

            name = Products.table()
            unique = Products.key()

        @classmethod
        def columns(cls) -> list[Column]:
            return columns(Products.columns())

    others = tuple(contract for contract in PUBLISHED if contract.table() != "products")
    monkeypatch.setattr(serving, "PUBLISHED", (*others, Changed))


CHANGES: dict[str, Columns] = {
    "reordered": lambda columns: columns[::-1],
    "renamed": lambda columns: [replace(c, name=c.name.replace("units", "pieces")) for c in columns],
    "dropped": lambda columns: columns[:3],
    "added within": lambda columns: [columns[0], Column("brand", "text", "Brand", nullable=True), *columns[1:]],
    "added at the end": lambda columns: [*columns, Column("brand", "text", "Brand", nullable=True)],
}


@pytest.mark.parametrize("change", CHANGES)
def test_views_follow_a_contract_whose_columns_changed_and_stay_readable(
    database: Database, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database, facts(1), marked_tables(1), marked_history(1))
    with database.connect() as connection:  # what a migration would do
        if change == "renamed":
            connection.execute("ALTER TABLE snapshots.products RENAME units TO pieces")
        connection.execute("ALTER TABLE snapshots.products ADD COLUMN brand text")
    changed(CHANGES[change], monkeypatch)
    upgrade(database)
    expected = CHANGES[change](Products.columns())
    assert described(database, "serving.products") == ("Changed.", as_described(expected))
    assert described(database, "serving.products_history")[1] == as_described([*BY_SNAPSHOT, *expected])
    with database.connect() as connection:
        connection.execute(f"SET ROLE {READER}".encode())
        for contract in PUBLISHED:
            for relation in (contract.table(), f"{contract.table()}_history"):
                assert connection.execute(f"SELECT * FROM serving.{relation}".encode()).fetchall()


def test_views_that_others_built_on_are_not_dropped_behind_their_backs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connect() as connection:
        connection.execute("CREATE VIEW public.mine AS SELECT stock_code, units FROM serving.products")
    before = catalog(database)
    changed(CHANGES["reordered"], monkeypatch)
    with pytest.raises(psycopg.errors.DependentObjectsStillExist, match=r"serving\.products"):
        upgrade(database)
    assert catalog(database) == before

"""A database of the first release comes up to date with everything that was in it, and never goes back."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from segmentation_platform.contracts import PUBLISHED
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.loads import ledger_in_use
from segmentation_platform.warehouse.migrate import newest_revision, revision, upgrade
from segmentation_platform.warehouse.migrations.no_way_back import downgrade
from segmentation_platform.warehouse.snapshots import roll_back, served_ledger, served_snapshot
from segmentation_platform.warehouse.tables import outdated_tables
from segmentation_platform_tests.integration.warehouse.test_migrate import alembic_config, schema
from segmentation_platform_tests.support.releases import restore_release

KEPT = [
    *("warehouse.loads", "warehouse.raw_sales", "snapshots.snapshots", "snapshots.served", "snapshots.segments"),
    *("snapshots.customer_segments", "snapshots.segment_recommendations", "snapshots.products"),
]
OF_THE_FIRST = ["snapshot", "segments", "customer_segments", "segment_recommendations", "products"]
"""The views of the first release."""

SINCE = sorted({contract.table() for contract in PUBLISHED} - set(OF_THE_FIRST))
"""Views that came later: what they show was not computed then."""


@pytest.fixture
def first(empty_database: Database) -> Database:
    """The database of the first release."""
    restore_release(empty_database, "0001")
    assert revision(empty_database) == "0001"
    return empty_database


def columns(database: Database, table: str) -> str:
    name = tuple(table.split("."))
    return ", ".join(str(row[2]) for row in schema(database) if row[:2] == name)


def rows(database: Database, table: str, names: str) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return sorted(connection.execute(f"SELECT {names} FROM {table}".encode()).fetchall(), key=repr)


def test_every_line_load_and_snapshot_of_the_first_release_is_there_after_the_upgrade(first: Database) -> None:
    names = {table: columns(first, table) for table in KEPT}
    before = {table: rows(first, table, names[table]) for table in KEPT}
    assert len(before["warehouse.raw_sales"]) == 2_500
    assert len(before["snapshots.snapshots"]) == 2
    assert all(before.values())
    upgrade(first)
    assert revision(first) == newest_revision()
    for table in KEPT:
        now = names[table].replace("source", "ledger_name") if table == "snapshots.snapshots" else names[table]
        assert rows(first, table, now) == before[table], table


def test_the_views_show_the_snapshot_that_was_served_and_nothing_of_what_came_later(first: Database) -> None:
    names = {view: columns(first, f"serving.{view}") for view in OF_THE_FIRST}
    before = {view: rows(first, f"serving.{view}", names[view]) for view in OF_THE_FIRST}
    upgrade(first)
    for view in OF_THE_FIRST:
        assert rows(first, f"serving.{view}", names[view]) == before[view], view
    assert {view: rows(first, f"serving.{view}", "*") for view in SINCE} == {view: [] for view in SINCE}
    served, ledger = served_snapshot(first), ledger_in_use(first)
    assert served is not None
    assert ledger is not None
    assert (served.snapshot_id, served_ledger(first)) == (2, ledger.name)
    assert [ledger.name] == [load.source for load in ledger.loads]
    assert roll_back(first) == 1


def test_the_schema_is_that_of_a_new_database_and_the_first_models_which_name_no_ledger_are_gone(
    first: Database, database: Database
) -> None:
    upgrade(first)
    assert in_any_order(schema(first)) == in_any_order(schema(database))
    assert rows(first, "warehouse.segment_models", "*") == []
    with first.connect() as connection:
        assert outdated_tables(connection) == []


def in_any_order(columns: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Columns that were added by a migration come last."""
    return sorted(columns, key=repr)


def test_going_back_to_an_older_revision_is_refused_and_names_the_way(database: Database) -> None:
    with pytest.raises(DatabaseError, match=r"(?s)never taken back.*db restore"):
        command.downgrade(alembic_config(database), "-1")
    assert revision(database) == newest_revision()


def test_no_migration_knows_a_way_back() -> None:
    for script in ScriptDirectory.from_config(alembic_config()).walk_revisions():
        assert script.module.downgrade is downgrade

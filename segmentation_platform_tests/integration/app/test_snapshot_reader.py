"""What pages read of earlier snapshots is of the same shop, and of no later day."""

from dataclasses import replace
from datetime import date

from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.client import Client
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import publish, roll_back
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

OTHER = "another shop.csv"


def test_a_shop_is_compared_with_itself_and_with_nothing_that_came_after(database: Database) -> None:
    nights = [
        replace(facts(1, date(2011, 6, 1)), ledger_name=OTHER),
        facts(2, date(2011, 10, 1)),
        facts(3, date(2011, 11, 1)),
        facts(4, date(2011, 12, 1)),
    ]
    for mark, night in enumerate(nights, 1):
        publish(database, night, marked_tables(mark), marked_history(mark))
    roll_back(database, 3)
    with Client(database.url).pinned() as client:
        history = SnapshotReader(client, client.snapshot()).segments_so_far()
    assert history["snapshot_id"].unique().tolist() == [2, 3]


def test_snapshots_of_a_file_have_one_ledger_and_do_not_tell_where_it_is(database: Database) -> None:
    for mark, ledger_name in enumerate(("shop.csv", OTHER, "shop.csv"), 1):
        publish(database, replace(facts(mark), ledger_name=ledger_name), marked_tables(mark), marked_history(mark))
    ledgers = Client(database.url).snapshots()["ledger"].tolist()
    assert ledgers[0] == ledgers[2] != ledgers[1]
    assert not any("shop" in ledger for ledger in ledgers)

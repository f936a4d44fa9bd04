"""The published history of customers' segments: by ledger, as it was known on the served day."""

from dataclasses import replace
from datetime import date

import pandas as pd
import psycopg
import pytest

from segmentation_platform.contracts import HISTORY, CustomerSegmentHistory
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.history import published_history
from segmentation_platform_tests.support.marked import facts, marked_tables

SHOP, OTHER = "shop.csv", "it's \\ another.csv"
MONDAY, TUESDAY, FRIDAY = date(2011, 12, 5), date(2011, 12, 6), date(2011, 12, 9)


def intervals(*rows: tuple[str, int, date, date | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "segment_id", "valid_from", "valid_to"])
    frame["segment"] = "Segment " + frame["segment_id"].astype(str)
    return frame[CustomerSegmentHistory.column_names()].astype(CustomerSegmentHistory.no_rows().dtypes)


def publish(database: Database, day: date, history: pd.DataFrame, ledger_name: str = SHOP) -> int:
    return snapshots.publish(database, replace(facts(1, day), ledger_name=ledger_name), marked_tables(1), history)


def shown(database: Database) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        query = f"SELECT customer_id, segment_id, valid_from, valid_to FROM serving.{HISTORY} ORDER BY 1, 3"
        return connection.execute(query.encode()).fetchall()


MOVED = intervals(("a", 1, MONDAY, FRIDAY), ("a", 2, FRIDAY, None), ("b", 1, MONDAY, None))


def test_the_history_comes_back_as_it_was_published_and_the_next_takes_its_place(database: Database) -> None:
    publish(database, MONDAY, intervals(("a", 1, MONDAY, None)))
    publish(database, FRIDAY, MOVED)
    found = published_history(database, SHOP)
    CustomerSegmentHistory.validate(found.intervals)
    pd.testing.assert_frame_equal(found.intervals, MOVED)
    assert (found.observed, found.withdrawn) == ((MONDAY, FRIDAY), ())
    assert shown(database)[0] == ("a", 1, MONDAY, FRIDAY)


def test_ledgers_have_histories_of_their_own_whatever_their_names(database: Database) -> None:
    publish(database, MONDAY, intervals(("a", 1, MONDAY, None)), OTHER)
    publish(database, FRIDAY, MOVED)
    assert len(published_history(database, OTHER).intervals) == 1
    assert len(published_history(database, SHOP).intervals) == 3
    assert len(shown(database)) == 3
    assert published_history(database, "nothing.csv").intervals.empty


def test_a_day_on_which_somebody_changed_was_observed_though_no_snapshot_was_published_on_it(
    database: Database,
) -> None:
    publish(database, FRIDAY, intervals(("a", 1, MONDAY, TUESDAY), ("a", 2, TUESDAY, None)))
    found = published_history(database, SHOP)
    assert found.observed == (MONDAY, TUESDAY, FRIDAY)


def test_an_earlier_snapshot_that_is_served_again_shows_what_was_known_on_its_day(database: Database) -> None:
    first = publish(database, MONDAY, intervals(("a", 1, MONDAY, None), ("b", 1, MONDAY, None)))
    publish(database, FRIDAY, MOVED)
    snapshots.roll_back(database, first)
    assert shown(database) == [("a", 1, MONDAY, None), ("b", 1, MONDAY, None)]
    assert published_history(database, SHOP).withdrawn == (FRIDAY,)


def test_a_day_filled_in_afterwards_is_not_withdrawn_when_the_newest_is_served_again(database: Database) -> None:
    newest = publish(database, FRIDAY, MOVED)
    publish(database, MONDAY, MOVED)
    snapshots.roll_back(database, newest)
    assert published_history(database, SHOP).withdrawn == ()


def test_a_customer_in_two_segments_from_the_same_day_is_refused_and_nothing_is_published(
    database: Database,
) -> None:
    publish(database, MONDAY, intervals(("a", 1, MONDAY, None)))
    twice = intervals(("a", 1, MONDAY, None), ("a", 2, MONDAY, None))
    with pytest.raises(psycopg.errors.UniqueViolation):
        publish(database, FRIDAY, twice)
    assert shown(database) == [("a", 1, MONDAY, None)]
    assert len(snapshots.history(database)) == 1

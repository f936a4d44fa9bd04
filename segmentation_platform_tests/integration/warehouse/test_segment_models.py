"""The registry of models, and which one is in force on which night."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.segment_models import (
    ModelRecord,
    Promotion,
    in_force,
    models_in_use,
    models_of,
    promote,
    promotions_by_hand,
    read_models,
    register,
    withdraw_promotion,
)
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

SHOP = "shop.csv"
DAYS = [date(2011, 9, 1), date(2011, 10, 1), date(2011, 11, 1)]
MODEL = ModelRecord(DAYS[0], SHOP, "all", "log", 4, 4300, 0.4, 0.9, "a run", '{"k": 4, "names": ["é", "\'"]}')


def publish_night(database: Database, day: date, version: int, since: date, ledger_name: str = SHOP) -> int:
    """A snapshot whose drift table says that a model is in force since a day."""
    tables = marked_tables(1)
    night = (
        tables["segment_drift"]
        .head(1)
        .assign(region="all", model_version=version, promoted_on=pd.Timestamp(since), promotion="a month is over")
    )
    of_source = replace(facts(1, day), ledger_name=ledger_name)
    return snapshots.publish(database, of_source, tables | {"segment_drift": night}, marked_history(1))


def on(database: Database, day: date, ledger_name: str = SHOP) -> tuple[int, str] | None:
    """Version and reason of the promotion that a night begins with."""
    found = in_force(database, ledger_name, day)
    return (found[0].model_version, found[0].reason) if found else None


def test_without_a_model_it_is_said_how_to_get_one(database: Database) -> None:
    with pytest.raises(DatabaseError, match=r"no segment model yet.*kmeans_model"):
        models_in_use(database)


def test_models_are_appended_and_read_back_and_the_very_same_is_there_once(database: Database) -> None:
    first = register(database, MODEL)
    assert register(database, replace(MODEL, run_id="another", as_of=DAYS[1])) == first
    second = register(database, replace(MODEL, model="{}"))
    third = register(database, replace(MODEL, ledger_name="other.csv"))
    assert first < second < third
    assert read_models(database, [first]) == [replace(MODEL, model_version=first)]
    assert [record.model_version for record in models_of(database, SHOP)] == [first, second]


def test_before_the_first_night_nothing_is_in_force(database: Database) -> None:
    assert in_force(database, SHOP, DAYS[0]) == []


def test_the_last_night_before_says_what_is_in_force_and_not_that_of_the_day_itself_or_another_ledger(
    database: Database,
) -> None:
    for version, day in enumerate(DAYS, 1):
        publish_night(database, day, version, day)
    publish_night(database, DAYS[1], 9, DAYS[1], ledger_name="other.csv")
    assert on(database, DAYS[1]) == (1, "a month is over")
    assert on(database, DAYS[2]) == (2, "a month is over")
    assert in_force(database, SHOP, date(2012, 1, 1)) == [Promotion("all", 3, DAYS[2], "a month is over")]


def test_before_a_ledgers_first_night_its_first_model_looks_back(database: Database) -> None:
    publish_night(database, DAYS[1], 1, DAYS[1])
    publish_night(database, DAYS[2], 2, DAYS[2])
    assert on(database, DAYS[0]) == (1, "a month is over")
    publish_night(database, DAYS[0], 1, DAYS[1])
    assert on(database, DAYS[0]) == (1, "a month is over")


def test_the_first_night_done_again_begins_without_a_model(database: Database) -> None:
    publish_night(database, DAYS[1], 1, DAYS[1])
    publish_night(database, DAYS[2], 2, DAYS[2])
    publish_night(database, DAYS[0], 1, DAYS[1])
    assert on(database, DAYS[1]) is None


def test_a_promotion_by_hand_holds_from_its_day_on_until_a_later_night_promotes(database: Database) -> None:
    first, second = (register(database, replace(MODEL, model=text)) for text in ("1", "2"))
    publish_night(database, DAYS[0], first, DAYS[0])
    publish_night(database, DAYS[1], second, DAYS[1])
    promote(database, first, SHOP, DAYS[1])
    assert on(database, DAYS[1]) == (first, "by hand")
    assert on(database, DAYS[2]) == (first, "by hand")
    publish_night(database, DAYS[2], second, DAYS[2])
    assert on(database, date(2011, 11, 2)) == (second, "a month is over")
    assert len(promotions_by_hand(database, SHOP)) == 1


def test_a_promotion_that_is_taken_back_leaves_the_one_before(database: Database) -> None:
    first, second = (register(database, replace(MODEL, model=text)) for text in ("1", "2"))
    publish_night(database, DAYS[0], first, DAYS[0])
    promote(database, first, SHOP, DAYS[1])
    promoted = promote(database, second, SHOP, DAYS[1])
    assert on(database, DAYS[1]) == (second, "by hand")
    withdraw_promotion(database, promoted)
    assert on(database, DAYS[1]) == (first, "by hand")
    assert len(promotions_by_hand(database, SHOP)) == 1


def test_only_a_model_of_the_ledger_can_be_promoted(database: Database) -> None:
    register(database, replace(MODEL, ledger_name="other.csv"))
    own = register(database, MODEL)
    with pytest.raises(DatabaseError, match=rf"shop\.csv has no model 1\. There are: {own}\."):
        promote(database, 1, SHOP, DAYS[0])


def test_nights_from_which_one_has_rolled_back_are_not_believed_and_days_filled_in_afterwards_are(
    database: Database,
) -> None:
    kept = publish_night(database, DAYS[1], 1, DAYS[1])
    publish_night(database, DAYS[2], 2, DAYS[2])
    publish_night(database, DAYS[0], 3, DAYS[0])
    snapshots.roll_back(database, kept)
    assert on(database, date(2012, 1, 1)) == (1, "a month is over")
    assert on(database, date(2011, 9, 2)) == (3, "a month is over")

"""What is new of a growing ledger is cleaned apart, and comes out as if all of it were, on a real database."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from segmentation_platform.contracts import RejectedSales
from segmentation_platform.orchestration.assets import ingest
from segmentation_platform.orchestration.cleaning import clean_change
from segmentation_platform.warehouse import loads, tables
from segmentation_platform.warehouse.cleaning import read_learned
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.growing import (
    Night,
    cleaned,
    read_from,
    write,
)
from segmentation_platform_tests.support.growing import exports as exports
from segmentation_platform_tests.support.growing import night as night
from segmentation_platform_tests.support.growing import shop as shop
from segmentation_platform_tests.support.stores import clean_lines


@pytest.fixture
def how(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each night whether the ledger was changed in place."""
    told: list[bool] = []

    def telling(*arguments: Any) -> bool:
        told.append(clean_change(*arguments))
        return told[-1]

    monkeypatch.setattr(ingest, "clean_change", telling)
    return told


def halves(database: Database) -> list[pd.DataFrame]:
    """The clean and the rejected lines."""
    return [clean_lines(database), tables.read_frame(database, RejectedSales)]


def as_it_is_cleaned_whole(database: Database, night: Night) -> None:
    """Assert that cleaning the ledger whole changes nothing, to the last column, and learns nothing else of it."""
    before = halves(database)
    assert all(len(half) for half in before)
    ledger = loads.ledger_in_use(database)
    assert ledger is not None
    learned = read_learned(database, ledger.name)
    with database.connect() as connection:
        connection.execute("UPDATE warehouse.cleaning SET made_from = NULL")
    assert night() == ""
    for now, then in zip(halves(database), before, strict=True):
        pd.testing.assert_frame_equal(now, then)
    assert read_learned(database, ledger.name) == learned


def test_new_lines_are_cleaned_apart_and_come_out_as_if_all_were(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, how: list[bool]
) -> None:
    for name, first, end in (("1.csv", 0, 2_000), ("2.csv", 2_000, 2_500), ("3.csv", 2_450, 3_000)):
        write(exports, name, shop[first:end])
        assert night() == ""
    assert how == [True, True]
    as_it_is_cleaned_whole(database, night)


def test_a_late_cancellation_takes_back_units_of_lines_that_are_not_new(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, how: list[bool]
) -> None:
    is_cancelled = shop["InvoiceNo"].str.startswith("C")
    write(exports, "sales.csv", shop[~is_cancelled])
    assert night() == ""
    held = cleaned(database)["net_quantity"].sum()
    write(exports, "cancellations.csv", shop[is_cancelled])
    assert night() == ""
    assert how == [True]
    assert cleaned(database)["net_quantity"].sum() < held
    as_it_is_cleaned_whole(database, night)


def test_a_file_that_gives_way_to_another_content_is_changed_in_place(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, how: list[bool]
) -> None:
    write(exports, "1.csv", shop[:2_700])
    write(exports, "2.csv", shop[2_600:2_900])
    assert night() == ""
    write(exports, "2.csv", shop[2_598:2_900])
    assert night() == ""
    assert how == [True]
    assert read_from(database) == {"1.csv": 2_700, "2.csv": 302}
    as_it_is_cleaned_whole(database, night)


def test_what_moves_the_ground_is_cleaned_whole(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, how: list[bool]
) -> None:
    write(exports, "1.csv", shop[:2_300])
    assert night() == ""
    slip = shop[2_300:].copy()
    slip.loc[slip.index[-1], "InvoiceDate"] = "2032-01-05 10:00:00"
    write(exports, "2.csv", slip)
    assert night() == ""
    assert how == [False]
    reasons = tables.read_frame(database, RejectedSales)["reason"]
    assert (reasons == "date_out_of_range").sum() == 1
    as_it_is_cleaned_whole(database, night)


def test_a_run_that_ends_while_the_ledger_is_cleaned_leaves_nothing_to_build_on(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, how: list[bool]
) -> None:
    write(exports, "1.csv", shop[:2_300])
    assert night() == ""
    with database.connect() as connection:
        connection.execute("UPDATE warehouse.cleaning SET made_from = NULL")
        connection.execute("DELETE FROM warehouse.rejected_sales")
    write(exports, "2.csv", shop[2_300:])
    assert night() == ""
    assert how == []
    as_it_is_cleaned_whole(database, night)

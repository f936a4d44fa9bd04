"""A snapshot is one record: the columns of its contract, each said once, and those of its owner kept apart."""

from dataclasses import fields
from datetime import date, datetime

import pytest

from segmentation_platform import client
from segmentation_platform.contracts import INTERNAL, Snapshots
from segmentation_platform.contracts.snapshot_record import NewSnapshot, Snapshot

TYPES = {"integer": int, "text": str, "double precision": float, "date": date, "timestamp": datetime}
COLUMNS = {column.name: column for column in Snapshots.columns()}


@pytest.mark.parametrize("record", [Snapshot, NewSnapshot])
def test_every_field_has_the_type_of_its_column(record: type[Snapshot | NewSnapshot]) -> None:
    for field in fields(record):
        column = COLUMNS[field.name]
        expected = TYPES[column.sql_type]
        assert field.type == (expected | None if column.nullable else expected), field.name


def test_what_readers_see_is_every_column_but_the_owners() -> None:
    assert {field.name for field in fields(Snapshot)} == COLUMNS.keys() - set(INTERNAL)


def test_a_run_says_what_the_database_does_not_know_by_itself() -> None:
    by_itself = {"snapshot_id", "published_at", "ledger", "is_served"}
    assert {field.name for field in fields(NewSnapshot)} == COLUMNS.keys() - by_itself


def test_the_client_has_no_record_of_its_own() -> None:
    assert client.Snapshot is Snapshot

"""A small shop, published twice, for readers without rights to change anything, and as a folder."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from segmentation_platform.client import Client
from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.roles import READER
from segmentation_platform_tests.support import session, stages
from segmentation_platform_tests.support.databases import as_role, new_database, template


@dataclass(frozen=True)
class Published:
    """A published shop.

    Attributes:
        owner: may publish, and roll back
        reader: may read `serving`
        login: the name of the reader's role, which no other test has
        folder: the second snapshot, exported

    """

    owner: Database
    reader: Database
    login: str
    folder: Path


@pytest.fixture(scope="session")
def published(postgres_url: str) -> Iterator[Published]:
    """The shop, published as of the beginning of the month of its last sale, and as of the day after it."""
    copied = template(postgres_url, "shop_of_the_app", _publish_twice, stages.migrated(postgres_url))
    with new_database(postgres_url, copied) as owner, reader_of(owner) as (login, reader):
        folder = session.shared_path("export_of_the_app", lambda path: _export(owner, path))
        yield Published(owner, reader, login, folder)


@contextmanager
def reader_of(owner: Database) -> Iterator[tuple[str, Database]]:
    """A role of a test's own that may do what the platform's reader may, and the database for it."""
    name, password = f"reader_{secrets.token_hex(6)}", "it's a \\ word"
    with owner.connect() as connection:
        word = password.replace("'", "''")
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{word}' IN ROLE {READER}".encode())
    try:
        yield name, as_role(owner, name, password)
    finally:
        with owner.connect() as connection:
            connection.execute(f"DROP ROLE {name}".encode())


def _publish_twice(database: Database) -> None:
    ledger = session.shared_path("ledger_of_the_app.parquet", _write_ledger)
    written = pq.read_table(ledger, columns=["InvoiceDate"]).to_pandas()["InvoiceDate"]
    earlier = pd.to_datetime(written, errors="coerce").max().replace(day=1)
    for as_of in (f"{earlier:%Y-%m-%d}", ""):
        stages.run_night(database, ledger, as_of)


def _write_ledger(path: Path) -> None:
    write_parquet(SimulatedShop(ShopPlan(lines=30_000, seed=3)), path)


def _export(owner: Database, path: Path) -> None:
    Client(owner.url).export(path)

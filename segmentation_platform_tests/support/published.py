"""A small shop, published twice, for readers without rights to change anything, and as a folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.roles import READER
from segmentation_platform_tests.integration.warehouse.conftest import as_role
from segmentation_platform_tests.support.databases import new_database

QUICK = {
    "SEGMENTATION_SEGMENTATION__COMPARED": "[]",
    "SEGMENTATION_SEGMENTATION__K_MAX": "4",
    "SEGMENTATION_SEGMENTATION__MIN_REFIT_JACCARD": "0.01",
    "SEGMENTATION_RECOMMENDATIONS__BACKTEST__DRAWS": "20",
}
LOGIN, _PASSWORD = "app_reader", "only reads"


@dataclass(frozen=True)
class Published:
    """A published shop.

    Attributes:
        owner: may publish, and roll back
        reader: may read `serving`
        folder: the second snapshot, exported

    """

    owner: Database
    reader: Database
    folder: Path

    def command(self, *arguments: str) -> None:
        """Run a command of the platform by the owner."""
        program = str(Path(sys.executable).parent / "segmentation-platform")
        subprocess.run(
            [program, *arguments],
            cwd=self.folder.parent,
            env={**os.environ, **QUICK, "DATABASE_URL": self.owner.url},
            check=True,
            capture_output=True,
        )


@pytest.fixture(scope="session")
def published(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The shop, published as of the beginning of the month of its last sale, and as of the day after it."""
    folder = tmp_path_factory.mktemp("app")
    ledger = folder / "ledger.parquet"
    write_parquet(SimulatedShop(ShopPlan(lines=30_000, seed=3)), ledger)
    written = pq.read_table(ledger, columns=["InvoiceDate"]).to_pandas()["InvoiceDate"]
    earlier = pd.to_datetime(written, errors="coerce").max().replace(day=1).date()
    with new_database(postgres_url) as owner, _reader(owner) as reader:
        shop = Published(owner, reader, folder / "export")
        shop.command("run", "--sales", str(ledger), "--as-of", f"{earlier:%Y-%m-%d}")
        shop.command("run", "--sales", str(ledger))
        shop.command("export", str(shop.folder))
        yield shop


@contextmanager
def _reader(owner: Database) -> Iterator[Database]:
    """A login of its own: other tests give and take that of the role itself."""
    with owner.connect() as connection:
        # The first login on a server finds the role, made by nobody yet.
        connection.execute(f"DO $$ BEGIN CREATE ROLE {READER} NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
        connection.execute(f"CREATE ROLE {LOGIN} LOGIN PASSWORD '{_PASSWORD}' IN ROLE {READER}")
    yield as_role(owner, LOGIN, _PASSWORD)
    with owner.connect() as connection:
        connection.execute(f"DROP ROLE {LOGIN}")

"""The command line as people use it: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.warehouse.database import Database

Command = Callable[..., subprocess.CompletedProcess[str]]

QUICK = {
    "SEGMENTATION_SEGMENTATION__COMPARED": "[]",
    "SEGMENTATION_SEGMENTATION__K_MAX": "4",
    "SEGMENTATION_SEGMENTATION__MIN_REFIT_JACCARD": "0.01",
    "SEGMENTATION_RECOMMENDATIONS__BACKTEST__DAYS": "200",
}
"""Environment in which a model is chosen from few candidates, and no the lists are judged as of past days."""


@pytest.fixture(scope="session")
def shop_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ledger file of a small simulated shop."""
    path = tmp_path_factory.mktemp("shop") / "ledger.parquet"
    write_parquet(SimulatedShop(ShopPlan(lines=12_000, seed=3)), path)
    return path


@pytest.fixture
def command(tmp_path: Path, empty_database: Database) -> Command:
    """Call `segmentation-platform` in an empty folder, on an empty database."""

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).parent / "segmentation-platform"), *arguments],
            cwd=tmp_path,
            env={**os.environ, "DATABASE_URL": empty_database.url, "COLUMNS": "120", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return call

"""A platform on a database of the test's own, with a small simulated ledger: fixtures for tests that refresh it."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support import stages
from segmentation_platform_tests.support.quick import quick_settings
from segmentation_platform_tests.support.stores import warehouse_of

Run = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture(scope="session")
def shop_ledger() -> Path:
    """Ledger file of a small simulated shop, that of all nights which tests start from."""
    return stages.shop_ledger()


@pytest.fixture
def settings(tmp_path: Path, shop_ledger: Path) -> Settings:
    """Quick settings that name the small shop's ledger."""
    return quick_settings(tmp_path / "home", shop_ledger)


@pytest.fixture
def warehouse(database: Database, settings: Settings) -> WarehouseResource:
    """The warehouse resource on the test's database."""
    return warehouse_of(database, settings.home)


@pytest.fixture
def definitions(settings: Settings, warehouse: WarehouseResource) -> dg.Definitions:
    """The code location on the test's database."""
    return build_definitions(settings, {"warehouse": warehouse})


@pytest.fixture
def run(definitions: dg.Definitions) -> Run:
    """Run the refresh job, or some of its assets, in this process."""

    def run_job(
        *assets: str, as_of: str = "", choose_model: bool = False, **ledger: object
    ) -> dg.ExecuteInProcessResult:
        config: dict[str, object] = {"resources": {"reporting_date": {"config": {"as_of": as_of}}}}
        if not assets or "raw_sales" in assets:
            config["ops"] = {"raw_sales": {"config": ledger}}
        if not assets:
            config["ops"] = {
                "raw_sales": {"config": ledger},
                "segment_model": {"config": {"choose_model": choose_model}},
            }
        return definitions.resolve_job_def("refresh").execute_in_process(
            run_config=config,
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
            raise_on_error=False,
        )

    return run_job

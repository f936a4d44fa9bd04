"""A platform on a database of the test's own, with a small simulated ledger."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database

Run = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture(scope="session")
def shop_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ledger file of a small simulated shop."""
    path = tmp_path_factory.mktemp("shop") / "ledger.parquet"
    write_parquet(SimulatedShop(ShopPlan(lines=12_000, seed=3)), path)
    return path


@pytest.fixture
def settings(tmp_path: Path, shop_ledger: Path) -> Settings:
    """Settings that name the small shop's ledger, and judge models by as little as is needed to choose one."""
    stable_enough = {"min_chosen_jaccard": 0.5, "min_prediction_strength": 0.1, "max_idle_day_relabelled": 0.1}
    quick = {"compared": [], "k_max": 4, "bootstraps": 3, "halvings": 2, **stable_enough}
    return Settings.model_validate(
        {
            "home": tmp_path / "home",
            "ledger": {"sales": str(shop_ledger)},
            "segmentation": quick,
            "recommendations": {"backtest": {"draws": 20}},
        }
    )


@pytest.fixture
def warehouse(database: Database, settings: Settings) -> WarehouseResource:
    """The warehouse resource on the test's database."""
    return WarehouseResource(home=str(settings.home), database_url=database.url)


@pytest.fixture
def definitions(settings: Settings, warehouse: WarehouseResource) -> dg.Definitions:
    """The code location on the test's database."""
    return build_definitions(settings, {"warehouse": warehouse})


@pytest.fixture
def run(definitions: dg.Definitions) -> Run:
    """Run the refresh job, or some of its assets, in this process."""

    def run_job(
        *assets: str, as_of: str = "", sales: str = "", choose_model: bool = False
    ) -> dg.ExecuteInProcessResult:
        config: dict[str, object] = {"resources": {"reporting_date": {"config": {"as_of": as_of}}}}
        if not assets or "raw_sales" in assets:
            config["ops"] = {"raw_sales": {"config": {"sales": sales}}}
        if not assets:
            config["ops"] = {
                "raw_sales": {"config": {"sales": sales}},
                "segment_model": {"config": {"choose_model": choose_model}},
            }
        return definitions.resolve_job_def("refresh").execute_in_process(
            run_config=config,
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
            raise_on_error=False,
        )

    return run_job

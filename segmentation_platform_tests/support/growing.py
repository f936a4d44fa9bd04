"""A ledger that grows in a folder of exports, read and cleaned night after night: for tests of increments."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow.parquet as pq
import pytest

from segmentation_platform.ledger.profile.model import Lines, ProductRules, Profile
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.stores import clean_lines

INGEST = ("raw_sales", "clean_sales", "rejected_sales")
CELLS = [
    "invoice",
    "stock_code",
    "status",
    "sold_at",
    "quantity",
    "unit_price",
    "net_quantity",
    "customer_id",
    "country",
]
DECIDED = Profile(lines=Lines(identical="errors"))
"""A few lines don't tell whether the shop's export repeats lines by mistake."""
REGIONS = CleaningRules(regions=("United Kingdom",))
"""Which countries are large changes with every few lines of a small ledger."""
Night = Callable[..., str]


@pytest.fixture
def shop(shop_ledger: Path) -> pd.DataFrame:
    """The first lines of the small shop's ledger, in the order of their days; those without one come first."""
    frame: pd.DataFrame = pq.read_table(shop_ledger).slice(0, 3_000).to_pandas()
    frame["day"] = pd.to_datetime(frame["InvoiceDate"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    ordered = frame.sort_values("day", kind="stable", na_position="first", ignore_index=True)
    return ordered.drop(columns="day")


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """The folder where the shop's exports are put."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def night(settings: Settings, warehouse: WarehouseResource, exports: Path) -> Night:
    """Read the ledger and clean it; what was said where it was refused, else nothing."""

    def take_in(
        sales: Path = exports,
        products: ProductRules | None = None,
        lines: Lines = DECIDED.lines,
        **answers: object,
    ) -> str:
        said = {"lines": lines} | ({"products": products} if products else {})
        profile = Profile.model_validate({part: of_it.model_dump(exclude_unset=True) for part, of_it in said.items()})
        unnamed = settings.model_copy(
            update={
                "ledger": settings.ledger.model_copy(update={"sales": None}),
                "profile": profile,
                "cleaning": REGIONS,
            }
        )
        job = build_definitions(unnamed, {"warehouse": warehouse}).resolve_job_def("refresh")
        result = job.execute_in_process(
            run_config={"ops": {"raw_sales": {"config": {"sales": str(sales), **answers}}}},
            asset_selection=[dg.AssetKey(name) for name in INGEST],
            raise_on_error=False,
        )
        failures = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
        return " ".join(failure.description or "" for failure in failures if failure)

    return take_in


def write(folder: Path, name: str, lines: pd.DataFrame) -> None:
    """Write an export of some lines."""
    lines.to_csv(folder / name, index=False)


def read_from(database: Database) -> dict[str, int]:
    """The lines of each file of the ledger in use, by name."""
    ledger = loads.ledger_in_use(database)
    assert ledger is not None
    return {Path(load.source).name: load.lines for load in ledger.loads}


def cleaned(database: Database) -> pd.DataFrame:
    """What the clean lines say, wherever they came from, in an order of their own."""
    frame = clean_lines(database)[CELLS]
    return frame.sort_values(CELLS, ignore_index=True)

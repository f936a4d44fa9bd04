"""What nights of the platform leave behind: databases to start from, made once in a run of the tests.

A test says with `@after_first_night` and the like from which one its `database` is a copy; what the last of the
nights told is `the_night`.
"""

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import dagster as dg
import pytest

from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.migrate import upgrade
from segmentation_platform_tests.support import session
from segmentation_platform_tests.support.databases import template
from segmentation_platform_tests.support.quick import judged, quick_settings
from segmentation_platform_tests.support.stores import warehouse_of

LINES: Final = 12_000
LAST: Final = "2011-12-10"
"""The day after the small shop's last sale: the reporting date of a run that names none."""

FIRST, NEXT, LATER = "2011-10-20", "2011-10-21", "2011-11-25"
"""The next night nothing is due; a month later the refit is."""

refreshed = pytest.mark.nights("")
"""Starts from a shop that was refreshed once, as of the day after its last sale."""

after_first_night = pytest.mark.nights(FIRST)
after_two_nights = pytest.mark.nights(FIRST, NEXT)
after_a_month = pytest.mark.nights(FIRST, LATER)


@dataclass(frozen=True)
class Night:
    """What Dagster keeps of a run, of which as much as tests ask for."""

    events: list[dg.DagsterEvent]

    @property
    def success(self) -> bool:
        """Whether it went well to the end."""
        return any(event.is_job_success for event in self.events)

    @property
    def all_events(self) -> list[dg.DagsterEvent]:
        """All that happened, in order."""
        return self.events

    def get_asset_materialization_events(self) -> list[dg.DagsterEvent]:
        """Events of tables, models and the snapshot that were made."""
        return [event for event in self.events if event.is_step_materialization]

    def get_asset_check_evaluations(self) -> list[dg.AssetCheckEvaluation]:
        """Checks that were evaluated."""
        kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
        return [event.asset_check_evaluation_data for event in self.events if event.event_type == kind]


def shop_ledger() -> Path:
    """Ledger file of the small simulated shop."""
    plan = ShopPlan(lines=LINES, seed=3)
    return session.shared_path("shop.parquet", lambda path: write_parquet(SimulatedShop(plan), path))


def migrated(url: str) -> str:
    """Name of a migrated database on a server."""
    return template(url, "migrated", upgrade)


def after(url: str, *days: str) -> str:
    """Name of a database on a server on which the platform ran as of these days."""
    if not days:
        return migrated(url)
    before = after(url, *days[:-1])
    return template(url, _name(days), lambda database: _run(database, days), before)


def night(url: str, *days: str) -> Night:
    """What the last of these nights told."""
    after(url, *days)
    told: Night = pickle.loads((session.folder() / f"night_{_name(days)}").read_bytes())  # noqa: S301 - our own
    return told


def _name(days: tuple[str, ...]) -> str:
    return "after_" + "_".join((day or LAST).replace("-", "") for day in days)


def run_night(database: Database, ledger: Path, as_of: str) -> Night:
    """Refresh everything, quickly, in this process.

    A run as of the empty date, which is the day after the last sale, judges recommendations on past days as well.
    """
    settings = quick_settings(session.folder() / "home", ledger)
    return refresh(settings if as_of else judged(settings), database, as_of)


def refresh(settings: Settings, database: Database, as_of: str) -> Night:
    """Refresh everything in this process by some settings."""
    warehouse = warehouse_of(database, settings.home)
    job = build_definitions(settings, {"warehouse": warehouse}).resolve_job_def("refresh")
    config = {"resources": {"reporting_date": {"config": {"as_of": as_of}}}}
    return Night(list(job.execute_in_process(run_config=config).all_events))


def _run(database: Database, days: tuple[str, ...]) -> None:
    told = run_night(database, shop_ledger(), days[-1])
    (session.folder() / f"night_{_name(days)}").write_bytes(pickle.dumps(told))

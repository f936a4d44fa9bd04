"""Where everything is put together: assets, checks, jobs, schedules, sensors and resources.

Belongs here: which parts there are, and what they are given. Does not belong here: what any of them does.
"""

from collections.abc import Mapping

import dagster as dg

from segmentation_platform.orchestration import checks, housekeeping, jobs, ledger_checks, sensors
from segmentation_platform.orchestration.assets import (
    campaigns,
    delivery,
    features,
    ingest,
    insights,
    mirror,
    recommendation,
    report,
    segmentation,
)
from segmentation_platform.orchestration.io_managers import ModelRegistryIOManager, WarehouseIOManager
from segmentation_platform.orchestration.new_files import new_files
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.settings import Settings, load_settings


def build_definitions(
    settings: Settings | None = None, resource_overrides: Mapping[str, object] | None = None
) -> dg.Definitions:
    """The code location.

    Args:
        settings: of the platform; read from environment and file when not given
        resource_overrides: resources by key that replace the usual ones, for tests and other deployments

    """
    settings = settings or load_settings()
    modules = [ingest, mirror, features, segmentation, recommendation, insights, campaigns, report, housekeeping]
    assets = [
        *dg.load_assets_from_modules(modules, include_specs=True),
        delivery.kept_fresh(delivery.published_snapshot, settings.schedule),
    ]
    return dg.Definitions(
        assets=assets,
        asset_checks=[*checks.contract_checks(), *ledger_checks.LEDGER_CHECKS, *checks.RELATIONS],
        jobs=[jobs.refresh, jobs.refresh_multiprocess, jobs.make_report, jobs.tidy_up],
        schedules=jobs.schedules(settings),
        sensors=[*sensors.sensors(settings), new_files(settings)],
        resources=_resources(settings, resource_overrides or {}),
        executor=dg.in_process_executor,
        loggers={"console": _LOGGERS[settings.log_format]},
    )


_LOGGERS = {"text": dg.colored_console_logger, "json": dg.json_console_logger}


def _resources(settings: Settings, overrides: Mapping[str, object]) -> dict[str, object]:
    usual = WarehouseResource(
        home=str(settings.home.absolute()),
        # By name, so that the password is in no run's configuration.
        database_url=dg.EnvVar("DATABASE_URL") if settings.database_url else "",
        store=settings.store_place.root,
        store_options=dict(settings.store_place.options),
    )
    warehouse = overrides.get("warehouse", usual)
    if not isinstance(warehouse, WarehouseResource):
        raise TypeError(f"The resource warehouse must be a WarehouseResource, not {type(warehouse).__name__}.")
    return {
        "warehouse": warehouse,
        "io_manager": WarehouseIOManager(warehouse=warehouse, reports=settings.links.reports, app=settings.links.app),
        "model_registry": ModelRegistryIOManager(warehouse=warehouse),
        "engine": EngineResource(memory_limit=settings.room.memory, spill_folder=str(settings.room.spill)),
        "reporting_date": ReportingDateResource.configure_at_launch(),
        "settings": settings,
        **overrides,
    }

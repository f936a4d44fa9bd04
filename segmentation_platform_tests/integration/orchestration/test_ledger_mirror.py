"""What Postgres shows of the ledger's lines is what the settings say, and nothing where the ledger is large."""

import dagster as dg
import pytest

from segmentation_platform.orchestration.assets import mirror
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.stages import after_first_night
from segmentation_platform_tests.support.stores import clean_lines


def shown(database: Database) -> dict[str, int]:
    """The rows of the tables that show the lines."""
    with database.connect() as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM warehouse.raw_sales), (SELECT count(*) FROM warehouse.clean_sales)"
        ).fetchone()
    assert found is not None
    return {"raw": int(str(found[0])), "clean": int(str(found[1]))}


def mirrored(settings: Settings, warehouse: WarehouseResource, said: str | None) -> dict[str, object]:
    """Bring the mirror up to date by a setting; what its asset tells."""
    ledger = settings.ledger.model_copy(update={"mirror": said})
    definitions = build_definitions(settings.model_copy(update={"ledger": ledger}), {"warehouse": warehouse})
    result = definitions.resolve_job_def("refresh").execute_in_process(asset_selection=[dg.AssetKey("ledger_mirror")])
    [event] = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


@after_first_night
def test_what_is_shown_is_what_the_settings_say(
    settings: Settings, warehouse: WarehouseResource, database: Database
) -> None:
    clean = len(clean_lines(database))
    assert shown(database) == {"raw": 12_000, "clean": clean}
    assert mirrored(settings, warehouse, "clean")["clean_sales"] == clean
    assert shown(database) == {"raw": 0, "clean": clean}
    assert mirrored(settings, warehouse, "none")["dagster/row_count"] == 0
    assert shown(database) == {"raw": 0, "clean": 0}
    assert mirrored(settings, warehouse, "all")["raw_sales"] == 12_000
    assert shown(database) == {"raw": 12_000, "clean": clean}


@after_first_night
def test_a_large_ledger_is_shown_on_request_only_and_that_is_said(
    settings: Settings,
    warehouse: WarehouseResource,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(mirror, "_SMALL", 11_999)
    assert mirrored(settings, warehouse, None)["shown"] == "none"
    assert shown(database) == {"raw": 0, "clean": 0}
    assert 'only on request, [ledger] mirror = "all" or "clean"' in capfd.readouterr().err
    assert mirrored(settings, warehouse, "all")["shown"] == "all"

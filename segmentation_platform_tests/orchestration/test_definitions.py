"""The code location as Dagster sees it: assets, checks, jobs, schedule, lineage."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from segmentation_platform.contracts import WORKING
from segmentation_platform.definitions import build_definitions
from segmentation_platform.settings import Settings

ROOT = Path(__file__).parents[2]
LINEAGE = {
    "sales_ledger": set(),
    "raw_sales": {"sales_ledger"},
    "clean_sales": {"raw_sales"},
    "rejected_sales": {"raw_sales"},
    "rfm_features": {"clean_sales"},
    "product_catalog": {"clean_sales"},
    "customer_tastes": {"clean_sales"},
    "kmeans_model": {"rfm_features", "clean_sales"},
    "segment_drift": {"rfm_features", "clean_sales"},
    "model_selection": {"rfm_features", "clean_sales"},
    "segment_history": {"rfm_features", "kmeans_model", "clean_sales"},
    "customer_segments": {"rfm_features", "kmeans_model", "segment_history", "customer_tastes"},
    "segment_moves": {"segment_history", "customer_segments"},
    "segment_profiles": {"customer_segments", "rfm_features", "kmeans_model"},
    "segment_regions": {"customer_segments", "rfm_features", "kmeans_model"},
    "segment_recs": {"clean_sales", "customer_segments", "product_catalog"},
    "customer_recs": {"clean_sales", "customer_segments", "product_catalog"},
    "similar_items": {"clean_sales", "customer_segments", "product_catalog"},
    "rec_backtest": {"clean_sales", "kmeans_model", "segment_recs", "customer_recs"},
    "published_snapshot": {
        "customer_segments",
        "segment_profiles",
        "segment_regions",
        "segment_moves",
        "segment_recs",
        "customer_recs",
        "similar_items",
        "rec_backtest",
        "customer_tastes",
        "product_catalog",
        "model_selection",
        "segment_drift",
        "segment_history",
        "kmeans_model",
        "rejected_sales",
    },
}
GROUPS = {"ingest", "features", "segmentation", "recommendation", "delivery"}


@pytest.fixture(scope="module")
def built() -> dg.Definitions:
    return build_definitions(Settings.model_validate({}))


@pytest.fixture(scope="module")
def specs(built: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in built.resolve_all_asset_specs()}


def test_the_definitions_are_loadable(built: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(built)


def test_the_lineage_leads_from_the_ledger_file_to_the_snapshot(specs: dict[str, dg.AssetSpec]) -> None:
    found = {name: {dep.asset_key.to_user_string() for dep in spec.deps} for name, spec in specs.items()}
    assert found == LINEAGE


def test_every_asset_is_in_one_of_five_groups_and_says_what_it_is(specs: dict[str, dg.AssetSpec]) -> None:
    assert {spec.group_name for spec in specs.values()} == GROUPS
    for name, spec in specs.items():
        assert len(name) <= 20, f"{name} is cut in the graph"
        assert spec.description, name
        assert spec.owners, name
        assert spec.kinds, name
        if name != "sales_ledger":
            assert spec.code_version, name
            assert spec.metadata["dagster/table_name"], name


def test_every_working_table_shows_its_contract_as_its_schema(specs: dict[str, dg.AssetSpec]) -> None:
    models = {"segment_models": "kmeans_model"}
    for contract in WORKING:
        name = models.get(contract.table(), contract.table())
        if name in ("loads", "taste_models"):
            continue
        schema = specs[name].metadata["dagster/column_schema"]
        assert [(c.name, c.type, c.description) for c in schema.columns] == [
            (c.name, c.sql_type, c.description) for c in contract.columns()
        ]


WARNINGS = {"model_holds", "enough_data", "better_than_popular"}


def test_every_check_but_the_warnings_is_blocking_and_every_table_has_one_of_its_contract(
    built: dg.Definitions,
) -> None:
    checks = [spec for check in built.asset_checks or [] for spec in check.check_specs]
    assert {spec.name for spec in checks if not spec.blocking} == WARNINGS
    kept = {spec.asset_key.to_user_string() for spec in checks if spec.name == "keeps_contract"}
    assert kept == {c.table() for c in WORKING} - {"loads", "segment_models", "taste_models"}
    assert {spec.name for spec in checks} == {
        "keeps_contract",
        "rows_are_conserved",
        "revenue_reconciles",
        "one_row_per_customer",
        "every_segment_has_customers",
        "tables_agree",
        "model_is_readable",
        *WARNINGS,
    }


def test_the_nightly_schedule_runs_the_refresh_just_before_midnight_in_jakarta_and_starts_stopped(
    built: dg.Definitions,
) -> None:
    schedule = built.resolve_schedule_def("nightly")
    assert schedule.job_name == "refresh"
    assert schedule.cron_schedule == "59 23 * * *"
    assert schedule.execution_timezone == "Asia/Jakarta"
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED


def test_the_nightly_schedule_can_be_set() -> None:
    settings = {"schedule": {"cron": "0 5 * * *", "timezone": "Europe/London", "running": True}}
    schedule = build_definitions(Settings.model_validate(settings)).resolve_schedule_def("nightly")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 5 * * *", "Europe/London")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_both_jobs_refresh_every_asset_and_only_one_uses_many_processes(built: dg.Definitions) -> None:
    one, many = built.resolve_job_def("refresh"), built.resolve_job_def("refresh_multiprocess")
    for job in (one, many):
        names = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
        assert names == set(LINEAGE) - {"sales_ledger"}
    assert (one.executor_def.name, many.executor_def.name) == ("in_process", "multiprocess")


def test_the_snapshot_has_a_freshness_policy(specs: dict[str, dg.AssetSpec]) -> None:
    assert specs["published_snapshot"].freshness_policy is not None


def test_the_database_password_is_in_no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:correct-horse@127.0.0.1:1/none")
    built = build_definitions(Settings())
    job = built.resolve_job_def("refresh")
    shown = str(job.run_config_schema.config_type) + str(
        {name: resource.config_schema.as_field() for name, resource in job.resource_defs.items()}
    )
    shown += str(built.resources)
    assert "correct-horse" not in shown


@pytest.mark.slow
def test_the_workspace_file_loads_in_a_fresh_interpreter(tmp_path: Path) -> None:
    location = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"][0]["python_module"]
    assert location["location_name"] == "segmentation_platform"
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT,
        env={**os.environ, "DAGSTER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_server_configuration_takes_every_value_from_the_environment() -> None:
    config = yaml.safe_load((ROOT / "dagster.yaml").read_text())
    storage = config["storage"]["postgres"]["postgres_db"]
    assert storage.pop("scheme") == "postgresql+psycopg2"
    assert all(set(value) == {"env"} for value in storage.values())
    assert config["telemetry"] == {"enabled": False}
    assert config["nux"] == {"enabled": False}

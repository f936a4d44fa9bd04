"""The code location as Dagster sees it: assets, checks, jobs, schedule, lineage."""

import tempfile
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml

from segmentation_platform.contracts import SHOWN, WORKING
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.instance import open_instance
from segmentation_platform.settings import Settings
from segmentation_platform_tests.support.repository import REPOSITORY

HOUSEKEEPING = "platform_storage"
GROUPS = {"ingest", "features", "segmentation", "recommendation", "delivery"}


@pytest.fixture(scope="module")
def built() -> dg.Definitions:
    return build_definitions(Settings.model_validate({}))


@pytest.fixture(scope="module")
def specs(built: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in built.resolve_all_asset_specs()}


def test_the_definitions_are_loadable(built: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(built)


def test_every_asset_comes_from_the_ledger_file(specs: dict[str, dg.AssetSpec]) -> None:
    assert {name for name in specs if "sales_ledger" in upstream(name, specs)} == set(specs) - {
        "sales_ledger",
        HOUSEKEEPING,
    }


def test_only_cleaning_reads_the_raw_lines_and_only_ingest_the_file(specs: dict[str, dg.AssetSpec]) -> None:
    assert {name for name in specs if "sales_ledger" in direct(name, specs)} == {"raw_sales"}
    readers = {name for name in specs if "raw_sales" in direct(name, specs)}
    assert readers == {"clean_sales", "rejected_sales", "ledger_mirror"}


def test_the_snapshot_waits_for_every_published_table_and_the_report_for_the_snapshot(
    specs: dict[str, dg.AssetSpec],
) -> None:
    published = {contract.table() for contract in SHOWN} - {"checks"}
    assert published <= direct("published_snapshot", specs)
    assert direct("segment_report", specs) == {"published_snapshot"}
    assert {name for name in specs if "published_snapshot" in upstream(name, specs)} == {"segment_report"}


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("kmeans_model", "rfm_features"),
        ("customer_segments", "kmeans_model"),
        ("segments", "customer_segments"),
        ("segment_moves", "customer_segment_history"),
        ("segment_recommendations", "customer_segments"),
        ("customer_recommendations", "customer_segments"),
        ("campaign_audiences", "seasonality"),
    ],
)
def test_the_flow_goes_from_customers_to_models_to_segments_to_recommendations(
    later: str, earlier: str, specs: dict[str, dg.AssetSpec]
) -> None:
    assert earlier in upstream(later, specs)
    assert later not in upstream(earlier, specs)


def direct(name: str, specs: dict[str, dg.AssetSpec]) -> set[str]:
    """What an asset is made from."""
    return {dep.asset_key.to_user_string() for dep in specs[name].deps}


def upstream(name: str, specs: dict[str, dg.AssetSpec]) -> set[str]:
    """What an asset is made from, and what that is made from."""
    return direct(name, specs).union(*(upstream(earlier, specs) for earlier in direct(name, specs)))


def test_every_asset_is_in_one_of_five_groups_of_the_flow_or_of_operations_and_says_what_it_is(
    specs: dict[str, dg.AssetSpec],
) -> None:
    assert {spec.group_name for name, spec in specs.items() if name != HOUSEKEEPING} == GROUPS
    assert specs[HOUSEKEEPING].group_name == "operations"
    for name, spec in specs.items():
        assert spec.description, name
        assert spec.owners, name
        assert spec.kinds, name
        if name not in ("sales_ledger", HOUSEKEEPING):
            assert spec.code_version, name
            assert spec.metadata["dagster/table_name"], name


def test_names_are_told_apart_in_the_graph_which_cuts_the_middle_out_of_long_ones(
    specs: dict[str, dg.AssetSpec],
) -> None:
    shown = [name if len(name) <= 20 else f"{name[:9]}…{name[-8:]}" for name in specs]
    assert len(set(shown)) == len(specs)


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


WARNINGS = {
    "model_holds",
    "enough_data",
    "better_than_popular",
    "volume_is_ordinary",
    "days_are_complete",
    "countries_are_known",
    "files_agree",
}


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
        "losses_are_small",
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


def test_the_housekeeping_runs_by_day_and_starts_stopped(built: dg.Definitions) -> None:
    schedule = built.resolve_schedule_def("housekeeping")
    assert schedule.job_name == "tidy_up"
    assert schedule.cron_schedule == "30 12 * * *"
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    job = built.resolve_job_def("tidy_up")
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == {HOUSEKEEPING}


def test_sensors_watch_from_the_start_and_lateness_and_files_where_the_schedule_runs(built: dg.Definitions) -> None:
    running = build_definitions(Settings.model_validate({"schedule": {"running": True}}))
    statuses = [
        {sensor.name: sensor.default_status.value for sensor in definitions.sensors or []}
        for definitions in (built, running)
    ]
    always = {"run_failed": "RUNNING", "morning_summary": "RUNNING", "lost_runs": "RUNNING"}
    assert statuses == [
        always | dict.fromkeys(("refresh_is_late", "new_files"), state) for state in ("STOPPED", "RUNNING")
    ]


def test_the_nightly_schedule_can_be_set() -> None:
    settings = {"schedule": {"cron": "0 5 * * *", "timezone": "Europe/London", "running": True}}
    schedule = build_definitions(Settings.model_validate(settings)).resolve_schedule_def("nightly")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 5 * * *", "Europe/London")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_both_jobs_refresh_every_asset_and_only_one_uses_many_processes(
    built: dg.Definitions, specs: dict[str, dg.AssetSpec]
) -> None:
    one, many = built.resolve_job_def("refresh"), built.resolve_job_def("refresh_multiprocess")
    for job in (one, many):
        names = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
        assert names == set(specs) - {"sales_ledger", HOUSEKEEPING}
    assert (one.executor_def.name, many.executor_def.name) == ("in_process", "multiprocess")


@pytest.mark.parametrize(("cron", "hours"), [("59 23 * * *", 26), ("0 5 * * mon-fri", 74), ("@hourly", 3)])
def test_the_snapshot_is_overdue_when_the_longest_gap_of_the_schedule_and_the_time_of_grace_are_over(
    cron: str, hours: int
) -> None:
    built = build_definitions(Settings.model_validate({"schedule": {"cron": cron, "timezone": "UTC"}}))
    policy = built.resolve_assets_def("published_snapshot").get_asset_spec().freshness_policy
    assert policy is not None
    assert policy == dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=hours), warn_window=timedelta(hours=hours - 1)
    )


def test_a_run_that_is_tried_again_begins_anew_and_one_machine_runs_one_at_a_time(built: dg.Definitions) -> None:
    for name in ("refresh", "refresh_multiprocess"):
        assert built.resolve_job_def(name).tags["dagster/retry_strategy"] == "ALL_STEPS"
    server = yaml.safe_load((REPOSITORY / "deploy" / "container" / "dagster.yaml").read_text())
    clone = yaml.safe_load((REPOSITORY / "dagster.yaml").read_text())
    with tempfile.TemporaryDirectory() as home:
        open_instance(Path(home)).dispose()
        machine = yaml.safe_load((Path(home) / "dagster.yaml").read_text())
    shared = machine.keys()
    assert {name: server[name] for name in shared} == {name: clone[name] for name in shared} == machine
    assert server["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert server["run_retries"] == {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}


def test_a_configuration_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    open_instance(tmp_path).dispose()
    mine = "telemetry:\n  enabled: false\n"
    (tmp_path / "dagster.yaml").write_text(mine)
    open_instance(tmp_path).dispose()
    assert (tmp_path / "dagster.yaml").read_text() == mine


def test_a_configuration_of_the_first_release_is_brought_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text("# Written by segmentation-platform; Dagster keeps runs, events …\n")
    with open_instance(tmp_path) as instance:
        assert instance.run_monitoring_enabled


def test_the_database_password_is_in_no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:correct-horse@127.0.0.1:1/none")
    built = build_definitions(Settings())
    job = built.resolve_job_def("refresh")
    shown = str(job.run_config_schema.config_type) + str(
        {name: resource.config_schema.as_field() for name, resource in job.resource_defs.items()}
    )
    shown += str(built.resources)
    assert "correct-horse" not in shown


def test_the_server_configuration_takes_every_value_from_the_environment() -> None:
    config = yaml.safe_load((REPOSITORY / "deploy" / "container" / "dagster.yaml").read_text())
    storage = config["storage"]["postgres"]["postgres_db"]
    assert storage.pop("scheme") == "postgresql+psycopg2"
    assert all(set(value) == {"env"} for value in storage.values())
    assert config["telemetry"] == {"enabled": False}
    assert config["nux"] == {"enabled": False}

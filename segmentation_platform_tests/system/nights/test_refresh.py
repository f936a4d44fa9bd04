"""The refresh job on a real database: everything is made, checked and published, or yesterday's goes on."""

import threading
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from segmentation_platform.contracts import PUBLISHED, WORKING, Checks, CustomerRecommendations
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.orchestration.asked import UNNAMED
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.doubts import CHECK
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import snapshots, tables
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.databases import spoil
from segmentation_platform_tests.support.quick import judged
from segmentation_platform_tests.support.refreshes import Run
from segmentation_platform_tests.support.stages import (
    FIRST,
    LATER,
    Night,
    after_a_month,
    after_first_night,
    refreshed,
)
from segmentation_platform_tests.support.stores import clean_lines

REGISTRIES = {"loads", "segment_models", "taste_models"}
ASSETS = {contract.table() for contract in WORKING} - REGISTRIES | {
    "kmeans_model",
    "ledger_mirror",
    "published_snapshot",
    "segment_report",
}


def materialized(result: Night | dg.ExecuteInProcessResult) -> dict[str, dict[str, object]]:
    events = result.get_asset_materialization_events()
    return {
        str(event.asset_key.path[-1]): {k: v.value for k, v in event.materialization.metadata.items()}
        for event in events
        if event.asset_key
    }


def failed_checks(result: Night | dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {e.check_name: e for e in result.get_asset_check_evaluations() if not e.passed}


@refreshed
def test_a_refresh_makes_every_asset_passes_every_check_and_publishes(
    the_night: Night, definitions: dg.Definitions, database: Database
) -> None:
    made = materialized(the_night)
    assert set(made) == ASSETS
    checks = the_night.get_asset_check_evaluations()
    asked = [*(spec for check in definitions.asset_checks or [] for spec in check.check_specs), CHECK]
    assert {check.asset_check_key for check in checks} == {spec.key for spec in asked}
    assert len(checks) == len(asked)
    # The small shop has fewer than 500 customers: too few to be sure of much, and one of them is a country's first.
    warned = set(failed_checks(the_night))
    assert {"enough_data"} <= warned <= {"enough_data", "better_than_popular", "countries_are_known"}
    served = snapshots.served_snapshot(database)
    assert served is not None
    snapshot = made["published_snapshot"]
    assert (snapshot["checks_passed"], snapshot["checks_warned"]) == (len(checks) - len(warned), len(warned))
    assert served.customers == made["customer_segments"]["dagster/row_count"]
    rows: dict[str, object] = {name: told.get("dagster/row_count") for name, told in made.items()} | {
        Checks.table(): len(checks)
    }
    for contract in PUBLISHED:
        frame = snapshots.read_served(database, contract)
        assert len(frame) == rows[contract.table()]
        contract.validate(frame)


@refreshed
def test_a_second_refresh_loads_the_same_file_only_once_and_gives_an_equal_snapshot(
    settings: Settings, warehouse: WarehouseResource, database: Database
) -> None:
    first = {p.table(): snapshots.read_served(database, p) for p in PUBLISHED}
    assert not first["recommendation_quality"].empty
    job = build_definitions(judged(settings), {"warehouse": warehouse}).resolve_job_def("refresh")
    assert job.execute_in_process(raise_on_error=False).success
    for contract in PUBLISHED:
        assert first[contract.table()].equals(snapshots.read_served(database, contract)), contract.table()
    with database.connect() as connection:
        loads = connection.execute("SELECT count(*) FROM warehouse.loads").fetchone()
        lines = connection.execute("SELECT count(*) FROM warehouse.raw_sales").fetchone()
    assert (loads, lines) == ((1,), (12_000,))
    assert list(snapshots.history(database)["snapshot_id"]) == [2, 1]


@after_first_night
def test_another_ledger_takes_the_place_of_the_first_and_nothing_is_mixed(
    run: Run, database: Database, tmp_path: Path
) -> None:
    other = tmp_path / "other.parquet"
    write_parquet(SimulatedShop(ShopPlan(lines=8_000, seed=8)), other)
    result = run(sales=str(other), ledger="other")
    assert result.success
    made = materialized(result)
    assert made["raw_sales"]["dagster/row_count"] == 8_000
    counted = [int(str(made[name]["dagster/row_count"])) for name in ("clean_sales", "rejected_sales")]
    assert sum(counted) == 8_000
    with database.connect() as connection:
        row = connection.execute("SELECT relabelled, promotion FROM serving.segment_drift").fetchone()
    assert row == (None, "first model"), "its customers came from nowhere"


@refreshed
def test_a_bad_file_fails_the_run_with_its_message_and_keeps_the_snapshot(
    run: Run, database: Database, tmp_path: Path
) -> None:
    result = run(sales=str(tmp_path / "nothing.csv"))
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure and event.step_key == "raw_sales"]
    said = failure.step_failure_data.user_failure_data
    assert said is not None
    assert "There is no file" in (said.description or "")
    served = snapshots.served_snapshot(database)
    assert served is not None
    assert served.snapshot_id == 1


class SnapshotReader(threading.Thread):
    """Reads which snapshot each view shows, over and over, in one transaction each time."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        self._database = database
        self._stop_reading = threading.Event()
        self.seen: list[tuple[int, int]] = []

    def run(self) -> None:
        while not self._stop_reading.is_set():
            with self._database.connect() as connection:
                row = connection.execute(
                    "SELECT (SELECT snapshot_id FROM serving.snapshot),"
                    " (SELECT count(*) FROM serving.customer_segments)"
                ).fetchone()
                assert row is not None
                self.seen.append((int(str(row[0])), int(str(row[1]))))

    def finish(self) -> None:
        self._stop_reading.set()
        self.join(timeout=30)


@refreshed
def test_a_failing_check_stops_the_run_while_a_reader_goes_on_with_yesterdays_snapshot(
    run: Run, database: Database, shop_ledger: Path, tmp_path: Path
) -> None:
    served = snapshots.served_snapshot(database)
    assert served is not None
    # Whatever is written to rejected_sales from now on is a cent too dear: the books no longer balance.
    spoil(
        database,
        """
        CREATE FUNCTION dearer() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN NEW.amount := NEW.amount + 0.01; RETURN NEW; END';
        CREATE TRIGGER dearer BEFORE INSERT ON warehouse.rejected_sales FOR EACH ROW EXECUTE FUNCTION dearer();
        """,
    )
    reader = SnapshotReader(database)
    reader.start()
    result = run()
    reader.finish()
    assert not result.success
    assert set(failed_checks(result)) - {"countries_are_known"} == {"revenue_reconciles"}
    assert set(materialized(result)) == {"raw_sales", "clean_sales", "rejected_sales"}
    assert len(reader.seen) > 10
    assert set(reader.seen) == {(1, served.customers)}


@refreshed
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            "DELETE FROM warehouse.customer_segments WHERE recency_days < 20",
            "customers are those of customer_segments",
        ),
        ("UPDATE warehouse.customer_recommendations SET customer_id = 'nobody' WHERE rank = 1", "nobody"),
        ("UPDATE warehouse.customer_recommendations SET stock_code = 'nothing' WHERE rank = 1", "nothing"),
        ("UPDATE warehouse.customer_recommendations SET segment = 'Strangers'", "customer is in that segment"),
    ],
)
def test_tables_of_different_runs_are_never_published_together(
    definitions: dg.Definitions, database: Database, changed: str, words: str
) -> None:
    spoil(database, changed)
    a_check = dg.AssetCheckKey(dg.AssetKey("products"), "keeps_contract")
    selection = dg.AssetSelection.assets("published_snapshot") | dg.AssetSelection.checks(a_check)
    built = dg.Definitions(
        assets=definitions.assets,
        asset_checks=definitions.asset_checks,
        resources=definitions.resources,
        jobs=[dg.define_asset_job("publish", selection)],
    )
    result = built.resolve_job_def("publish").execute_in_process(raise_on_error=False)
    failures = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    [said] = [said.description or "" for said in failures if said is not None]
    assert "do not agree" in said
    assert words in said
    assert len(snapshots.history(database)) == 1
    assert len(tables.read_frame(database, CustomerRecommendations)) == len(
        snapshots.read_served(database, CustomerRecommendations)
    )


@after_first_night
def test_a_past_reporting_date_sees_nothing_of_what_came_later(database: Database) -> None:
    served = snapshots.served_snapshot(database)
    assert served is not None
    assert served.as_of.isoformat() == FIRST
    assert served.last_sale.isoformat() < FIRST
    with database.connect() as connection:
        row = connection.execute(
            "SELECT max(last_purchase)::text, min(recency_days) FROM serving.customer_segments"
        ).fetchone()
    assert row is not None
    assert str(row[0]) < FIRST
    assert int(str(row[1])) >= 1


@pytest.mark.parametrize(
    ("as_of", "words"), [("2001-01-01", "is not after the first sale"), ("yesterday", "is not a date")]
)
def test_an_impossible_reporting_date_is_said_so(run: Run, as_of: str, words: str) -> None:
    result = run(as_of=as_of)
    assert not result.success
    failures = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    assert any(words in (said.description or "") for said in failures if said is not None)


@after_a_month
def test_customers_who_moved_since_an_earlier_day_carry_their_earlier_segment(database: Database) -> None:
    [contract] = [p for p in PUBLISHED if p.table() == "customer_segments"]
    before = snapshots.read_snapshot(database, contract, 1).set_index("customer_id")["segment"]
    after = snapshots.read_served(database, contract).set_index("customer_id")
    moved = after[after["changed_on"] == LATER]
    assert not moved.empty
    assert (moved["previous_segment"] == before.reindex(moved.index)).all()
    stayed = after[after["changed_on"] != LATER]
    known = before.reindex(stayed.index).dropna()
    assert (known == stayed.loc[known.index, "segment"]).all()


@refreshed
def test_one_asset_of_the_features_can_be_made_alone(run: Run) -> None:
    result = run("products")
    assert result.success
    assert set(materialized(result)) == {"products"}


def test_a_ledger_without_one_genuine_line_is_said_so(run: Run, tmp_path: Path, shop_ledger: Path) -> None:
    table = pq.read_table(shop_ledger).slice(0, 50)
    place = table.schema.get_field_index("UnitPrice")
    free = table.set_column(place, "UnitPrice", [["0"] * 50])
    path = tmp_path / "free.parquet"
    pq.write_table(free, path)
    result = run(sales=str(path), accepts_doubts=True)
    assert not result.success
    failures = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    assert any("50 of 50 lines are rejected" in (said.description or "") for said in failures if said is not None)


def as_text(path: Path, shop_ledger: Path, lines: int, **columns: str) -> Path:
    """Write the first lines of the shop's ledger as csv, with some columns under other names."""
    frame = pq.read_table(shop_ledger).slice(0, lines).to_pandas()
    frame.rename(columns=columns).to_csv(path, index=False)
    return path


@refreshed
def test_a_ledger_that_was_refused_does_not_become_the_default(
    database: Database, settings: Settings, warehouse: WarehouseResource, shop_ledger: Path, tmp_path: Path
) -> None:
    free = settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"sales": None})})
    job = build_definitions(free, {"warehouse": warehouse}).resolve_job_def("refresh")

    def execute(sales: str) -> bool:
        config = {"ops": {"raw_sales": {"config": {"sales": sales}}}}
        return job.execute_in_process(run_config=config, raise_on_error=False).success

    assert not execute(str(as_text(tmp_path / "few.csv", shop_ledger, 3)))
    assert execute("")
    assert snapshots.served_ledger(database) == UNNAMED
    assert len(snapshots.history(database)) == 2


def test_the_same_file_is_read_again_when_its_columns_are_mapped_otherwise(
    database: Database, settings: Settings, warehouse: WarehouseResource, shop_ledger: Path, tmp_path: Path
) -> None:
    frame = pq.read_table(shop_ledger).to_pandas().rename(columns={"Description": "Text"}).assign(Article="BOX")
    frame.to_csv(tmp_path / "two.csv", index=False)
    for column in ("Text", "Article"):
        ledger = settings.ledger.model_copy(update={"sales": str(tmp_path / "two.csv")})
        profile = Profile(columns={"description": column})
        mapped = settings.model_copy(update={"ledger": ledger, "profile": profile})
        job = build_definitions(mapped, {"warehouse": warehouse}).resolve_job_def("refresh")
        read = [dg.AssetKey(name) for name in ("raw_sales", "clean_sales", "rejected_sales")]
        assert job.execute_in_process(asset_selection=read, raise_on_error=False).success
    assert set(clean_lines(database)["description"]) == {"BOX"}


@refreshed
def test_tables_of_another_ledger_than_the_one_in_use_are_not_published(
    run: Run, database: Database, tmp_path: Path
) -> None:
    other = tmp_path / "other.parquet"
    write_parquet(SimulatedShop(ShopPlan(lines=8_000, seed=8)), other)
    assert run("raw_sales", sales=str(other), ledger="other").success
    assert not run("published_snapshot").success
    assert len(snapshots.history(database)) == 1


@refreshed
def test_a_snapshot_is_not_published_in_a_run_without_checks(run: Run, database: Database) -> None:
    assert not run("published_snapshot").success
    assert len(snapshots.history(database)) == 1


def test_a_reporting_date_long_after_the_last_sale_is_said_so(run: Run) -> None:
    result = run(as_of="2030-01-01")
    assert not result.success
    failures = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    assert any("Nothing was sold in the 60 days before" in (s.description or "") for s in failures if s is not None)


@refreshed
def test_a_ledger_with_dates_that_can_not_be_read_is_refused_with_examples(
    run: Run, database: Database, shop_ledger: Path, tmp_path: Path
) -> None:
    frame = pq.read_table(shop_ledger).to_pandas()
    frame["InvoiceDate"] = "week " + frame["InvoiceDate"].str.slice(0, 4)
    frame.to_csv(tmp_path / "weeks.csv", index=False)
    result = run(sales=str(tmp_path / "weeks.csv"))
    assert not result.success
    said = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    words = [" ".join((s.description or "").split()) for s in said if s]
    assert any("such as 'week " in told and "[profile.dates] formats = " in told for told in words)
    assert len(snapshots.history(database)) == 1


@refreshed
def test_a_part_of_the_ledger_does_not_take_the_place_of_the_whole_unasked(
    run: Run, database: Database, shop_ledger: Path, tmp_path: Path
) -> None:
    part = as_text(tmp_path / "part.csv", shop_ledger, 1_000)
    result = run("raw_sales", sales=str(part))
    assert not result.success
    said = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    assert any("Is it a part of the ledger?" in (s.description or "") for s in said if s)
    assert run("raw_sales", sales=str(part), relation="whole").success

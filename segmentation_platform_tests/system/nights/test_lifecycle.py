"""Night after night on a real database: models keep assigning, are replaced with reason, and history adds up."""

from datetime import date

import dagster as dg
import pandas as pd
import pytest

from segmentation_platform.contracts import HISTORY, PUBLISHED
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import segment_models, snapshots
from segmentation_platform.warehouse.bulk import stream
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform_tests.support.refreshes import Run
from segmentation_platform_tests.support.stages import (
    FIRST,
    LATER,
    NEXT,
    after_a_month,
    after_first_night,
    after_two_nights,
)


def served(database: Database, view: str) -> pd.DataFrame:
    [contract] = [p for p in PUBLISHED if p.table() == view]
    return snapshots.read_served(database, contract)


def history(database: Database) -> pd.DataFrame:
    columns = "customer_id, segment_id, segment, valid_from, valid_to"
    query = f"SELECT {columns} FROM serving.{HISTORY} ORDER BY customer_id, valid_from"
    with stream(database, query) as reader:
        return to_frame(reader.read_all())


def snapshot(database: Database, number: int, view: str) -> pd.DataFrame:
    [contract] = [p for p in PUBLISHED if p.table() == view]
    return snapshots.read_snapshot(database, contract, number)


def drift(database: Database, snapshot_id: int | None = None) -> dict[str, object]:
    view = "segment_drift"
    rows = served(database, view) if snapshot_id is None else snapshot(database, snapshot_id, view)
    [row] = rows.to_dict("records")
    return {str(name): value for name, value in row.items()}


def with_rules(settings: Settings, **rules: object) -> Settings:
    return settings.model_copy(update={"segmentation": settings.segmentation.model_copy(update=rules)})


def refresh(settings: Settings, warehouse: WarehouseResource, as_of: str) -> dg.ExecuteInProcessResult:
    job = build_definitions(settings, {"warehouse": warehouse}).resolve_job_def("refresh")
    config = {"resources": {"reporting_date": {"config": {"as_of": as_of}}}}
    return job.execute_in_process(run_config=config, raise_on_error=False)


@after_first_night
def test_the_first_run_looks_back_at_six_month_ends_so_that_there_is_movement_on_day_one(
    database: Database,
) -> None:
    days = pd.to_datetime(history(database)["valid_from"]).dt.date
    assert {date(2011, 5, 1), date(2011, 10, 1), date(2011, 10, 20)} <= set(days)
    assert min(days) == date(2011, 5, 1)
    moves = served(database, "segment_moves")
    assert len(moves["period"].unique()) == 6
    assert (moves["from_segment"] != moves["to_segment"]).any()
    assert served(database, "customer_segments")["previous_segment"].notna().any()


@after_two_nights
def test_the_next_night_keeps_the_model_and_a_night_a_month_later_promotes_its_refit_with_the_same_names(
    run: Run, database: Database
) -> None:
    first = drift(database, 1)
    named = snapshot(database, 1, "segments").set_index("segment_id")["segment"]
    assert (first["promotion"], first["is_promotion"]) == ("first model", True)
    assert pd.isna(float(str(first["relabelled"])))
    second = drift(database)
    assert (second["model_version"], second["is_promotion"]) == (first["model_version"], False)
    assert 0 <= float(str(second["relabelled"])) < 0.1
    assert float(str(second["shadow_ari"])) > 0.8
    assert run(as_of=LATER).success
    third = drift(database)
    assert third["is_promotion"]
    assert third["due"] == third["promotion"]
    assert int(str(third["model_version"])) > int(str(first["model_version"]))
    assert served(database, "segments").set_index("segment_id")["segment"].equals(named.sort_index())
    assert len(segment_models.models_of(database, segment_models.read_models(database, [1])[0].ledger_name)) == 2


@after_a_month
def test_a_day_that_is_done_again_gives_the_same_tables_models_and_history(run: Run, database: Database) -> None:
    before = {p.table(): snapshots.read_served(database, p) for p in PUBLISHED}, history(database)
    for as_of in (FIRST, LATER):
        assert run(as_of=as_of).success
    for contract in PUBLISHED:
        assert snapshots.read_served(database, contract).equals(before[0][contract.table()]), contract.table()
    assert history(database).equals(before[1])


@after_a_month
def test_a_day_filled_in_afterwards_gives_the_history_of_days_in_their_order(run: Run, database: Database) -> None:
    for as_of in (NEXT, LATER):
        assert run(as_of=as_of).success
    filled_in = history(database)
    observed = filled_in["valid_from"].astype(str)
    assert NEXT in set(observed)
    # Nobody is in two segments at once, and intervals of a customer follow each other.
    ordered = filled_in.sort_values(["customer_id", "valid_from"])
    following = ordered.groupby("customer_id")["valid_from"].shift(-1)
    assert (ordered["valid_to"].isna() | (following.isna()) | (ordered["valid_to"] <= following)).all()
    assert (ordered["valid_to"].notna() | following.isna()).all()


def test_a_past_day_is_assigned_by_the_model_of_the_ledgers_first_night_and_promotes_nothing(
    run: Run, database: Database
) -> None:
    assert run(as_of=LATER).success
    first = drift(database)["model_version"]
    assert run(as_of=FIRST).success
    assert (drift(database)["model_version"], drift(database)["is_promotion"]) == (first, False)


@after_a_month
def test_a_model_promoted_by_hand_assigns_from_then_on_and_is_not_replaced_for_a_month(
    run: Run, database: Database
) -> None:
    served_now, source = snapshots.served_snapshot(database), snapshots.served_ledger(database)
    assert served_now is not None
    assert source is not None
    assert served_now.model_version == 2
    segment_models.promote(database, 1, source, served_now.as_of)
    assert run(as_of=LATER).success
    assert (drift(database)["model_version"], drift(database)["promotion"]) == (1, "by hand")
    assert run(as_of="2011-12-01").success
    assert drift(database)["model_version"] == 1
    assert str(drift(database)["due"]) == "nan"
    with pytest.raises(DatabaseError, match=r"has no model 99\. There are: 1, 2"):
        segment_models.promote(database, 99, source, served_now.as_of)


@after_first_night
def test_a_refit_that_is_due_and_unstable_is_refused_with_a_warning_and_the_snapshot_is_published(
    settings: Settings, warehouse: WarehouseResource, database: Database
) -> None:
    strict = with_rules(settings, min_refit_jaccard=1.0, enough_customers=1)
    result = refresh(strict, warehouse, LATER)
    assert result.success
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    [warned] = [check for check in failed if check.check_name == "model_holds"]
    assert "the refit was refused: its segment" in (warned.description or "")
    assert drift(database)["model_version"] == 1
    checks = snapshots.history(database).set_index("snapshot_id")["checks_warned"]
    assert checks[2] == len(failed)


@after_a_month
def test_a_night_from_which_one_has_rolled_back_is_not_believed(run: Run, database: Database) -> None:
    snapshots.roll_back(database, 1)
    assert LATER not in set(history(database)["valid_from"].astype(str))
    assert run(as_of="2011-11-26").success
    assert LATER not in set(history(database)["valid_from"].astype(str))
    assert drift(database)["promoted_on"] == pd.Timestamp("2011-11-26")


@after_first_night
def test_a_model_can_be_chosen_anew_and_segments_whose_customers_stay_together_keep_their_numbers(
    run: Run, database: Database
) -> None:
    named = served(database, "segments").set_index("segment_id")["segment"].sort_index()
    assert run(as_of=NEXT, choose_model=True).success
    assert drift(database)["promotion"] == "chosen again"
    after = served(database, "segments").set_index("segment_id")["segment"].sort_index()
    assert set(named.index) & set(after.index)
    assert all(named[number] == after[number] for number in set(named.index) & set(after.index))


def test_regions_with_enough_customers_get_models_of_their_own(
    settings: Settings, warehouse: WarehouseResource, database: Database
) -> None:
    regional = with_rules(settings, per_region=True, region_customers=50)
    assert refresh(regional, warehouse, FIRST).success
    regions = served(database, "segment_drift")["region"].tolist()
    assert regions == ["United Kingdom", "all"] or regions == ["all", "United Kingdom"]
    customers = served(database, "customer_segments")
    at_home = customers["region"] == "United Kingdom"
    assert customers.loc[at_home, "segment"].str.endswith(" · United Kingdom").all()
    assert not customers.loc[~at_home, "segment"].str.contains("·").any()
    assert served(database, "segments")["segment"].is_unique
    assert refresh(regional, warehouse, NEXT).success
    assert not served(database, "segment_drift")["is_promotion"].any()


@after_two_nights
def test_tastes_are_assigned_by_the_model_in_force_until_its_groups_are_moved_a_month_later_under_the_same_names(
    run: Run, database: Database
) -> None:
    def taste_of(number: int) -> tuple[int, "pd.Series[str]"]:
        with database.connect() as connection:
            query = "SELECT taste_version FROM serving.snapshot_history WHERE snapshot_id = %s"
            row = connection.execute(query, [number]).fetchone()
        assert row is not None
        return int(str(row[0])), snapshot(database, number, "customer_segments").set_index("customer_id")["taste"]

    first, tastes = taste_of(1)
    assert tastes.nunique() > 3
    second, next_day = taste_of(2)
    assert second == first
    assert (tastes.reindex(next_day.index).dropna() == next_day[next_day.index.isin(tastes.index)]).mean() > 0.95
    assert run(as_of=LATER).success
    third, moved = taste_of(3)
    assert third == first + 1
    assert set(moved) <= set(tastes) | {"Mixed"}
    assert run(as_of=FIRST).success
    assert taste_of(4)[0] == first

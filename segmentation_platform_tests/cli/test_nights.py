"""Models and earlier days on the command line."""

from pathlib import Path

from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.cli.conftest import Command

QUICK = {
    "SEGMENTATION_SEGMENTATION__COMPARED": "[]",
    "SEGMENTATION_SEGMENTATION__K_MAX": "4",
    "SEGMENTATION_SEGMENTATION__STABLE_JACCARD": "0.01",
    "SEGMENTATION_RECOMMENDATIONS__BACKTEST__DAYS": "200",
}


def test_before_the_first_run_it_is_said_that_there_is_no_model(command: Command) -> None:
    assert "There is no model yet" in command("models", "list").stdout
    refused = command("models", "promote", "1")
    assert refused.returncode == 1
    assert "Nothing is published yet" in refused.stderr


def test_earlier_days_are_filled_in_and_an_earlier_model_is_promoted_with_one_command(
    command: Command, empty_database: Database, shop_ledger: Path
) -> None:
    ran = command("run", "--sales", str(shop_ledger), **QUICK)
    assert ran.returncode == 0, ran.stderr
    assert "Little data" in ran.stdout
    filled = command("backfill", "2011-10-01", "2011-11-01", **QUICK)
    assert filled.returncode == 0, filled.stderr
    assert "2 days published. Snapshot 1," in filled.stdout
    assert "2011-11-01 (2 of 2)" in filled.stderr
    served = snapshots.served_snapshot(empty_database)
    assert served is not None
    assert served.snapshot_id == 1
    # So early nobody could be called by the later model's names: nothing is published, and nothing is lost.
    early = command("backfill", "2011-11-01", "2011-11-01", **QUICK)
    assert early.returncode == 0, early.stderr
    too_early = command("backfill", "2011-01-12", "2011-01-12", **QUICK)
    assert too_early.returncode == 1
    assert "nobody is in" in " ".join(too_early.stderr.split())
    assert "a later reporting date" in " ".join(too_early.stderr.split())
    kept = snapshots.served_snapshot(empty_database)
    assert kept is not None
    assert kept.snapshot_id == 1
    again = command("run", "--choose-model", **QUICK | {"SEGMENTATION_SEGMENTATION__K_MIN": "4"})
    assert again.returncode == 0, again.stderr
    listed = command("models", "list").stdout
    assert listed.count("yeo-johnson") >= 1
    assert "in force" in listed
    assert "Champions" in listed
    unknown = command("models", "promote", "99")
    assert unknown.returncode == 1
    assert "has no model 99. There are: 1" in unknown.stderr
    promoted = command("models", "promote", "1", **QUICK)
    assert promoted.returncode == 0, promoted.stderr
    assert "Model 1 is in force from" in promoted.stdout
    newest = snapshots.served_snapshot(empty_database)
    assert newest is not None
    assert (newest.model_version, newest.as_of) == (1, served.as_of)


def test_days_in_the_wrong_order_are_refused(command: Command) -> None:
    refused = command("backfill", "2011-11-01", "2011-10-01")
    assert refused.returncode == 2
    assert "2011-11-01 is after 2011-10-01" in refused.stderr

"""Models and earlier days on the command line."""

from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.commands import QUICK, Command
from segmentation_platform_tests.support.stages import refreshed


def test_before_the_first_run_it_is_said_that_there_is_no_model(command: Command) -> None:
    assert "There is no model yet" in command("models", "list").stdout
    refused = command("models", "promote", "1")
    assert refused.returncode == 1
    assert "Nothing is published yet" in refused.stderr


@refreshed
def test_earlier_days_are_filled_in_and_an_earlier_model_is_promoted_with_one_command(
    command: Command, database: Database
) -> None:
    # On a day so early the later model has nobody in some segment: its refit takes over that day.
    filled = command("backfill", "2011-01-12", "2011-02-12", **QUICK)
    assert filled.returncode == 0, filled.stderr
    assert "2 days published." in filled.stdout
    assert "Snapshot 1, as of 2011-12-10, is served." in filled.stdout
    assert "2011-02-12 (2 of 2)" in filled.stderr
    served = snapshots.served_snapshot(database)
    assert served is not None
    assert served.snapshot_id == 1
    again = command("backfill", "2011-02-12", "2011-02-12", **QUICK)
    assert again.returncode == 0, again.stderr
    kept = snapshots.served_snapshot(database)
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
    newest = snapshots.served_snapshot(database)
    assert newest is not None
    assert (newest.model_version, newest.as_of) == (1, served.as_of)


def test_days_in_the_wrong_order_are_refused(command: Command) -> None:
    refused = command("backfill", "2011-11-01", "2011-10-01")
    assert refused.returncode == 2
    assert "2011-11-01 is after 2011-10-01" in refused.stderr

"""The sensor on the ledger's files: a run for each batch of what is new, once it is written to its end."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.new_files import Look, Seen, look, new_files
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.dagster_home import instance_of_a_test

Watch = Callable[[], dg.RunRequest | str]


@pytest.fixture
def watched(settings: Settings, exports: Path) -> Settings:
    """Settings that name the folder as the ledger."""
    return settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"sales": str(exports)})})


@pytest.fixture
def watch(watched: Settings, warehouse: WarehouseResource) -> Iterator[Watch]:
    """Look once more: the run that is asked for, or why none is."""
    sensor, cursor = new_files(watched), [""]
    with instance_of_a_test() as instance:

        def once() -> dg.RunRequest | str:
            resources = {"warehouse": warehouse, "settings": watched}
            with dg.build_sensor_context(instance, cursor[0] or None, resources=resources) as context:
                result = sensor(context)
                cursor[0] = context.cursor or ""
            assert isinstance(result, dg.RunRequest | dg.SkipReason)
            return result if isinstance(result, dg.RunRequest) else result.skip_message or ""

        yield once


def put(path: Path, content: bytes) -> None:
    """Write a file, and let some time pass by its clock."""
    later = path.stat().st_mtime_ns + 1_000_000_000 if path.exists() else None
    path.write_bytes(content)
    if later:
        os.utime(path, ns=(later, later))


def test_a_file_starts_one_run_once_it_stays_the_same_between_two_looks(watch: Watch, exports: Path) -> None:
    assert watch() == "Nothing new in 0 files."
    put(exports / "1.csv", b"half")
    assert "Still being written" in str(watch())
    put(exports / "1.csv", b"half and the rest")
    assert "Still being written" in str(watch())
    asked = watch()
    assert isinstance(asked, dg.RunRequest)
    assert watch() == "Nothing new in 1 files."


def test_files_that_come_together_are_one_batch_and_a_change_is_another(watch: Watch, exports: Path) -> None:
    for name in ("1.csv", "2.csv"):
        put(exports / name, name.encode())
    watch()
    first = watch()
    assert isinstance(first, dg.RunRequest)
    assert first.tags["segmentation_platform/files"] == "2"
    put(exports / "2.csv", b"more of it")
    watch()
    second = watch()
    assert isinstance(second, dg.RunRequest)
    assert second.run_key != first.run_key


def test_a_batch_waits_for_the_file_that_is_still_written(watch: Watch, exports: Path) -> None:
    put(exports / "1.csv", b"done")
    watch()
    put(exports / "2.csv", b"")
    assert watch() == f"Still being written: {exports}/2.csv."
    assert watch() == f"Still being written: {exports}/2.csv.", "an empty file is one that is begun"
    put(exports / "2.csv", b"now it is")
    watch()
    asked = watch()
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags["segmentation_platform/files"] == "2"


def test_a_file_that_is_gone_starts_nothing_and_nor_does_its_content_elsewhere(
    watch: Watch, watched: Settings, warehouse: WarehouseResource, exports: Path, shop_ledger: Path
) -> None:
    lines = pq.read_table(shop_ledger).slice(0, 2_000).to_pandas()
    lines.to_csv(exports / "1.csv", index=False)
    watch()
    assert isinstance(watch(), dg.RunRequest)
    job = build_definitions(watched, {"warehouse": warehouse}).resolve_job_def("refresh")
    config = {"ops": {"raw_sales": {"config": {"accepts_doubts": True}}}}
    assert job.execute_in_process(run_config=config, asset_selection=[dg.AssetKey("raw_sales")]).success
    (exports / "1.csv").rename(exports / "renamed.csv")
    watch()
    assert watch() == "Nothing new in 1 files."
    (exports / "renamed.csv").unlink()
    assert watch() == "Nothing new in 0 files."


def test_without_a_ledger_there_is_nothing_to_watch(
    settings: Settings, warehouse: WarehouseResource, database: Database
) -> None:
    unnamed = settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"sales": None})})
    resources = {"warehouse": warehouse, "settings": unnamed}
    with dg.build_sensor_context(resources=resources) as context:
        result = new_files(unnamed)(context)
    assert isinstance(result, dg.SkipReason)
    assert "No ledger is named" in (result.skip_message or "")


def test_what_is_there_is_told_from_what_was_taken_and_what_is_still_written() -> None:
    seen = Seen(last={"a": (1, 1), "b": (2, 1)}, taken={"a": (1, 1), "c": (1, 1)})
    assert look({"a": (1, 1), "b": (3, 2), "d": (1, 1)}, seen) == Look(["b", "d"], ["b", "d"], ["c"])
    assert look({"a": (1, 1), "b": (2, 1)}, seen) == Look(["b"], [], ["c"])
    assert Seen.from_json(seen.to_json()) == seen
    assert Seen.from_json(None) == Seen()

"""An export is a whole snapshot or none, and says what it is."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from segmentation_platform.client import Client, ClientError
from segmentation_platform.client.views import VIEWS, contract_hash
from segmentation_platform.recommendations.weights import ScoreWeights
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.support.ledgers import simulated_fit
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.ranking import EVERYTHING


def test_a_folder_holds_a_file_of_every_view_and_says_what_is_in_them(client: Client, folder: Path) -> None:
    manifest = json.loads((folder / "snapshot.json").read_text())
    assert (manifest["snapshot_id"], manifest["contracts"]) == (1, contract_hash())
    assert manifest["as_of"] == client.snapshot().as_of.isoformat()
    views = {each["view"]: each for each in manifest["files"] if each["view"]}
    assert views.keys() == VIEWS.keys()
    for each in manifest["files"]:
        assert hashlib.sha256((folder / each["file"]).read_bytes()).hexdigest() == each["sha256"]
    for view, each in views.items():
        assert pq.read_metadata(folder / each["file"]).num_rows == each["rows"] == len(client.table(view))
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {"snapshot.json", *(each["file"] for each in manifest["files"])}
    assert [path.name for path in folder.parent.iterdir()] == [folder.name], "nothing is left beside it"


def test_the_models_are_readable_files(folder: Path) -> None:
    assert FittedModel.from_json((folder / "models" / "segments-all.json").read_text()) == simulated_fit()
    rules = json.loads((folder / "models" / "ranking-all.json").read_text())["rules"]
    assert ScoreWeights.model_validate(rules["weights"]) == EVERYTHING


def test_a_folder_that_holds_something_else_is_left_alone(client: Client, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(ClientError, match=r"holds something else: notes.txt"):
        client.export(tmp_path / "mine", overwrite=True)
    with pytest.raises(ClientError, match=r"holds snapshot 1. Write over it with --overwrite"):
        client.export(folder)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ClientError, match=r"holds something else: notes.txt"):
        client.export(folder, overwrite=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(ClientError, match="is a file"):
        client.export(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    client.export(tmp_path / "empty")


def test_a_later_snapshot_takes_the_place_of_an_earlier_one(client: Client, shop: Database, folder: Path) -> None:
    files = Client(folder=folder)
    publish(shop, facts(2), marked_tables(2), marked_history(2))
    client.export(folder, overwrite=True)
    assert files.snapshot().snapshot_id == 2
    assert len(files.segments()) == len(marked_tables(2)["segments"])


def test_an_export_that_fails_leaves_the_former_one_and_nothing_else(client: Client, folder: Path) -> None:
    def fail(_: object) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        client.export(folder, overwrite=True, tell=fail)
    assert Client(folder=folder).snapshot().snapshot_id == 1
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_while_a_folder_is_replaced_nothing_is_mixed(client: Client, shop: Database, folder: Path) -> None:
    publish(shop, facts(2), marked_tables(2), marked_history(2))
    with Client(folder=folder).pinned() as pinned:
        client.export(folder, overwrite=True)
        with pytest.raises(ClientError, match="exported again while it was read"):
            pinned.segments()


def spoilt(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        document = json.loads((folder / "snapshot.json").read_text())
        change(document)
        (folder / "snapshot.json").write_text(json.dumps(document))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoilt(lambda d: d.update(contracts="old", version="0.0.1")), "exported by version 0.0.1.*--overwrite"),
        (lambda folder: (folder / "segments.parquet").unlink(), "segments.parquet is missing.*--overwrite"),
        (
            lambda folder: (folder / "snapshot.json").unlink(),
            "holds no exported snapshot: .*export",
        ),
        (
            lambda folder: (folder / "snapshot.json").write_text("[]"),
            "was not written by .* export",
        ),
        (spoilt(lambda d: d.pop("files")), "was not written by .* export"),
    ],
)
def test_a_folder_that_can_not_be_read_is_refused_with_the_fix(
    folder: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(folder)
    with pytest.raises(ClientError, match=words):
        Client(folder=folder).segments()


def test_an_export_of_an_earlier_version_can_be_written_over(client: Client, folder: Path) -> None:
    spoilt(lambda d: d.update(contracts="old", version="0.0.1"))(folder)
    client.export(folder, overwrite=True)
    assert Client(folder=folder).snapshot() == client.snapshot()

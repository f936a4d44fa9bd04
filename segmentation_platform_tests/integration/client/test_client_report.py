"""The report is the same from a database and from a folder."""

import json
from pathlib import Path

import pytest

from segmentation_platform.client import Client, ClientError
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.reports import keep_report
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

PAGE = "<h1>Champions, £ and ü</h1>\r\n\n"


def test_a_database_and_a_folder_give_the_same_report(client: Client, shop: Database, tmp_path: Path) -> None:
    keep_report(shop, 1, PAGE)
    manifest = client.export(tmp_path / "it's here")
    files = Client(folder=tmp_path / "it's here")
    assert client.report() == client.report(1) == files.report() == files.report(1) == PAGE
    assert (tmp_path / "it's here" / "report.html").read_bytes().decode() == PAGE
    assert [each.rows for each in manifest.files if each.file == "report.html"] == [0]
    assert files.export(tmp_path / "again").files[-1].file == "report.html"
    assert "report.html" in json.loads((tmp_path / "again" / "snapshot.json").read_text())["files"][-1]["file"]


def test_an_earlier_snapshots_report_is_in_the_database_only(client: Client, shop: Database, tmp_path: Path) -> None:
    keep_report(shop, 1, PAGE)
    publish(shop, facts(2), marked_tables(2), marked_history(2))
    keep_report(shop, 2, "later")
    assert (client.report(1), client.report()) == (PAGE, "later")
    client.export(tmp_path / "files")
    with pytest.raises(ClientError, match="no report of snapshot 1"):
        Client(folder=tmp_path / "files").report(1)


def test_a_snapshot_without_a_report_is_exported_and_says_so(client: Client, folder: Path) -> None:
    assert not (folder / "report.html").exists()
    for each in (client, Client(folder=folder)):
        with pytest.raises(ClientError, match=r"There is no report of snapshot 1: segmentation-platform run"):
            each.report()


def test_a_report_that_was_spoilt_is_called_unreadable(client: Client, shop: Database) -> None:
    keep_report(shop, 1, PAGE)
    with shop.connect() as connection:
        connection.execute("UPDATE snapshots.reports SET html = substr(html, 1, 12)")
    with pytest.raises(ClientError, match="can't be read"):
        client.report()

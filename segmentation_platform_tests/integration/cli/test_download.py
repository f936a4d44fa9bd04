"""`download`, from a server of this machine in place of the archive."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from segmentation_platform.sources import online_retail
from segmentation_platform_tests.support.commands import Command
from segmentation_platform_tests.support.servers import file_server

CONTENT = b"PK\x03\x04 stands for the archive's file"


@pytest.fixture
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the file."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "online+retail.zip").write_bytes(CONTENT)
    with file_server(folder) as server:
        yield f"{server.address}/online+retail.zip"


def test_the_archives_file_is_checked_credited_and_never_written_over_unasked(
    command: Command, tmp_path: Path, archive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online_retail, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    said = command("download", "online-retail", "--from", archive)
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "online_retail.zip").read_bytes() == CONTENT
    assert "CC BY 4.0" in said.stdout
    assert "run --sales online_retail.zip" in said.stdout
    again = command("download", "online-retail", "--from", archive)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert command("download", "online-retail", "--from", archive, "--force").returncode == 0


def test_another_file_is_refused_and_nothing_of_it_kept(command: Command, tmp_path: Path, archive: str) -> None:
    said = command("download", "online-retail", "--from", archive)
    assert said.returncode == 2
    assert "it is another file" in said.stderr
    assert not (tmp_path / "online_retail.zip").exists()


def test_an_archive_that_is_away_is_said_so(command: Command) -> None:
    said = command("download", "online-retail", "--from", "http://127.0.0.1:9/online+retail.zip")
    assert said.returncode == 1
    assert "Check the address and the network" in " ".join(said.stderr.split())

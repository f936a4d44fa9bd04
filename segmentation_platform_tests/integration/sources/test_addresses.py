"""Ledgers at an address, fetched from a real server of this machine and from a store in memory."""

import hashlib
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from segmentation_platform.sources.addresses import fetch, is_address, without_secrets
from segmentation_platform.sources.errors import SourceAwayError, SourceError
from segmentation_platform_tests.support.servers import FileServer, file_server


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[FileServer]:
    """A web server that is there for the test."""
    (tmp_path / "served").mkdir()
    with file_server(tmp_path / "served") as server:
        yield server


def put(shop: FileServer, name: str, content: str, second: int = 1) -> str:
    """Put a file there; its address."""
    path = shop.folder / name
    path.write_text(content)
    os.utime(path, (second, second))
    return f"{shop.address}/{name}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Folder of the platform's own files."""
    return tmp_path / "home"


def test_a_file_is_fetched_once_and_again_when_it_has_changed(shop: FileServer, home: Path) -> None:
    address = put(shop, "sales.csv", "first")
    [path] = fetch(address, home)
    assert path.name == "sales.csv"
    assert path.read_text() == "first"
    read = len(shop.read)
    assert fetch(address, home) == [path]
    assert len(shop.read) == read, "the server tells that it is the same"
    put(shop, "sales.csv", "second", second=2)
    assert fetch(address, home) == [path]
    assert path.read_text() == "second"


def test_the_content_must_be_the_one_that_was_said(shop: FileServer, home: Path) -> None:
    address = put(shop, "sales.csv", "first")
    sha256 = hashlib.sha256(b"first").hexdigest()
    [path] = fetch(address, home, sha256.upper())
    put(shop, "sales.csv", "other", second=2)
    with pytest.raises(SourceError, match=rf"not {sha256}: it is another file, or was changed"):
        fetch(address, home, sha256)
    assert path.read_text() == "first", "what was here stays"
    assert [each.name for each in path.parent.iterdir() if each.suffix == ".part"] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("nothing.csv", "There is no file at http://127"), ("sales.csv?key=secret", "There is no file at http://127")],
)
def test_what_is_not_there_is_said_without_keys(shop: FileServer, home: Path, name: str, words: str) -> None:
    with pytest.raises(SourceError, match=words) as refused:
        fetch(f"{shop.address}/{name}", home)
    assert "secret" not in str(refused.value)


def test_a_server_that_is_away_is_said_and_what_was_fetched_stays(shop: FileServer, home: Path) -> None:
    [path] = fetch(put(shop, "sales.csv", "first"), home)
    with pytest.raises(SourceAwayError, match=r"can't be read.*Check the address and the network"):
        fetch("http://127.0.0.1:9/sales.csv", home)
    assert path.read_text() == "first"


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, SourceError, "There is no file"),
        (403, SourceError, "may not be read.*Check the rights"),
        (503, SourceAwayError, "can't be read.*network"),
    ],
)
def test_what_a_server_refuses_is_told_by_its_cause_and_only_what_passes_is_tried_again(
    shop: FileServer, home: Path, status: int, error: type[Exception], words: str
) -> None:
    address = put(shop, "sales.csv", "first")
    shop.refuses = status
    with pytest.raises(error, match=words):
        fetch(address, home)


def test_files_of_one_name_in_several_folders_are_kept_apart_and_one_that_is_gone_leaves(home: Path) -> None:
    store = fsspec.filesystem("memory")
    for month in ("01", "02"):
        store.pipe(f"/till/{month}/sales.csv", month.encode())
    found = fetch("memory://till/*/sales.csv", home)
    assert sorted(path.read_text() for path in found) == ["01", "02"]
    store.rm("/till/01/sales.csv")
    assert [path.read_text() for path in fetch("memory://till/*/sales.csv", home)] == ["02"]
    assert [path.exists() for path in found] == [False, True]
    store.rm("/till", recursive=True)


def test_all_files_of_a_store_are_fetched_by_a_pattern_or_a_folder_and_only_what_is_new_is_read(home: Path) -> None:
    store = fsspec.filesystem("memory")
    for name in ("2024-01.csv", "2024-02.csv", "notes.txt"):
        store.pipe(f"/shop/{name}", name.encode())
    names = [path.name for path in fetch("memory://shop/*.csv", home)]
    assert names == ["2024-01.csv", "2024-02.csv"]
    assert [path.name for path in fetch("memory://shop/", home)] == ["2024-01.csv", "2024-02.csv", "notes.txt"]
    store.rm("/shop/2024-01.csv")
    assert [path.name for path in fetch("memory://shop/*.csv", home)] == ["2024-02.csv"]
    with pytest.raises(SourceError, match="2 files, and \\[ledger\\] sha256 is of one"):
        fetch("memory://shop/", home, "0" * 64)
    store.rm("/shop", recursive=True)


def test_what_reads_a_store_and_is_not_installed_is_named_with_how_to_get_it(home: Path) -> None:
    if importlib.util.find_spec("s3fs"):
        pytest.skip("s3fs is installed")
    with pytest.raises(SourceError, match=r'pip install "segmentation-platform\[s3\]"'):
        fetch("s3://shop/sales.csv", home)


def test_an_address_of_an_unknown_kind_is_said_so(home: Path) -> None:
    with pytest.raises(SourceError, match="is no address that can be read"):
        fetch("carrier-pigeon://shop/sales.csv", home)


@pytest.mark.parametrize(
    ("sales", "expected"),
    [
        ("https://example.org/a.csv", True),
        ("s3://shop/exports/*.csv", True),
        ("C:\\exports\\a.csv", False),
        ("exports/*.csv", False),
        ("/exports/http:/a.csv", False),
    ],
)
def test_an_address_is_told_from_a_path(sales: str, expected: bool) -> None:
    assert is_address(sales) is expected


def test_an_address_is_shown_without_user_password_and_query() -> None:
    shown = without_secrets("https://me:secret@example.org:8443/a%20b.csv?sig=secret#page")
    assert shown == "https://example.org:8443/a%20b.csv"

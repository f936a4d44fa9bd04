"""The database that is named, else an embedded one; and the reader's way into it."""

import os
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from segmentation_platform.warehouse.access import embedded_server, open_database, reader_url
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.embedded import EmbeddedPostgresError, privileges
from segmentation_platform.warehouse.migrate import newest_revision, revision
from segmentation_platform.warehouse.roles import READER

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no server can be embedded on Windows")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of a platform with an embedded server, opened once."""
    home = tmp_path_factory.mktemp("platform") / ".segmentation"
    open_database(None, home)
    yield home
    server = embedded_server(home)
    server.stop()
    data = server.status().data
    if data.is_relative_to(privileges.SYSTEM_FOLDER):  # root's, without namespaces
        shutil.rmtree(data.parent)


@pytest.fixture
def password_file(home: Path) -> Path:
    file = home / "postgres" / "reader_password"
    file.unlink(missing_ok=True)
    return file


def password_of(url: str) -> str:
    return urlsplit(url).password or ""


def assert_reads(url: str) -> None:
    with Database(url).connect() as connection:
        assert connection.execute("SELECT current_user, count(*) FROM serving.segments").fetchone() == (READER, 0)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM warehouse.loads")


def test_without_a_url_the_embedded_server_is_started_and_migrated(home: Path) -> None:
    database = open_database(None, home)
    assert embedded_server(home).status().running
    assert database.url == embedded_server(home).url()
    assert revision(database) == newest_revision()


def test_a_named_database_is_migrated_and_nothing_is_made_at_home(empty_database: Database, tmp_path: Path) -> None:
    database = open_database(empty_database.url, tmp_path / "home")
    assert revision(database) == newest_revision()
    assert not (tmp_path / "home").exists()


def test_the_reader_logs_in_by_its_url_and_keeps_its_password(home: Path, password_file: Path) -> None:
    url = reader_url(home)
    assert_reads(url)
    assert reader_url(home) == url
    assert password_file.read_text() == password_of(url)
    assert len(password_of(url)) >= 32
    owner = embedded_server(home).url()
    assert password_of(owner) != password_of(url)


def test_a_lost_password_is_replaced_and_the_lost_one_opens_nothing(home: Path, password_file: Path) -> None:
    lost = reader_url(home)
    password_file.unlink()
    found = reader_url(home)
    assert_reads(found)
    assert password_of(found) != password_of(lost)
    with pytest.raises(DatabaseError, match="password authentication failed"), Database(lost).connect():
        pass


def test_a_password_that_the_server_does_not_know_is_made_good(home: Path, password_file: Path) -> None:
    """So it is after a restored folder, or when the process that made the password was killed."""
    password_file.write_text("of-another-time")
    assert password_of(reader_url(home)) == "of-another-time"
    assert_reads(reader_url(home))


def test_the_first_askers_at_once_get_one_password_that_works(home: Path, password_file: Path) -> None:
    for _ in range(3):
        password_file.unlink(missing_ok=True)
        with ThreadPoolExecutor(6) as executor:
            urls = set(executor.map(reader_url, [home] * 6))
        assert len(urls) == 1
        assert_reads(urls.pop())


def test_password_files_are_their_owners_alone_from_the_first_moment(
    home: Path, password_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an open umask; the modes are those that the files were created with."""
    created: dict[str, int] = {}
    really_open = os.open

    def watched(path: str, flags: int, mode: int = 0o777, **more: int) -> int:
        descriptor = really_open(path, flags, mode, **more)
        created[Path(path).name] = stat.S_IMODE(os.fstat(descriptor).st_mode)
        return descriptor

    monkeypatch.setattr(os, "open", watched)
    umask = os.umask(0)
    try:
        reader_url(home)
    finally:
        os.umask(umask)
    assert [mode for name, mode in created.items() if name.startswith("reader_password")] == [0o600]
    for name in ("reader_password", "password"):
        assert stat.S_IMODE((password_file.parent / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(password_file.parent.stat().st_mode) == 0o700


def test_there_is_no_reader_of_a_server_that_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="db start"):
        reader_url(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()

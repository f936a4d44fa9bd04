"""The embedded server: start or attach, stop, tell its state and its URL."""

import os
import secrets
import shlex
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock
import psycopg

from segmentation_platform.warehouse.embedded import postmaster
from segmentation_platform.warehouse.embedded.binaries import find_binaries, require_supported_platform
from segmentation_platform.warehouse.embedded.cluster import OWNER, ensure_data_folder, write_settings
from segmentation_platform.warehouse.embedded.errors import EmbeddedPostgresError, explained, last_lines
from segmentation_platform.warehouse.embedded.files import write_whole
from segmentation_platform.warehouse.embedded.privileges import Placement, data_folder, place

HOST = "127.0.0.1"
LEFTOVER_SECONDS = 60
"""So long a start waits for the processes of a killed server to end."""
LOG_BYTES = 16 << 20
"""A log that is longer is begun anew at the next start."""

_LOCK_SECONDS = 300
_START_SECONDS = 300  # a killed server first replays up to 2 GB of its log
_STOP_SECONDS = 120
_PORT_ATTEMPTS = 3


@dataclass(frozen=True)
class ServerStatus:
    """What is so now: `version` is the data folder's major version, None before the first start."""

    running: bool
    pid: int | None
    port: int | None
    data: Path
    version: str | None


class EmbeddedPostgres:
    """A Postgres server of one project, for one machine: any number of processes may start, use and stop it.

    It listens on 127.0.0.1 with a random password and outlives the process that started it. All methods raise
    `EmbeddedPostgresError`, whose message says what to do.
    """

    def __init__(self, home: Path, binaries: Path | None = None) -> None:
        """Describe the server of `home`; makes nothing. `binaries`: a folder with a server's programs."""
        self._home = home.absolute()
        self._binaries = binaries

    def start(self) -> str:
        """Start the server, or attach to the running one, and return the owner's libpq URL.

        Makes the data folder and the database at first. Returns when the server takes connections.
        """
        require_supported_platform()
        with explained(self._home):
            return self._attach() or self._start_alone()

    def stop(self) -> bool:
        """Shut down fast: queries are cancelled, nothing committed is lost. False if it was not running."""
        require_supported_platform()
        with explained(self._home):
            if not self._home.exists():
                return False
            with self._alone():
                return self._stop()

    def status(self) -> ServerStatus:
        """Tell whether the server runs, and where; starts nothing."""
        with explained(self._home):
            data = data_folder(self._home)
            server = postmaster.find_postmaster(data)
            stamp = data / "PG_VERSION"
            version = stamp.read_text().strip() if stamp.exists() else None
            if server is None:
                return ServerStatus(running=False, pid=None, port=None, data=data, version=version)
            return ServerStatus(running=True, pid=server.pid, port=server.port, data=data, version=version)

    def url(self) -> str:
        """Return the owner's libpq URL of the running server."""
        port = self.status().port
        if port is None:
            raise EmbeddedPostgresError(
                f"No Postgres server runs in {self._home}: start it with `segmentation-platform db start`."
            )
        with explained(self._home):
            return self._url(port, OWNER)

    def binary(self, name: str) -> Path:
        """Return the path of a program of the same Postgres, e.g. psql or pg_dump."""
        program = find_binaries(self._binaries) / name
        if not program.is_file():
            raise EmbeddedPostgresError(
                f"{program.parent} has no program {name!r}: install Postgres' client programs."
            )
        return program

    @property
    def _password_file(self) -> Path:
        return self._home / "password"

    @property
    def _port_file(self) -> Path:
        return self._home / "port"

    @property
    def _log(self) -> Path:
        return self._home / "log"

    def _url(self, port: int, database: str) -> str:
        return f"postgresql://{OWNER}:{self._password_file.read_text().strip()}@{HOST}:{port}/{database}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Have the lock that every process takes to start or stop this project's server."""
        try:
            with filelock.FileLock(self._home / "lock", timeout=_LOCK_SECONDS):
                yield
        except filelock.Timeout as error:
            raise EmbeddedPostgresError(
                f"Another process has been starting or stopping the server in {self._home} for "
                f"{_LOCK_SECONDS // 60} minutes: end it and try again."
            ) from error

    def _attach(self) -> str | None:
        """Return the URL of a server that is up, None when there is more to do than to connect."""
        server = postmaster.find_postmaster(data_folder(self._home))
        if server is None or server.port is None or not server.ready:
            return None
        url = self._url(server.port, OWNER)
        try:
            _connect(url).close()
        except psycopg.OperationalError:  # stopping just now, or no database yet: the long way tells which
            return None
        self._trim_log()
        return url

    def _start_alone(self) -> str:
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._home.stat().st_mode & 0o777 != 0o700:
            self._home.chmod(0o700)
        with self._alone():
            port = self._running_port()
            if port is None:
                placement = place(self._home, find_binaries(self._binaries))
                password = self._password(placement.folder / "data")
                with _claimed(placement) as claim:
                    ensure_data_folder(placement, password, claim)
                    port = self._launch(placement, claim)
            self._create_database(port)
            return self._url(port, OWNER)

    def _running_port(self) -> int | None:
        """Return the port of a server that is up or comes up; None once no process of a server is left."""
        data = data_folder(self._home)
        claim = data.parent / "server.lock"

        def settled() -> bool:
            server = postmaster.find_postmaster(data)
            if server is None:
                return postmaster.is_free(claim)
            # A server that is being killed still looks ready, but takes no connections any more.
            return server.ready and server.port is not None and _accepts(server.port)

        if not data.parent.exists() or postmaster.wait_until(settled, LEFTOVER_SECONDS):
            server = postmaster.find_postmaster(data)
            return server.port if server else None
        raise EmbeddedPostgresError(_why_unsettled(data))

    def _password(self, data: Path) -> str:
        file = self._password_file
        if not file.exists():
            if data.exists() and any(data.iterdir()):
                raise EmbeddedPostgresError(
                    f"{file} is gone, and with it the key to {data}: bring it back, or move that folder away."
                )
            write_whole(file, secrets.token_urlsafe(24))
        return file.read_text().strip()

    def _launch(self, placement: Placement, claim: int) -> int:
        """Start the server process and return its port, once it takes connections."""
        settings = write_settings(placement.folder)
        (placement.folder / "data" / "postmaster.pid").unlink(missing_ok=True)  # stale: its server is gone
        for _ in range(_PORT_ATTEMPTS):
            port = self._free_port()
            if self._run_server(placement, ["-c", f"config_file={settings}", "-p", str(port)], claim):
                write_whole(self._port_file, f"{port}\n")
                return port
            if _is_free(port):
                break  # the port was not the reason
        lines = last_lines(self._log.read_text(errors="replace"))
        raise EmbeddedPostgresError(f"Postgres did not start; the end of its log, {self._log}:\n{lines}")

    def _run_server(self, placement: Placement, options: list[str], claim: int) -> bool:
        """Run `pg_ctl start`, which detaches the server and waits until it is ready; False when it failed."""
        command: list[str | Path] = [
            *(placement.binaries / "pg_ctl", "start", "--silent", "--wait", f"--timeout={_START_SECONDS}"),
            *("--pgdata", placement.folder / "data", "--options", shlex.join(options)),
        ]
        if self._log.exists():
            self._log.replace(self._log.with_name("log.1"))
        with os.fdopen(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            return placement.identity.run(command, placement.folder, log, keep=[claim]).returncode == 0

    def _free_port(self) -> int:
        """Return the port of last time, so that people's bookmarks stay valid, or another if it's taken."""
        if self._port_file.exists():
            remembered = self._port_file.read_text().strip()
            if remembered.isdecimal() and _is_free(int(remembered)):
                return int(remembered)
        with closing(socket.socket()) as probe:
            probe.bind((HOST, 0))
            port: int = probe.getsockname()[1]
            return port

    def _create_database(self, port: int) -> None:
        try:
            with _connect(self._url(port, "postgres")) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone()
                if known is None:
                    connection.execute(f'CREATE DATABASE "{OWNER}"')
        except psycopg.Error as error:
            raise EmbeddedPostgresError(
                f"The server on port {port} refuses its owner: {str(error).strip()}\n"
                f"If {self._password_file} was changed, bring the former one back; the log is {self._log}."
            ) from error

    def _stop(self) -> bool:
        data = data_folder(self._home)
        server = postmaster.find_postmaster(data)
        if server is None:
            return False
        os.kill(server.pid, signal.SIGINT)  # Postgres' signal for a fast shutdown

        def gone() -> bool:
            return postmaster.find_postmaster(data) is None and postmaster.is_free(data.parent / "server.lock")

        if not postmaster.wait_until(gone, _STOP_SECONDS):
            raise EmbeddedPostgresError(
                f"Postgres (pid {server.pid}) still shuts down after {_STOP_SECONDS} s; see {self._log}."
            )
        return True

    def _trim_log(self) -> None:
        """Empty the log of a server that has run for long; the server appends, so it goes on from there."""
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            os.truncate(self._log, 0)


@contextmanager
def _claimed(placement: Placement) -> Iterator[int]:
    """Have the claim on the folder, to be handed to the server, which keeps it when we let go."""
    claim = postmaster.claim(placement.folder / "server.lock")
    if claim is None:
        raise EmbeddedPostgresError(_why_unsettled(placement.folder / "data"))
    try:
        yield claim
    finally:
        os.close(claim)


def _connect(url: str) -> psycopg.Connection:
    # No TLS: the server has none, and PGSSLMODE may ask for it.
    return psycopg.connect(url, autocommit=True, connect_timeout=10, sslmode="disable")


def _accepts(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((HOST, port)) == 0


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        # As Postgres does: connections that have just ended don't keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _why_unsettled(data: Path) -> str:
    server = postmaster.find_postmaster(data)
    if server is not None:
        return f"The server in {data} (pid {server.pid}) is still starting or stopping: wait and try again."
    pids = " ".join(str(pid) for pid in postmaster.server_processes(data))
    if pids:
        return (
            f"Processes of a former server still work in {data}.\n"
            f"Wait for them, or end them (kill {pids}), and start again."
        )
    return f"A server of {data} runs where it can't be seen from here, perhaps in a container: stop it there."

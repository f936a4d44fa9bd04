"""The platform with all its servers on this machine: Postgres, code location, daemon, web server, kept alive."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from dagster_graphql import DagsterGraphQLClient, DagsterGraphQLClientError
from psycopg.conninfo import conninfo_to_dict
from requests import RequestException

from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.embedded import EmbeddedPostgres
from segmentation_platform.warehouse.prepare import Account, Accounts, Databases, at, prepare

LINES = 12_000
_LATER, _STEP = 2_000, 20
"""Lines that come later, and how many of them with each export."""
ACCOUNTS = Accounts(
    *(
        Account(name, secrets.token_urlsafe(24))
        for name in ("segmentation_owner", "segmentation_runner", "segmentation_reader", "dagster")
    )
)
_DATABASES = Databases()
_REPOSITORY = Path(__file__).parents[2]
_QUICK = {
    "SEGMENTATION_SEGMENTATION__COMPARED": "[]",
    "SEGMENTATION_SEGMENTATION__K_MAX": "4",
    "SEGMENTATION_SEGMENTATION__BOOTSTRAPS": "3",
    "SEGMENTATION_SEGMENTATION__HALVINGS": "2",
    "SEGMENTATION_SEGMENTATION__HISTORY_MONTHS": "1",
    "SEGMENTATION_RECOMMENDATIONS__BACKTEST__DRAWS": "20",
}
_START_SECONDS = 300
_END_SECONDS = 60


class LocalPlatform:
    """A platform below a folder; use `running`.

    Args:
        home: folder of everything
        postgres: folder of the database server, which may be a small disk of its own
        settings: further environment variables of the code location

    """

    def __init__(self, home: Path, postgres: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.ledger = home / "ledger.parquet"
        self.postgres = EmbeddedPostgres(postgres)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ports = {name: _free_port() for name in ("code", "webserver")}
        self._settings = dict(settings or {})
        self._written = 0
        self._stopping = Event()

    @contextmanager
    def running(self) -> Iterator["LocalPlatform"]:
        """Everything up; at the end everything down."""
        url = self.postgres.start()
        self._prepare(url)
        self.write_ledger()
        self.runner, self.reader = (
            at(Database(url), _DATABASES.platform, account) for account in (ACCOUNTS.runner, ACCOUNTS.reader)
        )
        keeper = Thread(target=self._keep_alive, daemon=True)
        keeper.start()
        try:
            os.environ.update(self._environment())  # for the instance in this process
            self.instance = dg.DagsterInstance.from_config(str(self._dagster_home))
            _until(self._answers, _START_SECONDS, "the web server to answer")
            yield self
        finally:
            self._stopping.set()
            keeper.join()
            for process in self.processes.values():
                process.terminate()
            for process in self.processes.values():
                _end(process)
            self.postgres.stop()

    def write_ledger(self) -> int:
        """Write the ledger as it is exported later, some lines on, in place of the old one; its number of lines."""
        self._written += 1
        whole = pa.Table.from_batches(SimulatedShop(ShopPlan(lines=LINES + _LATER, seed=1)).batches())
        unfinished = self.ledger.with_suffix(".unfinished")
        pq.write_table(whole.slice(min(_LATER, self._written * _STEP), LINES), unfinished)
        unfinished.replace(self.ledger)
        return LINES

    @property
    def address(self) -> str:
        """Of the web server."""
        return f"http://127.0.0.1:{self._ports['webserver']}"

    def launch(self, config: Mapping[str, object] | None = None) -> str:
        """Ask the web server for a refresh; the run's id.

        After the database was gone the web server's first answers are errors of its old connections: it is asked
        again, as a person would.
        """
        client = DagsterGraphQLClient("127.0.0.1", port_number=self._ports["webserver"])
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return str(
                    client.submit_job_execution(
                        "refresh", repository_location_name="segmentation_platform", run_config=dict(config or {})
                    )
                )
            except (DagsterGraphQLClientError, RequestException):
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def _prepare(self, url: str) -> None:
        with Database(url).connect_autocommit() as connection:
            connection.execute("ALTER SYSTEM SET max_wal_size = '128MB'")
            connection.execute("SELECT pg_reload_conf()")
        prepare(Database(url), ACCOUNTS, _DATABASES)
        self._dagster_home.mkdir(parents=True, exist_ok=True)
        # The instance as it is for servers; only looked after more often.
        config = yaml.safe_load((_REPOSITORY / "deploy" / "container" / "dagster.yaml").read_text())
        config["run_monitoring"] |= {"poll_interval_seconds": 2, "start_timeout_seconds": 60}
        (self._dagster_home / "dagster.yaml").write_text(yaml.safe_dump(config))
        server = {"host": "127.0.0.1", "port": self._ports["code"], "location_name": "segmentation_platform"}
        (self._dagster_home / "workspace.yaml").write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))

    def _environment(self) -> dict[str, str]:
        """Dagster's servers know the way to Dagster's storage; the code location's also to the platform's."""
        server = conninfo_to_dict(self.runner.url)
        return {
            **os.environ,
            "DAGSTER_HOME": str(self._dagster_home),
            "DAGSTER_COMPUTE_LOGS": str(self.home / "logs"),
            "DAGSTER_POSTGRES_HOST": str(server["host"]),
            "DAGSTER_POSTGRES_PORT": str(server["port"]),
            "DAGSTER_POSTGRES_DB": _DATABASES.dagster,
            "DAGSTER_POSTGRES_USER": ACCOUNTS.dagster.name,
            "DAGSTER_POSTGRES_PASSWORD": ACCOUNTS.dagster.password,
        }

    def _environment_of_the_code(self) -> dict[str, str]:
        return {
            **self._environment(),
            **_QUICK,
            **self._settings,
            "DATABASE_URL": self.runner.url,
            "SEGMENTATION_HOME": str(self.home),
            "SEGMENTATION_LEDGER__STORE": str(self.home / "ledger"),
            "SEGMENTATION_LEDGER__SALES": str(self.ledger),
        }

    @property
    def _dagster_home(self) -> Path:
        return self.home / "dagster"

    def _keep_alive(self) -> None:
        """Start what is not there, as a container engine's restart policy does; the database server included."""
        workspace = str(self._dagster_home / "workspace.yaml")
        commands = {
            "code": ["dagster", "api", "grpc", "-m", "segmentation_platform.definitions", "-h", "127.0.0.1"],
            "daemon": ["dagster._daemon", "run", "-w", workspace],
            "webserver": ["dagster_webserver", "-w", workspace, "-h", "127.0.0.1"],
        }
        for name, port in self._ports.items():
            commands[name] += ["-p", str(port)]
        while not self._stopping.is_set():
            for name, command in commands.items():
                process = self.processes.get(name)
                if process is None or process.poll() is not None:
                    environment = self._environment_of_the_code() if name == "code" else self._environment()
                    self.processes[name] = self._start(name, command, environment)
            self._stopping.wait(2)

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=_REPOSITORY,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _answers(self) -> bool:
        try:
            client = DagsterGraphQLClient("127.0.0.1", port_number=self._ports["webserver"])
            return client.reload_repository_location("segmentation_platform").status.name == "SUCCESS"
        except (DagsterGraphQLClientError, RequestException):
            return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process that was asked to end; a code server can miss the signal while it is at work."""
    try:
        process.wait(timeout=_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

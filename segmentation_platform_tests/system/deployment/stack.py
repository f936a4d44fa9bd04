"""The compose file brought up for tests: under a name, ports and secrets of its own, beside whatever else runs."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from segmentation_platform_tests.support.repository import REPOSITORY

Found = TypeVar("Found")
SECRETS = ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "RUNNER_PASSWORD", "READER_PASSWORD", "DAGSTER_PASSWORD")
SERVICES = ("postgres", "code", "webserver", "daemon", "monitor", "app")

# A small shop, judged less thoroughly: what is tested here is how containers work together.
QUICK = """\
[simulation]
lines = 20000
[segmentation]
k_max = 4
compared = []
bootstraps = 3
halvings = 3
history_months = 1
[recommendations.backtest]
weekly_windows = 1
customers = 300
draws = 100
"""


def compose_program() -> list[str] | None:
    """`docker compose`, or the classic docker-compose; None where there is neither."""
    if shutil.which("docker") and run(["docker", "compose", "version"], check=False).returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


def engine_answers() -> bool:
    """Whether containers can be run here."""
    return bool(shutil.which("docker")) and run(["docker", "info"], check=False).returncode == 0


def run(
    command: Sequence[str], *, check: bool = True, environment: dict[str, str] | None = None, seconds: float = 900
) -> subprocess.CompletedProcess[str]:
    """Run a program at the top of the repository; `environment` is in place of the usual one."""
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


def wait_until(find: Callable[[], Found], seconds: float, what: str) -> Found:
    """What `find` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := find()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {seconds:.0f} s: {what}")
        time.sleep(1)
    return found


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Stack:
    """The services of one project.

    Attributes:
        program: of compose
        name: of the project, in the names of its containers, networks and volumes
        env_file: with secrets, ports and the ledger's folder
        passwords: by name

    """

    program: list[str]
    name: str
    env_file: Path
    passwords: dict[str, str]
    webserver_port: int
    monitor_port: int
    app_port: int

    def compose(self, *arguments: str, check: bool = True, seconds: float = 900) -> subprocess.CompletedProcess[str]:
        """Call compose on this project."""
        # The same names in the environment would win over the file.
        named = [line.partition("=")[0] for line in self.env_file.read_text().splitlines()]
        return run(
            [*self.program, "--project-name", self.name, "--env-file", str(self.env_file), *arguments],
            check=check,
            environment={name: value for name, value in os.environ.items() if name not in named},
            seconds=seconds,
        )

    @property
    def image(self) -> str:
        """The platform's image."""
        return f"segmentation-platform:{self.name}"

    @property
    def app_image(self) -> str:
        """The app's image."""
        return f"segmentation-app:{self.name}"

    def container(self, service: str) -> str:
        """The id of a service's container."""
        return self.compose("ps", "--quiet", service).stdout.strip()

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        found = json.loads(run(["docker", "inspect", self.container(service)]).stdout)
        return dict(found[0])

    def health(self, service: str) -> str:
        """Healthy, unhealthy or starting."""
        return str(self.inspect(service)["State"].get("Health", {}).get("Status"))

    def wait_for_health(self, *services: str, seconds: float = 180) -> None:
        """Wait until services are healthy."""
        for service in services:
            wait_until(partial(self._is_healthy, service), seconds, f"{service} is healthy")

    def _is_healthy(self, service: str) -> bool:
        return self.health(service) == "healthy"

    def inside(self, service: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program in a service's container."""
        return run(["docker", "exec", self.container(service), *command], check=check)

    def psql(
        self, role: str, password: str, query: str, database: str = "segmentation"
    ) -> subprocess.CompletedProcess[str]:
        """Ask the database as an analyst would: from another container on the database's network."""
        return run(
            [
                *("docker", "exec", "--env", "PGPASSWORD", self.analyst, "psql", "--host", "postgres"),
                *("--username", role, "--dbname", database, "--no-align", "--tuples-only", "--command", query),
            ],
            check=False,
            environment={**os.environ, "PGPASSWORD": password},
        )

    @property
    def analyst(self) -> str:
        """The name of that container."""
        return f"{self.name}_analyst"

    def up(self) -> None:
        """Bring everything up, and wait until it is healthy."""
        self.compose("build", seconds=2400)
        self.compose("up", "--detach")
        waiting = ["--entrypoint", "sleep", "postgres:17", "infinity"]
        run(["docker", "run", "--detach", "--name", self.analyst, "--network", f"{self.name}_database", *waiting])
        self.wait_for_health(*SERVICES)

    def down(self) -> None:
        """Take everything away, data and image, too."""
        run(["docker", "rm", "--force", "--volumes", self.analyst], check=False)
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", check=False)
        run(["docker", "rmi", "--no-prune", self.image, self.app_image], check=False)


def new_stack(folder: Path, program: list[str]) -> Stack:
    """Choose name, ports and secrets, and write the env file."""
    ledger = folder / "ledger"
    ledger.mkdir()
    ledger.chmod(0o755)  # the container's user is not the one who runs the tests
    (folder / "quick.toml").write_text(QUICK)
    passwords = {name: secrets.token_hex(24) for name in SECRETS}
    name = f"segtest{secrets.token_hex(4)}"
    stack = Stack(program, name, folder / "env", passwords, free_port(), free_port(), free_port())
    values = {
        **passwords,
        "PLATFORM_VERSION": name,
        "WEBSERVER_PORT": str(stack.webserver_port),
        "MONITOR_PORT": str(stack.monitor_port),
        "APP_PORT": str(stack.app_port),
        "LEDGER_FOLDER": str(ledger),
        "SETTINGS_FILE": str(folder / "quick.toml"),
        "CODE_CPUS": str(min(2, os.cpu_count() or 1)),
        "POSTGRES_CPUS": "1",
    }
    stack.env_file.touch(mode=0o600)
    stack.env_file.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
    return stack

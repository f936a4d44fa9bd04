"""`docker compose up` for real: everything comes up, works, keeps its secrets and survives restarts."""

import json
import re
import tarfile
import time
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import pytest

from segmentation_platform_tests.system.deployment.dagster_api import DagsterApi
from segmentation_platform_tests.system.deployment.stack import SERVICES, Stack, run, wait_until

pytestmark = pytest.mark.slow

RUN_SECONDS = 300
_KILL_ALL = "import psutil; [child.kill() for child in psutil.Process(1).children()]"
OURS = tuple(name for name in SERVICES if name != "postgres")


def _snapshots(stack: Stack) -> int:
    found = stack.psql(
        "segmentation_reader",
        stack.passwords["READER_PASSWORD"],
        "SELECT count(DISTINCT snapshot_id) FROM serving.segments_history",
    )
    assert found.returncode == 0, found.stderr
    return int(found.stdout)


def test_the_schedule_runs_and_all_daemons_beat(stack: Stack, dagster_api: DagsterApi) -> None:
    wait_until(lambda: all(dagster_api.daemons().values()), 90, "all daemons beat")
    assert dagster_api.schedules()["nightly"] == "RUNNING"


def test_a_refresh_that_is_launched_from_the_web_server_publishes_and_a_second_one_waits(
    stack: Stack, dagster_api: DagsterApi
) -> None:
    first = dagster_api.launch("refresh")
    wait_until(lambda: dagster_api.status(first) == "STARTED", 60, "the first refresh starts")
    second = dagster_api.launch("refresh")
    time.sleep(10)  # the daemon looks every five seconds
    assert dagster_api.status(first) == "STARTED"
    assert dagster_api.status(second) == "QUEUED"
    dagster_api.cancel(second)
    assert wait_until(lambda: dagster_api.has_ended(first), RUN_SECONDS, "the refresh ends") == "SUCCESS"
    assert dagster_api.status(second) == "CANCELED"
    assert _snapshots(stack) == 1


def test_the_reader_sees_what_is_served_and_nothing_else(stack: Stack) -> None:
    password = stack.passwords["READER_PASSWORD"]
    served = stack.psql("segmentation_reader", password, "SELECT lines, customers FROM serving.snapshot")
    lines, customers = map(int, served.stdout.split("|"))
    assert 15_000 < lines <= 20_000
    assert customers > 100
    refused = stack.psql("segmentation_reader", password, "SELECT count(*) FROM warehouse.clean_sales")
    assert "permission denied" in refused.stderr
    elsewhere = stack.psql("segmentation_reader", password, "SELECT 1", database="dagster")
    assert "permission denied" in elsewhere.stderr
    assert stack.psql("segmentation_reader", "guessed", "SELECT 1").returncode != 0


def test_the_runner_may_not_change_the_tables_design(stack: Stack) -> None:
    password = stack.passwords["RUNNER_PASSWORD"]
    for statement in ("DROP TABLE warehouse.loads", "CREATE TABLE warehouse.mine (a int)", "CREATE ROLE mine"):
        refused = stack.psql("segmentation_runner", password, statement)
        assert refused.returncode != 0, statement
        assert "must be owner" in refused.stderr or "permission denied" in refused.stderr


def test_the_monitor_tells_of_health_and_metrics(stack: Stack) -> None:
    address = f"http://127.0.0.1:{stack.monitor_port}"
    with urlopen(f"{address}/health", timeout=20) as answer:  # noqa: S310 - always http
        assert answer.status == 200
    with urlopen(f"{address}/metrics", timeout=20) as answer:  # noqa: S310
        assert b'segmentation_healthy{part="snapshot"} 1.0' in answer.read()


def test_the_app_shows_what_is_published_and_holds_no_dagster(stack: Stack) -> None:
    with urlopen(f"http://127.0.0.1:{stack.app_port}/_stcore/health", timeout=20) as answer:
        assert answer.status == 200
    read = "from segmentation_platform.client import Client; print(len(Client().segments()))"
    assert int(stack.inside("app", "python", "-c", read).stdout) >= 3
    for absent in ("dagster", "alembic", "psycopg2", "pip"):
        assert stack.inside("app", "python", "-c", f"import {absent}", check=False).returncode != 0, absent


def test_a_demo_shows_an_exported_snapshot_without_network_and_database(stack: Stack, tmp_path: Path) -> None:
    write = "segmentation-platform export /tmp/snapshot >/dev/null && tar --create --directory /tmp snapshot | base64"
    packed = b64decode(stack.inside("app", "sh", "-c", write).stdout)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(tmp_path, filter="data")
    name = f"{stack.name}_demo"
    build = ["--build-arg", f"APP={stack.app_image}", "--file", "deploy/app/demo.Dockerfile", "--tag", name]
    run(["docker", "build", *build, str(tmp_path / "snapshot")])
    limits = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", "none"]  # noqa: S108 - theirs
    try:
        run(["docker", "run", "--detach", "--name", name, *limits, name])
        ask = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health').status)"
        wait_until(
            lambda: run(["docker", "exec", name, "python", "-c", ask], check=False).stdout.strip() == "200",
            60,
            "the demo answers",
        )
        read = "from segmentation_platform.app.snapshot_reader import connected; print(len(connected().segments()))"
        assert int(run(["docker", "exec", name, "python", "-c", read]).stdout) >= 3
    finally:
        run(["docker", "rm", "--force", name], check=False)
        run(["docker", "rmi", "--no-prune", name], check=False)


def test_only_code_location_monitor_and_app_reach_the_platforms_database(stack: Stack) -> None:
    for service in ("webserver", "daemon"):
        environment = stack.inspect(service)["Config"]["Env"]
        assert not [
            line for line in environment if line.startswith(("DATABASE_URL=", "PGPASSWORD=", "SEGMENTATION_PA"))
        ]
    for name in ("POSTGRES_PASSWORD", "OWNER_PASSWORD"):
        for service in OURS:
            assert stack.passwords[name] not in json.dumps(stack.inspect(service))


def test_the_database_has_no_way_out_and_no_published_port(stack: Stack) -> None:
    assert not stack.inspect("postgres")["HostConfig"]["PortBindings"]
    network = json.loads(run(["docker", "network", "inspect", f"{stack.name}_database"]).stdout)[0]
    assert network["Internal"] is True


def test_the_web_server_is_published_on_this_machine_only(stack: Stack) -> None:
    for service in ("webserver", "monitor", "app"):
        bindings = stack.inspect(service)["HostConfig"]["PortBindings"]
        assert {binding["HostIp"] for found in bindings.values() for binding in found} == {"127.0.0.1"}


@pytest.mark.parametrize("service", SERVICES)
def test_limits_and_rights_really_apply(stack: Stack, service: str) -> None:
    host = stack.inspect(service)["HostConfig"]
    assert host["Memory"] > 0
    assert host["NanoCpus"] > 0
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    status = stack.inside(service, "cat", "/proc/1/status").stdout
    assert "NoNewPrivs:\t1" in status
    assert stack.inside(service, "touch", "/etc/written", check=False).returncode != 0
    if service in OURS:
        assert stack.inside(service, "id", "-u").stdout.strip() == "10001"
        assert "CapEff:\t0000000000000000" in status


def test_the_image_holds_no_compiler_no_secret_and_no_build_leftover(stack: Stack) -> None:
    image = json.loads(run(["docker", "inspect", stack.image]).stdout)[0]
    assert image["Config"]["User"] == "10001:10001"
    assert image["Config"]["Labels"]["org.opencontainers.image.title"] == "segmentation_platform"
    history = run(["docker", "history", "--no-trunc", stack.image]).stdout
    assert not [name for name, value in stack.passwords.items() if value in json.dumps(image) + history]
    for program in ("gcc", "cc", "g++", "make", "ld"):
        assert stack.inside("code", "sh", "-c", f"command -v {program}", check=False).stdout == ""
    assert stack.inside("code", "python", "-c", "import pip", check=False).returncode != 0
    assert stack.inside("code", "sh", "-c", "ls -A /build /root/.cache 2>/dev/null", check=False).stdout == ""
    assert stack.inside("code", "sh", "-c", "ls /opt/dagster").stdout.split() == [
        "dagster.yaml",
        "playbook.toml",
        "segmentation.toml",
        "workspace.yaml",
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_restarted_is_healthy_again_and_data_are_still_there(stack: Stack, service: str) -> None:
    run(["docker", "restart", "--time", "20", stack.container(service)])
    stack.wait_for_health(service)
    assert _snapshots(stack) == 1


def test_a_run_whose_container_dies_ends_and_is_tried_again(stack: Stack, dagster_api: DagsterApi) -> None:
    stack.wait_for_health(*SERVICES)
    run_id = dagster_api.launch("refresh")
    wait_until(lambda: dagster_api.status(run_id) == "STARTED", 60, "the refresh starts")
    time.sleep(5)
    # Not `docker kill`, which the engine takes for somebody's wish that it stay down.
    stack.inside("code", "python", "-c", _KILL_ALL, check=False)
    wait_until(lambda: stack.inspect("code")["RestartCount"] == 1, 60, "the container is started again")
    assert wait_until(lambda: dagster_api.has_ended(run_id), 180, "the lost run is noticed") == "FAILURE"
    retries = wait_until(lambda: dagster_api.retries(run_id), 90, "it is tried again")
    assert wait_until(lambda: dagster_api.has_ended(retries[0]), RUN_SECONDS, "the retry ends") == "SUCCESS"
    assert _snapshots(stack) == 2


def test_no_secret_is_in_the_logs(stack: Stack) -> None:
    logs = stack.compose("logs", "--no-color").stdout
    assert not [name for name, value in stack.passwords.items() if value in logs]


@pytest.mark.parametrize("service", ["code", "webserver", "daemon"])
def test_logs_are_json(stack: Stack, service: str) -> None:
    written = run(["docker", "logs", stack.container(service)])
    lines = (written.stdout + written.stderr).splitlines()
    assert [line for line in lines if line.startswith("{") and json.loads(line)]
    for_people = re.compile(r"(\x1b\[\d+m)?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ - dagster")
    assert not [line for line in lines if for_people.match(line)]

"""What docker-compose.yml promises, read from the file: no engine is needed for it."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from segmentation_platform_tests.support.repository import REPOSITORY
from segmentation_platform_tests.system.deployment.stack import SECRETS, SERVICES, compose_program, run

ONE_SHOT = "prepare"
EVERYTHING = (*SERVICES, ONE_SHOT)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return dict(yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text()))


@pytest.fixture(scope="module")
def services(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(document["services"])


def _variables(value: object) -> set[str]:
    return set(re.findall(r"\$\{(\w+)", str(value)))


def test_every_service_is_known_to_these_tests(services: dict[str, Any]) -> None:
    assert set(services) == set(EVERYTHING)


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_service_has_no_more_rights_and_means_than_it_needs(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["cpus"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "privileged" not in service
    assert not {"/", "/var/run/docker.sock"} & {
        str(volume).partition(":")[0] for volume in service.get("volumes", [])
    }
    if name != "postgres":  # whose image begins as root, to give its folder to its own user
        assert service["user"] == "10001:10001"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_watched_and_started_again(services: dict[str, Any], name: str) -> None:
    assert services[name]["restart"] == "unless-stopped"
    assert services[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", ["code", "webserver", "daemon", "monitor", "app"])
def test_a_service_waits_until_the_databases_are_prepared(services: dict[str, Any], name: str) -> None:
    awaited = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
    assert awaited.items() >= {"postgres": "service_healthy", ONE_SHOT: "service_completed_successfully"}.items()
    assert services[ONE_SHOT]["restart"] == "no"


def test_ports_are_published_on_this_machine_only(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published.keys() == {"webserver", "monitor", "app"}
    assert all(str(port).startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_each_service_gets_the_passwords_that_it_needs_and_no_other(services: dict[str, Any]) -> None:
    passwords = {
        name: {variable for variable in _variables(service["environment"]) if variable.endswith("_PASSWORD")}
        for name, service in services.items()
    }
    assert passwords == {
        "postgres": {"POSTGRES_PASSWORD"},
        "prepare": set(SECRETS),
        "code": {"DAGSTER_PASSWORD", "RUNNER_PASSWORD"},
        "webserver": {"DAGSTER_PASSWORD"},
        "daemon": {"DAGSTER_PASSWORD"},
        "monitor": {"DAGSTER_PASSWORD", "READER_PASSWORD"},
        "app": {"READER_PASSWORD"},
    }


def test_no_secret_has_a_default_and_no_url_holds_one(document: dict[str, Any]) -> None:
    text = str(document["services"])
    for name in SECRETS:
        uses = re.findall(rf"\${{{name}([^}}]*)}}", text)
        assert uses
        assert all(use.startswith(":?") and "make env" in use for use in uses)
    assert not re.search(r"://[^/@\s']*:[^/@\s']+@", text)


def test_the_example_names_every_secret_and_fills_none() -> None:
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(SECRETS) <= values.keys()
    assert {values[name] for name in SECRETS} == {""}
    used = _variables(yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text()))
    assert values.keys() <= used, "the example names what compose does not read"


def test_one_command_makes_an_env_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    for name in (".env.example", "deploy/make-env"):
        (tmp_path / name).write_bytes((REPOSITORY / name).read_bytes())
    call = ["sh", str(tmp_path / "deploy" / "make-env")]
    subprocess.run(call, check=True, capture_output=True)
    file = tmp_path / ".env"
    values = dict(line.split("=", 1) for line in file.read_text().splitlines() if line and line[0] != "#")
    made = {values[name] for name in SECRETS}
    assert len(made) == len(SECRETS)
    assert all(re.fullmatch("[0-9a-f]{48}", value) for value in made)
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_text()
    assert subprocess.run(call, check=False, capture_output=True).returncode == 1
    assert file.read_text() == before


@pytest.mark.parametrize("missing", SECRETS)
def test_a_start_without_a_secret_is_refused_and_says_what_to_do(tmp_path: Path, missing: str) -> None:
    program = compose_program()
    if program is None:
        give_up = pytest.fail if os.environ.get("REQUIRE_CONTAINERS") == "1" else pytest.skip
        give_up("Neither docker compose nor docker-compose is here.")
    file = tmp_path / "env"
    file.write_text("".join(f"{name}={'' if name == missing else 'x'}\n" for name in SECRETS))
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    refused = run([*program, "--env-file", str(file), "config"], check=False, environment=environment)
    assert refused.returncode != 0
    assert missing in refused.stderr
    assert "make env" in refused.stderr


def test_the_proxy_is_as_restricted_and_lets_nobody_in_unasked() -> None:
    folder = REPOSITORY / "deploy" / "proxy"
    proxy = yaml.safe_load((folder / "docker-compose.yml").read_text())["services"]["proxy"]
    assert proxy["read_only"] is True
    assert proxy["cap_drop"] == ["ALL"]
    assert proxy["networks"] == ["default"], "it has no business with the database"
    lines = [line.strip() for line in (folder / "Caddyfile").read_text().splitlines()]
    sites = "\n".join(lines).partition("{$PLATFORM_HOST} {")[2].split("{$APP_HOST:app.localhost} {")
    for site, behind in zip(sites, ("webserver:3000", "app:8501"), strict=True):
        assert site.index("import guarded") < site.index("basic_auth {") < site.index(f"reverse_proxy {behind}")
    ignored = (REPOSITORY / ".gitignore").read_text().splitlines()
    assert {".env", "/deploy/proxy/users", "/deploy/proxy/viewers"} <= set(ignored)


def test_nothing_but_the_platform_gets_into_the_image() -> None:
    rules = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert rules[0] == "*"
    assert {rule for rule in rules if rule.startswith("!")} == {
        *("!pyproject.toml", "!requirements*.lock", "!README.md", "!LICENSE", "!segmentation.toml"),
        *("!deploy", "!deploy/container", "!segmentation_platform"),
    }

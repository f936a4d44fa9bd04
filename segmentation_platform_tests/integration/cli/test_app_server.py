"""The command that serves the app: what it becomes, and what it says where it can't."""

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segmentation_platform.cli import app_server
from segmentation_platform.cli.app import app
from segmentation_platform.settings import load_settings
from segmentation_platform_tests.support.waiting import free_port

URL = "postgresql://reader:secret@db:5432/shop"


class Became(Exception):  # noqa: N818 - no error: a process that becomes another never comes back
    """What the process became."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.command, self.environment = command, environment


@pytest.fixture(autouse=True)
def instead(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Say what the process would become, and leave the environment as it was."""

    def become(_: str, command: list[str], environment: Mapping[str, str]) -> None:
        raise Became(command, environment)

    monkeypatch.setattr(os, "execve", become)
    for name in ("DATABASE_URL", "SEGMENTATION_APP__FOLDER"):
        monkeypatch.setenv(name, "")
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


def became(*arguments: str) -> Became:
    result = CliRunner().invoke(app, ["app", "--port", str(free_port()), *arguments])
    assert isinstance(result.exception, Became), result.output
    return result.exception


def test_it_listens_on_this_machine_only_and_tells_nobody() -> None:
    command = became().command
    assert "--server.address=127.0.0.1" in command
    assert "--browser.gatherUsageStats=false" in command
    assert "--client.showErrorDetails=none" in command
    assert "--server.enableXsrfProtection=true" in command
    assert Path(command[4]).is_file()


def test_the_database_reaches_the_server_by_its_environment_and_not_by_its_arguments() -> None:
    found = became("--database-url", URL)
    assert "secret" not in " ".join(found.command)
    assert found.environment["DATABASE_URL"] == URL


def test_a_folder_reaches_it_as_a_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert became("--from", "export").environment["SEGMENTATION_APP__FOLDER"] == str(tmp_path / "export")


def test_a_port_that_is_taken_is_said_with_another() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = CliRunner().invoke(app, ["app", "--port", str(port)])
    assert result.exit_code == 1
    assert f"Port {port} is taken" in result.output
    assert f"--port {port + 1}" in result.output


def test_without_streamlit_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_server, "find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["app"])
    assert result.exit_code == 1
    assert "make app" in result.output
    assert "segmentation-platform[app]" in result.output

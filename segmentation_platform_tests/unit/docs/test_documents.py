"""Documents say what is so."""

import re
import tomllib

import pytest

from docs import data_dictionary
from segmentation_platform.contracts import SHOWN
from segmentation_platform.settings import Settings
from segmentation_platform_tests.support.repository import REPOSITORY

PAGES = [
    str(page.relative_to(REPOSITORY))
    for page in sorted((*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")))
]


def test_the_data_dictionary_is_current() -> None:
    assert data_dictionary.FILE.read_text(encoding="utf-8") == data_dictionary.render(), "run `make docs`"


def test_the_list_of_views_in_the_readme_is_that_of_the_contracts() -> None:
    text = data_dictionary.README.read_text(encoding="utf-8")
    assert data_dictionary.render_readme(text) == text, "run `make docs`"
    assert all(f"| `serving.{contract.table()}` |" in text for contract in SHOWN)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_of_the_project_leads_somewhere(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if not ((REPOSITORY / page).parent / target).exists()] == []


def test_every_make_target_that_is_told_of_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), flags=re.MULTILINE))
    told = set()
    for page in PAGES:
        told |= set(re.findall(r"`make ([a-z]+)", (REPOSITORY / page).read_text(encoding="utf-8")))
    assert told
    assert told <= targets


def test_the_settings_file_shows_the_defaults() -> None:
    shown = tomllib.loads((REPOSITORY / "segmentation.toml").read_text(encoding="utf-8"))
    defaults = Settings.model_construct().model_dump(mode="json")
    assert defaults["log_format"] == shown.pop("log_format")
    for section, values in shown.items():
        for name, value in values.items():
            default = defaults[section][name]
            # What has no value, such as an address that holds a password, can't be shown in TOML.
            if isinstance(default, dict):
                default = {each: of_it for each, of_it in default.items() if of_it is not None}
            assert default == value, f"[{section}] {name}"


def test_the_lock_files_name_no_address() -> None:
    for lock in sorted(REPOSITORY.glob("requirements*.lock")):
        assert "://" not in lock.read_text()

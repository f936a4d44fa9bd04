"""Settings that can't work are refused when they are read, by their name."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dagster._utils.schedules import is_valid_cron_string
from pydantic import ValidationError

from segmentation_platform.ledger.profile.model import Cancellations, Dates, ProductRules
from segmentation_platform.settings import ScheduleSettings, Settings, SettingsProblemError, load_settings

GOOD_CRONS = ["59 23 * * *", "*/5 0-6,22 1,15 * mon-fri", "0 0 1 JAN *", "0 4 * * 7", "@daily", "0 0-23/2 * * SUN"]
BAD_CRONS = ["", "every night", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * *  * *", "* * * *"]
BAD_CRONS += ["* * * * foo", "*/0 * * * *", "@sometimes", "1,,2 * * * *"]


@pytest.mark.parametrize("cron", GOOD_CRONS)
def test_a_schedule_that_dagster_takes_is_taken(cron: str) -> None:
    assert is_valid_cron_string(cron)
    assert ScheduleSettings(cron=cron).cron == cron


@pytest.mark.parametrize("cron", BAD_CRONS)
def test_a_schedule_that_dagster_would_refuse_is_refused(cron: str) -> None:
    assert not is_valid_cron_string(cron)
    with pytest.raises(ValidationError, match="not a cron schedule"):
        ScheduleSettings(cron=cron)


@pytest.mark.parametrize("date_format", ["%Q", "%", "YYYY-MM-DD", "%H:%M", "%d/%m"])
def test_a_date_format_that_no_date_can_be_read_by_is_refused(date_format: str) -> None:
    with pytest.raises(ValidationError, match="formats"):
        Dates(formats=("%Y-%m-%d", date_format))


@pytest.mark.parametrize(
    "date_format",
    [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d",
        "%m/%d/%Y %H:%M",
        "%m/%d/%Y %H:%M:%S",
        "%d.%m.%y",
        "%-d/%-m/%Y %I:%M %p",
        "%d %b %Y",
        "%Y-%m-%dT%H:%M:%S%z",
        "serial",
    ],
)
def test_usual_date_formats_are_taken(date_format: str) -> None:
    assert Dates(formats=(date_format,)).formats == (date_format,)


@pytest.mark.parametrize("code", ["[", "(?=a)b", r"(a)\1", "a{2000}"])
def test_a_product_code_that_duckdb_can_not_take_is_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="pattern"):
        ProductRules(pattern=code)


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Settings]]:
    """Reads a text as segmentation.toml, the way that every process does."""

    def read(text: str) -> Settings:
        (tmp_path / "segmentation.toml").write_text(text)
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("SEGMENTATION_CONFIG", raising=False)
        load_settings.cache_clear()
        return load_settings()

    yield read
    load_settings.cache_clear()


FORMER = """
[ledger]
sales = "sales.csv"
encoding = "cp1252"
[ledger.columns]
invoice = "Beleg"
[cleaning]
regions = ["Japan"]
product_code = "[A-Z]{3}"
cancellation_prefix = "ST"
date_formats = ["%d.%m.%Y"]
"""


def test_settings_of_before_profiles_are_still_taken(configured: Callable[[str], Settings]) -> None:
    settings = configured(FORMER)
    profile = settings.profile
    assert profile.file.encoding == "cp1252"
    assert profile.columns == {"invoice": "Beleg"}
    assert profile.products.pattern == "[A-Z]{3}"
    assert profile.cancellations == Cancellations(by="prefix", prefix="ST")
    assert profile.dates.formats == ("%d.%m.%Y",)
    assert (settings.ledger.sales, settings.cleaning.regions) == ("sales.csv", ("Japan",))


def test_a_setting_that_has_moved_is_named_with_its_new_place(
    configured: Callable[[str], Settings], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "segmentation_platform"):
        configured(FORMER)
    moved = {
        "ledger.encoding": "profile.file.encoding",
        "ledger.columns": "profile.columns",
        "cleaning.product_code": "profile.products.pattern",
        "cleaning.cancellation_prefix": "profile.cancellations.prefix",
        "cleaning.date_formats": "profile.dates.formats",
    }
    said = [f"The setting {old} is now called {new}; please move it." for old, new in moved.items()]
    assert sorted(record.getMessage() for record in caplog.records) == sorted(said)


def test_a_setting_at_its_new_place_wins_over_the_former_one_and_is_not_warned_of(
    configured: Callable[[str], Settings], caplog: pytest.LogCaptureFixture
) -> None:
    settings = configured(FORMER + '[profile.products]\npattern = "[0-9]+"\n[profile.columns]\ninvoice = "Nr"\n')
    assert settings.profile.products.pattern == "[0-9]+"
    assert settings.profile.columns == {"invoice": "Nr"}
    caplog.clear()
    new = '[profile.file]\nencoding = "cp1252"\n[profile.dates]\nformats = ["%d.%m.%Y"]\n'
    assert configured(new).profile.file.encoding == "cp1252"
    assert not caplog.records


def test_a_former_setting_that_can_not_work_is_refused_by_its_new_name(
    configured: Callable[[str], Settings],
) -> None:
    with pytest.raises(SettingsProblemError, match=r"profile\.dates\.formats"):
        configured('[cleaning]\ndate_formats = ["%H:%M"]\n')


def test_the_problem_names_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "segmentation.toml").write_text('[schedule]\ncron = "at noon"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEGMENTATION_CONFIG", raising=False)
    load_settings.cache_clear()
    try:
        with pytest.raises(SettingsProblemError, match=r"schedule\.cron"):
            load_settings()
    finally:
        load_settings.cache_clear()

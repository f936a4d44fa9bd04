"""Settings that can't work are refused when they are read, by their name."""

from pathlib import Path

import pytest
from dagster._utils.schedules import is_valid_cron_string
from pydantic import ValidationError

from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform.settings import ScheduleSettings, SettingsProblemError, load_settings

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
    with pytest.raises(ValidationError, match="date_formats"):
        CleaningRules(date_formats=("%Y-%m-%d", date_format))


@pytest.mark.parametrize(
    "date_format",
    [*CleaningRules().date_formats, "%d.%m.%y", "%-d/%-m/%Y %I:%M %p", "%d %b %Y", "%Y-%m-%dT%H:%M:%S%z"],
)
def test_usual_date_formats_are_taken(date_format: str) -> None:
    assert CleaningRules(date_formats=(date_format,)).date_formats == (date_format,)


@pytest.mark.parametrize("code", ["[", "(?=a)b", r"(a)\1", "a{2000}"])
def test_a_product_code_that_duckdb_can_not_take_is_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="product_code"):
        CleaningRules(product_code=code)


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

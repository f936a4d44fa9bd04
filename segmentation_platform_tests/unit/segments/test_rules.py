"""Little data is said to be little, and settings are still known by the names that they had."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from segmentation_platform.segments.rules import FORMER_NAMES, SegmentationRules
from segmentation_platform.settings import load_settings
from segmentation_platform_tests.support.ledgers import quick


@pytest.mark.parametrize(("customers", "days"), [(500, 180), (4_339, 373)])
def test_where_there_is_enough_there_is_no_note(customers: int, days: int) -> None:
    assert SegmentationRules().data_note(customers, days) == ""


@pytest.mark.parametrize(("customers", "days"), [(499, 373), (4_339, 179), (0, 0)])
def test_too_few_customers_or_days_are_told_with_what_is_enough(customers: int, days: int) -> None:
    note = SegmentationRules().data_note(customers, days)
    assert note == (
        "Little data: segments say little below 500 customers and 180 days, "
        f"and there are {customers:,} and {days:,}."
    )


def test_what_is_enough_can_be_set() -> None:
    rules = quick(enough_customers=20_000, enough_days=365)
    assert "below 20,000 customers and 365 days, and there are 4,339 and 373." in rules.data_note(4_339, 373)
    assert quick(enough_customers=1, enough_days=1).data_note(1, 1) == ""


@pytest.mark.parametrize(("former", "current"), FORMER_NAMES.items())
def test_a_setting_by_its_former_name_still_counts_and_is_told_its_new_one(former: str, current: str) -> None:
    with pytest.warns(FutureWarning, match=f"{former} is now called {current}"):
        rules = SegmentationRules.model_validate({former: 0.5})
    assert getattr(rules, current) == 0.5


def test_a_setting_under_both_of_its_names_is_refused() -> None:
    with pytest.warns(FutureWarning), pytest.raises(ValidationError, match="keep max_psi only"):
        SegmentationRules.model_validate({"most_psi": 0.2, "max_psi": 0.3})


def test_former_names_work_in_the_settings_file_and_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "segmentation.toml").write_text("[segmentation]\nmost_psi = 0.3\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGMENTATION_SEGMENTATION__LEAST_AGREEMENT", "0.5")
    load_settings.cache_clear()
    rules = load_settings().segmentation
    load_settings.cache_clear()
    assert (rules.max_psi, rules.min_shadow_ari) == (0.3, 0.5)
    assert "most_psi is now called max_psi" in caplog.text
    assert "least_agreement is now called min_shadow_ari" in caplog.text

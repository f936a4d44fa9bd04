from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.campaigns.playbook import Timing
from segmentation_platform.campaigns.timing import CampaignDays, campaign_days
from segmentation_platform_tests.unit.campaigns.people import AS_OF, season


def days(timing: Timing, as_of: date = AS_OF) -> tuple[str, str]:
    found = campaign_days(timing, season(), as_of)
    assert found is not None
    return found.starts_on.isoformat(), found.ends_on.isoformat()


def test_a_campaign_begins_on_the_reporting_date_unless_told() -> None:
    assert days(Timing(days=30)) == ("2011-12-10", "2012-01-08")


def test_a_campaign_begins_on_the_day_that_is_named() -> None:
    assert days(Timing(starts_on=date(2012, 3, 1), days=1)) == ("2012-03-01", "2012-03-01")


def test_a_season_that_is_over_returns_next_year_with_its_evidence() -> None:
    timing = Timing(season="Christmas", days=60)
    assert days(timing) == ("2012-08-26", "2012-10-24")
    found = campaign_days(timing, season(), AS_OF)
    assert found is not None
    assert found.words == (
        "Christmas products began to sell above three ordinary weeks on 2011-08-26, and 55% of the season's sales "
        "that are known on 2011-12-10 were done by the end of October 2011; the ledger tells of that one season"
    )


def test_a_season_that_is_on_has_begun() -> None:
    assert days(Timing(season="Christmas", days=60), date(2011, 9, 20)) == ("2011-08-26", "2011-10-24")


def test_a_campaign_can_begin_some_days_before_the_season() -> None:
    assert days(Timing(season="Christmas", days=60, lead_days=14)) == ("2012-08-12", "2012-10-10")


def test_a_season_that_the_ledger_does_not_show_gives_no_days() -> None:
    assert campaign_days(Timing(season="Christmas"), season(None), AS_OF) is None
    assert campaign_days(Timing(season="Easter"), season(), AS_OF) is None


def test_a_campaign_that_is_over_has_no_days() -> None:
    timing = Timing(starts_on=date(2011, 11, 1), days=30)
    assert campaign_days(timing, season(), date(2011, 11, 30)) is not None
    assert campaign_days(timing, season(), date(2011, 12, 1)) is None


@given(st.dates(date(2011, 9, 1), date(2031, 1, 1)), st.integers(1, 366), st.integers(0, 180))
def test_a_seasonal_campaign_is_never_over_and_never_more_than_a_year_away(
    as_of: date, length: int, lead: int
) -> None:
    found = campaign_days(Timing(season="Christmas", days=length, lead_days=lead), season(), as_of)
    assert found is not None
    assert found.ends_on >= as_of
    assert found.starts_on <= as_of + timedelta(days=366)


def test_windows_that_share_a_day_overlap() -> None:
    first = CampaignDays(date(2011, 1, 1), date(2011, 1, 31), "")
    assert first.overlaps(CampaignDays(date(2011, 1, 31), date(2011, 2, 1), ""))
    assert not first.overlaps(CampaignDays(date(2011, 2, 1), date(2011, 2, 2), ""))

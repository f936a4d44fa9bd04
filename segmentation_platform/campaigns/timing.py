"""When a campaign begins and ends, and why then."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from segmentation_platform.campaigns.playbook import Timing


@dataclass(frozen=True)
class CampaignDays:
    """The days of a campaign.

    Attributes:
        starts_on: first day
        ends_on: last day
        words: why then

    """

    starts_on: date
    ends_on: date
    words: str

    def overlaps(self, other: "CampaignDays") -> bool:
        """Whether there is a day on which both run."""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


def campaign_days(timing: Timing, seasonality: pd.DataFrame, as_of: date) -> CampaignDays | None:
    """The days of a campaign as of a reporting date.

    Args:
        timing: as the playbook has it
        seasonality: columns of `contracts.Seasonality`
        as_of: reporting date

    Returns:
        None when its days are over, or it begins with a season and the ledger shows no beginning of that season.

    """
    if timing.season:
        return _seasonal(timing, seasonality, as_of)
    if timing.starts_on:
        named = _lasting(timing.starts_on, timing, "On the day that the playbook names")
        return named if named.ends_on >= as_of else None
    return _lasting(as_of, timing, "Now: the audience is made again every night until it is exported")


def _seasonal(timing: Timing, seasonality: pd.DataFrame, as_of: date) -> CampaignDays | None:
    months = seasonality[(seasonality["subject_kind"] == "category") & (seasonality["subject"] == timing.season)]
    starts = months["season_start"].dropna()
    if starts.empty:
        return None
    begun = starts.iloc[-1].date()
    words = (
        f"{timing.season} products began to sell above three ordinary weeks on {begun}{_half_done(months, as_of)}; "
        "the ledger tells of that one season"
    )
    if timing.lead_days:
        words = f"{timing.lead_days} days before the season: {words[0].lower()}{words[1:]}"
    return _next_return(begun - timedelta(days=timing.lead_days), timing, as_of, words)


def _next_return(began: date, timing: Timing, as_of: date, words: str) -> CampaignDays:
    """The first yearly return of a window that is not over on the reporting date."""
    years = range(as_of.year - began.year + 2)
    windows = (_lasting((pd.Timestamp(began) + pd.DateOffset(years=n)).date(), timing, words) for n in years)
    return next(each for each in windows if each.ends_on >= as_of)


def _half_done(months: pd.DataFrame, as_of: date) -> str:
    """By the end of which month at least half of the season's sales were done, of those that are known."""
    done = months[months["season_share"] >= 0.5].sort_values("period")
    if done.empty:
        return ""
    first = done.iloc[0]
    return (
        f", and {first['season_share']:.0%} of the season's sales that are known on {as_of} were done by the end of "
        f"{first['period']:%B %Y}"
    )


def _lasting(starts_on: date, timing: Timing, words: str) -> CampaignDays:
    return CampaignDays(starts_on, starts_on + timedelta(days=timing.days - 1), words)

"""The playbook: campaigns in the order in which customers are given to them, as a marketer writes them in TOML."""

import tomllib
from collections import Counter
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from segmentation_platform.campaigns.errors import CampaignError
from segmentation_platform.insights.season_start import seasonal_categories
from segmentation_platform.segments.names import ARCHETYPES


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Audience(_Part):
    """Customers who fulfil all that is said; at least one thing is."""

    segments: tuple[str, ...] = ()
    """Names of the segments that they are in."""
    came_from: tuple[str, ...] = ()
    """Names of the segments that they were in before the last change."""
    moved_within_days: int | None = Field(default=None, ge=1)
    """They changed segment at most so many days before the reporting date."""
    spent_above: float | None = Field(default=None, gt=0, lt=1)
    """They spent more than this share of customers."""
    spent_below: float | None = Field(default=None, gt=0, lt=1)
    """They spent less than the others: they are among this share of customers."""
    bought_within_days: int | None = Field(default=None, ge=1)
    """They bought at most so many days before the reporting date."""
    silent_times: float | None = Field(default=None, gt=0)
    """They have bought nothing for longer than so many times the usual gap between their orders."""
    cancels_above: float | None = Field(default=None, ge=0, lt=1)
    """They cancelled at least twice, and more than this share as often as they ordered."""
    regions: tuple[str, ...] = ()
    """Regions that they are in."""

    @field_validator("segments", "came_from")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = [kind.name for kind in ARCHETYPES]
        for name in names:
            if name not in known:
                raise ValueError(f"there is no segment {name!r}; there are {'; '.join(known)}")
        return names

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("an audience says at least one thing, such as segments = ['Champions']")
        return self


class Timing(_Part):
    """When a campaign begins: on a day, with a season, or, when neither is given, on the reporting date."""

    days: int = Field(default=30, ge=1, le=366)
    """How long it lasts."""
    starts_on: date | None = None
    """The day on which it begins."""
    season: str = ""
    """Category of products; the campaign begins when their season did in the ledger, at its next return."""
    lead_days: int = Field(default=0, ge=0, le=180)
    """So many days before the season."""

    @field_validator("season")
    @classmethod
    def _known(cls, season: str) -> str:
        if season and season not in seasonal_categories():
            raise ValueError(f"there is no season of {season!r}; there are {', '.join(seasonal_categories())}")
        return season

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if self.starts_on and self.season:
            raise ValueError("a campaign begins on a day or with a season, not both")
        if self.lead_days and not self.season:
            raise ValueError("lead_days needs a season")
        return self


class Campaign(_Part):
    """One campaign: who is offered what, by which channel, when, and how many are held out."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    title: str = Field(min_length=1)
    offer: str = Field(min_length=1)
    channel: str = Field(min_length=1)
    audience: tuple[Audience, ...] = Field(min_length=1)
    """A customer fits who fits one of these; the first that fits gives the reason."""
    timing: Timing = Timing()
    size: int | None = Field(default=None, ge=1)
    """At most so many customers, those who spent most first."""
    holdout_share: float = Field(default=0.1, ge=0, le=0.9)
    """Share of the audience that is not contacted, drawn at random: without it nothing can be measured."""


class Playbook(_Part):
    """Campaigns, the most urgent first: of those that run at the same time a customer is in one only."""

    campaigns: tuple[Campaign, ...] = Field(alias="campaign")

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if not self.campaigns:
            raise ValueError("there is no [[campaign]]")
        twice = [name for name, count in Counter(each.name for each in self.campaigns).items() if count > 1]
        if twice:
            raise ValueError(f"there are two campaigns of the name {', '.join(twice)}")
        return self


def read_playbook(text: str) -> Playbook:
    """A playbook from TOML.

    Raises:
        CampaignError: with one line for everything that can't be used, by campaign and field.

    """
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CampaignError(f"The playbook is not TOML: {error}.") from None
    try:
        return Playbook.model_validate(written)
    except ValidationError as error:
        lines = [f"  {_place(problem['loc'], written)}: {problem['msg']}" for problem in error.errors()]
        raise CampaignError("\n".join(["The playbook can't be used:", *lines])) from None


def _place(location: tuple[int | str, ...], written: dict[str, object]) -> str:
    """Where a problem is, with the campaign's name instead of its number."""
    campaigns = written.get("campaign")
    match location:
        case ("campaign", int(number), *rest) if isinstance(campaigns, list):
            named = campaigns[number].get("name", number + 1) if isinstance(campaigns[number], dict) else number + 1
            return ".".join(["campaign " + str(named), *map(str, rest)])
    return ".".join(map(str, location)) or "campaigns"


def built_in_text() -> str:
    """The playbook that is used when there is no other, as it is written: a place to begin one's own."""
    return files(__package__).joinpath("playbook.toml").read_text(encoding="utf-8")


@cache
def built_in_playbook() -> Playbook:
    """The playbook that is used when there is no other."""
    return read_playbook(built_in_text())

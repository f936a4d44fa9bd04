"""What cleaning takes from all lines of a ledger at once: from when to when it trades, and how it calls countries.

As long as that stays what it was, lines can be cleaned apart from the others.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

import pandas as pd

from segmentation_platform.engine import Session, Step
from segmentation_platform.ledger.span import Span
from segmentation_platform.ledger.vocabulary import Vocabulary

_Key = TypeVar("_Key")

_NAMED: Final = 12

_DAYS = Step(
    "load_days",
    "SELECT load_id, CAST(sold_at AS DATE) AS day, COUNT(*) AS lines FROM classified_sales"
    " WHERE sold_at IS NOT NULL GROUP BY load_id, CAST(sold_at AS DATE)",
)
_COUNTRIES = Step(
    "load_countries",
    "SELECT load_id, coalesce(nullif(country_name, ''), 'Unspecified') AS country, COUNT(*) AS lines"
    " FROM classified_sales GROUP BY load_id, coalesce(nullif(country_name, ''), 'Unspecified')",
)


@dataclass(frozen=True)
class LoadFacts:
    """What a load adds to the ground.

    Attributes:
        days: lines of each day, of those whose date can be read
        countries: lines of each country, as it is written

    """

    days: Mapping[date, int] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """What was learned of a ledger and is kept, so that it stays from night to night.

    Attributes:
        vocabulary: words that name its products; None: the rules that ship with the platform do
        regions: countries that are a region of their own

    """

    vocabulary: Vocabulary | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Naming:
    """How products get their categories, and how much of the money they cover.

    Attributes:
        vocabulary: words of the ledger's own descriptions; None: the rules that ship with the platform
        covered: revenue of lines with a category
        total: revenue of lines with a description, or with a category of the shop's own

    """

    vocabulary: Vocabulary | None = None
    covered: float = 0.0
    total: float = 0.0

    @property
    def share(self) -> float:
        """Share of the revenue with a category; 1 where there is none."""
        return self.covered / self.total if self.total else 1.0

    @property
    def words(self) -> str:
        """How products are named, for people."""
        if not self.total:
            return "no line has a description"
        if self.vocabulary is None:
            return f"the platform's own rules name {self.share:.0%} of the revenue"
        named = ", ".join(word.capitalize() for word in self.vocabulary.categories[:_NAMED])
        return f"words of the shop's own descriptions name {self.share:.0%} of the revenue: {named} …"


@dataclass(frozen=True)
class Ground:
    """What all lines of a ledger decide together.

    Attributes:
        span: days that count
        countries: of each country as it is written, its name, continent and region (empty: not one of its own)
        loads: what each load added
        naming: how products get their categories
        regions: countries that are a region of their own

    """

    span: Span = field(default_factory=Span)
    countries: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    loads: Mapping[int, LoadFacts] = field(default_factory=dict)
    naming: Naming = field(default_factory=Naming)
    regions: tuple[str, ...] = ()

    @property
    def learned(self) -> Learned:
        """What is kept of it."""
        return Learned(self.naming.vocabulary, self.regions)

    def lines_by_day(self) -> dict[date, int]:
        """Lines of each day."""
        return dict(_sum(facts.days for facts in self.loads.values()))

    def country_lines(self) -> pd.DataFrame:
        """Lines of each country: columns country and lines."""
        lines = _sum(facts.countries for facts in self.loads.values())
        return pd.DataFrame({"country": list(lines), "lines": list(lines.values())}).astype({"country": "str"})

    def holds_for(self, later: "Ground") -> bool:
        """Whether lines that were cleaned on it are the same on a later one."""
        return self.span == later.span and all(
            later.countries.get(key) == names for key, names in self.countries.items()
        )


def facts_of(session: Session) -> dict[int, LoadFacts]:
    """The facts of each load of a session that holds `classified_sales`."""
    session.run(_DAYS)
    session.run(_COUNTRIES)
    days, countries = session.frame(_DAYS.name), session.frame(_COUNTRIES.name)
    return {
        int(load_id): LoadFacts(
            {pd.Timestamp(day).date(): int(lines) for day, lines in _of(days, load_id, "day")},
            {str(country): int(lines) for country, lines in _of(countries, load_id, "country")},
        )
        for load_id in countries["load_id"].unique()
    }


def _of(frame: pd.DataFrame, load_id: int, column: str) -> Iterable[tuple[Any, int]]:
    part = frame[frame["load_id"] == load_id].sort_values(column)
    return zip(part[column], part["lines"], strict=True)


def _sum(counts: Iterable[Mapping[_Key, int]]) -> Counter[_Key]:
    total: Counter[_Key] = Counter()
    for each in counts:
        total.update(each)
    return total

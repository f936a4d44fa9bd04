"""How people meet a table: its place in the catalogue, the page that shows it, and the picture that tells it.

A contract declares these beside its columns; README, client, data dictionary, app links and Dagster's pages are made
from what it declares.
"""

from dataclasses import dataclass
from enum import IntEnum, auto


class Chapter(IntEnum):
    """The parts of the catalogue, in the order in which a reader would look."""

    SEGMENTS = auto()
    RECOMMENDATIONS = auto()
    INSIGHTS = auto()
    CAMPAIGNS = auto()
    EVIDENCE = auto()
    SCORING = auto()


@dataclass(frozen=True)
class Published:
    """A table that is published, as the view of its name in `serving`.

    Attributes:
        chapter: part of the catalogue
        place: within that part, from 1
        one_row_per: what a row is, and what it says
        spans_snapshots: whether it is kept once for a ledger, and not once for every snapshot

    """

    chapter: Chapter
    place: int
    one_row_per: str
    spans_snapshots: bool = False


@dataclass(frozen=True)
class Counts:
    """A bar for each value of a column, the most frequent first.

    Attributes:
        title: of the picture
        column: whose values are counted
        only: column of flags; rows without it are left out. Empty: all rows

    """

    title: str
    column: str
    only: str = ""


@dataclass(frozen=True)
class Bars:
    """A bar for each row.

    Attributes:
        title: of the picture
        label: column of its word
        value: column of its length
        color: column of its colour; empty for the usual one
        order: column to order by, lowest first; empty: by length, longest first

    """

    title: str
    label: str
    value: str
    color: str = ""
    order: str = ""


@dataclass(frozen=True)
class Histogram:
    """How often the values of a column occur.

    Attributes:
        title: of the picture
        column: of numbers
        words: what is counted by what
        within: values beyond these count as these; None: all that there are

    """

    title: str
    column: str
    words: str
    within: tuple[float, float] | None = None


@dataclass(frozen=True)
class Drawn:
    """A picture like no other: a function of the table's name in `reporting.thumbnails.drawn` makes it."""


Picture = Counts | Bars | Histogram | Drawn


@dataclass(frozen=True)
class Shown:
    """How Dagster shows a table.

    Attributes:
        page: of the app on which people see it
        picture: that tells it at a glance

    """

    page: str
    picture: Picture

"""What is new in a ledger's files since they were read, and whether a file is a part of a ledger or all of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final

from segmentation_platform.ledger.files import LedgerFile

_ALL_OF_IT: Final = 0.99
"""Share of a ledger's lines that an export of the whole ledger has again."""
_SAME_LINES: Final = 0.9
"""Share of a part's lines, on days that the ledger has already, that are there already."""
_SAME_SHOP: Final = 0.1
"""Share of a part's customers or products that the ledger must know."""
_SAME_LEDGER: Final = 0.9
"""Share of the ledger's customers or products that an export of the whole ledger must know."""


@dataclass(frozen=True)
class KnownFile:
    """A file that was read before.

    Attributes:
        load_id: number of its load
        source: path where it was then
        sha256: of its content
        is_part: whether the ledger has its lines; otherwise others took their place
        origin: what was named: the file, or the folder or pattern that it was found by; empty where another content
            stands at its path now, and its lines stay beside those

    """

    load_id: int
    source: str
    sha256: str
    is_part: bool
    origin: str


@dataclass(frozen=True)
class Increment:
    """What files bring to a ledger that has some already.

    Attributes:
        new: files to read, each content once
        again: loads of before whose content is back
        moved: where the content of a load is now, if not where it was
        superseded: loads whose file has another content now, by the path
        gone: loads whose file is not there any more; their lines stay
        copies: files with the content of another one

    """

    new: tuple[LedgerFile, ...] = ()
    again: tuple[KnownFile, ...] = ()
    moved: Mapping[int, str] = field(default_factory=dict)
    superseded: tuple[KnownFile, ...] = ()
    gone: tuple[KnownFile, ...] = ()
    copies: tuple[LedgerFile, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether the ledger's lines stay what they are."""
        return not (self.new or self.again or self.superseded)


def increment_of(files: Sequence[LedgerFile], known: Iterable[KnownFile], origins: Collection[str]) -> Increment:
    """Compare files, as they are now, with those that a ledger was read from.

    Args:
        files: all that there are of what is named, in order
        known: loads of the ledger, in any order
        origins: what is named; only of these a file can be gone

    """
    by_content = {each.sha256: each for each in sorted(known, key=lambda each: (each.is_part, each.load_id))}
    parts = [each for each in by_content.values() if each.is_part]
    contents = {file.source: file.sha256 for file in files}
    first_with: dict[str, LedgerFile] = {}
    for file in files:
        first_with.setdefault(file.sha256, file)
    placed = [each for each in parts if each.origin]
    superseded = [each for each in placed if contents.get(each.source, each.sha256) != each.sha256]
    stay = [each for each in superseded if each.sha256 in first_with]
    return Increment(
        new=tuple(file for sha256, file in first_with.items() if sha256 not in by_content),
        again=tuple(by_content[each] for each in first_with if each in by_content and not by_content[each].is_part),
        moved={
            by_content[sha256].load_id: file.source
            for sha256, file in first_with.items()
            if sha256 in by_content and contents.get(by_content[sha256].source) != sha256
        },
        superseded=tuple(each for each in superseded if each not in stay),
        gone=tuple(
            each
            for each in placed
            if each.origin in origins and each.source not in contents and each.sha256 not in first_with
        ),
        copies=tuple(file for file in files if first_with[file.sha256] is not file),
    )


class Relation(Enum):
    """What files are to what was read of their ledger before."""

    PART = "part"
    """They add to it, and nothing gives way."""
    NEWER = "newer"
    """Their lines take the place of those that were read from the same paths."""
    WHOLE = "whole"
    """Their lines take the place of all others."""


@dataclass(frozen=True)
class Extent:
    """What lines a ledger has, in short.

    Attributes:
        lines_by_day: how many genuine lines each day has
        customers: all that are known
        products: their codes

    """

    lines_by_day: Mapping[date, int]
    customers: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()


def relation_of(file: Extent, ledger: Extent) -> Relation | None:
    """Tell what a file is to lines that are there: all of them again, or a part that adds to them; None: unclear.

    A file is the whole when it has nearly all of the lines, day by day, and of the customers or products. It is a
    part when it is of the same shop, by its customers or products, has something new, and on days that are there
    already brings no other lines than those.
    """
    had, has = sum(ledger.lines_by_day.values()), sum(file.lines_by_day.values())
    common = sum(min(lines, ledger.lines_by_day.get(day, 0)) for day, lines in file.lines_by_day.items())
    if common >= _ALL_OF_IT * had:
        return Relation.WHOLE if _known_share(ledger, file) >= _SAME_LEDGER else None
    if common >= _ALL_OF_IT * has or _known_share(file, ledger) < _SAME_SHOP:
        return None
    on_known_days = sum(lines for day, lines in file.lines_by_day.items() if day in ledger.lines_by_day)
    return Relation.PART if common >= _SAME_LINES * on_known_days else None


def _known_share(some: Extent, to: Extent) -> float:
    """Share of the customers, or of the products, if that is more, that are known to others."""
    shares = [
        len(mine & theirs) / len(mine)
        for mine, theirs in ((some.customers, to.customers), (some.products, to.products))
        if mine
    ]
    return max(shares, default=0.0)

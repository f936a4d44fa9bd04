"""How dates are written: their formats, and which of day and month comes first.

A ledger's dates have one order: told line by line, 1/2 would be January beside a 13/2. The order is the one that
reads most lines without a day in the future. Where two read as many, the one whose days lie closer together is shown,
and asked about unless there are very many: twelve days on end are, read the other way, one day in each of twelve
months, as a shop has them that bills on the first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from segmentation_platform.ledger.profile.model import SERIAL_DAYS, Dates

Counts = Mapping[str, int]
"""Distinct texts, none of them blank, each with its lines."""
Order = Literal["day first", "month first", "year first"]

OFFSET: Final = r"(:[0-9]{2}(?:[.,][0-9]+)?(?: ?[AaPp][.]?[Mm][.]?)?) ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})$"
"""A time zone behind a time; group 1 is what stays."""
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
"""Day numbers of 1954 and 2119."""

_TIME = re.compile(r"(?P<sep>[ T,]*)(?P<h>\d{1,2}):(?P<m>\d{2})(?P<s>:\d{2})?(?P<f>\.\d+)?(?P<p> ?[AaPp][Mm])?")
_DIGITS = re.compile(r"(?P<a>\d{1,4})(?P<s1>[-/.] ?|\s)(?P<b>\d{1,2})(?P<s2>[-/.] ?|\s)(?P<c>\d{1,4})(?P<end>\.?)")
_COMPACT = re.compile(r"\d{8}")
_NAMED = re.compile(
    r"(?P<a>\d{1,2}|[A-Za-z]{3,9})(?P<s1>[-/ .,]+)(?P<b>\d{1,2}|[A-Za-z]{3,9})(?P<s2>[-/ .,]+)(?P<c>\d{2,4})"
)
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_SHAPES = 400
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - the shop's own time
_CLOSER = 3
"""So many times closer together must the days of one order lie to be taken for right ..."""
_TELLING_DAYS = 60
"""... and so many days there must be. Where a shop sells on the first days of each month alone, the wrong order can
lie three times closer together; with at most 48 days, on the first four."""


@dataclass(frozen=True)
class DatesFound:
    """How the dates of a ledger are written.

    Attributes:
        dates: how most lines can be read
        unread: texts that can't be read so, each with its lines, most lines first
        rival: the other order, if it reads as many lines and nothing decides
        swapped: whether a spreadsheet had changed day and month about where it could, which the formats undo

    """

    dates: Dates
    unread: dict[str, int]
    rival: Order | None = None
    swapped: bool = False


def local(text: str) -> str:
    """A date's text as SQL has it before it is read: single blanks, without a time zone."""
    return re.sub(OFFSET, r"\1", re.sub(r"[\s\u00a0\u202f]+", " ", text).strip(" "))


def read_date(text: str, formats: Iterable[str]) -> datetime | None:
    """The moment that a text is, by the first format that fits; None where none does."""
    bare = local(text)
    for each in formats:
        moment = _serial(bare) if each == SERIAL_DAYS else _parsed(bare, each)
        if moment is not None and 1900 < moment.year <= 2200:
            return moment
    return None


def find_dates(counts: Counts, today: date | None = None, said: Dates | None = None) -> DatesFound:
    """Tell how dates are written.

    Args:
        counts: the dates by their distinct texts
        today: of two readings the one with days after it is wrong; None where it plays no part
        said: an order or formats that were said are taken as they are

    """
    said = said or Dates()
    if said.formats:
        return _Reading(said, counts).found()
    if not said.order and (unswapped := _unswapped(counts)):
        return _Reading(unswapped, counts).found(swapped=True)
    orders: tuple[Order, ...] = (said.order,) if said.order else ("day first", "month first", "year first")
    read: dict[tuple[str, ...], _Reading] = {}
    for order in orders:
        formats = _formats(counts, order)
        if formats not in read:
            read[formats] = _Reading(Dates(order=order, formats=formats), counts)
    readings = list(read.values())
    return readings[0].found() if said.order else _decided(readings, today)


class _Reading:
    """The dates of a ledger, read in one way."""

    def __init__(self, dates: Dates, counts: Counts) -> None:
        self.dates, self._counts = dates, counts
        days = {text: _day(text, dates.formats) for text in counts}
        self._days = tuple(days.values())
        self._unread = {text: counts[text] for text, day in days.items() if day is None}
        self._lines_of_day: Counter[date] = Counter()
        for text, day in days.items():
            if day is not None:
                self._lines_of_day[day] += counts[text]

    @property
    def by_text(self) -> tuple[date | None, ...]:
        """The day of each text: two readings with the same days of other texts are two."""
        return self._days

    def wrong(self, today: date | None) -> int:
        """Lines that can't be read, or come after the day after today."""
        unread = sum(self._unread.values())
        if today is None:
            return unread
        last = today + timedelta(days=1)
        return unread + sum(lines for day, lines in self._lines_of_day.items() if day > last)

    @property
    def spread(self) -> float:
        """Days from the first to the last for each day that has any."""
        days = self._lines_of_day
        return ((max(days) - min(days)).days + 1) / len(days) if days else float("inf")

    def found(
        self, order: Order | Literal[""] | None = None, rival: Order | None = None, *, swapped: bool = False
    ) -> DatesFound:
        dates = self.dates if order is None else Dates(order=order, formats=self.dates.formats)
        return DatesFound(dates, dict(sorted(self._unread.items(), key=lambda each: -each[1])), rival, swapped)


def _decided(readings: list[_Reading], today: date | None) -> DatesFound:
    fewest = min(reading.wrong(today) for reading in readings)
    different = _by_days([reading for reading in readings if reading.wrong(today) == fewest])
    if len(different) == 1:
        # Where all orders read the same days, none is written down.
        return different[0].found() if len(_by_days(readings)) > 1 else different[0].found(order="")
    closest, second = sorted(different, key=lambda reading: reading.spread)[:2]
    if len(set(closest.by_text)) >= _TELLING_DAYS and _CLOSER * closest.spread <= second.spread:
        return closest.found()
    return closest.found(rival=second.dates.order or None)


def _by_days(readings: list[_Reading]) -> list[_Reading]:
    """One of each reading of the days."""
    seen: dict[tuple[date | None, ...], _Reading] = {}
    for reading in readings:
        seen.setdefault(reading.by_text, reading)
    return list(seen.values())


def _day(text: str, formats: Iterable[str]) -> date | None:
    moment = read_date(text, formats)
    return None if moment is None else moment.date()


def _unswapped(counts: Counts) -> Dates | None:
    """Formats for a workbook in which days up to 12 became dates with day and month changed about.

    A spreadsheet set to m/d/y makes dates of the d/m/y texts that it can read, and leaves the others text: no true
    date has a day above 12 then, and no text one up to 12.
    """
    true_dates = {text for text in counts if re.match(r"\d{4}-\d{2}-\d{2}", text)}
    texts = {text: lines for text, lines in counts.items() if text not in true_dates}
    if len(true_dates) < 20 or len(texts) < 20 or any(int(text[8:10]) > 12 for text in true_dates):
        return None
    formats = _formats(texts, "day first")
    moments = [read_date(text, formats) for text in texts]
    if any(moment is None or moment.day <= 12 for moment in moments):
        return None
    turned = tuple(
        each.replace("%Y-%m-%d", "%Y-%d-%m") for each in _formats(dict.fromkeys(true_dates, 1), "year first")
    )
    return Dates(order="day first", formats=(*turned, *formats))


def _formats(counts: Counts, order: Order) -> tuple[str, ...]:
    """The formats of all shapes that the texts have, those of most lines first."""
    lines: Counter[str] = Counter()
    for example, number in _shapes(counts).values():
        found = _format(example, order)
        if found is not None:
            lines[found] += number
    return tuple(each for each, _ in lines.most_common())


def _shapes(counts: Counts) -> dict[str, tuple[str, int]]:
    """Texts that differ in their digits alone: an example of each shape, and its lines."""
    shapes: dict[str, tuple[str, int]] = {}
    for text, lines in counts.items():
        bare = local(text)
        shape = re.sub(r"[A-Za-z]{4,}", "month", re.sub(r"\d", "9", bare))
        example, before = shapes.get(shape, (bare, 0))
        shapes[shape] = (example, before + lines)
        if len(shapes) > _SHAPES:
            break
    return shapes


def _format(text: str, order: Order) -> str | None:
    if _SERIAL.fullmatch(text):
        return SERIAL_DAYS if FIRST_SERIAL <= float(text) <= LAST_SERIAL else None
    day, time = text, ""
    match = re.search(_TIME.pattern + r"$", text)
    if match and match.start() > 0:
        day, time = text[: match.start()], _time_format(match)
    written = _day_format(day, order)
    return None if written is None else written + time


def _time_format(match: re.Match[str]) -> str:
    hour = "%I" if match["p"] else "%H"
    half = "" if not match["p"] else (" %p" if match["p"].startswith(" ") else "%p")
    return f"{match['sep']}{hour}:%M{':%S' if match['s'] else ''}{'.%f' if match['f'] else ''}{half}"


def _day_format(day: str, order: Order) -> str | None:
    if _COMPACT.fullmatch(day):
        return _compact_format(day, order)
    match = _DIGITS.fullmatch(day)
    if match:
        return _digits_format(match, order)
    match = _NAMED.fullmatch(day)
    return _named_format(match) if match else None


def _digits_format(match: re.Match[str], order: Order) -> str:
    first, second, end = match["s1"], match["s2"], match["end"]
    if len(match["a"]) == 4:
        return f"%Y{first}%m{second}%d{end}"
    if len(match["c"]) <= 2 and order == "year first":
        return f"%y{first}%m{second}%d{end}"
    year = "%Y" if len(match["c"]) == 4 else "%y"
    day, month = ("%m", "%d") if order == "month first" else ("%d", "%m")
    return f"{day}{first}{month}{second}{year}{end}"


def _compact_format(day: str, order: Order) -> str:
    if order == "year first" or 1900 < int(day[:4]) < 2200:
        return "%Y%m%d"
    return "%m%d%Y" if order == "month first" else "%d%m%Y"


def _named_format(match: re.Match[str]) -> str | None:
    year = "%Y" if len(match["c"]) == 4 else "%y"
    a, b = match["a"], match["b"]
    if a.isdigit() == b.isdigit():
        return None
    name = b if a.isdigit() else a
    month = "%b" if len(name) == 3 else "%B"
    return f"{'%d' if a.isdigit() else month}{match['s1']}{month if a.isdigit() else '%d'}{match['s2']}{year}"


def _serial(text: str) -> datetime | None:
    if not _SERIAL.fullmatch(text) or not FIRST_SERIAL <= float(text) <= LAST_SERIAL:
        return None
    return _DAY_ZERO + timedelta(seconds=round(float(text) * 86_400))


def _parsed(text: str, date_format: str) -> datetime | None:
    try:
        return datetime.strptime(text, date_format)  # noqa: DTZ007 - a ledger has the shop's own time
    except ValueError:
        return None

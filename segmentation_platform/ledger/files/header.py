"""Where in a file the table stands: its delimiter, and the row that names the columns."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.profile.layout import Layout

LOOKED_AT = 60
"""Rows from the top among which the row of names is looked for."""

_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Header:
    """The row that names the columns.

    Attributes:
        names: of the columns, each unique: a blank one is called by its place, a second one of a name gets its number
        rows: rows of the file up to and with it

    """

    names: list[str]
    rows: int


def find_delimiter(lines: Sequence[str], layout: Layout, is_known: Callable[[str], bool]) -> str:
    """The delimiter of the first lines of a text file.

    Args:
        lines: of the file, from the top
        layout: may say it; so may a first line `sep=;`
        is_known: whether a name is one that ledgers' columns have: the delimiter that cuts a row into most of these
            wins; where none does, the one that cuts most lines into equally many fields

    """
    if layout.delimiter:
        return layout.delimiter
    first = next((line for line in lines if line.strip()), "").strip()
    if first.lower().startswith("sep=") and len(first) == len("sep=") + 1:
        return first[-1]
    return max(_DELIMITERS, key=lambda delimiter: _fit(lines, delimiter, is_known))


def _fit(lines: Sequence[str], delimiter: str, is_known: Callable[[str], bool]) -> tuple[int, int]:
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(row)]
    except csv.Error:
        return 0, 0
    known = max((sum(is_known(cell) for cell in row) for row in rows[:LOOKED_AT] if len(row) > 1), default=0)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return known if known > 1 else 0, max((width * number for width, number in widths.items()), default=0)


def find_header(rows: Sequence[Sequence[str]], layout: Layout, is_known: Callable[[str], bool]) -> Header:
    """The row of names among the first rows of a table.

    Args:
        rows: at most `LOOKED_AT`, blank ones included
        layout: may say which row it is
        is_known: whether a name is one that ledgers' columns have

    Raises:
        LedgerError: when the layout names a row that is not there.

    """
    if layout.header_row:
        if layout.header_row > len(rows):
            raise LedgerError(
                f"Row {layout.header_row} shall name the columns, and there is no such row. "
                "Say another in segmentation.toml: [profile.file] header_row = …, or leave it out."
            )
        place = layout.header_row - 1
    else:
        place = _place(rows, is_known)
    return Header(_unique(rows[place]) if rows else [], place + 1)


def _place(rows: Sequence[Sequence[str]], is_known: Callable[[str], bool]) -> int:
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    known = [sum(is_known(cell) for cell in row) for row in rows]
    if max(known, default=0) >= 2:
        return known.index(max(known))
    width = Counter(count for count in filled if count > 1).most_common(1)
    least = width[0][0] if width else 1
    return next((place for place, count in enumerate(filled) if count >= least), 0)


def _unique(cells: Sequence[str]) -> list[str]:
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = cell.removeprefix("\ufeff").strip() or f"column {place}"
        twins = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({twins + 1})" if twins else name)
    return names

"""The picture that tells a table at a glance, drawn as its contract declares it."""

import pandas as pd

from segmentation_platform.contracts import Contract
from segmentation_platform.contracts.shown import Bars, Counts, Drawn, Histogram, Picture
from segmentation_platform.reporting.thumbnails.drawn import DRAWN
from segmentation_platform.reporting.thumbnails.shapes import bars, histogram, largest, pairs


def thumbnail(contract: type[Contract], table: pd.DataFrame) -> str:
    """The picture of a table as a markdown image of less than 1,000 characters.

    Args:
        contract: of the table; declares a picture
        table: with the columns that the picture names; the ledger-sized ones are drawn from counts

    """
    shown = contract.shown()
    assert shown is not None  # noqa: S101 - asked of tables with an asset only
    return draw(shown.picture, contract.table(), table)


def pictured_columns(contract: type[Contract]) -> list[str]:
    """The columns that the picture of a table takes; all of them where it is like no other."""
    shown = contract.shown()
    assert shown is not None  # noqa: S101 - asked of tables with an asset only
    if isinstance(shown.picture, Drawn):
        return contract.column_names()
    said = {value for value in vars(shown.picture).values() if isinstance(value, str)}
    return [name for name in contract.column_names() if name in said]


def draw(picture: Picture, name: str, table: pd.DataFrame) -> str:
    """Draw a picture.

    Args:
        picture: as a contract declares it
        name: of the table
        table: with the columns that the picture names

    """
    if isinstance(picture, Counts):
        rows = table[table[picture.only]] if picture.only else table
        return bars(picture.title, largest(rows[picture.column].map(_plain).value_counts()))
    if isinstance(picture, Bars):
        return bars(picture.title, _bars(picture, table))
    if isinstance(picture, Histogram):
        return histogram(picture.title, table[picture.column], picture.words, picture.within)
    return DRAWN[name](table)


def _bars(picture: Bars, table: pd.DataFrame) -> list[tuple[str, float, str]]:
    by, ascending = (picture.order, True) if picture.order else (picture.value, False)
    ordered = table.sort_values(by, ascending=ascending, kind="stable")
    words = ordered[picture.label].map(_plain)
    return pairs(words, ordered[picture.value], ordered[picture.color] if picture.color else None)


def _plain(word: object) -> str:
    """Names of the program's own as words."""
    return str(word).replace("_", " ")

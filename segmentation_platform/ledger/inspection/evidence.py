"""What a raw ledger says of itself: its texts and their numbers of lines, asked of a session that holds it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from segmentation_platform.engine import Session, Step
from segmentation_platform.ledger.profile.model import LedgerColumn
from segmentation_platform.ledger.profile.numbers import BLANKS

MOST_TEXTS: Final = 50_000
"""Distinct texts of a column that are looked at, the most frequent first."""
MOST_LINES: Final = 200_000
"""Lines that relations between columns are judged on, evenly spread."""


def trimmed(column: LedgerColumn) -> str:
    """SQL for a column without the blanks around it."""
    return f"trim({column}, '{BLANKS}')"


@dataclass(frozen=True)
class Evidence:
    """A session that holds `raw_sales`, and what its ledger's columns are called in the file."""

    session: Session
    columns: dict[LedgerColumn, str]

    def has(self, column: LedgerColumn) -> bool:
        """Whether the ledger has a column."""
        return bool(self.columns.get(column))

    def frame(self, query: str) -> pd.DataFrame:
        """The rows of a query; it is composed of constants alone."""
        self.session.run(Step("asked", query))
        return self.session.frame("asked")

    def counts(self, column: LedgerColumn) -> dict[str, int]:
        """The distinct texts of a column that are not blank, trimmed, each with its lines."""
        if not self.has(column):
            return {}
        text = trimmed(column)
        query = (
            f"SELECT {text} AS text, COUNT(*) AS lines FROM raw_sales WHERE {text} <> ''"  # noqa: S608
            f" GROUP BY {text} ORDER BY lines DESC, text LIMIT {MOST_TEXTS}"
        )
        found = self.frame(query)
        heading = self.columns[column].strip().casefold()
        return {
            str(text): int(lines)
            for text, lines in zip(found["text"], found["lines"], strict=True)
            if str(text).casefold() != heading  # once more between the lines, where exports were joined
        }

    @cached_property
    def lines(self) -> int:
        """Lines of the ledger."""
        return int(self.frame("SELECT COUNT(*) AS lines FROM raw_sales")["lines"].iloc[0])

    def sample(self, *columns: LedgerColumn) -> pd.DataFrame:
        """Some columns of evenly spread lines, as text."""
        every = max(1, self.lines // MOST_LINES)
        names = ", ".join(columns)
        return self.frame(f"SELECT {names} FROM raw_sales WHERE line_number % {every} = 0 ORDER BY line_number")  # noqa: S608

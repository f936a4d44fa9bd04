"""Whether a ledger was understood at all, before anything is made from it."""

import pandas as pd

from segmentation_platform.contracts.ledger import REJECTED_BY_RULE
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.rejects import KEEPING

_UNREADABLE_SHARE, _REJECTED_SHARE = 0.05, 0.5

_UNDERSTOOD = frozenset(REJECTED_BY_RULE) - {"duplicate_line", "not_a_product"}
"""Reasons of lines that are understood, however many there are; a wrong rule makes many of the other two."""


def check_plausible(reasons: pd.DataFrame, lines: int, tolerated: float = 0.0) -> None:
    """Refuse a ledger of which too much can't be read or is rejected: it was misunderstood, not dirty.

    Args:
        reasons: columns reason, rows and example, most rows first
        lines: lines of the raw ledger
        tolerated: share of the lines that may be unreadable where the owner has said so, if it is more than usual

    Raises:
        LedgerError: when more than 5% of the lines have an unreadable number or date, or more than half are rejected;
            names the reasons, an example of each, and what to set.

    """
    unreadable = reasons[reasons["reason"].str.startswith("unparseable")]
    if unreadable["rows"].sum() > max(_UNREADABLE_SHARE, tolerated) * lines:
        raise LedgerError(_explained(unreadable, lines, "can't be read"))
    others = reasons[~reasons["reason"].isin(_UNDERSTOOD)]
    if others["rows"].sum() > _REJECTED_SHARE * lines:
        raise LedgerError(_explained(others, lines, "are rejected"))


def summary(reasons: pd.DataFrame) -> str:
    """The reasons and their rows on one line."""
    return ", ".join(f"{row['reason']} {row['rows']:,}" for row in reasons.to_dict("records"))


def halves(reasons: pd.DataFrame, lines: int) -> pd.DataFrame:
    """How many of the lines are genuine, and how many are rejected: columns kind and rows."""
    rejected = int(reasons["rows"].sum())
    return pd.DataFrame({"kind": ["clean", "rejected"], "rows": [lines - rejected, rejected]})


def _explained(reasons: pd.DataFrame, lines: int, how: str) -> str:
    said = [f"{int(reasons['rows'].sum()):,} of {lines:,} lines {how}; the ledger was probably misunderstood."]
    for row in reasons.head(3).to_dict("records"):
        told = f"  {row['reason']}: {row['rows']:,} lines, such as {row['example']!r}"
        said.append(f"{told}; what would keep them: {KEEPING[str(row['reason'])]}")
    return "\n".join(said)

"""Whether a ledger was understood at all, before anything is made from it."""

import pandas as pd

from segmentation_platform.ledger.errors import LedgerError

_UNREADABLE_SHARE, _REJECTED_SHARE = 0.05, 0.5

_HINTS = {
    "unparseable_quantity": "say in segmentation.toml how numbers are written: [profile.numbers]",
    "unparseable_price": "say in segmentation.toml how numbers are written: [profile.numbers]",
    "unparseable_date": "say in segmentation.toml how dates are written: [profile.dates] formats",
    "not_a_product": "say in segmentation.toml what product codes look like: [profile.products] pattern",
    "negative_without_cancellation": 'say that they are returns: [profile.cancellations] by = "sign"',
    "duplicate_line": 'say in segmentation.toml that they are pieces: [profile.lines] identical = "pieces"',
    "status_unknown": "say in segmentation.toml whether they count: [profile.status]",
}
_BY_RULE = ("not_a_line", "status_not_counted", "other_currency", "discount_line", "nothing_paid")
"""Reasons of lines that were understood well, however many there are."""


def check_plausible(reasons: pd.DataFrame, lines: int) -> None:
    """Refuse a ledger of which too much can't be read or is rejected: it was misunderstood, not dirty.

    Args:
        reasons: columns reason, rows and example, most rows first
        lines: lines of the raw ledger

    Raises:
        LedgerError: when more than 5% of the lines have an unreadable number or date, or more than half are rejected;
            names the reasons, an example of each, and what to set.

    """
    unreadable = reasons[reasons["reason"].str.startswith("unparseable")]
    if unreadable["rows"].sum() > _UNREADABLE_SHARE * lines:
        raise LedgerError(_explained(unreadable, lines, "can't be read"))
    others = reasons[~reasons["reason"].isin(_BY_RULE)]
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
        hint = _HINTS.get(str(row["reason"]))
        said.append(
            f"  {row['reason']}: {row['rows']:,} lines, such as {row['example']!r}" + (f"; {hint}" if hint else "")
        )
    return "\n".join(said)

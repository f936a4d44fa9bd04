"""Identifiers that a spreadsheet has shortened to scientific notation: their last digits are lost."""

import re
from typing import Final

from segmentation_platform.ledger.inspection.evidence import Evidence
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind
from segmentation_platform.ledger.profile.model import LedgerColumn

_SHORTENED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E[+][0-9]{1,3}", re.IGNORECASE)
_IDENTIFIERS: Final[dict[LedgerColumn, tuple[str, str]]] = {
    "invoice": ("order", 'invoice = ""    # to take what a customer bought on one day for an order'),
    "stock_code": ("product", 'stock_code = ""    # to tell products by their description instead'),
    "customer_id": ("customer", 'customer_id = "another column that names the customer"'),
}
"""What each names, and what can be done without it."""


def shortened_identifiers(evidence: Evidence) -> list[Doubt]:
    """A doubt for each column of identifiers in which some are shortened: different ones have become one."""
    found = (_shortened(evidence, column, *told) for column, told in _IDENTIFIERS.items())
    return [doubt for doubt in found if doubt is not None]


def _shortened(evidence: Evidence, column: LedgerColumn, named: str, setting: str) -> Doubt | None:
    counts = evidence.counts(column)
    shortened = {text: lines for text, lines in counts.items() if _SHORTENED.fullmatch(text)}
    if not shortened:
        return None
    return Doubt(
        DoubtKind.SHORTENED_IDS,
        f"{sum(shortened.values()):,} lines have {named} numbers such as {next(iter(shortened))}: a spreadsheet has "
        f"shortened them, and different {named}s have become one. Export {evidence.columns[column]} as text.",
        f"[profile.columns]\n{setting}",
        sum(shortened.values()) / sum(counts.values()),
    )

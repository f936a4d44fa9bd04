"""Telling a ledger's profile from the ledger: by evidence, with what speaks against it, and what hangs on it.

Belongs here: one module for each part of the profile, the doubts, and the page that shows them. Does not belong here:
what is done about doubts; that is up to who asks.
"""

from segmentation_platform.ledger.inspection.findings import (
    WORTH_ASKING,
    Doubt,
    DoubtKind,
    Finding,
    doubts_from_json,
    doubts_to_json,
    settings_of,
)
from segmentation_platform.ledger.inspection.inspect import Given, Inspection, found_columns, inspect
from segmentation_platform.ledger.inspection.page import page, refusal, short, unclear

__all__ = [
    "WORTH_ASKING",
    "Doubt",
    "DoubtKind",
    "Finding",
    "Given",
    "Inspection",
    "doubts_from_json",
    "doubts_to_json",
    "found_columns",
    "inspect",
    "page",
    "refusal",
    "settings_of",
    "short",
    "unclear",
]

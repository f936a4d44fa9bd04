"""What stands in a ledger's files: tables of text, whatever the format; no line is lost and no cell understood.

Belongs here: formats, archives, encodings, and where in a file the table begins. Does not belong here: which column
is which, and what a cell means; that is the profile's.
"""

from segmentation_platform.ledger.files.source import (
    LedgerFile,
    check_unchanged,
    files_of,
    identify,
    identify_each,
    is_there,
    together,
)
from segmentation_platform.ledger.files.tables import WHOLE_LINE, TextTable, open_tables

__all__ = [
    "WHOLE_LINE",
    "LedgerFile",
    "TextTable",
    "check_unchanged",
    "files_of",
    "identify",
    "identify_each",
    "is_there",
    "open_tables",
    "together",
]

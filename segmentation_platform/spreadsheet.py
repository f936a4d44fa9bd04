"""Tables that people open in a spreadsheet must not become formulas there."""

import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an apostrophe before every text that a spreadsheet would take for a formula.

    Source: OWASP, CSV Injection.
    """
    texts = frame.select_dtypes(include=["object", "string"]).columns
    return frame.assign(**{str(name): frame[name].map(safe_text, na_action="ignore") for name in texts})


def safe_text(value: object) -> object:
    """A cell with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

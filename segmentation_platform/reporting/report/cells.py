"""How values are written in the report's tables."""

from datetime import date

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from segmentation_platform.reporting.charts.style import percent


def written(frame: pd.DataFrame) -> list[list[str]]:
    """All cells of a frame in words, row by row."""
    columns = [[_cell(value, str(name)) for value in column] for name, column in frame.items()]
    return [list(row) for row in zip(*columns, strict=True)]


def numeric_classes(frame: pd.DataFrame) -> list[str]:
    """The class of each column's cells: numbers are set to the right."""
    return ["number" if is_numeric_dtype(c) and not is_bool_dtype(c) else "words" for _, c in frame.items()]


def _cell(value: object, heading: str) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return _number(value, heading)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _number(value: float, heading: str) -> str:
    if heading.startswith("Share"):
        return percent(value, 1)
    if value.is_integer() and abs(value) >= 1:
        return f"{value:,.0f}"
    return f"{value:,.3f}" if abs(value) <= 1 else f"{value:,.2f}"

"""What a report is made of."""

from dataclasses import dataclass, field

import pandas as pd

from segmentation_platform.reporting.charts import Chart


@dataclass(frozen=True)
class Table:
    """A table that is always in sight.

    Attributes:
        caption: what it shows
        frame: headings for people, one row each
        color: of what it is about, as #rrggbb; empty for none

    """

    caption: str
    frame: pd.DataFrame
    color: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes:
        anchor: its address within the page
        title: its heading
        words: paragraphs
        points: what is to be listed
        charts: pictures, each with its sentence and its numbers
        tables: what is better read than seen
        is_warning: whether it is of what needs attention

    """

    anchor: str
    title: str
    words: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = field(default=())
    is_warning: bool = False

"""Charts and tables on a page: everything can be read as a table, and every table taken away as a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from segmentation_platform.app.files import csv_bytes, file_name
from segmentation_platform.app.headings import shown_as
from segmentation_platform.app.words import list_name, plain
from segmentation_platform.reporting.charts import Chart

_CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
_MOST_ROWS = 12
_HEIGHT = 440


@dataclass(frozen=True)
class Name:
    """What the file of a table is called.

    Attributes:
        what: the table
        as_of: reporting date of the snapshot
        filters: that were chosen

    """

    what: str
    as_of: date
    filters: tuple[object, ...] = ()

    def file(self) -> str:
        """The name of the file."""
        return file_name(self.what, self.as_of, *self.filters)


@dataclass(frozen=True)
class Click:
    """What a click on a chart does.

    Attributes:
        chosen: what is chosen already; "" for nothing
        choose: is told what to choose: what was clicked on, or "" when that was chosen already

    """

    chosen: str
    choose: Callable[[str], None]

    def on(self, name: str) -> None:
        """Choose what was clicked on, or take the choice back."""
        self.choose("" if name == self.chosen else name)


def chart(drawn: Chart, name: Name, click: Click | None = None, *, opened: bool = False) -> None:
    """A chart with what it says, and its numbers below.

    Args:
        drawn: the chart
        name: of the file with its numbers
        click: what a click on it does, if anything
        opened: whether its numbers are shown at once

    """
    st.header(plain(drawn.title))
    st.write(plain(drawn.takeaway))
    # Another key for another choice: the chart begins again, with nothing zoomed into or dimmed by the click before.
    key = f"chart:{name.what}:{drawn.title}:{click.chosen if click else ''}"
    if click is None:
        st.plotly_chart(drawn.figure, key=key, theme=None, alt=drawn.takeaway, config=_CONFIG)
    else:
        st.plotly_chart(
            drawn.figure,
            key=key,
            theme=None,
            alt=drawn.takeaway,
            config=_CONFIG,
            selection_mode="points",
            on_select=lambda: click.on(clicked_on(st.session_state[key])),
        )
    with st.expander("Show the numbers", expanded=opened):
        table(drawn.table, name)


def clicked_on(selection: object) -> str:
    """The name of the bar or slice that was clicked on; empty when the click took the choice back."""
    points = selection["selection"]["points"] if isinstance(selection, dict) else []
    if not points:
        return ""
    point = points[0]
    named = point.get("customdata") or [point.get("label") or point.get("y") or ""]
    return str(named[0] if isinstance(named, list | tuple) else named)


def table(frame: pd.DataFrame, name: Name, *, shown: tuple[str, ...] = ()) -> None:
    """A table, and the button that downloads it with all its columns.

    Args:
        frame: its rows
        name: of its file
        shown: columns that are shown, in their order; all of them where none is named

    """
    if frame.empty:
        st.info("Nothing to show with these choices.")
        return
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= _MOST_ROWS else _HEIGHT,
        placeholder="–",
        column_order=shown or None,
        column_config=shown_as(frame),
    )
    download(csv_bytes(frame), name)


def download(data: bytes, name: Name, label: str = "Download CSV") -> None:
    """A button that downloads a file; the page stays as it is."""
    file = name.file()
    st.download_button(
        label,
        data,
        file,
        "text/csv",
        key=f"download:{file}",
        icon=":material/download:",
        on_click="ignore",
        help=file,
    )


def numbers(shown: Mapping[str, str]) -> None:
    """A few figures in a row, each by what it is; in several rows where the screen is narrow."""
    with st.container(horizontal=True):
        for label, value in shown.items():
            st.metric(label, value, border=True)


def segment_badge(segment: str, color: str) -> None:
    """The name of a segment with its colour."""
    st.html(f'<span style="color:{color}">●</span> <strong>{escape(segment)}</strong>')


def lists_of(frame: pd.DataFrame, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The rows of each list by what it is called, in this order; lists without rows are left out."""
    found = {list_name(name): frame[frame["list"] == name] for name in names}
    return {words: rows for words, rows in found.items() if len(rows)}

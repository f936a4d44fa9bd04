"""What all charts have in common: how figures are laid out, and how numbers are put into words."""

from collections.abc import Iterable
from html import escape
from math import isnan
from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go

INK, QUIET, LINE = "#1f2933", "#5f6b76", "#d9dee3"
ACCENT, ACCENT_SOFT, WARNING = "#00616b", "#8fc1c5", "#b3261e"
_MONTHS_NAMED = 13
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def blank(height: int = 380) -> go.Figure:
    """A figure without traces: as wide as its place, no title, nothing cut."""
    figure = go.Figure()
    axis = {"automargin": True, "gridcolor": LINE, "zerolinecolor": LINE, "linecolor": LINE, "fixedrange": True}
    figure.update_layout(
        template="none",
        height=height,
        autosize=True,
        margin={"l": 8, "r": 18, "t": 12, "b": 8, "pad": 4},
        font={"family": _FONT, "size": 13, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"bgcolor": "white", "bordercolor": QUIET, "font": {"color": INK}, "align": "left"},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
        showlegend=False,
        dragmode=False,
        xaxis=axis,
        yaxis=axis,
    )
    return figure


def nothing(words: str) -> go.Figure:
    """A figure that says why there is nothing to draw."""
    figure = blank(height=120)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    place = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    figure.add_annotation(text=wrapped(words, 44), showarrow=False, font={"color": QUIET}, **place)
    return figure


def rows_high(rows: int, each: int = 30, least: int = 160) -> int:
    """The height of a figure with one row for each of something."""
    return max(least, 60 + rows * each)


def wrapped(words: object, width: int = 18) -> str:
    """Words over several lines, safe to be shown by plotly, which understands some HTML."""
    return "<br>".join(escape(line) for line in wrap(str(words), width) or [""])


def shortened(words: object, most: int = 32) -> str:
    """The beginning of long words."""
    said = " ".join(str(words).split())
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def percent(share: float, digits: int = 0) -> str:
    """A share in words: 12 %; below one percent with a digit, so that little is not nothing."""
    if isnan(share):
        return "unknown"
    if digits == 0 and 0 < abs(share) < 0.01:
        digits = 1
    return f"{share * 100:.{digits}f} %"


def count(number: float) -> str:
    """A whole number: 4,334."""
    return "unknown" if isnan(number) else f"{number:,.0f}"


def figures(number: float, digits: int = 2) -> str:
    """A number with so many digits after the point."""
    return "unknown" if isnan(number) else f"{number:,.{digits}f}"


def between(low: float, high: float, digits: int = 2) -> str:
    """An interval in words; empty where it is not known."""
    if isnan(low) or isnan(high):
        return ""
    return f" (95 % interval {low:,.{digits}f} to {high:,.{digits}f})"


def between_percent(low: float, high: float, digits: int = 0) -> str:
    """An interval of shares in words; empty where it is not known."""
    if isnan(low) or isnan(high):
        return ""
    return f" (95 % interval {low * 100:.{digits}f} to {high * 100:.{digits}f} %)"


def month(day: pd.Timestamp) -> str:
    """A month in words: November 2011."""
    return f"{day:%B %Y}"


def listed(words: Iterable[str]) -> str:
    """Words in a row: a, b and c."""
    said = list(words)
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def highest(rows: pd.DataFrame, column: str) -> pd.Series:
    """The row with the highest value; the first of several, and there is at least one."""
    return rows.sort_values(column, ascending=False, kind="stable").iloc[0]


def lowest(rows: pd.DataFrame, column: str) -> pd.Series:
    """The row with the lowest value; the first of several, and there is at least one."""
    return rows.sort_values(column, kind="stable").iloc[0]


def readable_on(color: str) -> str:
    """Black or white, whichever has more contrast on a colour (WCAG 2 relative luminance)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # Equal contrast with black and with white is at sqrt(1.05 * 0.05) - 0.05.
    return "#000000" if luminance > 0.179 else "#ffffff"


def see_through(color: str, alpha: float) -> str:
    """A colour with some of what is behind it."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def whiskers(values: pd.Series, low: pd.Series, high: pd.Series) -> dict[str, object]:
    """Error bars from the ends of intervals; none where an end is not known."""
    up, down = (high - values).clip(lower=0), (values - low).clip(lower=0)
    return {
        "type": "data",
        "symmetric": False,
        "array": up.fillna(0).tolist(),
        "arrayminus": down.fillna(0).tolist(),
        "color": INK,
        "thickness": 1.3,
        "width": 3,
    }


def months_axis(figure: go.Figure, months: Iterable[pd.Timestamp]) -> None:
    """A time axis on which every month is named, as long as they are few, and the year below January."""
    named = sorted(set(months))
    ticks: dict[str, object] = {"tickformat": "%b\n%Y"}
    if len(named) <= _MONTHS_NAMED:
        ticks = {"tickvals": [f"{m:%Y-%m-%d}" for m in named], "ticktext": [_tick(m, named[0]) for m in named]}
    figure.update_xaxes(type="date", showgrid=False, tickangle=0, tickfont={"size": 11}, **ticks)


def below(words: str) -> dict[str, object]:
    """The title of a horizontal axis, over lines short enough for a phone."""
    return {"text": wrapped(words, 30), "font": {"size": 12}}


def _tick(month_: pd.Timestamp, first: pd.Timestamp) -> str:
    # Two years side by side would run into each other on a phone.
    is_dated = month_.month == 1 or (month_ == first and month_.month < 11)
    return f"{month_:%b}<br>{month_:%Y}" if is_dated else f"{month_:%b}"

"""Charts of cancellations: when, and of what."""

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.contracts.insights import NO_SEGMENT
from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    ACCENT,
    INK,
    below,
    between_percent,
    blank,
    count,
    highest,
    month,
    months_axis,
    nothing,
    percent,
    rows_high,
    shortened,
    whiskers,
    wrapped,
)

_MOST = 12
_KINDS = {
    "product": "products",
    "category": "categories",
    "segment": "segments",
    "region": "regions",
    "buyers": "kinds of buyers",
    "month": "months",
}
_NONE = "No lines of known customers can be told of."


def cancellations_by_month(cancellations: pd.DataFrame) -> Chart:
    """The share of the lines sold in each month that were cancelled later, with its interval.

    Args:
        cancellations: columns of `contracts.Cancellations`; only rows of the kind month are drawn

    """
    title = "Lines cancelled later, by month of the sale"
    months = _rated(cancellations[cancellations["subject_kind"] == "month"]).sort_values("subject")
    months = months.assign(month=pd.to_datetime(months["subject"], format="%Y-%m"))
    table = _table(months, "Month")
    if months.empty:
        return Chart(title, _NONE, nothing(_NONE), table)
    figure = blank(height=320)
    figure.add_trace(
        go.Bar(
            x=months["month"].dt.strftime("%Y-%m-%d").tolist(),
            y=months["line_rate_shrunk"].tolist(),
            marker={"color": ACCENT},
            error_y=whiskers(months["line_rate_shrunk"], months["line_rate_low"], months["line_rate_high"]),
            hovertext=[f"{month(row['month'])}: {_hover(row)}" for _, row in months.iterrows()],
            hoverinfo="text",
        )
    )
    figure.update_yaxes(tickformat=".1~%", rangemode="tozero")
    months_axis(figure, months["month"])
    return Chart(title, _months_said(months), figure, table)


def most_cancelled(subjects: pd.DataFrame) -> Chart:
    """The subjects with the highest rates: each drawn to that of the whole, with its interval.

    Args:
        subjects: rows of `contracts.Cancellations` of one kind

    """
    kind = str(subjects["subject_kind"].iloc[0]) if len(subjects) else ""
    people = _KINDS.get(kind, "subjects")
    title = f"Most cancelled {people}"
    rated = _rated(subjects).sort_values(["line_rate_shrunk", "subject"], ascending=[False, True])
    # Who kept nothing has cancelled all of it: that says nothing.
    told = rated[rated["subject"] != NO_SEGMENT]
    named = told.assign(named=[_named(row) for _, row in told.iterrows()])
    table = _table(named.assign(subject=named["named"]).head(100), people.capitalize())
    if named.empty:
        return Chart(title, _NONE, nothing(_NONE), table)
    whole = float(rated["lines_taken_back"].sum() / rated["customer_lines"].sum())
    return Chart(title, _most_said(named, whole, people), _dots(named.head(_MOST).iloc[::-1], whole), table)


def _rated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["line_rate_shrunk"].notna() & (rows["customer_lines"] > 0)]


def _named(row: pd.Series) -> str:
    described = "" if pd.isna(row["description"]) else f"{shortened(row['description'])} "
    return f"{described}({row['subject']})" if described else str(row["subject"])


def _table(rows: pd.DataFrame, heading: str) -> pd.DataFrame:
    columns = {
        "subject": heading,
        "customer_lines": "Lines of known customers",
        "lines_taken_back": "Cancelled later",
        "line_rate": "Share",
        "line_rate_shrunk": "Share, drawn to the whole",
        "line_rate_low": "From",
        "line_rate_high": "To",
        "money_cancelled": "Money cancelled",
    }
    return rows[list(columns)].rename(columns=columns)


def _hover(row: pd.Series) -> str:
    return (
        f"{percent(row['line_rate_shrunk'], 1)}{between_percent(row['line_rate_low'], row['line_rate_high'], 1)}"
        f"<br>{count(row['lines_taken_back'])} of {count(row['customer_lines'])} lines"
    )


def _months_said(months: pd.DataFrame) -> str:
    whole = months["lines_taken_back"].sum() / months["customer_lines"].sum()
    said = f"{percent(whole, 1)} of known customers' lines were cancelled later"
    if len(months) == 1:
        return f"{said}."
    most = highest(months, "line_rate_shrunk")
    return (
        f"{said}; most of those sold in {month(most['month'])}, {percent(most['line_rate_shrunk'], 1)}"
        f"{between_percent(most['line_rate_low'], most['line_rate_high'], 1)}. "
        "The last months have had less time for it."
    )


def _dots(shown: pd.DataFrame, whole: float) -> go.Figure:
    figure = blank(rows_high(len(shown), each=38))
    figure.add_trace(
        go.Scatter(
            x=shown["line_rate_shrunk"].tolist(),
            y=[wrapped(name, 22) for name in shown["named"]],
            mode="markers",
            marker={"color": ACCENT, "size": 9},
            error_x=whiskers(shown["line_rate_shrunk"], shown["line_rate_low"], shown["line_rate_high"]),
            hovertext=[f"<b>{wrapped(row['named'], 60)}</b><br>{_hover(row)}" for _, row in shown.iterrows()],
            hoverinfo="text",
        )
    )
    figure.add_vline(x=whole, line={"color": INK, "width": 1.5, "dash": "dash"})
    words = below("lines cancelled (dashed: all)")
    figure.update_xaxes(tickformat=".2~%", rangemode="tozero", title=words, nticks=6)
    figure.update_yaxes(type="category", tickfont={"size": 11})
    return figure


def _most_said(named: pd.DataFrame, whole: float, people: str) -> str:
    first = named.iloc[0]
    said = (
        f"Of {first['named']} {count(first['lines_taken_back'])} of {count(first['customer_lines'])} lines were "
        f"cancelled later, by which a share of {percent(first['line_rate_shrunk'], 1)} is to be expected"
        f"{between_percent(first['line_rate_low'], first['line_rate_high'], 1)}"
    )
    if len(named) == 1:
        return f"{said}."
    above = int((named["line_rate_low"] > whole).sum())
    return (
        f"{said}, the most of {count(len(named))} {people}; the interval lies above the {percent(whole, 1)} of all "
        f"for {count(above)} of them."
    )

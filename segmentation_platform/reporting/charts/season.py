"""The chart of the season: how far above the quiet months each month stands."""

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    ACCENT,
    ACCENT_SOFT,
    INK,
    between,
    blank,
    count,
    figures,
    highest,
    month,
    months_axis,
    nothing,
    whiskers,
)

_NAMES = {"all": "all sales", "customers": "known customers", "guests": "guests"}


def monthly_index(months: pd.DataFrame) -> Chart:
    """The index of each month with its interval, and a line at the quiet months.

    Args:
        months: rows of `contracts.Seasonality` of one subject

    """
    known = months[months["season_index"].notna()].sort_values("period", ignore_index=True)
    table = _table(known)
    if known.empty:
        subject = f" of {_subject(months)}" if len(months) else ""
        said = f"There is no month to compare the sales{subject} with, so nothing is said of a season."
        return Chart("Season", said, nothing(said), table)
    figure = blank(height=340)
    figure.add_trace(_bars(known))
    figure.add_hline(y=1, line={"color": INK, "width": 1.5, "dash": "dash"})
    figure.update_yaxes(rangemode="tozero", title={"text": "times the quiet months", "font": {"size": 12}})
    months_axis(figure, known["period"])
    return Chart(f"Season of {_subject(known)}", _said(known), figure, table)


def _subject(months: pd.DataFrame) -> str:
    subject = str(months["subject"].iloc[0])
    return _NAMES.get(subject, subject)


def _table(known: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "season_index": "Index",
        "index_low": "From",
        "index_high": "To",
        "sales_per_day": "Sales per trading day",
        "trading_days": "Trading days",
        "is_complete": "Whole month",
    }
    return known[["period", *columns]].rename(columns={"period": "Month", **columns})


def _bars(known: pd.DataFrame) -> go.Bar:
    return go.Bar(
        x=known["period"].dt.strftime("%Y-%m-%d").tolist(),
        y=known["season_index"].tolist(),
        marker={
            "color": [ACCENT if is_whole else ACCENT_SOFT for is_whole in known["is_complete"]],
            "pattern": {"shape": ["" if is_whole else "/" for is_whole in known["is_complete"]], "fgcolor": INK},
        },
        error_y=whiskers(known["season_index"], known["index_low"], known["index_high"]),
        hovertext=[_hover(row) for _, row in known.iterrows()],
        hoverinfo="text",
    )


def _hover(row: pd.Series) -> str:
    part = "" if row["is_complete"] else "<br>the month is not over"
    interval = between(row["index_low"], row["index_high"])
    sales = f"<br>{count(row['sales_per_day'])} a trading day, {count(row['trading_days'])} days"
    return f"{month(row['period'])}: {figures(row['season_index'])}{interval}{sales}{part}"


def _said(known: pd.DataFrame) -> str:
    whole = known[known["is_complete"]]
    if whole.empty:
        return f"No month of {_subject(known)} is known whole yet."
    best = highest(whole, "season_index")
    low, high = best["index_low"], best["index_high"]
    said = (
        f"Of {_subject(known)}, {month(best['period'])} was the strongest whole month: "
        f"{figures(best['season_index'])} times the sales per trading day of {_baseline(best)}{between(low, high)}"
    )
    if pd.isna(low):
        return f"{said}; there are too few days for an interval."
    return f"{said}." if low > 1 else f"{said}; that may be chance."


def _baseline(month_row: pd.Series) -> str:
    baseline = str(month_row["baseline"])
    return f"the quiet months {baseline}" if " to " in baseline else baseline

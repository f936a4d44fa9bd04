"""The chart of one customer: where it stands among all customers and among those of its segment."""

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import INK, QUIET, blank, percent, rows_high, wrapped


def customer_standing(standing: pd.DataFrame, segment: str, color: str) -> Chart:
    """The share of customers whom a customer outdoes in each habit, among all and in its segment.

    Args:
        standing: columns habit, value, among_all and in_segment
        segment: of the customer
        color: of that segment

    """
    figure = blank(rows_high(len(standing), each=46, least=220))
    shown = standing.iloc[::-1]
    figure.add_trace(_dots(shown, "among_all", "among all customers", {"color": INK, "symbol": "circle-open"}))
    figure.add_trace(_dots(shown, "in_segment", f"among {segment}", {"color": color, "symbol": "circle"}))
    figure.update_layout(showlegend=True)
    figure.update_xaxes(range=[-0.03, 1.03], tickformat=".0%", title={"text": "of customers outdone"})
    figure.update_yaxes(showgrid=True)
    table = standing.set_axis(["Habit", "Value", "Share of all outdone", "Share of the segment outdone"], axis=1)
    return Chart("Among other customers", _said(standing, segment), figure, table)


def _dots(shown: pd.DataFrame, column: str, words: str, marker: dict[str, str]) -> go.Scatter:
    return go.Scatter(
        x=shown[column].tolist(),
        y=[wrapped(habit) for habit in shown["habit"]],
        mode="markers",
        name=wrapped(words, 40),
        marker={"size": 13, "line": {"width": 2, "color": QUIET}, **marker},
        hovertext=[
            f"{habit}: ahead of {percent(share)} {words}"
            for habit, share in zip(shown["habit"], shown[column], strict=True)
        ],
        hoverinfo="text",
    )


def _said(standing: pd.DataFrame, segment: str) -> str:
    best = standing.sort_values("among_all").iloc[-1]
    return (
        f"Strongest in “{str(best['habit']).lower()}”: ahead of {percent(best['among_all'])} of all customers and of "
        f"{percent(best['in_segment'])} of {segment}."
    )

"""Charts of one product: which segments buy it, and where it is popular."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    ACCENT,
    INK,
    QUIET,
    between,
    blank,
    count,
    figures,
    nothing,
    percent,
    rows_high,
    wrapped,
)


def product_by_segment(listed: pd.DataFrame, colors: Mapping[str, str]) -> Chart:
    """The share of each segment's customers who bought a product.

    Args:
        listed: rows of `contracts.SegmentRecommendations` of the product, for all regions and tastes
        colors: of the segments by name

    """
    title = "Which segments buy it"
    rows = listed.drop_duplicates("segment").sort_values("share", ascending=False, ignore_index=True)
    table = _by_segment_table(rows)
    if rows.empty:
        said = "It is in no segment's lists, so it is not published how many of each segment buy it."
        return Chart(title, said, nothing(said), table)
    figure = blank(rows_high(len(rows), each=46))
    figure.add_trace(_by_segment_bars(rows.iloc[::-1], colors))
    figure.update_xaxes(range=[0, float(rows["share"].max()) * 1.3], visible=False)
    figure.update_yaxes(showgrid=False)
    first = rows.sort_values("lift", ascending=False).iloc[0]
    said = (
        f"{percent(first['share'])} of {first['segment']} have bought it, {figures(first['lift'], 1)} times the "
        f"share of all customers{between(first['lift_low'], first['lift_high'], 1)}."
    )
    return Chart(title, said, figure, table)


def product_by_region(demand: pd.DataFrame) -> Chart:
    """The share of a product in the purchases of each region.

    Args:
        demand: rows of `contracts.RegionalDemand` of the product

    """
    title = "Where it is popular lately"
    rows = demand.sort_values("share", ascending=False, ignore_index=True)
    table = rows[["region", "share"]].set_axis(["Region", "Share of purchases"], axis=1)
    if rows.empty:
        said = "It is no longer sold, so nothing is said of what is popular lately."
        return Chart(title, said, nothing(said), table)
    figure = blank(rows_high(len(rows), each=34))
    shown = rows.iloc[::-1]
    figure.add_trace(
        go.Bar(
            x=shown["share"].tolist(),
            y=[wrapped(region, 20) for region in shown["region"]],
            orientation="h",
            marker={"color": ACCENT},
            text=[percent(share, 2) for share in shown["share"]],
            textposition="outside",
            textfont={"color": INK},
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_xaxes(range=[0, float(rows["share"].max()) * 1.35], visible=False)
    figure.update_yaxes(showgrid=False)
    first, last = rows.iloc[0], rows.iloc[-1]
    said = f"Most popular in {first['region']}: {percent(first['share'], 2)} of recent purchases there"
    said += f", least in {last['region']}: {percent(last['share'], 2)}." if len(rows) > 1 else "."
    return Chart(title, said, figure, table)


def _by_segment_bars(shown: pd.DataFrame, colors: Mapping[str, str]) -> go.Bar:
    return go.Bar(
        x=shown["share"].tolist(),
        y=[wrapped(segment) for segment in shown["segment"]],
        orientation="h",
        marker={"color": [colors.get(segment, QUIET) for segment in shown["segment"]]},
        text=[percent(share) for share in shown["share"]],
        textposition="outside",
        textfont={"color": INK},
        cliponaxis=False,
        hovertext=[
            f"{wrapped(row['segment'], 60)}: {percent(row['share'])}, {count(row['customers'])} customers"
            for _, row in shown.iterrows()
        ],
        hoverinfo="text",
    )


def _by_segment_table(rows: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "segment": "Segment",
        "customers": "Customers who bought it",
        "share": "Share of the segment",
        "lift": "Times as often as all customers",
        "lift_low": "From",
        "lift_high": "To",
    }
    return rows[list(columns)].rename(columns=columns)

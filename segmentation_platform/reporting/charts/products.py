"""Charts of products: which segments buy one, where it is popular, and what is bought together."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    ACCENT,
    INK,
    QUIET,
    below,
    between,
    blank,
    count,
    figures,
    nothing,
    percent,
    rows_high,
    shortened,
    whiskers,
    wrapped,
)

_MOST_BUNDLES = 12


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


def strongest_bundles(bundles: pd.DataFrame, code: str = "") -> Chart:
    """The lift of each of the first bundles, with its interval.

    Args:
        bundles: rows of `contracts.Bundles`: all, or those that hold a product
        code: of that product

    """
    title = f"Bundles with {code}" if code else "Bundles: bought together more than by chance"
    rows = bundles.sort_values("rank", ignore_index=True)
    named = rows.assign(named=[" + ".join(_members(row)) for _, row in rows.iterrows()])
    table = _bundle_table(named)
    if rows.empty:
        said = "No pair or triple of products is surely bought together more than by chance."
        return Chart(title, said, nothing(said), table)
    first = rows.iloc[0]
    said = (
        f"{first['reason']}{between(first['lift_low'], first['lift_high'], 1)}. Together they brought "
        f"{count(first['revenue'])} in {count(first['baskets'])} invoices, "
        f"{count(first['revenue_beyond_chance'])} of it beyond chance."
    )
    return Chart(title, said, _bundle_dots(named.head(_MOST_BUNDLES).iloc[::-1]), table)


def _members(row: pd.Series) -> list[str]:
    """The products of a bundle by their descriptions, or by code where they have none."""
    numbers = range(1, int(row["size"]) + 1)
    said = [(row[f"description_{number}"], row[f"stock_code_{number}"]) for number in numbers]
    return [str(code) if pd.isna(described) else str(described) for described, code in said]


def _bundle_dots(shown: pd.DataFrame) -> go.Figure:
    figure = blank(rows_high(len(shown), each=54))
    figure.add_trace(
        go.Scatter(
            x=shown["lift"].tolist(),
            y=[_bundle_label(row) for _, row in shown.iterrows()],
            mode="markers",
            marker={"color": ACCENT, "size": 9},
            error_x=whiskers(shown["lift"], shown["lift_low"], shown["lift_high"]),
            hovertext=[
                f"{wrapped(row['reason'], 60)}<br>In {count(row['baskets'])} invoices, for {count(row['revenue'])}"
                for _, row in shown.iterrows()
            ],
            hoverinfo="text",
        )
    )
    figure.add_vline(x=1, line={"color": INK, "width": 1.5, "dash": "dash"})
    figure.update_xaxes(title=below("times as often as by chance (dashed: by chance)"), rangemode="tozero", nticks=6)
    figure.update_yaxes(type="category", tickfont={"size": 11}, showgrid=False)
    return figure


def _bundle_label(row: pd.Series) -> str:
    """A line for each product; bundles that are named alike where names are cut are kept apart by their place."""
    lines = [wrapped(shortened(words, 28), 40) for words in _members(row)]
    return f"{row['rank']}. " + "<br>+ ".join(lines)


def _bundle_table(named: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "rank": "No.",
        "named": "Bundle",
        "baskets": "Invoices",
        "customers": "Customers",
        "confidence": "Confidence",
        "lift": "Lift",
        "lift_low": "From",
        "lift_high": "To",
        "revenue": "Revenue",
        "revenue_beyond_chance": "Beyond chance",
        "stock_code_1": "First",
        "stock_code_2": "Second",
        "stock_code_3": "Third",
    }
    return named.reindex(columns=list(columns)).rename(columns=columns)


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

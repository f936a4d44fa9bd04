"""Charts of the segments: how large they are, what they bring, what sets one apart, how they have grown."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    INK,
    QUIET,
    blank,
    count,
    figures,
    listed,
    nothing,
    percent,
    readable_on,
    rows_high,
    wrapped,
)

_NONE = "There are no segments."
_HABITS = {
    "recency_days_mean": "Days since last purchase",
    "frequency_mean": "Orders",
    "monetary_mean": "Money spent",
    "average_order_value": "Money per order",
    "products_per_order": "Products per order",
    "wholesale_share": "Wholesale buyers",
}
_DAYS_NAMED = 4
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "x",
    "star",
    "triangle-down",
    "pentagon",
    "hexagon",
)


def segment_sizes(segments: pd.DataFrame) -> Chart:
    """A tile for each segment, as large as its customers are many.

    Args:
        segments: columns of `contracts.Segments`

    """
    title = "Customers by segment"
    ordered = segments.sort_values("customers", ascending=False, ignore_index=True)
    table = _named(ordered, {"customers": "Customers", "customer_share": "Share of customers"})
    if ordered.empty:
        return Chart(title, _NONE, nothing(_NONE), table)
    figure = blank(height=360)
    figure.add_trace(_tiles(ordered))
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return Chart(title, _sizes_said(ordered), figure, table)


def customers_and_revenue(segments: pd.DataFrame) -> Chart:
    """For each segment its share of customers beside its share of revenue.

    Args:
        segments: columns of `contracts.Segments`

    """
    title = "Share of customers and share of revenue"
    ordered = segments.sort_values("rank", ascending=False, ignore_index=True)
    columns = {"customer_share": "Share of customers", "revenue_share": "Share of revenue", "revenue": "Revenue"}
    table = _named(ordered.iloc[::-1], {"customers": "Customers", **columns})
    if ordered.empty:
        return Chart(title, _NONE, nothing(_NONE), table)
    figure = blank(rows_high(len(ordered), each=58))
    for column, words, pattern in (("revenue_share", "revenue", ""), ("customer_share", "customers", "/")):
        figure.add_trace(_share_bars(ordered, column, words, pattern))
    furthest = float(ordered[["customer_share", "revenue_share"]].max().max())
    figure.update_layout(barmode="group", bargap=0.3, bargroupgap=0.08)
    # Room for the words at the end of the longest bar, also on a phone.
    figure.update_xaxes(range=[0, furthest * 1.75], visible=False)
    figure.update_yaxes(showgrid=False)
    return Chart(title, _revenue_said(ordered), figure, table)


def segment_against_all(segments: pd.DataFrame, segment: str) -> Chart:
    """The habits of a segment's customers as multiples of those of all customers.

    Args:
        segments: columns of `contracts.Segments`
        segment: the name of one

    """
    title = f"{segment} against all customers"
    mine = segments[segments["segment"] == segment]
    if mine.empty:
        said = f"There is no segment {segment}."
        return Chart(title, said, nothing(said), pd.DataFrame())
    own, everybody = mine.iloc[0], _everybody(segments)
    habits = pd.DataFrame({"own": own[list(_HABITS)].astype(float), "all": everybody})
    habits["ratio"] = habits["own"] / habits["all"].where(habits["all"] > 0)
    named = habits.rename(index=_HABITS)
    table = named.rename(columns={"own": segment, "all": "All customers", "ratio": "Multiple"})
    table = table.rename_axis("Habit").reset_index()
    return Chart(title, _against_said(own, habits, len(segments)), _multiples(named, str(own["color"])), table)


def segments_over_time(segments_history: pd.DataFrame) -> Chart:
    """How many customers each segment had on every reporting date; of a date that was done again, the last snapshot.

    Args:
        segments_history: columns of `contracts.Segments`, with `snapshot_id` and `as_of`

    """
    title = "Segments over time"
    last = segments_history.groupby("as_of")["snapshot_id"].transform("max") == segments_history["snapshot_id"]
    shown = segments_history[last].sort_values(["as_of", "rank"], ignore_index=True)
    table = shown.pivot(index="as_of", columns="segment", values="customers").rename_axis(columns=None)
    table = table.rename_axis("Reporting date").reset_index()
    if shown.empty:
        return Chart(title, _NONE, nothing(_NONE), table)
    figure = blank(height=420)
    newest = shown.drop_duplicates("segment", keep="last").sort_values("rank")
    for place, segment in enumerate(newest["segment"]):
        figure.add_trace(_line(shown[shown["segment"] == segment], place, newest.set_index("segment")["color"]))
    figure.update_layout(showlegend=True)
    figure.update_yaxes(rangemode="tozero", title="Customers", tickformat=",")
    days = shown["as_of"].drop_duplicates().dt.strftime("%Y-%m-%d").tolist()
    figure.update_xaxes(type="date", tickvals=days[:: -(-len(days) // _DAYS_NAMED)], tickformat="%-d %b\n%Y")
    figure.update_xaxes(showgrid=False)
    return Chart(title, _over_time_said(shown), figure, table)


def _named(segments: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    return segments[["segment", *columns]].rename(columns={"segment": "Segment", **columns})


def _tiles(ordered: pd.DataFrame) -> go.Treemap:
    names = ordered["segment"].tolist()
    inside = [
        f"<b>{wrapped(row['segment'], 11)}</b><br>{count(row['customers'])}<br>{percent(row['customer_share'])}"
        for _, row in ordered.iterrows()
    ]
    hover = [
        f"<b>{wrapped(row['segment'], 60)}</b><br>{count(row['customers'])} customers, "
        f"{percent(row['customer_share'])} of all<br>{percent(row['revenue_share'])} of revenue"
        for _, row in ordered.iterrows()
    ]
    return go.Treemap(
        # Streamlit tells of clicks on tiles that have an id.
        ids=names,
        labels=names,
        parents=[""] * len(names),
        values=ordered["customers"].tolist(),
        customdata=names,
        text=inside,
        texttemplate="%{text}",
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"colors": ordered["color"].tolist(), "line": {"color": "white", "width": 2}},
        insidetextfont={"color": [readable_on(color) for color in ordered["color"]], "size": 14},
        textposition="middle center",
        pathbar={"visible": False},
        tiling={"packing": "squarify", "pad": 2},
    )


def _sizes_said(ordered: pd.DataFrame) -> str:
    largest, smallest = ordered.iloc[0], ordered.iloc[-1]
    if len(ordered) == 1:
        return f"All {count(largest['customers'])} customers are in one segment, {largest['segment']}."
    return (
        f"{count(ordered['customers'].sum())} customers are in {len(ordered)} segments: the largest is "
        f"{largest['segment']} with {count(largest['customers'])} ({percent(largest['customer_share'])}), the "
        f"smallest {smallest['segment']} with {count(smallest['customers'])} ({percent(smallest['customer_share'])})."
    )


def _share_bars(ordered: pd.DataFrame, column: str, words: str, pattern: str) -> go.Bar:
    shares = ordered[column]
    return go.Bar(
        x=shares.tolist(),
        y=[wrapped(name) for name in ordered["segment"]],
        orientation="h",
        name=f"Share of {words}",
        customdata=ordered["segment"].tolist(),
        marker={
            "color": ordered["color"].tolist(),
            "line": {"color": ordered["color"].tolist(), "width": 1},
            "pattern": {"shape": pattern, "size": 6, "solidity": 0.5},
        },
        text=[f"{percent(share)} of {words}" for share in shares],
        textposition="outside",
        textfont={"size": 12, "color": INK},
        cliponaxis=False,
        hovertext=[f"{name}: {percent(s, 1)} of {words}" for name, s in zip(ordered["segment"], shares, strict=True)],
        hoverinfo="text",
    )


def _revenue_said(ordered: pd.DataFrame) -> str:
    first = ordered.sort_values("revenue", ascending=False).iloc[0]
    if len(ordered) == 1:
        return f"All customers and all their revenue are in one segment, {first['segment']}."
    return (
        f"{first['segment']} bring most: {percent(first['revenue_share'])} of revenue from "
        f"{percent(first['customer_share'])} of customers."
    )


def _everybody(segments: pd.DataFrame) -> pd.Series:
    """The habits of all customers, from those of the segments."""
    customers = segments["customers"]
    orders = segments["frequency_mean"] * customers
    means = {name: float(np.average(segments[name], weights=customers)) for name in _HABITS}
    means["average_order_value"] = float(segments["revenue"].sum() / orders.sum())
    return pd.Series(means)


def _multiples(habits: pd.DataFrame, color: str) -> go.Figure:
    shown = habits[habits["ratio"] > 0].iloc[::-1]
    figure = blank(rows_high(len(shown), each=42))
    figure.add_trace(
        go.Bar(
            # On a logarithmic axis twice and half are equally far from 1.
            x=np.log2(shown["ratio"]).tolist(),
            y=[wrapped(name, 15) for name in shown.index],
            orientation="h",
            marker={"color": color},
            text=[f"{ratio:.2g}×" if ratio < 100 else f"{ratio:.0f}×" for ratio in shown["ratio"]],
            textposition="outside",
            cliponaxis=False,
            hovertext=[
                f"{name}: {figures(own)} against {figures(everyone)}"
                for name, own, everyone in zip(shown.index, shown["own"], shown["all"], strict=True)
            ],
            hoverinfo="text",
        )
    )
    reach = max(1.0, float(np.abs(np.log2(shown["ratio"])).max()) * 1.75) if len(shown) else 1.0
    figure.update_xaxes(range=[-reach, reach], zeroline=True, zerolinecolor=INK, showgrid=False, showticklabels=False)
    figure.update_xaxes(title={"text": "less than all  |  more than all", "font": {"color": QUIET, "size": 12}})
    figure.update_yaxes(showgrid=False)
    return figure


def _against_said(own: pd.Series, habits: pd.DataFrame, segments: int) -> str:
    if segments == 1:
        return f"{own['segment']} is the only segment, so its customers are all customers."
    ratio, means = habits["ratio"], habits["own"]
    return (
        f"Customers of {own['segment']} order {figures(ratio['frequency_mean'], 1)} times as often as all customers "
        f"and spend {figures(ratio['monetary_mean'], 1)} times as much; their last purchase was "
        f"{count(means['recency_days_mean'])} days ago, that of all {count(habits['all']['recency_days_mean'])}."
    )


def _line(rows: pd.DataFrame, place: int, colors: pd.Series) -> go.Scatter:
    name = str(rows["segment"].iloc[-1])
    return go.Scatter(
        x=rows["as_of"].dt.strftime("%Y-%m-%d").tolist(),
        y=rows["customers"].tolist(),
        name=name,
        mode="lines+markers",
        # Told apart without colour, too.
        line={"color": str(colors[name]), "dash": _DASHES[place % len(_DASHES)], "width": 2},
        marker={"symbol": _SYMBOLS[place % len(_SYMBOLS)], "size": 8},
        hovertemplate=f"{wrapped(name, 60)}, %{{x|%-d %b %Y}}: %{{y:,}} customers<extra></extra>",
    )


def _over_time_said(shown: pd.DataFrame) -> str:
    days = shown["as_of"].drop_duplicates()
    first, last = days.iloc[0], days.iloc[-1]
    if len(days) == 1:
        return f"There is one reporting date yet, {first:%Y-%m-%d}; lines begin with the next."
    sizes = shown.pivot(index="segment", columns="as_of", values="customers").fillna(0)
    change = (sizes[last] - sizes[first]).sort_values()
    moved = [(change.index[-1], change.iloc[-1]), (change.index[0], change.iloc[0])]
    words = [
        f"{name} {'grew' if by > 0 else 'shrank'} by {count(abs(by))} customers to {count(sizes.loc[name, last])}"
        for name, by in dict(moved).items()
        if by
    ]
    span = f"From {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return f"{span} {listed(words)}." if words else f"{span} no segment grew or shrank."

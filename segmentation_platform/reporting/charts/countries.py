"""The chart of countries: what an order is worth there against home."""

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    ACCENT,
    INK,
    below,
    between,
    blank,
    count,
    figures,
    highest,
    nothing,
    percent,
    rows_high,
    whiskers,
    wrapped,
)

_MOST = 15


def countries_against_home(countries: pd.DataFrame) -> Chart:
    """The order value of the countries with most revenue, with its interval, as multiples of that of home.

    Args:
        countries: columns of `contracts.Countries`

    """
    title = "Value of an order, by country"
    abroad = countries[~countries["is_home"]].sort_values("revenue", ascending=False)
    home = countries[countries["is_home"]]
    shown = abroad[abroad["order_value_index"].notna()].head(_MOST).copy()
    table = _table(countries)
    if home.empty or shown.empty:
        said = _nothing_said(home, abroad)
        return Chart(title, said, nothing(said), table)
    value = float(home["average_order_value"].iloc[0])
    shown["low"], shown["high"] = shown["order_value_low"] / value, shown["order_value_high"] / value
    return Chart(title, _said(home.iloc[0], abroad, shown), _figure(shown.iloc[::-1], home.iloc[0]), table)


def _table(countries: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "country": "Country",
        "revenue": "Revenue",
        "revenue_share": "Share of revenue",
        "customers": "Customers",
        "orders": "Orders",
        "average_order_value": "Value of an order",
        "order_value_low": "From",
        "order_value_high": "To",
        "order_value_index": "Against home",
    }
    return countries.sort_values("revenue", ascending=False)[list(columns)].rename(columns=columns)


def _nothing_said(home: pd.DataFrame, abroad: pd.DataFrame) -> str:
    if home.empty:
        return "There are no orders."
    country = home["country"].iloc[0]
    return (
        f"All orders come from {country}." if abroad.empty else f"No country besides {country} has orders to compare."
    )


def _figure(shown: pd.DataFrame, home: pd.Series) -> go.Figure:
    figure = blank(rows_high(len(shown), each=27))
    figure.add_trace(
        go.Scatter(
            x=shown["order_value_index"].tolist(),
            y=[wrapped(name, 20) for name in shown["country"]],
            mode="markers",
            marker={"color": ACCENT, "size": 9},
            error_x=whiskers(shown["order_value_index"], shown["low"], shown["high"]),
            hovertext=[_hover(row) for _, row in shown.iterrows()],
            hoverinfo="text",
        )
    )
    figure.add_vline(x=1, line={"color": INK, "width": 1.5, "dash": "dash"})
    figure.update_xaxes(rangemode="tozero", title=below(f"times the value of an order in {home['country']}"))
    figure.update_yaxes(type="category", showgrid=True)
    return figure


def _hover(row: pd.Series) -> str:
    buyers = f"{count(row['orders'])} orders of {count(row['customers'])} customers"
    value = f"{count(row['average_order_value'])} an order"
    interval = between(row["order_value_low"], row["order_value_high"], 0)
    return f"<b>{wrapped(row['country'], 60)}</b><br>{value}{interval}<br>{buyers}"


def _said(home: pd.Series, abroad: pd.DataFrame, shown: pd.DataFrame) -> str:
    higher, lower = shown[shown["low"] > 1], shown[shown["high"] < 1]
    many = f"{len(abroad)} other countries bring" if len(abroad) > 1 else "One other country brings"
    said = f"{many} {percent(abroad['revenue_share'].sum())} of revenue; of the {len(shown)} shown"
    if higher.empty and lower.empty:
        return f"{said} none has an interval clear of the mean of {home['country']}."
    if higher.empty:
        return f"{said} the interval lies below the mean of {home['country']} for {len(lower)}, above for none."
    most = highest(higher, "order_value_index")
    return (
        f"{said} the interval lies above the mean of {home['country']} for {len(higher)}, highest for "
        f"{most['country']} with {figures(most['order_value_index'], 1)} times the value"
        f"{between(most['low'], most['high'], 1)}."
    )

"""The chart of retention: how many of those who first bought in a month bought again in each month after."""

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    below,
    between_percent,
    blank,
    count,
    highest,
    lowest,
    month,
    nothing,
    percent,
    rows_high,
)

_NONE = "No month after a first purchase is over yet."
_SHADES = ((0.0, "#f4f8fb"), (0.5, "#6aa9d4"), (1.0, "#08437a"))


def retention(cohorts: pd.DataFrame) -> Chart:
    """A row for each month of first purchases, a column for each month since; months that are not over are left out.

    Args:
        cohorts: columns of `contracts.Cohorts`

    """
    title = "Customers who bought again, by month of their first purchase"
    over = cohorts[cohorts["is_complete"] & (cohorts["months_since"] > 0)].sort_values(["cohort", "months_since"])
    table = _table(over)
    if over.empty:
        return Chart(title, _NONE, nothing(_NONE), table)
    figure = blank(rows_high(over["cohort"].nunique(), each=28, least=200))
    figure.add_trace(_cells(over))
    figure.update_xaxes(
        title=below("months since the first purchase"), dtick=1, showgrid=False, tickfont={"size": 11}
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category", tickfont={"size": 11})
    return Chart(title, _said(over), figure, table)


def _table(over: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "cohort": "First purchase",
        "months_since": "Months since",
        "customers": "Customers",
        "active_customers": "Bought again",
        "retention": "Share",
        "retention_low": "From",
        "retention_high": "To",
    }
    return over[list(columns)].rename(columns=columns)


def _cells(over: pd.DataFrame) -> go.Heatmap:
    named = over.assign(named=over["cohort"].dt.strftime("%Y-%m"), hover=[_hover(row) for _, row in over.iterrows()])
    shares = named.pivot(index="named", columns="months_since", values="retention")
    hover = named.pivot(index="named", columns="months_since", values="hover")
    return go.Heatmap(
        x=shares.columns.tolist(),
        y=shares.index.tolist(),
        z=shares.to_numpy().tolist(),
        # Percent without its sign: twelve columns have to fit on a phone.
        text=[["" if pd.isna(s) else f"{s * 100:.0f}" for s in row] for row in shares.to_numpy()],
        texttemplate="%{text}",
        textfont={"size": 11},
        hovertext=hover.fillna("").to_numpy().tolist(),
        hoverinfo="text",
        hoverongaps=False,
        colorscale=[list(shade) for shade in _SHADES],
        zmin=0,
        showscale=False,
        xgap=1,
        ygap=1,
    )


def _hover(row: pd.Series) -> str:
    since = int(row["months_since"])
    later = "one month later" if since == 1 else f"{since} months later"
    return (
        f"First bought in {month(row['cohort'])}: {count(row['customers'])} customers<br>{later} "
        f"{count(row['active_customers'])} bought, {percent(row['retention'])}"
        f"{between_percent(row['retention_low'], row['retention_high'])}"
    )


def _said(over: pd.DataFrame) -> str:
    later = over[over["cohort"] > over["cohort"].min()]
    # Who bought in the ledger's first month may have bought before it began.
    first = later if len(later) else over
    first = first[first["months_since"] == 1]
    if first.empty:
        return "In percent of those who first bought in a month."
    share = first["active_customers"].sum() / first["customers"].sum()
    least, most = lowest(first, "retention"), highest(first, "retention")
    said = f"One month after their first purchase {percent(share)} of {count(first['customers'].sum())} customers"
    if len(first) == 1:
        return f"{said} bought again{between_percent(least['retention_low'], least['retention_high'])}."
    return (
        f"{said} bought again; by month of first purchase from {percent(least['retention'])} "
        f"({month(least['cohort'])}) to {percent(most['retention'])} ({month(most['cohort'])}). Numbers are percent."
    )

"""When Christmas begins for this shop, for whom, and how many have to be held out to see what a campaign does.

An example of an analysis from end to end, on the published views alone. Open it with `make notebook`, or run it as a
program: `python notebooks/season_and_audience.py`. It reads the database that the command line works on, or, with
`--folder FOLDER`, what `segmentation-platform export FOLDER` wrote.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Season and audience")


@app.cell
def _():
    import marimo as mo
    import numpy as np
    import pandas as pd
    from scipy import stats

    from segmentation_platform.client import Client
    from segmentation_platform.reporting.charts.season import monthly_index
    from segmentation_platform.reporting.charts.segments import customers_and_revenue

    return Client, customers_and_revenue, mo, monthly_index, np, pd, stats


@app.cell
def _(Client, mo):
    folder = mo.cli_args().get("folder")
    with Client(folder=folder).pinned() as client:  # one snapshot, whatever is published meanwhile
        snapshot = client.snapshot()
        segments = client.segments()
        seasonality = client.seasonality()
        cohorts = client.cohorts()
        campaigns = client.campaigns()
        spread = client.spread("recency_days", by="segment")
    mo.md(
        f"# Season and audience\n\nSnapshot {snapshot.snapshot_id}, as of {snapshot.as_of}: "
        f"{snapshot.customers:,} customers, {snapshot.lines:,} sales lines."
    )
    return campaigns, cohorts, seasonality, segments, snapshot, spread


@app.cell
def _(mo, monthly_index, seasonality):
    everything = monthly_index(seasonality[seasonality["subject_kind"] == "all"])
    mo.vstack([mo.md(f"## 1 · How strong is the season?\n\n{everything.takeaway}"), everything.figure])
    return


@app.cell
def _(mo, seasonality):
    started = seasonality.dropna(subset=["season_start"])
    starts = started.groupby("subject", as_index=False)["season_start"].last()
    done = (
        started.pivot_table(index="subject", columns="period", values="season_share")
        .rename(columns=lambda month: f"{month:%b %Y}")
        .round(2)
    )
    mo.vstack(
        [
            mo.md(
                "## 2 · When does it begin?\n\nThe first day from which every seven days sold more than three "
                "ordinary weeks, until the peak; and the share of the season's sales done by the end of each month. "
                "One season of one shop: next year's may differ."
            ),
            starts,
            done,
        ]
    )
    return


@app.cell
def _(customers_and_revenue, mo, segments, spread):
    worth = customers_and_revenue(segments)
    quiet = (
        segments[["segment", "customers", "revenue_share"]]
        .round(3)
        .merge(
            spread[["segment", "median", "high"]].rename(
                columns={"median": "days since last order", "high": "of 5 %"}
            ),
            on="segment",
        )
    )
    mo.vstack([mo.md(f"## 3 · Who are they?\n\n{worth.takeaway}"), worth.figure, quiet])
    return


@app.cell
def _(cohorts, mo):
    back = cohorts[cohorts["is_complete"] & (cohorts["months_since"] > 0)]
    again = back.groupby("months_since")[["active_customers", "customers"]].sum()
    monthly_rate = float(again["active_customers"].sum() / again["customers"].sum()) if len(again) else 0.0
    mo.md(
        f"## 4 · How many buy in a month anyway?\n\nOver all cohorts, {monthly_rate:.1%} of the customers of earlier "
        "months buy in a month. A campaign has to show against that."
    )
    return (monthly_rate,)


@app.cell
def _(campaigns, mo, monthly_rate, np, pd, stats):
    def smallest_effect(rate: float, targeted: int, held_out: int) -> float:
        """Difference of shares that is found in 80 % of campaigns, by a two-sided test at 5 %."""
        reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
        return float(reach * np.sqrt(rate * (1 - rate) * (1 / targeted + 1 / held_out)))

    rows = campaigns[campaigns["held_out"].between(1, campaigns["customers"] - 1)]
    planned = pd.DataFrame(
        {
            "campaign": rows["campaign"],
            "starts": rows["starts_on"].dt.date,
            "contacted": rows["customers"] - rows["held_out"],
            "held out": rows["held_out"],
        }
    )
    planned["smallest effect (points)"] = [
        round(100 * smallest_effect(monthly_rate, contacted, held_out), 1)
        for contacted, held_out in zip(planned["contacted"], planned["held out"], strict=True)
    ]
    mo.vstack(
        [
            mo.md(
                "## 5 · What can be seen?\n\nThe smallest difference of the share who buy in a month that would be "
                "found four times in five. If what you hope for is smaller, hold out more, or measure for longer."
            ),
            planned,
        ]
    )
    return (planned,)


if __name__ == "__main__":
    app.run()

"""Quality: how far what is shown can be trusted."""

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.show import Name, chart, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import counted, day, list_name
from segmentation_platform.reporting.charts.quality import backtest_forest, drift, model_choice
from segmentation_platform.reporting.verdict import verdict
from segmentation_platform.settings import load_settings

_TASKS = {
    "all": "Everything that was bought",
    "new": "What is new to a customer",
    "repeat": "What a customer buys again",
    "next_basket": "What was bought on the first day",
}

_BY_SEGMENT = ("segment", "model", "metric", "value", "low", "high", "delta", "delta_low", "delta_high", "customers")

_METHODS = {
    "counting": "how often and how lately it is bought",
    "learned": "a score that past days of the ledger have taught",
    "set": "a score that the owner of the ledger has set",
}


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Quality")
    quality, by_segment = shop.table("recommendation_quality"), shop.table("quality_by_segment")
    st.write(verdict(quality, by_segment))
    _checks(shop)
    _methods(shop)
    _backtest(shop, quality)
    _segments(shop, by_segment)
    _choice(shop)
    measured = shop.table("segment_drift")
    chart(drift(measured, load_settings().segmentation), Name("segment_drift", shop.as_of))


def _checks(shop: SnapshotReader) -> None:
    st.header("Checks of the data")
    snapshot = shop.snapshot
    passed = counted(snapshot.checks_passed, "check")
    st.write(f"{passed} passed and {snapshot.checks_warned} warned; a snapshot that fails one is never published.")
    rows = shop.table("checks").sort_values(["passed", "asset", "check_name"], ignore_index=True)
    with st.expander("All checks", expanded=not bool(rows["passed"].all())):
        table(rows, Name("checks", shop.as_of), shown=("passed", "asset", "check_name", "severity", "description"))


def _methods(shop: SnapshotReader) -> None:
    rows = shop.table("recommendation_methods")
    if rows.empty:
        return
    st.header("What ranks the lists")
    for row in rows.to_dict("records"):
        since = day(row["since"].date())
        st.write(f"**{list_name(row['list'])}**: {_METHODS[row['method']]}, since {since}. {row['why']}")


def _backtest(shop: SnapshotReader, rows: pd.DataFrame) -> None:
    if rows.empty:
        chart(backtest_forest(rows), Name("recommendation_quality", shop.as_of))
        return
    left, middle, right = st.columns(3)
    with left:
        tasks = [task for task in _TASKS if task in set(rows["task"])]
        task = address.select("What is predicted", "task", tasks, shown=lambda name: _TASKS[name])
    with middle:
        metrics = sorted(rows["metric"].unique())
        metric = address.select("Measured by", "metric", metrics, default="ndcg@10")
    with right:
        origins = [f"{origin:%Y-%m-%d}" for origin in sorted(rows["origin"].unique(), reverse=True)]
        origin = address.select("As of", "origin", origins)
    one = (rows["task"] == task) & (rows["metric"] == metric) & (rows["origin"] == pd.Timestamp(origin))
    chart(backtest_forest(rows[one]), Name("recommendation_quality", shop.as_of, (task, metric, origin)))
    st.caption(
        "Lists are made as of past days, from what was known then, and compared with what was bought. These offline "
        "hits include what would have been bought anyway; no uplift is claimed. "
        "What a campaign adds is told only by customers who are held out for measuring."
    )


def _segments(shop: SnapshotReader, rows: pd.DataFrame) -> None:
    if rows.empty:
        return
    last = rows[rows["origin"] == rows["origin"].max()]
    with st.expander("By segment: who gets better and who worse lists"):
        table(last, Name("quality_by_segment", shop.as_of), shown=_BY_SEGMENT)


def _choice(shop: SnapshotReader) -> None:
    rows = shop.table("model_selection")
    regions = sorted(rows["region"].unique(), key=lambda region: (region != "all", region))
    if not regions:
        return
    region = address.select("Model of", "region", regions, shown=_region) if len(regions) > 1 else regions[0]
    drawn = model_choice(rows[rows["region"] == region], load_settings().segmentation)
    chart(drawn, Name("model_selection", shop.as_of, (region,)))


def _region(region: str) -> str:
    return "All customers" if region == "all" else region

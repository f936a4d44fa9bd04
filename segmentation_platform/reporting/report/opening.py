"""How the report begins: what needs attention, and what is different from the time before."""

from collections.abc import Mapping

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.reporting.charts.style import count
from segmentation_platform.reporting.report.section import Section, Table

Frames = Mapping[str, pd.DataFrame]


def attention(tables: Frames) -> Section:
    """What failed or warned, first of all; that nothing did, in one sentence."""
    snapshot = tables["snapshot"].iloc[0]
    points = [*_checks(tables["checks"]), *_drift(tables["segment_drift"])]
    if pd.notna(snapshot["data_note"]):
        points.append(str(snapshot["data_note"]))
    if points:
        return Section("attention", "Needs attention", points=tuple(points), is_warning=True)
    said = f"All {count(snapshot['checks_passed'])} data checks passed, and no model is due to be replaced."
    return Section("attention", "Nothing needs attention", (said,))


def changes(tables: Frames) -> Section:
    """What is different from the last reporting date before this one."""
    now = tables["snapshot"].iloc[0]
    before = _before(tables["snapshot_history"], now)
    title = "What changed"
    if before is None:
        return Section("changes", title, ("There is no earlier reporting date of this ledger to compare with.",))
    sizes = _sizes(tables["segments"], tables["segments_history"], int(before["snapshot_id"]))
    return Section("changes", title, _changes_said(now, before, sizes), tables=(_changes_table(sizes, before),))


def _checks(checks: pd.DataFrame) -> list[str]:
    failed = checks[~checks["passed"]]
    return [f"{row['asset']}, {row['check_name']}: {row['description']}" for _, row in failed.iterrows()]


def _drift(drift: pd.DataFrame) -> list[str]:
    waiting = drift[drift["due"].notna() & ~drift["is_promotion"]]
    return [_due(row) for _, row in waiting.iterrows()]


def _due(row: pd.Series) -> str:
    whose = "all customers" if row["region"] == EVERYWHERE else str(row["region"])
    refused = f", but its refit was refused: {row['refused']}" if pd.notna(row["refused"]) else ""
    return f"The segment model of {whose} is due to be replaced ({row['due']}){refused}."


def _before(history: pd.DataFrame, now: pd.Series) -> pd.Series | None:
    """The last snapshot of an earlier reporting date that was there when this one was published."""
    earlier = history[(history["snapshot_id"] < now["snapshot_id"]) & (history["as_of"] < now["as_of"])]
    return None if earlier.empty else earlier.sort_values(["as_of", "snapshot_id"]).iloc[-1]


def _sizes(segments: pd.DataFrame, history: pd.DataFrame, before: int) -> pd.DataFrame:
    """Customers and revenue of every segment now and then, in the order of now."""
    columns = ["segment", "customers", "revenue"]
    then = history.loc[history["snapshot_id"] == before, columns]
    both = segments.sort_values("rank")[columns].merge(then, on="segment", how="outer", suffixes=("", "_then"))
    order = both["segment"].map({name: place for place, name in enumerate(segments.sort_values("rank")["segment"])})
    return both.assign(order=order).sort_values("order", ignore_index=True).drop(columns="order").fillna(0.0)


def _changes_said(now: pd.Series, before: pd.Series, sizes: pd.DataFrame) -> tuple[str, ...]:
    more = int(now["customers"]) - int(before["customers"])
    lines = int(now["lines"]) - int(before["lines"])
    spent, spent_then = sizes["revenue"].sum(), sizes["revenue_then"].sum()
    grown = f", known customers' revenue by {100 * (spent / spent_then - 1):+,.1f} %" if spent_then else ""
    said = (
        f"Since {before['as_of']:%Y-%m-%d} (snapshot {int(before['snapshot_id'])}) customers changed by "
        f"{more:+,} to {count(now['customers'])}, sales lines by {lines:+,}{grown}."
    )
    if now["model_version"] == before["model_version"]:
        return (said,)
    model = (
        f"Another segment model is in force, version {int(now['model_version'])} in place of "
        f"{int(before['model_version'])}: some customers changed segment without doing anything."
    )
    return (said, model)


def _changes_table(sizes: pd.DataFrame, before: pd.Series) -> Table:
    then = f"Customers on {before['as_of']:%Y-%m-%d}"
    shown = pd.DataFrame(
        {
            "Segment": sizes["segment"],
            "Customers": sizes["customers"].astype(int),
            then: sizes["customers_then"].astype(int),
            "Change": [f"{change:+,.0f}" for change in sizes["customers"] - sizes["customers_then"]],
        }
    )
    return Table("Customers by segment, now and then", shown)

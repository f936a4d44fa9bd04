"""Pictures like no other: tables whose contract says `Drawn`, and what assets without a table of their own show."""

from collections.abc import Callable, Mapping

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.reporting.thumbnails.forest import forest_svg
from segmentation_platform.reporting.thumbnails.season import season_svg
from segmentation_platform.reporting.thumbnails.selection import selection_svg
from segmentation_platform.reporting.thumbnails.shapes import bars, columns, histogram, largest, pairs
from segmentation_platform.reporting.thumbnails.svg import markdown_image


def snapshots(history: pd.DataFrame) -> str:
    """The customers of each snapshot; columns as in `serving.snapshot_history`."""
    ordered = history.sort_values("snapshot_id")
    return columns("Customers in each snapshot", ordered["customers"].tolist(), "customers by snapshot, newest last")


def revenue_shares(segments: pd.DataFrame) -> str:
    """Each segment's share of the revenue; columns of `contracts.Segments`."""
    ordered = segments.sort_values("rank")
    return bars("Share of revenue by segment", pairs(ordered["segment"], ordered["revenue_share"], ordered["color"]))


def table_sizes(sizes: pd.DataFrame) -> str:
    """The megabytes of each table; columns table, as schema.name, and megabytes."""
    return bars("Megabytes by table", pairs(sizes["table"].str.partition(".")[2], sizes["megabytes"]))


def mirrored(rows: Mapping[str, int]) -> str:
    """The lines that Postgres shows of each table of the ledger."""
    return bars("Lines shown in Postgres", [(name, float(lines), "") for name, lines in rows.items()])


def _raw_sales(loads: pd.DataFrame) -> str:
    """Of the lines of each load: the ledger-sized table itself is not at hand."""
    return columns("Lines of each load of this ledger", loads["lines"].tolist(), "lines of each load, newest last")


def _segment_drift(drift: pd.DataFrame) -> str:
    row = drift[drift["region"] == EVERYWHERE].iloc[0]
    names = ("recency", "frequency", "monetary", "segments")
    return bars("Population stability index", [(name, float(row[f"psi_{name}"]), "") for name in names])


def _model_selection(evidence: pd.DataFrame) -> str:
    title = "Stability and predictive validity by k, the chosen transform"
    return markdown_image(title, selection_svg(evidence[evidence["region"] == EVERYWHERE]))


def _history(history: pd.DataFrame) -> str:
    changes = history[history["valid_to"].notna()].groupby("valid_to").size().sort_index()
    return columns(
        "Customers who changed segment, by day", changes.tolist(), "changes by reporting date, newest last"
    )


def _segment_moves(moves: pd.DataFrame) -> str:
    moved = moves[moves["from_segment"] != moves["to_segment"]]
    by_month = moved.groupby("period")["customers"].sum().sort_index()
    return columns("Customers who changed segment, by month", by_month.tolist(), "customers by month, newest last")


def _segment_regions(regions: pd.DataFrame) -> str:
    return bars("Customers by region", largest(regions.groupby("region")["customers"].sum()))


def _segment_recommendations(lists: pd.DataFrame) -> str:
    everywhere = lists[(lists["region"] == EVERYWHERE) & (lists["taste"] == EVERYWHERE)]
    popular = everywhere[everywhere["list"] == "popular"]
    often = popular.groupby("stock_code").agg(named=("description", "first"), share=("share", "max"))
    first = often.nlargest(6, "share").reset_index()
    return bars("Share of a segment who bought it", pairs(first["named"].fillna(first["stock_code"]), first["share"]))


def _models(models: pd.DataFrame) -> str:
    words = models["kind"] + " " + models["region"]
    return bars("Size of each model in characters", pairs(words, models["model"].str.len()))


def _item_weights(weights: pd.DataFrame) -> str:
    return histogram(
        "Products by purchases that weigh in their score", weights["weights"].str.count('":'), "purchases that weigh"
    )


def _recommendation_quality(quality: pd.DataFrame) -> str:
    last = quality[(quality["origin"] == quality["origin"].max()) & (quality["metric"] == "ndcg@10")]
    shown = last[last["task"] == "all"].drop_duplicates("model")
    if shown.empty:
        return bars("NDCG@10 of every list", [])
    return markdown_image("NDCG@10 of every list with its interval", forest_svg(shown))


def _seasonality(months: pd.DataFrame) -> str:
    everything = months[(months["subject_kind"] == EVERYWHERE) & months["season_index"].notna()]
    if everything.empty:
        return bars("Index of each month", [])
    return markdown_image("Index of each month with its interval", season_svg(everything))


def _cancellations(rates: pd.DataFrame) -> str:
    months = rates[(rates["subject_kind"] == "month") & rates["line_rate_shrunk"].notna()].sort_values("subject")
    return columns(
        "Lines cancelled, by month", months["line_rate_shrunk"].tolist(), "share of lines by month of sale"
    )


def _cohorts(cohorts: pd.DataFrame) -> str:
    next_month = cohorts[(cohorts["months_since"] == 1) & cohorts["is_complete"]].sort_values("cohort")
    return columns(
        "Share who came back in the next month", next_month["retention"].tolist(), "by month of first purchase"
    )


DRAWN: dict[str, Callable[[pd.DataFrame], str]] = {
    "raw_sales": _raw_sales,
    "segment_drift": _segment_drift,
    "segment_models": _model_selection,
    "model_selection": _model_selection,
    "customer_segment_history": _history,
    "segment_moves": _segment_moves,
    "segment_regions": _segment_regions,
    "segment_recommendations": _segment_recommendations,
    "models": _models,
    "item_weights": _item_weights,
    "recommendation_quality": _recommendation_quality,
    "seasonality": _seasonality,
    "cancellations": _cancellations,
    "cohorts": _cohorts,
}
"""By the name of the table; the registry of models is drawn from the evidence of their choice."""

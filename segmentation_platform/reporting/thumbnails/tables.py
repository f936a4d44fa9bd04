"""The picture that tells each table at a glance, by the table's name; small enough for Dagster to show inline."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.recommendations import LISTS
from segmentation_platform.reporting.thumbnails.forest import forest_svg
from segmentation_platform.reporting.thumbnails.season import season_svg
from segmentation_platform.reporting.thumbnails.selection import selection_svg
from segmentation_platform.reporting.thumbnails.shapes import Bar, bars, columns
from segmentation_platform.reporting.thumbnails.svg import markdown_image

_BINS = 20


def picture(name: str, table: pd.DataFrame) -> str:
    """The picture of a table as a markdown image.

    Args:
        name: of the table, one of `PICTURES`
        table: with the columns of its contract

    """
    return PICTURES[name](table)


def _rejected(reasons: pd.DataFrame) -> str:
    """Of the reasons and their rows: the ledger-sized table itself is not at hand."""
    return bars("Rejected lines by reason", _pairs(reasons["reason"].str.replace("_", " "), reasons["rows"]))


def _clean(kinds: pd.DataFrame) -> str:
    return bars("Lines kept and rejected", _pairs(kinds["kind"], kinds["rows"]))


def _raw(loads: pd.DataFrame) -> str:
    return columns("Lines of each load of this ledger", loads["lines"].tolist(), "lines of each load, newest last")


def _customers(features: pd.DataFrame) -> str:
    return _histogram(
        "Customers by days since their last purchase", features["recency_days"], "days since last purchase"
    )


def _catalog(products: pd.DataFrame) -> str:
    return _counted("Products by category", products["category"])


def _tastes(tastes: pd.DataFrame) -> str:
    return _counted("Customers by taste", tastes["taste"])


def _drift(drift: pd.DataFrame) -> str:
    row = drift[drift["region"] == EVERYWHERE].iloc[0]
    names = ("recency", "frequency", "monetary", "segments")
    return bars("Population stability index", [(name, float(row[f"psi_{name}"]), "") for name in names])


def _selection(evidence: pd.DataFrame) -> str:
    title = "Stability and foresight by k, the chosen transform"
    of_all = evidence[evidence["region"] == EVERYWHERE]
    return markdown_image(title, selection_svg(of_all))


def _history(history: pd.DataFrame) -> str:
    changes = history[history["valid_to"].notna()].groupby("valid_to").size().sort_index()
    return columns(
        "Customers who changed segment, by day", changes.tolist(), "changes by reporting date, newest last"
    )


def _assigned(customers: pd.DataFrame) -> str:
    return _counted("Customers by segment", customers["segment"])


def _moves(moves: pd.DataFrame) -> str:
    moved = moves[moves["from_segment"] != moves["to_segment"]]
    by_month = moved.groupby("period")["customers"].sum().sort_index()
    return columns("Customers who changed segment, by month", by_month.tolist(), "customers by month, newest last")


def _profiles(profiles: pd.DataFrame) -> str:
    ordered = profiles.sort_values("rank")
    return bars(
        "Customers by segment",
        [(str(row["segment"]), float(row["customers"]), str(row["color"])) for _, row in ordered.iterrows()],
    )


def _regions(regions: pd.DataFrame) -> str:
    return bars("Customers by region", _largest(regions.groupby("region")["customers"].sum()))


def _lists(lists: pd.DataFrame) -> str:
    everywhere = lists[(lists["region"] == EVERYWHERE) & (lists["taste"] == EVERYWHERE) & (lists["list"] == LISTS[0])]
    often = everywhere.groupby("stock_code").agg(named=("description", "first"), share=("share", "max"))
    first = often.nlargest(6, "share").reset_index()
    return bars(
        "Share of a segment who bought it", _pairs(first["named"].fillna(first["stock_code"]), first["share"])
    )


def _own_lists(lists: pd.DataFrame) -> str:
    return _counted("Rows by list", lists["list"].str.replace("_", " "))


def _similar(similar: pd.DataFrame) -> str:
    return _histogram("Pairs of products by similarity", similar["score"], "pairs by similarity, 0 to 1", (0.0, 1.0))


def _models(models: pd.DataFrame) -> str:
    return bars(
        "Size of each model in characters", _pairs(models["kind"] + " " + models["region"], models["model"].str.len())
    )


def _demand(demand: pd.DataFrame) -> str:
    return _histogram("Products by trend", demand["trend"], "products by trend", (0.0, 3.0))


def _regional(demand: pd.DataFrame) -> str:
    return _counted("Products by region", demand["region"])


def _weights(weights: pd.DataFrame) -> str:
    return _histogram(
        "Products by purchases that speak for them", weights["weights"].str.count('":'), "purchases that speak"
    )


def _quality(quality: pd.DataFrame) -> str:
    last = quality[(quality["origin"] == quality["origin"].max()) & (quality["metric"] == "ndcg@10")]
    shown = last[last["task"] == "all"].drop_duplicates("model")
    if shown.empty:
        return bars("How well each list recommends", [])
    return markdown_image("NDCG@10 of every list with its interval", forest_svg(shown))


def _season(months: pd.DataFrame) -> str:
    everything = months[(months["subject_kind"] == EVERYWHERE) & months["season_index"].notna()]
    if everything.empty:
        return bars("Index of each month", [])
    return markdown_image("Index of each month with its interval", season_svg(everything))


def _cancelled(rates: pd.DataFrame) -> str:
    months = rates[(rates["subject_kind"] == "month") & rates["line_rate_shrunk"].notna()].sort_values("subject")
    return columns(
        "Lines cancelled, by month", months["line_rate_shrunk"].tolist(), "share of lines by month of sale"
    )


def _countries(countries: pd.DataFrame) -> str:
    ordered = countries.sort_values("revenue", ascending=False)
    return bars("Share of revenue by country", _pairs(ordered["country"], ordered["revenue_share"]))


def _cohorts(cohorts: pd.DataFrame) -> str:
    next_month = cohorts[(cohorts["months_since"] == 1) & cohorts["is_complete"]].sort_values("cohort")
    return columns(
        "Share who came back in the next month", next_month["retention"].tolist(), "by month of first purchase"
    )


def _campaigns(campaigns: pd.DataFrame) -> str:
    return bars("Customers by campaign", _pairs(campaigns["campaign"], campaigns["customers"]))


def _audiences(audiences: pd.DataFrame) -> str:
    return _counted("Held out for measuring, by campaign", audiences.loc[audiences["is_holdout"], "campaign"])


def _snapshots(history: pd.DataFrame) -> str:
    ordered = history.sort_values("snapshot_id")
    return columns("Customers in each snapshot", ordered["customers"].tolist(), "customers by snapshot, newest last")


def _worth(profiles: pd.DataFrame) -> str:
    ordered = profiles.sort_values("rank")
    return bars(
        "Share of revenue by segment",
        [(str(row["segment"]), float(row["revenue_share"]), str(row["color"])) for _, row in ordered.iterrows()],
    )


def _tables(sizes: pd.DataFrame) -> str:
    return bars("Megabytes by table", _pairs(sizes["table"].str.partition(".")[2], sizes["megabytes"]))


PICTURES: dict[str, Callable[[pd.DataFrame], str]] = {
    "raw_sales": _raw,
    "clean_sales": _clean,
    "rejected_sales": _rejected,
    "rfm_features": _customers,
    "product_catalog": _catalog,
    "customer_tastes": _tastes,
    "kmeans_model": _selection,
    "segment_drift": _drift,
    "model_selection": _selection,
    "segment_history": _history,
    "customer_segments": _assigned,
    "segment_moves": _moves,
    "segment_profiles": _profiles,
    "segment_regions": _regions,
    "segment_recs": _lists,
    "customer_recs": _own_lists,
    "similar_items": _similar,
    "models": _models,
    "product_demand": _demand,
    "regional_demand": _regional,
    "item_weights": _weights,
    "rec_backtest": _quality,
    "seasonality": _season,
    "cancellations": _cancelled,
    "countries": _countries,
    "cohorts": _cohorts,
    "campaigns": _campaigns,
    "campaign_audiences": _audiences,
    "published_snapshot": _snapshots,
    "segment_report": _worth,
    "platform_storage": _tables,
}
"""How each asset is drawn; those of ledger size from counts, with the columns that their functions name."""


def _pairs(words: pd.Series, numbers: pd.Series) -> list[Bar]:
    return [(str(word), float(number), "") for word, number in zip(words, numbers, strict=True)]


def _largest(sizes: pd.Series) -> list[Bar]:
    ordered = sizes.sort_values(ascending=False, kind="stable")
    return [(str(name), float(size), "") for name, size in ordered.items()]


def _counted(title: str, names: pd.Series) -> str:
    return bars(title, _largest(names.value_counts()))


def _histogram(title: str, values: pd.Series, words: str, within: tuple[float, float] | None = None) -> str:
    numbers = values.to_numpy(dtype=float)
    if not len(numbers):
        return columns(title, [], words)
    counts, edges = np.histogram(np.clip(numbers, *within) if within else numbers, bins=_BINS, range=within)
    return columns(title, counts.tolist(), f"{words}: {edges[0]:.3g} to {edges[-1]:.3g}")

"""Small published views: what a chart or the report is about is given, the rest is filled in."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from segmentation_platform.contracts import (
    GONE,
    NEW,
    Bundles,
    Campaigns,
    Cancellations,
    Checks,
    Cohorts,
    Contract,
    Countries,
    ModelSelection,
    RecommendationQuality,
    Seasonality,
    SegmentDrift,
    SegmentMoves,
    SegmentRecommendations,
    Segments,
    Snapshots,
)

_FILLED: dict[str, object] = {
    "text": "x",
    "integer": 1,
    "bigint": 1,
    "double precision": 0.5,
    "numeric(14,2)": 10.0,
    "date": pd.Timestamp("2011-12-10"),
    "timestamp": pd.Timestamp("2011-12-10"),
    "boolean": True,
}
COLORS = {"Champions": "#0072b2", "At risk, valuable": "#d55e00", "Hibernating": "#8c8c8c"}


def table(contract: type[Contract], rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows of a contract; None is null, what is not named is filled in."""
    if not rows:
        return contract.no_rows()
    columns = {c.name: [row.get(c.name, _FILLED[c.sql_type]) for row in rows] for c in contract.columns()}
    return pd.DataFrame(columns).astype(contract.no_rows().dtypes)


def profiles(sizes: dict[str, int] | None = None) -> pd.DataFrame:
    """Segments of so many customers, each segment spending half of what is left."""
    sizes = sizes if sizes is not None else {"Champions": 100, "At risk, valuable": 300, "Hibernating": 600}
    everybody = sum(sizes.values())
    shares = [0.5**place for place in range(1, len(sizes) + 1)]
    return table(
        Segments,
        [
            {
                "segment_id": place,
                "segment": name,
                "rank": place,
                "color": COLORS.get(name, "#009e73"),
                "customers": customers,
                "customer_share": customers / everybody,
                "revenue": 100_000 * share,
                "revenue_share": share / sum(shares),
                "recency_days_mean": 30.0 * place,
                "frequency_mean": 8.0 / place,
                "monetary_mean": 100_000 * share / customers,
                "stability": 0.9,
            }
            for place, ((name, customers), share) in enumerate(zip(sizes.items(), shares, strict=True), start=1)
        ],
    )


def moves() -> pd.DataFrame:
    """November, whole, and nine days of December."""
    november = {"period": pd.Timestamp("2011-11-01"), "until": pd.Timestamp("2011-12-01")}
    december = {"period": pd.Timestamp("2011-12-01"), "until": pd.Timestamp("2011-12-10")}
    ways = [("Champions", "Champions", 80), ("Champions", "At risk, valuable", 20), (NEW, "Hibernating", 7)]
    return table(
        SegmentMoves,
        [
            {"from_segment": origin, "to_segment": to, "customers": customers, "customer_share": 0.2, **month}
            for month in (november, december)
            for origin, to, customers in [*ways, ("At risk, valuable", GONE, 1)]
        ],
    )


def season(indices: Sequence[float | None], spread: float = 0.1, **columns: Any) -> pd.DataFrame:
    """Months with these indices from January 2011 on; the last one is not over."""
    months = pd.date_range("2011-01-01", periods=len(indices), freq="MS")
    rows = [
        {
            "subject_kind": "all",
            "subject": "all",
            "period": month,
            "is_complete": month < months[-1],
            "baseline": "2011-03 to 2011-08",
            "season_index": index,
            "index_low": None if index is None else index * (1 - spread),
            "index_high": None if index is None else index * (1 + spread),
            "season_start": None,
            "season_share": None,
            **columns,
        }
        for month, index in zip(months, indices, strict=True)
    ]
    return table(Seasonality, rows)


def cohorts(shares: Sequence[Sequence[float]]) -> pd.DataFrame:
    """Cohorts of a hundred customers from January 2011 on, with their shares from the first month after."""
    return table(
        Cohorts,
        [
            {
                "cohort": pd.Timestamp("2011-01-01") + pd.DateOffset(months=place),
                "months_since": since,
                "is_complete": True,
                "customers": 100,
                "active_customers": round(share * 100),
                "retention": share,
                "retention_low": max(share - 0.05, 0),
                "retention_high": min(share + 0.05, 1),
            }
            for place, later in enumerate(shares)
            for since, share in enumerate([1.0, *later])
        ],
    )


def countries(values: dict[str, tuple[float, float | None, float | None]]) -> pd.DataFrame:
    """The value of an order and its interval; the first one is home."""
    home = next(iter(values.values()))[0] if values else 1.0
    return table(
        Countries,
        [
            {
                "country": country,
                "is_home": place == 0,
                "revenue": 1000.0 / (place + 1),
                "revenue_share": 0.8 if place == 0 else 0.2 / (len(values) - 1),
                "average_order_value": value,
                "order_value_low": low,
                "order_value_high": high,
                "order_value_index": value / home,
            }
            for place, (country, (value, low, high)) in enumerate(values.items())
        ],
    )


def cancelled(
    kind: str, rates: dict[str, tuple[int, int]], descriptions: dict[str, str] | None = None
) -> pd.DataFrame:
    """Lines cancelled later of lines sold, by subject."""
    return table(
        Cancellations,
        [
            {
                "subject_kind": kind,
                "subject": subject,
                "description": (descriptions or {}).get(subject),
                "customer_lines": sold,
                "lines_taken_back": back,
                "line_rate": back / sold if sold else None,
                "line_rate_shrunk": back / sold if sold else None,
                "line_rate_low": back / sold * 0.8 if sold else None,
                "line_rate_high": min(back / sold * 1.2, 1) if sold else None,
            }
            for subject, (back, sold) in rates.items()
        ],
    )


def quality(values: dict[str, float], task: str = "all") -> pd.DataFrame:
    """NDCG@10 of models against recent popularity and the replaced system."""
    return table(
        RecommendationQuality,
        [
            {
                "model": model,
                "task": task,
                "origin": pd.Timestamp("2011-11-10"),
                "metric": "ndcg@10",
                "value": value,
                "low": value - 0.01,
                "high": value + 0.01,
                "baseline": baseline,
                "delta": value - values.get(baseline, 0.0),
                "delta_low": value - values.get(baseline, 0.0) - 0.01,
                "delta_high": value - values.get(baseline, 0.0) + 0.01,
                "customers": 1234,
            }
            for model, value in values.items()
            for baseline in ("recent_popularity", "replaced_system")
            if baseline != model
        ],
    )


def selection(auc: Sequence[float | None], jaccard: float = 0.9, chosen: int = 1) -> pd.DataFrame:
    """Fits of three and more segments."""
    return table(
        ModelSelection,
        [
            {
                "region": "all",
                "transform": "yeo-johnson",
                "k": place + 3,
                "is_chosen": place == chosen,
                "min_jaccard": jaccard,
                "prediction_strength": 0.8,
                "quiet_relabelled": 0.005,
                "repurchase_auc": value,
            }
            for place, value in enumerate(auc)
        ],
    )


def drifted(**columns: Any) -> pd.DataFrame:
    """A night on which nothing is due, unless told."""
    quiet = {
        "region": "all",
        "model_version": 2,
        "is_promotion": False,
        "psi_recency": 0.04,
        "psi_frequency": 0.01,
        "psi_monetary": 0.01,
        "psi_segments": 0.0,
        "shadow_ari": 0.95,
        "relabelled": 0.01,
        "due": None,
        "min_jaccard": None,
        "refused": None,
    }
    return table(SegmentDrift, [{**quiet, **columns}])


def snapshot(**columns: Any) -> pd.DataFrame:
    """The snapshot of 10 December 2011, by which all checks passed."""
    usual = {
        "snapshot_id": 7,
        "as_of": pd.Timestamp("2011-12-10"),
        "published_at": pd.Timestamp("2011-12-10 01:02"),
        "run_id": "the run",
        "first_sale": pd.Timestamp("2010-12-01"),
        "last_sale": pd.Timestamp("2011-12-09"),
        "lines": 5000,
        "customers": 1000,
        "guest_share": 0.15,
        "model_version": 2,
        "checks_passed": 34,
        "checks_warned": 0,
        "data_note": None,
    }
    return table(Snapshots, [{**usual, **columns}])


def listed_products(segments: pd.DataFrame, description: str = "LUNCH BAG") -> pd.DataFrame:
    """The popular list of every segment."""
    return table(
        SegmentRecommendations,
        [
            {
                "segment_id": row["segment_id"],
                "segment": row["segment"],
                "region": "all",
                "taste": "all",
                "list": "popular",
                "rank": rank,
                "stock_code": f"P{rank}",
                "description": f"{description} {rank}",
                "reason": "Selling most now",
            }
            for _, row in segments.iterrows()
            for rank in range(1, 7)
        ],
    )


def together(*names: str) -> pd.DataFrame:
    """Bundles of products by their descriptions, written as A+B or A+B+C, the first one with most money."""
    rows: list[dict[str, Any]] = []
    for rank, name in enumerate(names, 1):
        products = dict(enumerate(name.split("+"), 1))
        rows.append(
            {
                "rank": rank,
                "size": len(products),
                **{f"description_{number}": products.get(number) for number in (1, 2, 3)},
                **{f"stock_code_{number}": f"P{number}" if number in products else None for number in (1, 2, 3)},
                "baskets": 40,
                "lift": 3.0,
                "lift_low": 2.0,
                "lift_high": 4.5,
                "revenue": 1000.0 / rank,
                "revenue_beyond_chance": 500.0 / rank,
                "reason": f"60% of the invoices with {' and '.join(list(products.values())[:-1])} also hold "
                f"{products[len(products)]}, 3.0 times its share of all invoices",
            }
        )
    return table(Bundles, rows)


def published(**others: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """All views that a report is made of; others take their place."""
    segments = profiles()
    now = snapshot()
    everything = cancelled("all", {"all": (6, 200)})
    months = cancelled("month", {"2011-09": (4, 100), "2011-10": (2, 100)})
    products = cancelled("product", {"P1": (5, 100), "P2": (1, 100)}, {"P1": "LAMP"})
    views = {
        "snapshot": now,
        "snapshot_history": now,
        "segments": segments,
        "segments_history": segments.assign(snapshot_id=7, as_of=pd.Timestamp("2011-12-10")),
        "segment_moves": moves(),
        "segment_recommendations": listed_products(segments),
        "bundles": together("POT+LID", "CUP+SAUCER+SPOON"),
        "seasonality": season([1.0, 1.0, 2.0, 3.0]),
        "cancellations": pd.concat([everything, months, products], ignore_index=True),
        "countries": countries({"Home": (100, 90, 110), "Dear": (300, 200, 400)}),
        "cohorts": cohorts([[0.5], [0.2]]),
        "model_selection": selection([0.70, 0.72]),
        "segment_drift": drifted(),
        "campaigns": Campaigns.no_rows(),
        "checks": Checks.no_rows(),
        "recommendation_quality": quality(
            {"customer_lists": 0.39, "recent_popularity": 0.15, "replaced_system": 0.07}
        ),
    }
    return views | others

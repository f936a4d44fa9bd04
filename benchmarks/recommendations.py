"""Judge the recommendations on a ledger, and measure what they cost.

    python -m benchmarks.recommendations ledger.parquet [--origin 2011-11-01] [--days 39] [--earlier 6]

Printed are NDCG@10 of every method for all and for new products at the last origin, with intervals; the means over
it and the months before; and the CPU seconds and the peak memory of the nightly tables and of a backtest. On the UCI
Online Retail ledger the settings were chosen on October 2011; the last origin is 1 November, 39 days to the end.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.customers.features import rfm_features
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine, Session
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.recommendations.backtest import BacktestWindow, PastLedger, backtest
from segmentation_platform.recommendations.basket_recommender import BasketRecommender, Bought
from segmentation_platform.recommendations.customer_lists import customer_recommendations
from segmentation_platform.recommendations.ranking_artifacts import learn
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales, customer_products, offered_products
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.recommendations.similar_items import known_baskets, similar_items
from segmentation_platform.recommendations.tastes import fit_tastes
from segmentation_platform.segments.fixed_fit import fixed_fit

_RULES = RecommendationRules()
_SEGMENTS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--origin", type=date.fromisoformat, default=date(2011, 11, 1))
    parser.add_argument("--days", type=int, default=39)
    parser.add_argument("--earlier", type=int, default=6, help="first days of months before that are judged, too")
    arguments = parser.parse_args()
    past = ledger_past(arguments.ledger)
    last = BacktestWindow(arguments.origin, arguments.origin + timedelta(days=arguments.days))
    with _measured("backtest of one origin"):
        found = backtest(past, [last], _RULES)
    _print_methods(found)
    with _measured("all tables of a night"):
        nightly(past, last.end)
    if arguments.earlier:
        _print_means(pd.concat([found, backtest(past, _months_before(last, arguments.earlier), _RULES)]))


def ledger_past(path: Path) -> PastLedger:
    """A ledger file, cleaned, that can be opened as of any day; customers are put into five segments."""
    engine = DuckDBEngine()
    clean = to_frame(clean_file(engine, path, Given()).clean)[list(COLUMNS)]
    return PastLedger(lambda as_of: known_sales(engine, clean, as_of), segments_of)


def segments_of(session: Session, as_of: date) -> pd.DataFrame:
    """Five segments of the customers known on a day."""
    return fixed_fit(rfm_features(session, as_of, CustomerRules()), as_of, "yeo-johnson", _SEGMENTS)


def nightly(past: PastLedger, as_of: date) -> dict[str, pd.DataFrame]:
    """Every table of recommendations as of a day."""
    with past.opened(as_of) as session:
        catalog = product_catalog(session)
        segments = past.segmented(session, as_of)
        with _measured("  taste groups"):
            pairs = customer_products(session, as_of)
            tastes = fit_tastes(pairs, catalog, _RULES.tastes).assign(pairs, _RULES.tastes)
    with past.opened(as_of) as session:
        sales = Sales(session, segments.assign(taste=segments["customer_id"].map(tastes)), catalog)
        with _measured("  segment lists"):
            lists = segment_recommendations(sales, as_of, _RULES)
        with _measured("  customer lists"):
            artifacts, pairs = learn(sales, lists, as_of, _RULES)
            own = customer_recommendations(sales.segments, pairs, artifacts)
        _recommend(BasketRecommender(artifacts), catalog["stock_code"].tolist())
        offered = offered_products(catalog, as_of, _RULES.sold_within_days)
        with _measured("  similar items"):
            similar = similar_items(known_baskets(session), offered, _RULES.similar)
    return {"segment_recommendations": lists, "customer_recommendations": own, "similar_items": similar}


def _recommend(recommender: BasketRecommender, codes: list[str]) -> None:
    baskets = [[Bought(code) for code in codes[start : start + 30]] for start in range(200)]
    with _measured("  two hundred baskets, recommended for one by one"):
        for basket in baskets:
            recommender.recommend(basket)


@contextmanager
def _measured(what: str) -> Iterator[None]:
    began = time.process_time()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{what}: {time.process_time() - began:.1f} CPU s, peak of the process so far {peak:.2f} GB", flush=True)


def _months_before(last: BacktestWindow, count: int) -> list[BacktestWindow]:
    starts = pd.date_range(end=last.origin - timedelta(days=1), periods=count, freq="MS")
    return [BacktestWindow(start.date(), start.date() + (last.end - last.origin)) for start in starts]


def _print_methods(found: pd.DataFrame) -> None:
    shown = found[(found["metric"] == "ndcg@10") & found["task"].isin(["all", "new"])]
    shown = shown.drop_duplicates(["model", "task"])
    print(f"{'NDCG@10':20}{'all':>24}{'new':>24}")
    for model, rows in shown.groupby("model"):
        cells = rows.set_index("task")
        texts = [f"{row.value:.3f} ({row.low:.3f}-{row.high:.3f})" for row in cells.loc[["all", "new"]].itertuples()]
        print(f"{model!s:20}{texts[0]:>24}{texts[1]:>24}")


def _print_means(found: pd.DataFrame) -> None:
    shown = found[(found["metric"] == "ndcg@10") & found["task"].isin(["all", "new"])]
    shown = shown.drop_duplicates(["model", "task", "origin"])
    table = shown.pivot(index=["task", "model"], columns="origin", values="value")
    table.columns = [f"{origin:%b %d}" for origin in table.columns]
    print(table.assign(mean=table.mean(axis=1)).round(3).to_string())


if __name__ == "__main__":
    main()

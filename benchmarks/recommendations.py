"""Judge the recommendations on a ledger, and measure what they cost.

    python -m benchmarks.recommendations LEDGER [--origin 2011-11-01] [--days 39] [--earlier 6]

Any ledger that the platform understands; a profile is read from segmentation.toml in the folder. What ranks the
lists is learned on days before the origin, as every week; printed are what was chosen and why, NDCG@10 of
every method for all and for new products at the origin, with intervals, of ways that others have published, too; the
means over it and the months before; and the CPU seconds and the peak memory of each part.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from benchmarks.baselines import PUBLISHED_BY_OTHERS
from segmentation_platform.contracts import RecommendationMethods
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.customers.features import rfm_features
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine, Session
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.recommendations.backtest import MODELS, BacktestWindow, PastLedger, backtest
from segmentation_platform.recommendations.basket_recommender import BasketRecommender, Bought
from segmentation_platform.recommendations.baskets import known_baskets
from segmentation_platform.recommendations.bundles import bundles
from segmentation_platform.recommendations.customer_lists import customer_recommendations
from segmentation_platform.recommendations.methods import walk_forward, with_methods
from segmentation_platform.recommendations.ranking_artifacts import learn
from segmentation_platform.recommendations.rules import BacktestRules, RecommendationRules
from segmentation_platform.recommendations.sales import Sales, customer_products, offered_products
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.recommendations.similar_items import similar_items
from segmentation_platform.recommendations.tastes import fit_tastes
from segmentation_platform.segments.fixed_fit import fixed_fit
from segmentation_platform.settings import load_settings

_SEGMENTS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--origin", type=date.fromisoformat, help="default: so many days before the end")
    parser.add_argument("--days", type=int, default=39, help="days to predict")
    parser.add_argument("--earlier", type=int, default=0, help="first days of months before that are judged, too")
    parser.add_argument("--tables-only", action="store_true", help="only make the tables of a night, by counting")
    arguments = parser.parse_args()
    days = timedelta(days=arguments.days)
    past, first, last = ledger_past(arguments.ledger)
    if arguments.tables_only:
        nightly(past, last, RecommendationRules())
        return
    window = BacktestWindow(arguments.origin or last - days, (arguments.origin or last - days) + days)
    with _measured("learning what ranks the lists"):
        rules = _learned(past, first, window.origin, arguments.days)
    with _measured("backtest of one origin"):
        found = backtest(past, [window], rules, MODELS | PUBLISHED_BY_OTHERS)
    _print_methods(found)
    with _measured("all tables of a night"):
        nightly(past, window.end, rules)
    if arguments.earlier:
        _print_means(pd.concat([found, backtest(past, _months_before(window, arguments.earlier), rules)]))


def _learned(past: PastLedger, first: date, origin: date, days: int) -> RecommendationRules:
    """The rules with what days before the origin have taught; prints what was chosen and why."""
    rules = RecommendationRules(backtest=BacktestRules(days=days))
    chosen = walk_forward(past, first, origin, rules, RecommendationMethods.no_rows())
    for row in chosen.itertuples():
        print(f"{row.list}: {row.method}. {row.why}")
        print(row.weights)
    return with_methods(rules, chosen)


def ledger_past(path: Path) -> tuple[PastLedger, date, date]:
    """A cleaned ledger that can be opened as of any day, in five segments; its first day, and that after its last."""
    engine = DuckDBEngine()
    clean = to_frame(clean_file(engine, path, Given(load_settings().profile)).clean)[list(COLUMNS)]
    first, last = clean["sold_at"].min().date(), clean["sold_at"].max().date() + timedelta(days=1)
    return PastLedger(lambda as_of: known_sales(engine, clean, as_of), segments_of), first, last


def segments_of(session: Session, as_of: date) -> pd.DataFrame:
    """Five segments of the customers known on a day."""
    return fixed_fit(rfm_features(session, as_of, CustomerRules()), as_of, "yeo-johnson", _SEGMENTS)


def nightly(past: PastLedger, as_of: date, rules: RecommendationRules) -> None:
    """Every table of recommendations as of a day."""
    with past.opened(as_of) as session:
        catalog = product_catalog(session)
        segments = past.segmented(session, as_of)
        with _measured("  taste groups"):
            pairs = customer_products(session, as_of)
            tastes = fit_tastes(pairs, catalog, rules.tastes).assign(pairs, rules.tastes)
    with past.opened(as_of) as session:
        sales = Sales(pairs, segments.assign(taste=segments["customer_id"].map(tastes)), catalog)
        with _measured("  segment lists"):
            lists = segment_recommendations(sales, as_of, rules)
        with _measured("  customer lists"):
            artifacts = learn(sales, lists, as_of, rules)
            rows = sum(map(len, customer_recommendations(sales.segments, pairs, artifacts)))
        print(f"  {len(lists):,} rows of segment lists, {rows:,} of customer lists")
        _recommend(BasketRecommender(artifacts), catalog["stock_code"].tolist())
        offered = offered_products(catalog, as_of, rules.sold_within_days)
        with _measured("  baskets"):
            baskets = known_baskets(session)
        with _measured("  similar items"):
            similar_items(baskets, offered, rules.similar)
        with _measured("  bundles"):
            bundles(baskets, offered, rules.bundles)


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
    if "als" not in PUBLISHED_BY_OTHERS:
        print("als is left out: pip install 'segmentation_platform[benchmarks]'")
    print(f"{'NDCG@10':28}{'all':>24}{'new':>24}")
    for model, rows in shown.groupby("model"):
        cells = rows.set_index("task")
        texts = [f"{row.value:.3f} ({row.low:.3f}-{row.high:.3f})" for row in cells.loc[["all", "new"]].itertuples()]
        print(f"{model!s:28}{texts[0]:>24}{texts[1]:>24}")


def _print_means(found: pd.DataFrame) -> None:
    shown = found[(found["metric"] == "ndcg@10") & found["task"].isin(["all", "new"])]
    shown = shown.drop_duplicates(["model", "task", "origin"])
    table = shown.pivot(index=["task", "model"], columns="origin", values="value")
    table.columns = [f"{origin:%b %d}" for origin in table.columns]
    print(table.assign(mean=table.mean(axis=1)).round(3).to_string())


if __name__ == "__main__":
    main()

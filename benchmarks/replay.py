"""Replay the last nights of a ledger, to see how steady segments are and how well the model in force holds.

    python -m benchmarks.replay LEDGER [--nights 60] [--picture docs/images/replay.svg]

Every night sees only what was known on it. The first night chooses a model; every further night assigns by the model
in force and promotes its refit if that is due and stable, by the very functions that the platform runs at night.
Printed are the night by night figures as csv, then their summary.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.customers.point_in_time import PastCustomers, outlook, past_customers
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform.ledger.point_in_time import COLUMNS
from segmentation_platform.reporting.thumbnails.svg import polyline, text
from segmentation_platform.segments.history import no_history
from segmentation_platform.segments.lifecycle.nightly import NightContext, NightInputs, assign_or_promote, drift_table
from segmentation_platform.segments.lifecycle.refit import InForce
from segmentation_platform.segments.rules import SegmentationRules


@dataclass(frozen=True)
class Ledger:
    """A cleaned ledger that can be looked at as of any day, and its first and last day."""

    customers: PastCustomers
    first_sale: date
    last_sale: date


def main() -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--nights", type=int, default=60)
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    with open_ledger(arguments.ledger) as ledger:
        table = replay(ledger, arguments.nights)
    print(table.round(4).to_csv(index=False))
    _report(table)
    if arguments.picture:
        arguments.picture.write_text(_picture(table), encoding="utf-8")


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """Read and clean a ledger file."""
    clean = clean_file(DuckDBEngine(), path, Given()).clean.select(COLUMNS)
    sold = clean["sold_at"].to_pandas()
    with past_customers(DuckDBEngine(), clean, CustomerRules()) as before:
        yield Ledger(before, sold.min().date(), sold.max().date())


def replay(ledger: Ledger, nights: int) -> pd.DataFrame:
    """One row a night: columns of `contracts.SegmentDrift`, as_of and seconds."""
    rules = SegmentationRules()
    before, in_force, next_id = no_history().intervals, dict[str, InForce](), 1
    rows = []
    for back in range(nights - 1, -1, -1):
        as_of = ledger.last_sale + timedelta(days=1 - back)
        customers = ledger.customers.features(as_of)
        began = time.perf_counter()
        tonight = NightInputs(customers, as_of, before)
        known = NightContext(
            in_force,
            next_id,
            lambda day=as_of: outlook(ledger.customers, ledger.first_sale, day, rules.outlook_days),  # type: ignore[misc]
        )
        done = assign_or_promote(tonight, known, rules)
        rows.append(drift_table(tonight, done, {EVERYWHERE: 1}).assign(as_of=as_of))
        seconds = time.perf_counter() - began
        model = done[EVERYWHERE].in_force.fitted
        before = model.model.assign(customers).assign(customer_id=customers["customer_id"])
        in_force = {EVERYWHERE: done[EVERYWHERE].in_force}
        next_id = max(next_id, *(segment.segment_id + 1 for segment in model.model.segments))
        rows[-1] = rows[-1].assign(k=model.model.k, seconds=seconds)
    columns = ["as_of", "k", "customers", "relabelled", "shadow_ari", "silhouette", "psi_recency", "psi_frequency"]
    columns += ["psi_monetary", "psi_segments", "is_promotion", "due", "min_jaccard", "refused", "seconds"]
    return pd.concat(rows, ignore_index=True)[columns]


def _report(table: pd.DataFrame) -> None:
    usual, promoted = table[~table["is_promotion"]], table[table["is_promotion"]]
    print(f"nights                         {len(table)}, of which promotions {len(promoted)}")
    print(f"relabelled, mean of all        {table['relabelled'].mean():.2%}")
    print(f"relabelled, most but promotion {usual['relabelled'].max():.2%}")
    print(f"relabelled, most               {table['relabelled'].max():.2%}")
    print(f"agreement with the shadow      {table['shadow_ari'].iloc[-1]:.3f} at the end")
    print(f"agreement with the shadow      {table['shadow_ari'].min():.3f} at least")
    print(f"seconds, median                {statistics.median(usual['seconds']):.2f} without a promotion")
    for row in promoted.itertuples():
        print(f"promotion {row.as_of}: {row.due}; Jaccard {row.min_jaccard:.2f}; {row.seconds:.2f} s")


def _picture(table: pd.DataFrame) -> str:
    width, height = 560, 120
    relabelled = (100 * table["relabelled"].fillna(0.0)).tolist()
    agreement = table["shadow_ari"].fillna(1.0).tolist()
    at = [30 + width * n / max(len(table) - 1, 1) for n in table.index[table["is_promotion"]]]
    marks = "".join(f"<path d='M{x:.0f} 24v{2 * height + 40}' stroke='gray' stroke-dasharray='3'/>" for x in at)
    parts = [
        text(30, 16, f"customers relabelled per night, 0 to {max(relabelled):.1f} % (dashed: promotions)"),
        polyline([*relabelled], (30, 24, width, height), "teal"),
        text(30, height + 56, f"adjusted Rand index with the nightly refit, {min(agreement):.2f} to 1"),
        polyline([*agreement], (30, height + 64, width, height), "darkorange"),
        text(30, 2 * height + 84, str(table["as_of"].iloc[0])),
        text(width - 30, 2 * height + 84, str(table["as_of"].iloc[-1])),
    ]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width + 60}' height='{2 * height + 96}' font-size='12' "
        f"font-family='sans-serif'><rect width='100%' height='100%' fill='white'/>{marks}{''.join(parts)}</svg>\n"
    )


if __name__ == "__main__":
    main()

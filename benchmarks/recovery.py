"""How much of planted segments is found again, on simulated shops.

    python -m benchmarks.recovery [--seeds 20] [--lines 60000]

Every shop has five planted segments that overlap as real ones do. Printed is, over the seeds, the adjusted Rand index
(Hubert & Arabie 1985) of the platform's segments with the planted ones, for the k that the platform chooses and for
the true one; and what noise does to it: spoilt lines, cancelled lines, sales without a customer.
"""

import argparse
from dataclasses import replace
from statistics import mean, median

import pandas as pd
import pyarrow as pa
from sklearn.metrics import adjusted_rand_score

from segmentation_platform.customers.point_in_time import outlook, past_customers
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.in_memory import clean_lines
from segmentation_platform.ledger.point_in_time import COLUMNS
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform.segments.selection.choice import choose_model

PLANTED = 5
NOISE = {
    "as usual": ShopPlan(),
    "no dirt, no cancellations, no guests": ShopPlan(dirty_share=0.0, cancelled_share=0.0, guest_share=0.0),
    "a fifth of the lines spoilt": ShopPlan(dirty_share=0.2),
    "a tenth of the lines cancelled": ShopPlan(cancelled_share=0.1),
    "three fifths of the lines without a customer": ShopPlan(guest_share=0.6),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--lines", type=int, default=60_000)
    arguments = parser.parse_args()
    for noise, shop in NOISE.items():
        found = []
        for seed in range(arguments.seeds):
            found.append(recovery(replace(shop, lines=arguments.lines, seed=seed)))
        table = pd.DataFrame(found)
        for column in ("chosen", "true_k"):
            values = sorted(table[column])
            spread = f"{values[0]:.2f} to {values[-1]:.2f}"
            print(f"{noise}: {column}: mean {mean(values):.2f}, median {median(values):.2f}, {spread}", flush=True)
        print(f"{noise}: chosen k: {table['k'].value_counts().to_dict()}", flush=True)


def recovery(plan: ShopPlan) -> dict[str, float]:
    """Adjusted Rand index with the planted segments, for the chosen k (its number as `k`) and for the true one."""
    shop = SimulatedShop(plan)
    text = pa.Table.from_batches(list(shop.batches()))
    clean = clean_lines(DuckDBEngine(), text, Understanding(online_retail())).clean.select(COLUMNS)
    sold = clean["sold_at"].to_pandas()
    as_of = (sold.max() + pd.Timedelta(days=1)).date()
    with past_customers(DuckDBEngine(), clean, CustomerRules()) as before:
        customers = before.features(as_of)
        windows = outlook(before, sold.min().date(), as_of, SegmentationRules().outlook_days)
    planted = customers["customer_id"].map(shop.truth.customers.set_index("customer_id")["segment"])
    rules = SegmentationRules(compared=())
    chosen = choose_model(customers, windows, rules).chosen.model
    true_k = choose_model(customers, None, rules.model_copy(update={"k_min": PLANTED, "k_max": PLANTED})).chosen.model
    return {
        "k": chosen.k,
        "chosen": float(adjusted_rand_score(planted, chosen.positions(customers))),
        "true_k": float(adjusted_rand_score(planted, true_k.positions(customers))),
    }


if __name__ == "__main__":
    main()

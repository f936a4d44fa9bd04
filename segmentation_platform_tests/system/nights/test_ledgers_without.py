"""A ledger that lacks something is published with what can be said of it, and no more."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from segmentation_platform.contracts import PUBLISHED
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.refreshes import Run

NAMES = ("InvoiceNo", "StockCode", "Description", "Country", "time")
RECOMMENDED = ("segment_recommendations", "customer_recommendations", "similar_items", "bundles")


def without(shop_ledger: Path, folder: Path, *lacking: str) -> Path:
    """The shop's ledger without some columns, or without the time of day."""
    frame = pq.read_table(shop_ledger).to_pandas()
    # A line that was written twice by mistake can't be told where lines have no product.
    frame = frame.drop_duplicates()
    if "time" in lacking:
        frame["InvoiceDate"] = frame["InvoiceDate"].str.slice(0, 10)
    path = folder / "ledger.csv"
    frame.drop(columns=[name for name in lacking if name != "time"]).to_csv(path, index=False)
    return path


def published(database: Database) -> dict[str, pd.DataFrame]:
    return {contract.table(): snapshots.read_served(database, contract) for contract in PUBLISHED}


@pytest.mark.parametrize(
    "lacking",
    [("StockCode", "Description"), ("Country", "Description", "time"), ("InvoiceNo",)],
    ids=["no products", "no country, description and time of day", "no order number"],
)
def test_what_a_ledger_lacks_is_left_out_and_the_rest_is_published(
    run: Run, database: Database, shop_ledger: Path, tmp_path: Path, lacking: tuple[str, ...]
) -> None:
    path = without(shop_ledger, tmp_path, *lacking)
    result = run(sales=str(path), ledger="lacking", accepts_doubts=True)
    assert result.success
    tables = published(database)
    assert len(tables["customer_segments"]) > 50
    assert tables["customer_segments"]["monetary"].sum() > 10_000
    for name in RECOMMENDED:
        assert tables[name].empty == ("StockCode" in lacking), name
    if "Country" in lacking:
        assert set(tables["countries"]["country"]) == {"Unspecified"}
    if "InvoiceNo" in lacking:
        assert tables["customer_segments"]["frequency"].max() > 1, "a customer's day is an order"

"""Figures asked of the database itself."""

import pandas as pd

from segmentation_platform.contracts import Products, RfmFeatures
from segmentation_platform.warehouse import facts
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.tables import replace_table
from segmentation_platform_tests.support.marked import marked_frame


def test_repeated_keys_are_found_and_counted_and_no_others(database: Database) -> None:
    products = marked_frame(Products, 1, rows=4)
    replace_table(database, Products, pd.concat([products, products.iloc[[1, 1, 3]]]))
    assert facts.repeated_keys(database, Products) == [
        {"key": "00002", "rows": "3"},
        {"key": "00004", "rows": "2"},
    ]
    assert len(facts.repeated_keys(database, Products, limit=1)) == 1
    assert facts.rows(database, Products) == 7
    replace_table(database, RfmFeatures, marked_frame(RfmFeatures, 1))
    assert facts.repeated_keys(database, RfmFeatures) == []

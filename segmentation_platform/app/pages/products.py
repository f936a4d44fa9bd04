"""Products: find one, who buys it and where, what goes with it; what is bought together in twos and threes."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.address import ANY
from segmentation_platform.app.show import Name, chart, numbers, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import counted, day, plain, times
from segmentation_platform.client import Page
from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.reporting.charts.products import product_by_region, product_by_segment, strongest_bundles
from segmentation_platform.reporting.charts.style import percent

_MOST = 200
_SHOWN = (
    "stock_code",
    "description",
    "category",
    "product_type",
    "price_median",
    "season",
    "customers",
    "units",
    "revenue",
    "trend",
    "last_sold",
)


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Products")
    words = address.search("Code or words", "search", placeholder="for instance 85123A or heart")
    left, right = st.columns(2)
    kinds = shop.table("products", columns=("stock_code", "category", "product_type"))
    with left:
        category = address.select_or_all("Category", "category", sorted(kinds["category"].unique()))
    of_category = kinds if category == ANY else kinds[kinds["category"] == category]
    with right:
        kind = address.select_or_all("Type", "type", sorted(of_category["product_type"].unique()))
    found = _found(shop, words, category, kind)
    product = _one(found)
    st.write(_counted(found))
    table(found, Name("products", shop.as_of, (words, category, kind)), shown=_SHOWN)
    if product:
        _product(shop, product)
    _bundles(shop, st.query_params.get("product", ""))


def _found(shop: SnapshotReader, words: str, category: str, kind: str) -> pd.DataFrame:
    chosen = {
        "category": None if category == ANY else category,
        "product_type": None if kind == ANY else kind,
    }
    page = Page(order_by=("-revenue",), limit=_MOST)
    # What people search for is as many things as there are people: it is read, not kept.
    found = (
        shop.client.products(**chosen, contains=words, page=page)
        if words
        else shop.table("products", chosen, page=page)
    )
    demand = shop.table("product_demand", columns=("stock_code", "recent_share", "trend", "repurchase_rate"))
    return found.merge(demand, on="stock_code", how="left")


def _counted(found: pd.DataFrame) -> str:
    if len(found) == _MOST:
        return f"The {_MOST} products with most revenue of those that were found. Search to see others."
    return f"{counted(len(found), 'product')} found, those with most revenue first."


def _one(found: pd.DataFrame) -> str:
    """The product to tell more of: that of the address, which need not be among those that were found."""
    named = st.query_params.get("product", "")
    codes = found["stock_code"].tolist()
    if not codes:
        return named
    described = dict(zip(found["stock_code"], found["description"], strict=True))
    options = list(dict.fromkeys([*([named] if named else []), *codes]))
    return address.select(
        "Tell more of", "product", options, shown=lambda code: f"{code} {_text(described.get(code))}".strip()
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _product(shop: SnapshotReader, code: str) -> None:
    rows = shop.table("products", {"stock_code": code}).to_dict("records")
    if not rows:
        st.warning(f"There is no product {plain(code)}. Search for a word of its description instead.")
        return
    product = rows[0]
    st.header(f"{plain(_text(product['description'])) or 'Product'} ({code})")
    st.write(_told(product))
    _demand(shop, code)
    listed = shop.table("segment_recommendations", {"stock_code": code, "region": EVERYWHERE, "taste": EVERYWHERE})
    left, right = st.columns(2, gap="large")
    with left:
        chart(product_by_segment(listed, shop.colors()), Name("product_by_segment", shop.as_of, (code,)))
    with right:
        demand = shop.table("regional_demand", {"stock_code": code})
        chart(product_by_region(demand), Name("product_by_region", shop.as_of, (code,)))
    _similar(shop, code)


def _told(product: Mapping[Hashable, Any]) -> str:
    return (
        f"{product['product_type']} in {product['category']}. Sold since {day(product['first_sold'])}, last on "
        f"{day(product['last_sold'])}, usually for {product['price_median']:,.2f}; "
        f"{percent(product['cancellation_rate'], 1)} of its units were cancelled." + _season(product)
    )


def _season(product: Mapping[Hashable, Any]) -> str:
    season = _text(product["season"])
    return f" Nearly all of it is bought in {season}." if season else ""


def _demand(shop: SnapshotReader, code: str) -> None:
    rows = shop.table("product_demand", {"stock_code": code}).to_dict("records")
    if not rows:
        st.write("No known customer kept any of it, so nothing is said of its demand.")
        return
    demand = rows[0]
    numbers(
        {
            "Customers": f"{demand['customers']:,}",
            "Demand lately": f"{times(demand['trend'])} the usual",
            "Bought again": percent(demand["repurchase_rate"]),
            "Still sold": "yes" if demand["is_offered"] else "no",
        }
    )


def _similar(shop: SnapshotReader, code: str) -> None:
    st.header("Goes with")
    rows = shop.table("similar_items", {"stock_code": code})
    if rows.empty:
        st.write("Too few have bought it to say what goes with it.")
        return
    together = rows[rows["baskets"] > 0]
    if len(together):
        first = together.iloc[0]
        st.write(
            f"Most often with {plain(_text(first['similar_description'])) or first['similar_stock_code']}: in "
            f"{counted(first['baskets'], 'invoice')}."
        )
    shown = ("rank", "similar_stock_code", "similar_description", "baskets", "confidence", "lift", "reason")
    table(rows, Name("similar_items", shop.as_of, (code,)), shown=shown)


def _bundles(shop: SnapshotReader, code: str) -> None:
    """The strongest bundles: with the product that was chosen, or of all where none was."""
    every = shop.table("bundles")
    codes = every[["stock_code_1", "stock_code_2", "stock_code_3"]]
    rows = every[(codes == code).any(axis=1)] if code else every
    if code and rows.empty:
        st.header("Bundles")
        st.write(f"{plain(code)} is in no listed bundle. Without a product, the strongest of all are shown here.")
        return
    chart(strongest_bundles(rows, code), Name("bundles", shop.as_of, (code,) if code else ()), opened=True)
    st.caption("Invoices with very many products are not counted here. “Beyond chance” is a lower bound.")

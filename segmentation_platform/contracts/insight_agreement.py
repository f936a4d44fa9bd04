"""What the insights must say alike with each other, the products and the customers."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from segmentation_platform.contracts.disagreement import Disagreement
from segmentation_platform.contracts.insights import NO_SEGMENT

_HALF_A_CENT = 0.005


def insight_disagreements(tables: Mapping[str, pd.DataFrame]) -> list[Disagreement]:
    """Compare the insights.

    Args:
        tables: frames of `seasonality`, `cancellations`, `countries`, `cohorts`, `products`,
            `customer_segments` and `segments`

    """
    return [*_revenue(tables), *_categories(tables), *_cohorts(tables), *_subjects(tables), *_sold(tables)]


def _revenue(tables: Mapping[str, pd.DataFrame]) -> Iterator[Disagreement]:
    """All tell of one revenue: the products', every kind of subject's in the seasonality, the countries'."""
    products = tables["products"]["revenue"]
    for kind, rows in tables["seasonality"].groupby("subject_kind"):
        yield from _sums(
            "seasonality", f"revenue of the kind {kind} is that of the products", rows["revenue"], products
        )
    countries = tables["countries"]["revenue"]
    yield from _sums("countries", "revenue is that of the products", countries, products)


def _categories(tables: Mapping[str, pd.DataFrame]) -> Iterator[Disagreement]:
    months = tables["seasonality"].query("subject_kind == 'category'")
    said, products = months.groupby("subject")["revenue"], tables["products"].groupby("category")["revenue"]
    both = pd.DataFrame({"said": said.sum(), "counted": products.sum()}).fillna(0)
    rounding = _rounding(said.size().add(products.size(), fill_value=0))
    for name, row in both[(both["said"] - both["counted"]).abs() > rounding].iterrows():
        value = f"{name}: {row['said']:.2f} said, {row['counted']:.2f} added up"
        yield Disagreement("seasonality", "revenue of a category is that of its products", value)


def _cohorts(tables: Mapping[str, pd.DataFrame]) -> Iterator[Disagreement]:
    cohorts, customers = tables["cohorts"], tables["customer_segments"]
    counted = int(cohorts.loc[cohorts["months_since"] == 0, "customers"].sum())
    if counted != len(customers):
        value = f"{counted} said, {len(customers)} counted"
        yield Disagreement("cohorts", "customers are those of customer_segments", value)
    yield from _sums("cohorts", "revenue is that of customer_segments", cohorts["revenue"], customers["monetary"])


def _subjects(tables: Mapping[str, pd.DataFrame]) -> Iterator[Disagreement]:
    rows = tables["cancellations"]
    segments = rows.loc[rows["subject_kind"] == "segment", "subject"]
    known = {*tables["segments"]["segment"], NO_SEGMENT}
    for name in segments[~segments.isin(known)]:
        yield Disagreement("cancellations", "segment is one of the profiles", str(name))
    products = rows.loc[(rows["subject_kind"] == "product") & (rows["lines_sold"] > 0), "subject"]
    for code in products[~products.isin(tables["products"]["stock_code"])]:
        yield Disagreement("cancellations", "product is in the catalog", str(code))


def _sold(tables: Mapping[str, pd.DataFrame]) -> Iterator[Disagreement]:
    """Every kind of subject but segments, which guests are not in, tells of all the money ordered."""
    rows, ordered = tables["cancellations"], tables["seasonality"].query("subject_kind == 'all'")["sales"]
    for kind, told in rows[rows["subject_kind"] != "segment"].groupby("subject_kind"):
        yield from _sums(
            "cancellations", f"money sold of the kind {kind} is that of seasonality", told["money_sold"], ordered
        )


def _sums(table: str, rule: str, said: pd.Series, counted: pd.Series) -> Iterator[Disagreement]:
    if abs(said.sum() - counted.sum()) > _rounding(len(said) + len(counted)):
        yield Disagreement(table, rule, f"{said.sum():.2f} said, {counted.sum():.2f} added up")


def _rounding(rows: Any) -> Any:
    """How far sums may be apart: each row is rounded to the cent."""
    return rows * _HALF_A_CENT + _HALF_A_CENT

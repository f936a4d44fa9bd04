"""Insights of small shops: lines by their differences from a plain sale, and all four tables of a cleaned ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from segmentation_platform.contracts import Cancellations, Cohorts, Countries, Seasonality
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.insights.cancellations import cancellation_rates, cancellations
from segmentation_platform.insights.cohorts import cohorts
from segmentation_platform.insights.countries import countries
from segmentation_platform.insights.lines import COLUMNS, hold_lines
from segmentation_platform.insights.rules import InsightRules
from segmentation_platform.insights.seasonality import daily_sales, seasonality
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.ledger.point_in_time import COLUMNS as KNOWN
from segmentation_platform.ledger.point_in_time import known_sales
from segmentation_platform_tests.support.ledgers import sales_lines

AS_OF = date(2011, 12, 10)
Line = dict[str, object]


@dataclass(frozen=True)
class Insights:
    """All that is told of a ledger; `daily` is as from `daily_sales`."""

    seasonality: pd.DataFrame
    cancellations: pd.DataFrame
    countries: pd.DataFrame
    cohorts: pd.DataFrame
    daily: pd.DataFrame


def sale(day: str, **more: object) -> Line:
    """A sale line of its own invoice on a day."""
    customer = more.get("customer_id", "17850")
    plain = {"invoice": f"{customer} {day}", "sold_at": pd.Timestamp(day)}
    return {**plain, "quantity": 10.0, "unit_price": 1.0, **more}


def cancelled(day: str, **more: object) -> Line:
    """A cancellation line on a day, of ten units unless told otherwise."""
    line = sale(day, **{"quantity": -10.0, **more})
    return {**line, "invoice": f"C{line['invoice']}", "status": "cancelled"}


def told(lines: Iterable[Line], as_of: date = AS_OF) -> Insights:
    """The insights of a shop with these lines, everybody in the segment Regulars."""
    return insights(sales_lines(lines), as_of)


def insights(clean: pd.DataFrame, as_of: date, rules: InsightRules | None = None) -> Insights:
    """The insights of a cleaned ledger; all tables keep their contracts."""
    with known_sales(DuckDBEngine(), clean[list(KNOWN)], as_of) as session:
        products = product_catalog(session)
    with known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of) as session:
        hold_lines(session, products, _regulars(clean, as_of))
        rates = cancellation_rates(session)
        made = Insights(
            seasonality(session, as_of, rules or InsightRules()),
            cancellations(rates, products),
            countries(session, rates, products),
            cohorts(session, as_of),
            daily_sales(session),
        )
    Seasonality.validate(made.seasonality, lazy=True)
    Cancellations.validate(made.cancellations, lazy=True)
    Countries.validate(made.countries, lazy=True)
    Cohorts.validate(made.cohorts, lazy=True)
    return made


def _regulars(clean: pd.DataFrame, as_of: date) -> pd.DataFrame:
    known = clean.loc[(clean["sold_at"] < pd.Timestamp(as_of)) & (clean["status"] == "completed"), "customer_id"]
    return pd.DataFrame({"customer_id": known.dropna().drop_duplicates(), "segment": "Regulars"}).astype("str")


def about(table: pd.DataFrame, kind: str, subject: str | None = None) -> pd.DataFrame:
    """The rows of one kind of subject, or of one subject."""
    rows = table[table["subject_kind"] == kind]
    return rows if subject is None else rows[rows["subject"] == subject]


def at(table: pd.DataFrame, key: object, columns: object = slice(None)) -> Any:
    """What stands at a value of the index: a row, or some of its columns."""
    return table.loc[key, columns]  # type: ignore[index]  # any label will do

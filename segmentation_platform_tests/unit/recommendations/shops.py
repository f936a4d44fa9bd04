"""Small shops for tests of recommendations: who bought what and when, opened as of a day."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd

from segmentation_platform.contracts import CustomerRecommendations, SegmentRecommendations
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.recommendations.baskets import Baskets, known_baskets
from segmentation_platform.recommendations.ranking_artifacts import learn
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales, customer_products
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.recommendations.tastes import MIXED
from segmentation_platform.recommendations.weights import CellWeights
from segmentation_platform_tests.support.ledgers import sales_lines
from segmentation_platform_tests.support.ranking import RULES, customer_lists_of

AS_OF = date(2011, 1, 1)

Line = Mapping[str, object]


def line(customer: str | None, product: str, day: str = "2010-12-31", **more: object) -> dict[str, object]:
    """One unit of a product, in the invoice of its customer and day."""
    plain = {"customer_id": customer, "stock_code": product, "description": f"THE {product}"}
    return {**plain, "sold_at": pd.Timestamp(day), "invoice": f"{customer} {day}", **more}


def bought(purchases: Mapping[str, str | Iterable[str]], day: str = "2010-12-31") -> list[dict[str, object]]:
    """Lines of customers who each bought some products on a day."""
    return [line(customer, product, day) for customer, products in purchases.items() for product in products]


def cancelled(customer: str, product: str, day: str = "2010-12-31", **more: object) -> dict[str, object]:
    """One unit taken back."""
    return line(customer, product, day, invoice=f"C {customer} {day}", status="cancelled", quantity=-6.0, **more)


def people(lines: Iterable[Line], **more: object) -> pd.DataFrame:
    """Every customer of the lines, all in one segment, region and taste unless told otherwise."""
    customers = sorted({str(row["customer_id"]) for row in lines if row["customer_id"] is not None})
    frame = pd.DataFrame({"customer_id": pd.Series(customers, dtype="str")})
    plain: dict[str, Any] = {"segment_id": 1, "segment": "Regulars", "region": "United Kingdom", "taste": MIXED}
    return frame.assign(**{**plain, **more})


@contextmanager
def opened(lines: Iterable[Line], as_of: date = AS_OF, **more: object) -> Iterator[Sales]:
    """The sales of a shop as of a day."""
    rows = list(lines)
    with known_sales(DuckDBEngine(), sales_lines(rows)[list(COLUMNS)], as_of) as session:
        yield Sales(customer_products(session, as_of), people(rows, **more), product_catalog(session))


def pairs_of(lines: Iterable[Line], as_of: date = AS_OF) -> pd.DataFrame:
    """What each customer bought of each product."""
    with opened(lines, as_of) as sales:
        return sales.pairs


def known_baskets_of(lines: Iterable[Line], as_of: date = AS_OF) -> Baskets:
    """Which product is in which basket."""
    with known_sales(DuckDBEngine(), sales_lines(list(lines))[list(COLUMNS)], as_of) as session:
        return known_baskets(session)


def customer_lists(
    lines: Iterable[Line],
    rules: RecommendationRules | None = None,
    segment_lists: pd.DataFrame | None = None,
    as_of: date = AS_OF,
    **more: object,
) -> pd.DataFrame:
    """Both lists of every customer, checked against their contract."""
    known = SegmentRecommendations.no_rows() if segment_lists is None else segment_lists
    with opened(lines, as_of, **more) as sales:
        artifacts = learn(sales, known, as_of, rules or RULES)
        found = customer_lists_of(sales.segments, sales.pairs, artifacts)
    CustomerRecommendations.validate(found, lazy=True)
    return found


def segment_lists_of(
    clean: pd.DataFrame, segments: pd.DataFrame, rules: RecommendationRules, as_of: date = AS_OF
) -> pd.DataFrame:
    """The lists of every segment of a cleaned ledger, checked against their contract."""
    with known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of) as session:
        sales = Sales(customer_products(session, as_of), segments, product_catalog(session))
    found = segment_recommendations(sales, as_of, rules)
    SegmentRecommendations.validate(found, lazy=True)
    return found


def drawn_by(shrinkage: float, cell_customers: int = 8, support: int = 2) -> RecommendationRules:
    """Cells are drawn to wider ones by so many purchases; the half-life is a week."""
    cells = CellWeights(half_life=7, shrinkage=shrinkage)
    return RecommendationRules(cell_customers=cell_customers, support=support, shrinkage=shrinkage, cells=cells)


def codes(found: pd.DataFrame, customer: str, name: str) -> list[str]:
    """The products of one list of a customer, best first."""
    own = found[(found["customer_id"] == customer) & (found["list"] == name)]
    return own.sort_values("rank")["stock_code"].tolist()

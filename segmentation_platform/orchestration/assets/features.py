"""Features: what was sold, and what each customer is like."""

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import ProductCatalog, RfmFeatures
from segmentation_platform.customers import features
from segmentation_platform.ledger import catalog, known
from segmentation_platform.orchestration.io_managers import StoredTable
from segmentation_platform.orchestration.metadata import OWNERS, table_metadata
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.settings import Settings

GROUP = "features"


@dg.asset(
    group_name=GROUP,
    kinds={"duckdb", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(RfmFeatures),
)
def rfm_features(
    clean_sales: StoredTable,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Recency, frequency, monetary value and habits of every customer, as of the reporting date."""
    as_of = reporting_date.resolve(warehouse.database())
    with clean_sales.stream(known.COLUMNS) as lines:
        customers = features.rfm_features(engine.engine(), lines, as_of, settings.customers)
    return dg.MaterializeResult(
        value=customers,
        metadata={
            "as_of": as_of.isoformat(),
            "revenue": round(float(customers["monetary"].sum()), 2),
            "recency_days_median": float(customers["recency_days"].median()),
            "frequency_median": float(customers["frequency"].median()),
            "monetary_median": float(customers["monetary"].median()),
            "wholesale_share": float(customers["is_wholesale"].mean()),
        },
    )


@dg.asset(
    group_name=GROUP,
    kinds={"duckdb", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(ProductCatalog),
)
def product_catalog(
    clean_sales: StoredTable,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Every product sold up to the reporting date: what it is, when and how well it sold."""
    as_of = reporting_date.resolve(warehouse.database())
    with clean_sales.stream(known.COLUMNS) as lines:
        products = catalog.product_catalog(engine.engine(), lines, as_of)
    return dg.MaterializeResult(
        value=products,
        metadata={
            "as_of": as_of.isoformat(),
            "categories": int(products["category"].nunique()),
            "product_types": int(products["product_type"].nunique()),
            "share_without_category": float((products["category"] == "OTHER").mean()),
        },
    )

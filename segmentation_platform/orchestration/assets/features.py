"""Features: what each customer is like, and what was sold; one pass over the ledger for both."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import Contract, ProductCatalog, RfmFeatures
from segmentation_platform.customers.features import rfm_features
from segmentation_platform.ledger import known
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.orchestration.io_managers import StoredTable
from segmentation_platform.orchestration.metadata import OWNERS, table_metadata
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.settings import Settings

GROUP = "features"


def _out(contract: type[Contract], description: str) -> dg.AssetOut:
    return dg.AssetOut(
        description=description,
        kinds={"duckdb", "postgres"},
        owners=OWNERS,
        code_version="1",
        metadata=table_metadata(contract),
        is_required=False,
    )


@dg.multi_asset(
    group_name=GROUP,
    can_subset=True,
    outs={
        "rfm_features": _out(
            RfmFeatures, "Recency, frequency, monetary value and habits of every customer, as of the reporting date."
        ),
        "product_catalog": _out(
            ProductCatalog, "Every product sold up to the reporting date: what it is, when and how well it sold."
        ),
    },
)
def features(
    context: dg.AssetExecutionContext,
    clean_sales: StoredTable,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Describe customers and products by the sales known on the reporting date."""
    as_of = reporting_date.resolve(warehouse.database())
    wanted = context.op_execution_context.selected_output_names
    with (
        clean_sales.stream(known.COLUMNS) as lines,
        known.known_sales(engine.engine(), lines, as_of) as session,
    ):
        if "rfm_features" in wanted:
            customers = rfm_features(session, as_of, settings.customers)
            yield dg.Output(customers, "rfm_features", metadata=_customer_figures(customers))
        if "product_catalog" in wanted:
            products = product_catalog(session)
            yield dg.Output(products, "product_catalog", metadata=_product_figures(products))


def _customer_figures(customers: pd.DataFrame) -> dict[str, float]:
    return {
        "revenue": round(float(customers["monetary"].sum()), 2),
        "recency_days_median": float(customers["recency_days"].median()),
        "frequency_median": float(customers["frequency"].median()),
        "monetary_median": float(customers["monetary"].median()),
        "wholesale_share": float(customers["is_wholesale"].mean()),
    }


def _product_figures(products: pd.DataFrame) -> dict[str, float]:
    return {
        "categories": int(products["category"].nunique()),
        "product_types": int(products["product_type"].nunique()),
        "share_without_category": float((products["category"] == "OTHER").mean()),
    }

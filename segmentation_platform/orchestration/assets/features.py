"""Features: what customers are like, what was sold, and who buys the same; one pass over the ledger for all."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import CustomerTastes, Products, RfmFeatures
from segmentation_platform.customers.features import rfm_features
from segmentation_platform.engine import ParquetFiles
from segmentation_platform.ledger import point_in_time
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.orchestration import model_registry
from segmentation_platform.orchestration.metadata import preview, table_out
from segmentation_platform.orchestration.model_registry import Purchases
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.recommendations.sales import customer_products
from segmentation_platform.settings import Settings

GROUP = "features"


@dg.multi_asset(
    group_name=GROUP,
    can_subset=True,
    outs={
        "rfm_features": table_out(
            RfmFeatures,
            "Recency, frequency, monetary value and habits of every customer, as of the reporting date.",
            is_required=False,
        ),
        "products": table_out(
            Products,
            "Every product sold up to the reporting date: what it is, when and how well it sold.",
            code_version="2",
            is_required=False,
        ),
        "customer_tastes": table_out(
            CustomerTastes,
            "The taste group of every customer: who buys the same products, found by a clustering.",
            is_required=False,
        ),
    },
)
def features(
    context: dg.AssetExecutionContext,
    clean_sales: ParquetFiles,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Describe customers and products by the sales known on the reporting date."""
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    wanted = context.op_execution_context.selected_output_names
    with point_in_time.known_sales(engine.engine(), clean_sales.only(point_in_time.COLUMNS), as_of) as session:
        if "rfm_features" in wanted:
            customers = rfm_features(session, as_of, settings.customers)
            yield dg.Output(customers, "rfm_features", metadata=_customer_figures(customers))
        products = product_catalog(session)
        if "products" in wanted:
            yield dg.Output(products, "products", metadata=_product_figures(products))
        if "customer_tastes" in wanted:
            pairs = customer_products(session, as_of)
            tastes = model_registry.tastes(
                warehouse.database(), Purchases(pairs, products, as_of), settings, context.run.run_id
            )
            yield dg.Output(tastes, "customer_tastes", metadata={"tastes": preview(_taste_sizes(tastes), 20)})


def _customer_figures(customers: pd.DataFrame) -> dict[str, float]:
    return {
        "revenue": round(float(customers["monetary"].sum()), 2),
        "recency_days_median": float(customers["recency_days"].median()),
        "frequency_median": float(customers["frequency"].median()),
        "monetary_median": float(customers["monetary"].median()),
        "wholesale_share": float(customers["is_wholesale"].mean()),
    }


def _taste_sizes(tastes: pd.DataFrame) -> pd.DataFrame:
    sizes = tastes["taste"].value_counts().rename("customers").reset_index()
    return sizes.assign(share=sizes["customers"] / max(len(tastes), 1))


def _product_figures(products: pd.DataFrame) -> dict[str, float]:
    return {
        "categories": int(products["category"].nunique()),
        "product_types": int(products["product_type"].nunique()),
        "share_without_category": float((products["category"] == "OTHER").mean()),
    }

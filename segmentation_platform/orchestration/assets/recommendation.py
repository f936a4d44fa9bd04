"""Recommendation: what to offer to each segment."""

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import SegmentRecommendations
from segmentation_platform.ledger import known
from segmentation_platform.orchestration.io_managers import StoredTable
from segmentation_platform.orchestration.metadata import OWNERS, preview, table_metadata
from segmentation_platform.orchestration.resources import (
    BAD_INPUT,
    EngineResource,
    ReportingDateResource,
    WarehouseResource,
)
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.sales import COLUMNS, Sales
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.settings import Settings

GROUP = "recommendation"


@dg.asset(
    group_name=GROUP,
    kinds={"duckdb", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(SegmentRecommendations),
)
def segment_recs(
    clean_sales: StoredTable,
    customer_segments: pd.DataFrame,
    product_catalog: pd.DataFrame,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Products to offer to each segment and region: popular, rising and signature lists, with reasons."""
    as_of = reporting_date.resolve(warehouse.database())
    with (
        clean_sales.stream(COLUMNS) as lines,
        known.known_sales(engine.engine(), lines, as_of) as session,
    ):
        sales = Sales(session, customer_segments, product_catalog)
        try:
            lists = segment_recommendations(sales, as_of, settings.recommendations)
        except RecommendationError as error:
            raise dg.Failure(str(error), metadata=BAD_INPUT, allow_retries=False) from error
    first = lists[(lists["region"] == "all") & (lists["list"] == "popular") & (lists["rank"] <= 3)]
    return dg.MaterializeResult(
        value=lists,
        metadata={
            "products": int(lists["stock_code"].nunique()),
            "cells": len(lists[["segment_id", "region"]].drop_duplicates()),
            "first_three": preview(first[["segment", "rank", "description", "reason"]], 30),
        },
    )

"""Recommendation: what to offer to each segment, each customer and beside each product; and how good that is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import (
    EVERYWHERE,
    Bundles,
    CustomerRecommendations,
    ItemWeights,
    Models,
    ProductDemand,
    QualityBySegment,
    RecommendationMethods,
    RecommendationQuality,
    RegionalDemand,
    SegmentRecommendations,
    SimilarItems,
)
from segmentation_platform.contracts.agreement import NO_PRODUCTS, tells_products
from segmentation_platform.contracts.recommendations import leading
from segmentation_platform.engine import ParquetFiles
from segmentation_platform.ledger import facts, point_in_time
from segmentation_platform.orchestration import model_registry
from segmentation_platform.orchestration.bad_input import refuse_bad_input
from segmentation_platform.orchestration.io_managers import InParts
from segmentation_platform.orchestration.metadata import OWNERS, preview, table_metadata, table_out
from segmentation_platform.orchestration.published_ledger import held_past
from segmentation_platform.orchestration.resources import (
    EngineResource,
    ReportingDateResource,
    WarehouseResource,
)
from segmentation_platform.recommendations import methods
from segmentation_platform.recommendations.backtest import Judgement, judge, rolling_windows
from segmentation_platform.recommendations.baskets import known_baskets
from segmentation_platform.recommendations.bundles import bundles as strongest_bundles
from segmentation_platform.recommendations.customer_lists import customer_recommendations
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.ranking_artifacts import learn, ranking_tables
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales, customer_products, offered_products
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.recommendations.similar_items import similar_items as items_bought_together
from segmentation_platform.scoring.published import RankingModel, models_table
from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.cleaning import read_learned
from segmentation_platform.warehouse.segment_models import ModelRecord

GROUP = "recommendation"


_VERSION = "3"


@dg.asset(
    group_name=GROUP,
    kinds={"duckdb", "postgres"},
    owners=OWNERS,
    code_version="2",
    metadata=table_metadata(RecommendationMethods),
)
def recommendation_methods(
    context: dg.AssetExecutionContext,
    clean_sales: ParquetFiles,
    products: pd.DataFrame,
    kmeans_model: list[ModelRecord],
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Which way to rank serves each list: counting, or what the ledger's past days have taught."""
    database, rules = warehouse.database(), settings.recommendations
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    before = snapshots.read_night_before(database, RecommendationMethods, model_registry.ledger_name(database), as_of)
    period = facts.sales_period(engine.engine(), clean_sales)
    assert period is not None  # noqa: S101 - there are customers, so there are sales
    if not tells_products(products):
        found = methods.counted(NO_PRODUCTS, as_of, rules, before)
    elif not methods.is_due(before, as_of, rules):
        found = before
    else:
        context.log.info("comparing ways to rank on past days …")
        model = model_registry.fitted(kmeans_model)[EVERYWHERE].model
        try:
            with held_past(clean_sales, engine.engine(), model, settings.customers) as past:
                found = methods.walk_forward(past, period.first_sale.date(), as_of, rules, before)
        except RecommendationError as error:
            context.log.info(str(error))
            found = methods.counted(str(error), as_of, rules, before)
    return dg.MaterializeResult(value=found, metadata=_method_figures(found))


def _rules(settings: Settings, recommendation_methods: pd.DataFrame) -> RecommendationRules:
    """The settings, with the numbers in the score that serve."""
    with refuse_bad_input():
        return methods.with_methods(settings.recommendations, recommendation_methods)


def _method_figures(found: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    figures: dict[str, dg.MetadataValue] = {"methods": preview(found[["list", "method", "since", "why"]])}
    for row in found.dropna(subset=["ndcg"]).itertuples():
        figures[f"ndcg_{row.list}"] = dg.MetadataValue.float(float(str(row.ndcg)))
    return figures


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "segment_recommendations": table_out(
            SegmentRecommendations,
            "Products to offer to each segment, region and taste: signature, rising and popular lists, with reasons.",
            code_version=_VERSION,
        ),
        "customer_recommendations": table_out(
            CustomerRecommendations,
            "Products to offer to each customer: to buy again, and new to them, with reasons.",
            code_version=_VERSION,
        ),
        "similar_items": table_out(
            SimilarItems,
            "Products that are bought together with each product, with baskets, confidence and lift.",
            code_version=_VERSION,
        ),
        "bundles": table_out(
            Bundles,
            "Pairs and triples of products bought together more than by chance, with lift, interval and money.",
            code_version="1",
        ),
        "product_demand": table_out(
            ProductDemand,
            "How much each product is bought, lately and again: what customers' lists are ranked by.",
            code_version=_VERSION,
        ),
        "regional_demand": table_out(RegionalDemand, "What is popular lately in each region.", code_version=_VERSION),
        "item_weights": table_out(
            ItemWeights, "Which purchases speak for each product, and how much (EASE).", code_version=_VERSION
        ),
    },
)
def recommendations(
    clean_sales: ParquetFiles,
    customer_segments: pd.DataFrame,
    products: pd.DataFrame,
    recommendation_methods: pd.DataFrame,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame] | dg.Output[InParts]]:
    """Recommend from the sales known on the reporting date; one pass over the ledger for all lists."""
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    rules = _rules(settings, recommendation_methods)
    with point_in_time.known_sales(engine.engine(), clean_sales.only(point_in_time.COLUMNS), as_of) as session:
        pairs = customer_products(session, as_of)
        sales = Sales(pairs, customer_segments, products)
        with refuse_bad_input():
            offered = offered_products(products, as_of, rules.sold_within_days)
        lists = segment_recommendations(sales, as_of, rules)
        artifacts = learn(sales, lists, as_of, rules)
        own: Iterable[pd.DataFrame] = customer_recommendations(customer_segments, pairs, artifacts)
        if not tells_products(products):
            # What there is to offer, in a ledger without products, is nothing.
            lists, own = SegmentRecommendations.no_rows(), ()
        yield dg.Output(lists, "segment_recommendations", metadata=_segment_figures(lists))
        told = _CustomerFigures(len(offered))
        yield dg.Output(InParts(told.watched(own), told.figures), "customer_recommendations")
        for name, table in ranking_tables(artifacts).items():
            yield dg.Output(table, name)
        baskets = known_baskets(session)
        similar = items_bought_together(baskets, offered, rules.similar)
        yield dg.Output(similar, "similar_items", metadata={"products": int(similar["stock_code"].nunique())})
        together = strongest_bundles(baskets, offered, rules.bundles)
        yield dg.Output(together, "bundles", metadata=_bundle_figures(together))


@dg.asset(
    group_name=GROUP,
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(Models),
)
def models(
    kmeans_model: list[ModelRecord],
    recommendation_methods: pd.DataFrame,
    warehouse: WarehouseResource,
    settings: dg.ResourceParam[Settings],
) -> pd.DataFrame:
    """The models in force as readable JSON: with the demand and the weights, all that scoring on demand needs."""
    database, regions = warehouse.database(), settings.cleaning.regions
    if regions is None:
        regions = read_learned(database, model_registry.ledger_name(database)).regions
    return models_table(
        {record.region: (record.model_version, record.model) for record in kmeans_model},
        RankingModel(_rules(settings, recommendation_methods).customers, regions),
    )


def _segment_figures(lists: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    first = leading(lists)
    first = first[first["rank"] <= 3]
    return {
        "products": dg.MetadataValue.int(int(lists["stock_code"].nunique())),
        "cells": dg.MetadataValue.int(len(lists[["segment_id", "region", "taste"]].drop_duplicates())),
        "first_three": preview(first[["segment", "rank", "description", "reason"]], 30),
    }


@dataclass
class _CustomerFigures:
    """What there is to say of the customers' lists, gathered while they are written."""

    offered: int
    customers: int = 0
    products: set[str] = field(default_factory=set)
    first: pd.DataFrame = field(default_factory=CustomerRecommendations.no_rows)

    def watched(self, parts: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            self.customers += part["customer_id"].nunique()
            self.products.update(part["stock_code"].unique())
            self.first = self.first if len(self.first) else part.head(6)
            yield part

    def figures(self) -> dict[str, dg.MetadataValue]:
        return {
            "customers": dg.MetadataValue.int(self.customers),
            "share_of_products_offered": dg.MetadataValue.float(len(self.products) / self.offered),
            "first_rows": preview(self.first[["customer_id", "list", "rank", "description", "reason"]], 6),
        }


def _bundle_figures(together: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    return {
        "pairs": dg.MetadataValue.int(int((together["size"] == 2).sum())),
        "triples": dg.MetadataValue.int(int((together["size"] == 3).sum())),
        "first_rows": preview(together[["rank", "reason", "baskets", "customers", "revenue_beyond_chance"]], 6),
    }


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "recommendation_quality": table_out(
            RecommendationQuality,
            "How well the lists predict purchases as of past days, from what was known then, against popularity.",
            code_version="2",
        ),
        "quality_by_segment": table_out(
            QualityBySegment,
            "What the lists are worth to the customers of each segment, against what all customers get.",
        ),
    },
    deps=["segment_recommendations", "customer_recommendations"],
)
def recommendation_quality(
    context: dg.AssetExecutionContext,
    clean_sales: ParquetFiles,
    products: pd.DataFrame,
    recommendation_methods: pd.DataFrame,
    kmeans_model: list[ModelRecord],
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Judge the lists as of past days, from what was known then."""
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    rules = _rules(settings, recommendation_methods)
    model = model_registry.fitted(kmeans_model)[EVERYWHERE].model
    period = facts.sales_period(engine.engine(), clean_sales)
    assert period is not None  # noqa: S101 - there are customers, so there are sales
    try:
        if not tells_products(products):
            raise RecommendationError(NO_PRODUCTS)
        windows = rolling_windows(
            period.first_sale.date(), as_of, rules.backtest.days, rules.backtest.windows_on(as_of)
        )
        context.log.info(
            f"judging the lists as of {len(windows)} past days, by the {rules.backtest.days} days after each …"
        )
        with held_past(clean_sales, engine.engine(), model, settings.customers) as past:
            found = judge(past, windows, rules)
        figures: dict[str, dg.MetadataValue] = _quality_figures(found.quality)
    except (RecommendationError, SegmentationError) as error:
        # Too little is known to judge by; the lists themselves are none the worse, and a check says it.
        context.log.warning(str(error))
        found = Judgement(RecommendationQuality.no_rows(), QualityBySegment.no_rows())
        figures = {"not_judged": dg.MetadataValue.text(str(error))}
    yield dg.Output(found.quality, "recommendation_quality", metadata=figures)
    yield dg.Output(found.by_segment, "quality_by_segment")


def _quality_figures(quality: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    last = quality[(quality["origin"] == quality["origin"].max()) & (quality["metric"] == "ndcg@10")]
    shown = last[last["task"] == "all"].drop_duplicates("model").sort_values("value", ascending=False)
    figures = {f"ndcg_{row.model}": dg.MetadataValue.float(round(float(row.value), 4)) for row in shown.itertuples()}
    return {
        **figures,
        "quality": preview(shown[["model", "value", "low", "high", "customers"]], len(shown)),
    }

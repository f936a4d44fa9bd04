"""Contracts say what every table holds, and hold what has been promised to readers."""

from dataclasses import fields
from decimal import Decimal

import pandas as pd
import pandera.errors
import pyarrow as pa
import pytest

from segmentation_platform.contracts import (
    EVERYWHERE,
    GONE,
    NEW,
    PUBLISHED,
    WORKING,
    Contract,
    ModelSelection,
    Snapshots,
)
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.contracts.recommendations import LISTS
from segmentation_platform.ledger.categories import OTHER, categorise, load_rules
from segmentation_platform.segments.names import ARCHETYPES
from segmentation_platform.segments.selection.choice import Evidence
from segmentation_platform_tests.support.ledgers import profiled

ALL: tuple[type[Contract], ...] = (*WORKING, Snapshots)

SERVING = {
    "segments": "segment_id segment description rank color customers customer_share revenue revenue_share "
    "recency_days_mean recency_days_median frequency_mean frequency_median monetary_mean monetary_median "
    "average_order_value products_per_order cancellation_rate wholesale_share stability",
    "segment_regions": "segment_id segment region customers customer_share revenue revenue_share "
    "recency_days_median frequency_median monetary_median average_order_value",
    "customer_segments": "customer_id segment_id segment previous_segment changed_on margin next_segment next_step "
    "recency_days frequency monetary r_score f_score m_score average_order_value first_purchase last_purchase "
    "country region taste is_wholesale",
    "segment_moves": "period until from_segment to_segment customers customer_share revenue",
    "model_selection": "region transform k is_chosen judged_on silhouette calinski_harabasz davies_bouldin gap "
    "prediction_strength bootstrap_ari min_jaccard quiet_relabelled repurchase_auc spend_correlation smallest",
    "segment_drift": "region model_version promoted_on promotion is_promotion customers psi_recency psi_frequency "
    "psi_monetary psi_segments shadow_ari silhouette relabelled due min_jaccard refused",
    "segment_recommendations": "segment_id region taste list rank segment stock_code description category "
    "product_type score customers share lift lift_low lift_high trend reason",
    "customer_recommendations": "customer_id list rank segment stock_code description category product_type score "
    "reason",
    "similar_items": "stock_code rank similar_stock_code description similar_description score baskets confidence "
    "lift reason",
    "bundles": "rank size stock_code_1 description_1 stock_code_2 description_2 stock_code_3 description_3 baskets "
    "customers support confidence lift lift_low lift_high revenue revenue_beyond_chance reason",
    "products": "stock_code description category product_type first_sold last_sold days_between_sales price_median "
    "customers units "
    "revenue cancellation_rate",
    "models": "kind region model_version model",
    "product_demand": "stock_code customers recent_share recent_share_owned trend repurchase_rate is_offered",
    "regional_demand": "region stock_code share",
    "item_weights": "stock_code weights",
    "recommendation_quality": "model task origin metric value low high baseline delta delta_low delta_high customers",
    "quality_by_segment": "segment model task origin metric value low high delta delta_low delta_high customers",
    "seasonality": "subject_kind subject period is_complete trading_days orders customers revenue sales "
    "sales_per_day baseline season_index index_low index_high season_start season_share",
    "cancellations": "subject_kind subject description lines_sold lines_cancelled units_sold units_cancelled "
    "money_sold money_cancelled money_rate money_rate_usual largest_share customer_lines lines_taken_back line_rate "
    "line_rate_shrunk line_rate_low line_rate_high",
    "countries": "country region is_home customers orders revenue revenue_share average_order_value order_value_low "
    "order_value_high order_value_index orders_per_customer revenue_per_customer customer_value_index guest_share "
    "cancellation_rate cancellation_rate_low cancellation_rate_high top_products home_overlap",
    "cohorts": "cohort months_since period is_complete customers active_customers retention retention_low "
    "retention_high revenue revenue_per_customer",
    "campaigns": "campaign priority title audience offer channel starts_on ends_on timing customers held_out "
    "holdout_share",
    "campaign_audiences": "campaign customer_id segment offer channel starts_on ends_on reason is_holdout",
    "checks": "asset check_name passed severity description",
    "snapshot": "snapshot_id as_of published_at run_id first_sale last_sale lines customers model_version "
    "taste_version checks_passed checks_warned guest_share data_note ledger",
}
"""What readers have been promised (docs: the serving contract). Columns may be added; none may go."""

KEYS = {
    "segments": {"segment_id"},
    "campaigns": {"campaign"},
    "campaign_audiences": {"campaign", "customer_id"},
    "checks": {"asset", "check_name"},
    "segment_regions": {"segment_id", "region"},
    "customer_segments": {"customer_id"},
    "segment_moves": {"period", "from_segment", "to_segment"},
    "model_selection": {"region", "transform", "k"},
    "segment_drift": {"region"},
    "segment_recommendations": {"segment_id", "region", "taste", "list", "rank"},
    "customer_recommendations": {"customer_id", "list", "rank"},
    "similar_items": {"stock_code", "rank"},
    "bundles": {"rank"},
    "products": {"stock_code"},
    "models": {"kind", "region"},
    "product_demand": {"stock_code"},
    "regional_demand": {"region", "stock_code"},
    "item_weights": {"stock_code"},
    "recommendation_quality": {"model", "task", "origin", "metric", "baseline"},
    "quality_by_segment": {"segment", "model", "origin", "metric"},
    "seasonality": {"subject_kind", "subject", "period"},
    "cancellations": {"subject_kind", "subject"},
    "countries": {"country"},
    "cohorts": {"cohort", "months_since"},
    "snapshot": {"snapshot_id"},
}

SQL_TYPES = {"text", "integer", "bigint", "double precision", "numeric(14,2)", "date", "timestamp", "boolean"}


def served() -> dict[str, type[Contract]]:
    return {contract.table(): contract for contract in PUBLISHED} | {"snapshot": Snapshots}


@pytest.mark.parametrize("view", SERVING)
def test_every_promised_column_and_key_of_a_view_is_there(view: str) -> None:
    contract = served()[view]
    assert set(SERVING[view].split()) - set(contract.column_names()) == set()
    assert set(contract.key()) == KEYS[view]


def test_every_view_of_the_first_release_is_still_served() -> None:
    assert served().keys() >= SERVING.keys()


@pytest.mark.parametrize("contract", ALL, ids=[contract.table() for contract in ALL])
class TestEveryContract:
    def test_a_table_without_rows_keeps_it(self, contract: type[Contract]) -> None:
        empty = contract.no_rows()
        contract.validate(empty, lazy=True)
        assert list(empty.columns) == contract.column_names()

    def test_it_describes_itself_and_all_its_columns(self, contract: type[Contract]) -> None:
        assert contract.summary()
        for column in contract.columns():
            assert len(column.description) > 3, column.name
            assert column.sql_type in SQL_TYPES, column.name

    def test_its_key_is_of_its_own_columns_and_never_null(self, contract: type[Contract]) -> None:
        nullable = {column.name for column in contract.columns() if column.nullable}
        assert contract.key()
        assert set(contract.key()) <= set(contract.column_names()) - nullable

    def test_a_column_too_many_or_too_few_breaks_it(self, contract: type[Contract]) -> None:
        empty = contract.no_rows()
        for broken in (empty.assign(surplus=pd.Series(dtype="str")), empty.drop(columns=empty.columns[-1])):
            with pytest.raises((pandera.errors.SchemaError, pandera.errors.SchemaErrors)):
                contract.validate(broken)

    def test_nothing_is_coerced(self, contract: type[Contract]) -> None:
        for column in contract.columns():
            broken = contract.no_rows().assign(**{column.name: pd.Series(dtype="complex128")})
            with pytest.raises(pandera.errors.SchemaError):
                contract.validate(broken)


def test_tables_have_names_of_their_own() -> None:
    names = [contract.table() for contract in ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rank", 0),
        ("customer_share", 1.01),
        ("revenue_share", -0.01),
        ("color", "blue"),
        ("revenue", -1.0),
        ("customers", 0),
        ("segment", None),
    ],
)
def test_a_value_out_of_bounds_breaks_the_contract(column: str, value: object) -> None:
    contract = served()["segments"]
    table = profiled()
    table[column] = table[column].where(table.index > 0, value).astype(table[column].dtype)
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        contract.validate(table, lazy=True)
    assert column in set(caught.value.failure_cases["column"])


def test_two_rows_of_the_same_key_break_the_contract() -> None:
    contract = served()["segments"]
    with pytest.raises(pandera.errors.SchemaErrors):
        contract.validate(pd.concat([profiled(), profiled()], ignore_index=True), lazy=True)


def test_the_figures_of_evidence_are_the_columns_of_their_contract() -> None:
    figures = [field.name for field in fields(Evidence)]
    assert set(ModelSelection.column_names()) == {*figures, "region", "is_chosen", "judged_on"}


def test_words_that_several_parts_use_are_the_same_everywhere() -> None:
    assert {EVERYWHERE, NEW, GONE}.isdisjoint(kind.name for kind in ARCHETYPES)
    assert len({EVERYWHERE, NEW, GONE}) == 3
    assert LISTS == ("signature", "rising", "popular")
    assert categorise(["?"], load_rules())["product_category"].tolist() == [OTHER]


def test_frames_have_the_few_types_that_contracts_know() -> None:
    table = pa.table(
        {
            "small": pa.array([1], pa.int8()),
            "unsigned": pa.array([1], pa.uint32()),
            "half": pa.array([0.5], pa.float32()),
            "money": pa.array([Decimal("1.50")], pa.decimal128(14, 2)),
            "day": pa.array([pd.Timestamp("2011-01-01").date()]),
            "moment": pa.array([pd.Timestamp("2011-01-01 10:00")], pa.timestamp("s")),
            "words": pa.array([None], pa.string()),
        }
    )
    expected = ["int64", "int64", "float64", "float64", "datetime64[us]", "datetime64[us]", "str"]
    assert [str(dtype) for dtype in to_frame(table).dtypes] == expected
    assert [str(dtype) for dtype in to_frame(table.to_batches()[0]).dtypes] == expected

"""Published tables that contradict each other are found out; consistent ones are not accused."""

from collections.abc import Callable

import pandas as pd
import pytest

from segmentation_platform.campaigns import built_in_playbook
from segmentation_platform.campaigns.planning import customers_of, plan
from segmentation_platform.contracts.agreement import AGREEING, ListAgreement, disagreements
from segmentation_platform.contracts.disagreement import Disagreement
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.insights.cancellations import cancellation_rates, cancellations
from segmentation_platform.insights.cohorts import cohorts
from segmentation_platform.insights.countries import countries
from segmentation_platform.insights.lines import hold_lines
from segmentation_platform.insights.rules import InsightRules
from segmentation_platform.insights.seasonality import seasonality
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.recommendations.baskets import known_baskets
from segmentation_platform.recommendations.bundles import bundles
from segmentation_platform.recommendations.ranking_artifacts import learn, ranking_tables
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.sales import Sales, customer_products, offered_products
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.recommendations.similar_items import similar_items
from segmentation_platform.segments.profiles import segment_regions
from segmentation_platform_tests.support.ledgers import catalog, profiled, segmented, simulated, simulated_customers
from segmentation_platform_tests.support.ranking import customer_lists_of
from segmentation_platform_tests.support.session import once

Tables = dict[str, pd.DataFrame]
LISTS = "customer_recommendations"


def tables() -> Tables:
    """The tables of the simulated shop, to be spoilt at will."""
    return {name: table.copy() for name, table in _tables().items()}


@once
def _tables() -> Tables:
    shop, segments, rules = simulated(), segmented(), RecommendationRules()
    products = catalog(shop.clean, shop.as_of)
    with known_sales(DuckDBEngine(), shop.clean[list(COLUMNS)], shop.as_of) as session:
        sales = Sales(customer_products(session, shop.as_of), segments, products)
        recommended = segment_recommendations(sales, shop.as_of, rules)
        artifacts = learn(sales, recommended, shop.as_of, rules)
        own = customer_lists_of(segments, sales.pairs, artifacts)
        offered = offered_products(products, shop.as_of, rules.sold_within_days)
        baskets = known_baskets(session)
        similar = similar_items(baskets, offered, rules.similar)
        together = bundles(baskets, offered, rules.bundles)
        hold_lines(session, products, segments)
        rates = cancellation_rates(session)
        told = {
            "seasonality": seasonality(session, shop.as_of, InsightRules()),
            "cancellations": cancellations(rates, products),
            "countries": countries(session, rates, products),
            "cohorts": cohorts(session, shop.as_of),
        }
    people = customers_of(segments, simulated_customers())
    planned = plan(built_in_playbook(), people, told["seasonality"], shop.as_of, 7)
    return {
        "customer_segments": segments,
        "segments": profiled(),
        "segment_regions": segment_regions(segments),
        "segment_recommendations": recommended,
        "customer_recommendations": own,
        "similar_items": similar,
        "bundles": together,
        "products": products,
        **told,
        "campaigns": planned.campaigns,
        "campaign_audiences": planned.audiences,
        **ranking_tables(artifacts),
    }


def test_tables_of_one_run_agree() -> None:
    assert differences(tables()) == []


def test_all_tables_that_are_compared_are_tried_here() -> None:
    assert set(tables()) == {*AGREEING, LISTS}


def differences(found: Tables) -> list[Disagreement]:
    """What the tables say differently, the customers' lists in two parts."""
    agreement = ListAgreement(found["customer_segments"], found["products"])
    own = found[LISTS]
    parts = own.iloc[: len(own) // 2], own.iloc[len(own) // 2 :]
    in_lists = dict.fromkeys(d for part in parts for d in agreement.disagreements(part))
    return [*disagreements({name: found[name] for name in AGREEING}), *in_lists]


def left_customer(found: Tables) -> None:
    """Somebody of a campaign has moved to another segment since."""
    found["campaign_audiences"].loc[0, "segment"] = "Strangers"


def lost_member(found: Tables) -> None:
    found["campaign_audiences"] = found["campaign_audiences"].iloc[1:]


def released(found: Tables) -> None:
    audiences = found["campaign_audiences"]
    audiences["is_holdout"] = audiences["is_holdout"] & (audiences.index != audiences["is_holdout"].idxmax())


def renamed(found: Tables) -> None:
    found["customer_segments"].loc[0, "segment"] = "Strangers"


def renumbered(found: Tables) -> None:
    found["segment_recommendations"].loc[:, "segment_id"] = found["segment_recommendations"]["segment_id"].replace(
        5, 6
    )


def lost_customer(found: Tables) -> None:
    found["customer_segments"] = found["customer_segments"].query("customer_id != customer_id.max()")


def lost_segment(found: Tables) -> None:
    customers = found["customer_segments"]
    found["customer_segments"] = customers[customers["segment_id"] != 5]


def other_money(found: Tables, by: float = 0.02) -> None:
    customers = found["customer_segments"]
    customers["monetary"] += by * (customers.index == 0)


def no_recommendations(found: Tables) -> None:
    found["segment_recommendations"] = found["segment_recommendations"].query("segment_id != 3")


def unknown_product(found: Tables) -> None:
    found["segment_recommendations"].loc[0, "stock_code"] = "99999"


def lost_product(found: Tables) -> None:
    products = found["products"]
    found["products"] = products[products["stock_code"] != found["segment_recommendations"]["stock_code"][0]]


def stranger(found: Tables) -> None:
    found["customer_recommendations"].loc[0, "customer_id"] = "99999"


def moved_customer(found: Tables) -> None:
    own = found["customer_recommendations"]
    own["segment"] = own["segment"].mask(own["customer_id"] == own["customer_id"].iloc[0], "Strangers")


def unsold_offer(found: Tables) -> None:
    found["customer_recommendations"].loc[0, "stock_code"] = "99999"


def unsold_item(found: Tables) -> None:
    found["similar_items"].loc[0, "stock_code"] = "99999"


def unsold_similar_item(found: Tables) -> None:
    found["similar_items"].loc[0, "similar_stock_code"] = "99999"


def unsold_in_bundle(found: Tables) -> None:
    rows = found["bundles"]
    rows.loc[rows.index[rows["size"] == 3][0], "stock_code_3"] = "99999"


def lost_region(found: Tables) -> None:
    found["segment_regions"] = found["segment_regions"].query("region != 'Germany'")


def strange_region(found: Tables) -> None:
    found["segment_regions"].loc[0, "region"] = "Atlantis"


def larger_region(found: Tables) -> None:
    regions = found["segment_regions"]
    regions["customers"] += regions.index == 0


def richer_month(found: Tables) -> None:
    months = found["seasonality"]
    everything = months["subject_kind"] == "all"
    months.loc[everything, ["revenue", "sales"]] += 1.0


def other_category(found: Tables) -> None:
    months = found["seasonality"]
    first = months.loc[months["subject_kind"] == "category", "subject"].iloc[0]
    months["subject"] = months["subject"].replace(first, "Umbrellas")


def richer_country(found: Tables) -> None:
    countries = found["countries"]
    countries["revenue"] += 99.0 * countries["is_home"]


def lost_cohort(found: Tables) -> None:
    found["cohorts"] = found["cohorts"].query("cohort != cohort.min()")


def strange_segment(found: Tables) -> None:
    rows = found["cancellations"]
    first = rows.loc[rows["subject_kind"] == "segment", "subject"].iloc[0]
    rows["subject"] = rows["subject"].replace(first, "Strangers")


def unsold_cancellation(found: Tables) -> None:
    rows = found["cancellations"]
    first = rows.index[(rows["subject_kind"] == "product") & (rows["lines_sold"] > 0)][0]
    rows.loc[first, "subject"] = "99999"


@pytest.mark.parametrize(
    ("spoil", "table", "rule"),
    [
        (richer_month, "seasonality", "revenue of the kind all is that of the products"),
        (richer_month, "cancellations", "money sold of the kind region is that of seasonality"),
        (other_category, "seasonality", "revenue of a category is that of its products"),
        (richer_country, "countries", "revenue is that of the products"),
        (lost_product, "countries", "revenue is that of the products"),
        (lost_cohort, "cohorts", "customers are those of customer_segments"),
        (lost_cohort, "cohorts", "revenue is that of customer_segments"),
        (lost_customer, "cohorts", "customers are those of customer_segments"),
        (left_customer, "campaign_audiences", "customer is in that segment"),
        (lost_member, "campaigns", "customers and held_out are those of the audience"),
        (released, "campaigns", "customers and held_out are those of the audience"),
        (lost_customer, "campaign_audiences", "customer is in that segment"),
        (strange_segment, "cancellations", "segment is one of the profiles"),
        (unsold_cancellation, "cancellations", "product is in the catalog"),
        (renamed, "customer_segments", "segment is one of the profiles"),
        (renumbered, "segment_recommendations", "segment is one of the profiles"),
        (lost_customer, "segments", "customers are those of customer_segments"),
        (lost_segment, "segments", "customers are those of customer_segments"),
        (lost_customer, "segment_regions", "customers are those of customer_segments"),
        (lost_region, "segment_regions", "customers are those of customer_segments"),
        (strange_region, "segment_regions", "customers are those of customer_segments"),
        (larger_region, "segment_regions", "customers are those of customer_segments"),
        (other_money, "segments", "revenue is that of customer_segments"),
        (no_recommendations, "segment_recommendations", "every segment has recommendations"),
        (unknown_product, "segment_recommendations", "product is in the catalog"),
        (lost_product, "segment_recommendations", "product is in the catalog"),
        (lost_customer, "customer_recommendations", "customer is in customer_segments"),
        (stranger, "customer_recommendations", "customer is in customer_segments"),
        (moved_customer, "customer_recommendations", "customer is in that segment"),
        (unsold_offer, "customer_recommendations", "stock_code is in the catalog"),
        (lost_product, "customer_recommendations", "stock_code is in the catalog"),
        (unsold_item, "similar_items", "stock_code is in the catalog"),
        (unsold_similar_item, "similar_items", "similar_stock_code is in the catalog"),
        (unsold_in_bundle, "bundles", "stock_code_3 is in the catalog"),
    ],
)
def test_a_difference_is_found_with_its_table_and_rule(
    spoil: Callable[[Tables], None], table: str, rule: str
) -> None:
    found = tables()
    spoil(found)
    assert (table, rule) in {(difference.table, difference.rule) for difference in differences(found)}


def test_the_value_says_what_stands_apart() -> None:
    found = tables()
    unknown_product(found)
    assert differences(found) == [Disagreement("segment_recommendations", "product is in the catalog", "99999")]


@pytest.mark.parametrize(
    ("spoil", "table", "rule"),
    [
        (stranger, "customer_recommendations", "customer is in customer_segments"),
        (unsold_offer, "customer_recommendations", "stock_code is in the catalog"),
        (unsold_item, "similar_items", "stock_code is in the catalog"),
        (unsold_similar_item, "similar_items", "similar_stock_code is in the catalog"),
        (unsold_in_bundle, "bundles", "stock_code_3 is in the catalog"),
    ],
)
def test_a_stranger_or_an_unsold_product_is_told_by_itself(
    spoil: Callable[[Tables], None], table: str, rule: str
) -> None:
    found = tables()
    spoil(found)
    assert differences(found) == [Disagreement(table, rule, "99999")]


def test_a_stranger_with_many_products_is_told_once() -> None:
    found = tables()
    own = found["customer_recommendations"]
    own.loc[own["customer_id"] == own["customer_id"].iloc[0], "customer_id"] = "99999"
    assert (own["customer_id"] == "99999").sum() > 1
    assert differences(found) == [
        Disagreement("customer_recommendations", "customer is in customer_segments", "99999")
    ]


@pytest.mark.parametrize("table", ["customer_recommendations", "similar_items", "bundles"])
def test_lists_without_rows_agree_with_all(table: str) -> None:
    found = tables()
    found[table] = found[table].head(0)
    assert differences(found) == []


def test_a_moved_customer_shows_in_the_sizes_of_both_segments() -> None:
    found = tables()
    customers = found["customer_segments"]
    to = 2 if customers["segment_id"][0] != 2 else 3
    customers.loc[0, "segment_id"] = to
    customers.loc[0, "segment"] = found["segments"].set_index("segment_id")["segment"][to]
    sizes = [d for d in differences(found) if d.rule == "customers are those of customer_segments"]
    assert len(sizes) == 2
    assert f"segment {to}: " in " ".join(difference.value for difference in sizes)


def test_a_cent_of_rounding_is_no_difference() -> None:
    found = tables()
    other_money(found, by=0.004)
    assert differences(found) == []

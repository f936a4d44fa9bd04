"""A published shop, read by the read-only role, and the same from a folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from segmentation_platform.campaigns import built_in_playbook
from segmentation_platform.campaigns.planning import customers_of, plan
from segmentation_platform.client import Client
from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.recommendations.baskets import known_baskets
from segmentation_platform.recommendations.bundles import bundles
from segmentation_platform.recommendations.ranking_artifacts import learn, ranking_tables
from segmentation_platform.recommendations.sales import Sales, customer_products
from segmentation_platform.recommendations.segment_lists import segment_recommendations
from segmentation_platform.scoring import RankingModel, models_table
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.integration.warehouse.conftest import new_owner as new_owner
from segmentation_platform_tests.support import session, stages
from segmentation_platform_tests.support.databases import new_database, template
from segmentation_platform_tests.support.ledgers import (
    catalog,
    profiled,
    segmented,
    simulated,
    simulated_customers,
    simulated_fit,
)
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.published import reader_of
from segmentation_platform_tests.support.ranking import RULES, customer_lists_of
from segmentation_platform_tests.support.session import once


@once
def shop_tables() -> dict[str, pd.DataFrame]:
    """A snapshot of the simulated shop: what scoring needs and bundles are the shop's, the rest is marked."""
    shop, rules = simulated(), RULES
    products = catalog(shop.clean, shop.as_of)
    with known_sales(DuckDBEngine(), shop.clean[list(COLUMNS)], shop.as_of) as session:
        sales = Sales(customer_products(session, shop.as_of), segmented(), products)
        lists = segment_recommendations(sales, shop.as_of, rules)
        artifacts = learn(sales, lists, shop.as_of, rules)
        together = bundles(known_baskets(session), products, rules.bundles)
    people = customers_of(segmented(), simulated_customers())
    planned = plan(built_in_playbook(), people, marked_tables(1)["seasonality"], shop.as_of, 7)
    ranking = RankingModel(rules.customers, ("United Kingdom", "Germany"))
    return {
        **marked_tables(1),
        **ranking_tables(artifacts),
        "segments": profiled(),
        "customer_segments": segmented(),
        "customer_recommendations": customer_lists_of(segmented(), sales.pairs, artifacts),
        "segment_recommendations": lists,
        "bundles": together,
        "products": products,
        "campaigns": planned.campaigns,
        "campaign_audiences": planned.audiences,
        "models": models_table({EVERYWHERE: (1, simulated_fit().to_json())}, ranking),
    }


@pytest.fixture
def database(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Database]:
    """A migrated database of the test's own; where the test asks for the shop, it is published there."""
    migrated = stages.migrated(postgres_url)
    copied = template(postgres_url, "shop", publish_shop, migrated) if "shop" in request.fixturenames else migrated
    with new_database(postgres_url, copied) as database:
        yield database


def publish_shop(database: Database) -> None:
    """Publish the simulated shop."""
    publish(database, facts(1, simulated().as_of), shop_tables(), marked_history(1))


@pytest.fixture
def reader(database: Database) -> Iterator[Database]:
    """The test's database for a role that may do what the platform's reader may."""
    with reader_of(database) as (_, reader):
        yield reader


@pytest.fixture
def shop(database: Database) -> Database:
    """The test's database, in which the simulated shop is published."""
    return database


@pytest.fixture
def client(shop: Database, reader: Database) -> Client:
    """A client of the shop, by the read-only role."""
    return Client(reader.url)


@pytest.fixture
def folder(client: Client, tmp_path: Path) -> Path:
    """The shop as files, of the test's own."""
    exported = session.shared_path("export_of_the_shop", lambda path: export(client, path))
    return Path(shutil.copytree(exported, tmp_path / "snapshot"))


def export(client: Client, path: Path) -> None:
    """Export a shop."""
    client.export(path)

"""Whoever may read `serving` can score anybody, and gets what the night would have said."""

from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import pytest

from segmentation_platform.client import Client, ClientError, Purchase, ScoredCustomer
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.scoring import purchases_of
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.integration.client.conftest import shop_tables
from segmentation_platform_tests.support.ledgers import simulated
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.unit.test_scoring import counter, lines_of


def said(scored: ScoredCustomer) -> dict[str, object]:
    return {**asdict(replace(scored, products=pd.DataFrame())), "products": scored.products.to_dict("records")}


def test_strangers_get_from_the_database_and_from_files_what_the_night_s_own_scorer_says(
    client: Client, folder: Path
) -> None:
    codes = shop_tables()["products"]["stock_code"].tolist()
    files, night = Client(folder=folder), counter()
    for basket, region in ((codes[:3], "United Kingdom"), (codes[5:40], ""), ([codes[1], "POSTAGE"], "Germany")):
        purchases = [Purchase(code) for code in basket]
        expected = said(night.score_purchases(purchases, region or "all"))
        assert said(client.score(purchases, region=region)) == expected
        assert said(files.score(basket, region=region)) == expected


def test_customers_of_the_ledger_get_what_the_night_said_scored_again_or_looked_up(client: Client) -> None:
    everybody = shop_tables()["customer_segments"].iloc[::40]
    asked = {
        str(row.customer_id): (purchases_of(lines_of(str(row.customer_id))), str(row.region))
        for row in everybody.itertuples()
    }
    for customer, again in client.score_many(asked).items():
        known = client.score_customer(customer)
        assert (again.segment, again.next_step, again.frequency) == (known.segment, known.next_step, known.frequency)
        assert again.margin == pytest.approx(known.margin, abs=1e-4)
        assert again.description == known.description
        pd.testing.assert_frame_equal(again.products, known.products)


def test_a_country_is_scored_in_its_region(client: Client) -> None:
    code = shop_tables()["products"]["stock_code"].iloc[0]
    assert client.score([code], country="germany").region == "Germany"
    assert client.score([code], country="Norway").region == "Rest of Europe"
    assert client.score(code).region == "all"
    with pytest.raises(ClientError, match="Name a region or a country"):
        client.score([code], region="Germany", country="Germany")


def test_when_another_snapshot_is_served_its_scorer_is_read(client: Client, shop: Database) -> None:
    code = shop_tables()["products"]["stock_code"].iloc[0]
    first = client.scorer()
    assert client.scorer() is first
    only = shop_tables() | {"products": shop_tables()["products"].assign(price_median=1.25)}
    publish(shop, facts(2, simulated().as_of), only, marked_history(2))
    assert client.score([code]).monetary == 1.25
    assert client.scorer() is not first


def test_a_snapshot_of_an_earlier_version_is_said_to_lack_what_scoring_needs(
    shop: Database, reader: Database
) -> None:
    tables = {view: frame.head(0) if view == "models" else frame for view, frame in marked_tables(2).items()}
    publish(shop, facts(2), tables, marked_history(2))
    with pytest.raises(ScoringError, match="without what scoring needs: segmentation-platform run --force"):
        Client(reader.url).score(["85123A"])
    with pytest.raises(ScoringError, match="Nothing was bought"):
        counter().score_purchases([])

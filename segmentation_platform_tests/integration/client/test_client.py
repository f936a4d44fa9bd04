"""The client reads every view as promised, of one snapshot, by the read-only role or from files alike."""

import inspect
from datetime import date
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation_platform.client import Client, ClientError, Page
from segmentation_platform.client.views import VIEWS, columns_of
from segmentation_platform.contracts import HISTORY, PUBLISHED, Contract
from segmentation_platform.contracts.frames import arrow_schema, to_frame
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.roles import READER
from segmentation_platform.warehouse.snapshots import prune, publish, served_snapshot
from segmentation_platform_tests.integration.client.conftest import shop_tables
from segmentation_platform_tests.integration.warehouse.conftest import NewOwner
from segmentation_platform_tests.support.databases import the_readers_login
from segmentation_platform_tests.support.ledgers import simulated
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

ALL_VIEWS = [*VIEWS, *(f"{view}_history" for view in VIEWS if view != HISTORY)]


# --- what is read ---


@pytest.mark.parametrize("contract", PUBLISHED, ids=lambda contract: contract.table())
def test_a_view_is_read_as_it_was_published_in_the_order_of_its_key(client: Client, contract: type[Contract]) -> None:
    view = contract.table()
    found = getattr(client, view)()
    expected = shop_tables()[view].sort_values(contract.key(), ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)


def test_database_and_folder_give_equal_frames_for_every_view(client: Client, folder: Path) -> None:
    files = Client(folder=folder)
    for view in ALL_VIEWS:
        pd.testing.assert_frame_equal(files.table(view), client.table(view), obj=view)
    assert files.snapshot() == client.snapshot()
    assert client.snapshot().as_of == simulated().as_of


@pytest.mark.parametrize("view", ALL_VIEWS)
def test_without_rows_the_columns_are_of_the_promised_types_too(client: Client, view: str) -> None:
    nothing = client.table(view, {columns_of(view)[0].name: []})
    assert nothing.empty
    expected = to_frame(arrow_schema(columns_of(view)).empty_table())
    assert nothing.dtypes.to_dict() == expected.dtypes.to_dict()
    assert client.table(view).dtypes.to_dict() == expected.dtypes.to_dict()


def test_every_view_that_is_published_has_a_method_of_its_name() -> None:
    methods = {name for name, _ in inspect.getmembers(Client, inspect.isfunction)}
    assert set(VIEWS) <= methods


def test_history_shows_all_snapshots_and_the_views_the_one_that_is_served(client: Client, shop: Database) -> None:
    publish(shop, facts(2, date(2011, 12, 31)), marked_tables(2), marked_history(2))
    found = client.history("segments")
    assert found["snapshot_id"].unique().tolist() == [1, 2]
    assert len(client.segments()) == (found["snapshot_id"] == 2).sum()
    assert client.snapshots()["is_served"].tolist() == [False, True]
    assert client.history("products", stock_code="00001")["snapshot_id"].tolist() == [2]


# --- filters ---


def test_a_filter_takes_one_value_or_several_or_none(client: Client) -> None:
    everybody = shop_tables()["customer_segments"]
    names = everybody["segment"].unique().tolist()
    assert len(client.customer_segments(names[0])) == (everybody["segment"] == names[0]).sum()
    assert len(client.customer_segments(names[:2])) == everybody["segment"].isin(names[:2]).sum()
    assert len(client.customer_segments(segment=pd.Index(names[:2]))) == everybody["segment"].isin(names[:2]).sum()
    assert client.customer_segments([]).empty
    assert len(client.customer_segments(None)) == len(everybody)
    assert client.table("customer_segments", {"is_wholesale": True})["is_wholesale"].all()


def test_bundles_are_found_by_any_of_their_products(client: Client) -> None:
    every = shop_tables()["bundles"]
    places = ["stock_code_1", "stock_code_2", "stock_code_3"]
    for code in every.loc[every["size"] == 3, places].iloc[0]:
        found = client.bundles(containing=code)
        assert found["rank"].tolist() == every.loc[(every[places] == code).any(axis=1), "rank"].tolist()
        assert client.bundles(containing=code, size=3, top=5)["rank"].tolist() == [
            rank for rank, size in zip(found["rank"], found["size"], strict=True) if size == 3 and rank <= 5
        ]
    assert client.bundles(containing="nothing").empty


def test_what_people_ask_for_is_found(client: Client) -> None:
    segment = client.segments()["segment"].iloc[0]
    popular = client.segment_recommendations(region="all", taste="all", list="popular", top=3)
    assert popular.groupby("segment").size().tolist() == [3] * popular["segment"].nunique()
    assert set(client.segment_recommendations(segment)["segment"]) == {segment}
    customer = shop_tables()["customer_segments"]["customer_id"].iloc[3]
    assert client.customer_recommendations(customer, list="buy_again", top=2)["rank"].tolist() == [1, 2]
    word = str(shop_tables()["products"]["description"].dropna().iloc[0]).split()[0]
    found = client.products(contains=word.lower(), page=Page(order_by=("-revenue",), limit=3))
    assert found["description"].str.contains(word).all()
    assert found["revenue"].is_monotonic_decreasing
    assert client.find_customers(customer[:2], limit=5)["customer_id"].str.startswith(customer[:2]).all()
    since = date(2011, 1, 1)
    changed = client.customer_segments(changed_since=since)["changed_on"]
    assert (changed >= pd.Timestamp(since)).all()
    assert client.customer_segment_history(on=date(2011, 1, 1))["customer_id"].tolist() == ["00001", "00002", "00003"]
    assert client.customer_segment_history(on=date(2010, 1, 1)).empty


def test_pages_follow_each_other_without_a_gap(client: Client) -> None:
    order = ("-monetary", "segment")
    pages = [
        client.customer_segments(columns=["customer_id"], page=Page(order, limit=7, offset=start))
        for start in range(0, 28, 7)
    ]
    whole = client.customer_segments(columns=["customer_id"], page=Page(order, limit=28))
    pd.testing.assert_frame_equal(pd.concat(pages, ignore_index=True), whole)


@pytest.mark.parametrize("value", ["'; DROP TABLE snapshots.segments; --", "%", "O'Hara", 'a"b', "{}", "$1", "é\\n"])
def test_a_value_is_a_value_whatever_it_says(client: Client, folder: Path, value: str) -> None:
    for each in (client, Client(folder=folder)):
        assert each.segments(segment=value).empty
        assert each.customer_segments([value, "x"]).empty
        assert each.products(contains=value).empty
        assert each.find_customers(value).empty


def test_a_view_or_column_that_is_not_there_is_said_with_those_that_are(client: Client) -> None:
    with pytest.raises(ClientError, match=r"There is no view clients\. There are: snapshot, segments"):
        client.table("clients")
    with pytest.raises(ClientError, match=r"segments has no column name\. It has: segment_id, segment"):
        client.table("segments", {"name": "x"})
    with pytest.raises(ClientError, match=r"no column monetary; drop"):
        client.table("customer_segments", page=Page(order_by=["monetary; drop"]))
    with pytest.raises(ClientError, match="segment is no number"):
        client.spread("segment")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_filters_and_order_give_what_pandas_gives(folder: Path, data: st.DataObject) -> None:
    everybody = shop_tables()["customer_segments"]
    names = data.draw(st.sets(st.sampled_from(["segment", "region", "taste", "r_score", "is_wholesale"]), max_size=3))
    wanted = {name: data.draw(st.lists(st.sampled_from(everybody[name].unique().tolist()))) for name in names}
    found = Client(folder=folder).table("customer_segments", wanted, page=Page(order_by=["-recency_days"]))
    for name, values in wanted.items():
        everybody = everybody[everybody[name].isin(values)]
    expected = everybody.sort_values(["recency_days", "customer_id"], ascending=[False, True], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)


# --- figures that the database computes ---


def test_counts_and_spreads_are_those_of_the_customers_from_either_source(client: Client, folder: Path) -> None:
    everybody = shop_tables()["customer_segments"]
    for each in (client, Client(folder=folder)):
        counted = each.count_customers(("segment", "region"), is_wholesale=False).set_index(["segment", "region"])
        groups = everybody[~everybody["is_wholesale"]].groupby(["segment", "region"])
        assert counted["customers"].to_dict() == groups.size().to_dict()
        assert counted["revenue"].to_dict() == pytest.approx(groups["monetary"].sum().to_dict())
        assert counted["frequency_mean"].to_dict() == pytest.approx(groups["frequency"].mean().to_dict())
        spread = each.spread("monetary").set_index("segment")
        expected = everybody.groupby("segment")["monetary"].quantile(0.95)
        assert spread["high"].to_dict() == pytest.approx(expected.to_dict())
        assert each.count_customers(())["customers"].tolist() == [len(everybody)]
        assert each.count_customers("r_score", segment="nobody").empty


def test_audiences_are_counted_by_the_database(client: Client, folder: Path) -> None:
    planned = shop_tables()["campaigns"].set_index("campaign")
    planned = planned[planned["customers"] > 0]
    for each in (client, Client(folder=folder)):
        counted = each.count_audiences().set_index("campaign")
        assert counted["customers"].to_dict() == planned["customers"].to_dict()
        assert counted["held_out"].to_dict() == planned["held_out"].to_dict()
        by_segment = each.count_audiences(("campaign", "segment"))
        assert by_segment["customers"].sum() == planned["customers"].sum()
        some = each.campaign_audiences("membership", is_holdout=True)
        assert len(some) == int(planned["held_out"]["membership"])
        assert len(some) > 0


def test_of_one_customer_all_is_told(client: Client, folder: Path) -> None:
    customer = shop_tables()["customer_segments"]["customer_id"].iloc[5]
    for each in (client, Client(folder=folder)):
        found = each.customer(customer)
        assert found.facts["customer_id"] == customer
        assert found.facts["previous_segment"] is None
        assert len(found.recommendations) > 5
        assert found.history.columns.tolist() == [column.name for column in columns_of(HISTORY)]
        with pytest.raises(ScoringError, match="Customer nobody has bought nothing before"):
            each.customer("nobody")


# --- one snapshot ---


def test_a_pinned_client_stays_with_its_snapshot_while_others_are_published_and_dropped(
    client: Client, shop: Database
) -> None:
    with client.pinned() as pinned:
        before = pinned.snapshot()
        publish(shop, facts(2), marked_tables(2), marked_history(2))
        prune(shop, 1)
        assert pinned.snapshot() == before
        for contract in PUBLISHED:
            found = pinned.table(contract.table())
            assert len(found) == len(shop_tables()[contract.table()]), contract.table()
        with pinned.pinned() as again:
            assert again.snapshot() == before
    assert client.snapshot().snapshot_id == 2


# --- by whom, and what can be in the way ---


def test_all_of_it_needs_no_more_than_the_read_only_role(shop: Database) -> None:
    with the_readers_login(shop, "it's a \\ word") as reader:
        with reader.connect() as connection:
            assert connection.execute("SELECT current_user").fetchone() == (READER,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM snapshots.segments")
        client = Client(reader.url)
        assert client.score([shop_tables()["products"]["stock_code"].iloc[0]]).segment
        assert client.snapshot().snapshot_id == 1


def test_a_snapshot_is_the_same_record_for_owner_and_reader_and_from_a_folder(
    client: Client, shop: Database, reader: Database, folder: Path
) -> None:
    shown = client.snapshot()
    assert served_snapshot(shop) == served_snapshot(reader) == shown == Client(folder=folder).snapshot()


def test_nothing_is_changed_by_reading(client: Client, shop: Database) -> None:
    for statement in ("DELETE FROM serving.segments RETURNING 1", "SELECT lo_create(0)"):
        refused = pytest.raises(ClientError, match=r"read-only transaction|may not read")
        with refused, client._source.reading() as reading, reading.stream(statement) as rows:
            rows.read_all()
    assert len(client.segments()) == len(shop_tables()["segments"])


def test_where_nothing_is_published_or_the_platform_never_was_it_is_said_what_to_run(
    database: Database, reader: Database, postgres_url: str
) -> None:
    for url in (reader.url, database.url, postgres_url):
        with pytest.raises(ClientError, match="Nothing is published yet: segmentation-platform run"):
            Client(url).segments()


def test_a_role_that_may_not_read_is_told_what_to_grant(new_owner: NewOwner, database: Database) -> None:
    publish(database, facts(1), marked_tables(1), marked_history(1))
    stranger = Database(new_owner("sesame").url.rpartition("/")[0] + "/" + database.url.rpartition("/")[2])
    words = r"(?s)may not read the schema serving.*GRANT segmentation_reader TO"
    with pytest.raises(ClientError, match=words) as said:
        Client(stranger.url).segments()
    assert "sesame" not in str(said.value)


def test_a_database_that_is_away_or_no_database_is_said_without_the_password() -> None:
    with pytest.raises(ClientError, match=r"(?s)No connection to .*Check DATABASE_URL") as said:
        Client("postgresql://me:sesame@127.0.0.1:1/none").segments()
    assert "sesame" not in str(said.value)
    with pytest.raises(ClientError, match="not a Postgres URL"):
        Client("sqlite:///shop.db")


def test_a_database_of_another_version_is_said_with_the_fix(client: Client, shop: Database) -> None:
    with shop.connect() as connection:
        connection.execute("DROP VIEW serving.item_weights CASCADE")
    assert not client.segments().empty
    with pytest.raises(ClientError, match=r"(?s)another version of the platform.*db upgrade"):
        client.item_weights()


def test_without_arguments_it_is_the_database_of_the_settings_or_it_is_said_that_there_is_none(
    client: Client, reader: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from segmentation_platform.settings import load_settings

    monkeypatch.chdir(tmp_path)
    try:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        load_settings.cache_clear()
        with pytest.raises(ClientError, match=r"(?s)Nothing is published yet.*\.segmentation"):
            Client()
        assert list(tmp_path.iterdir()) == [], "a look into the wrong folder leaves nothing behind"
        monkeypatch.setenv("DATABASE_URL", reader.url)
        load_settings.cache_clear()
        assert Client().snapshot() == client.snapshot()
    finally:
        load_settings.cache_clear()
    with pytest.raises(ClientError, match="not both"):
        Client(reader.url, folder=tmp_path)

"""Ledgers in another database: here SQLite, which SQLAlchemy reads as it reads others."""

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from segmentation_platform.sources.databases import Question, fetch_rows
from segmentation_platform.sources.errors import SourceAwayError, SourceError

METADATA = sa.MetaData()
ORDERS = sa.Table(
    "order lines",
    METADATA,
    sa.Column("Order", sa.Integer),
    sa.Column("Item", sa.Text),
    sa.Column("Price", sa.Numeric(10, 2)),
    sa.Column("Sold at", sa.DateTime),
    sa.Column("Day", sa.Date),
    sa.Column("Weight", sa.Float),
)


@pytest.fixture
def shop(tmp_path: Path) -> sa.Engine:
    """The shop's own database."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.sqlite")
    METADATA.create_all(engine)
    return engine


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Folder of the platform's own files."""
    return tmp_path / "home"


def sell(shop: sa.Engine, *orders: tuple[int, int], item: str = "A") -> None:
    """Add orders, of number and hour each."""
    rows = [
        {
            "Order": number, "Item": item, "Price": Decimal("12.50"), "Weight": 2.0, "Day": date(2024, 3, 1),
            "Sold at": datetime.fromisoformat(f"2024-03-01 {hour:02}:00"),
        }
        for number, hour in orders
    ]  # fmt: skip
    with shop.begin() as connection:
        connection.execute(sa.insert(ORDERS), rows)


def question(shop: sa.Engine, **other: str) -> Question:
    return Question(str(shop.url), **({"table": "order lines"} | other))


def orders(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return [row["Order"] for row in csv.DictReader(file)]


def test_rows_come_as_exact_text_with_dates_as_iso(shop: sa.Engine, home: Path) -> None:
    sell(shop, (1, 10), item='a "b", c\nd')
    typed = 'SELECT "Order", "Item", "Price", "Sold at", "Day", "Weight" FROM "order lines" ORDER BY 1;'
    [path] = fetch_rows(question(shop, table="", query=typed), home)
    with path.open(newline="") as file:
        [row] = csv.DictReader(file)
    assert row["Item"] == 'a "b", c\nd'
    assert (row["Order"], row["Weight"]) == ("1", "2")
    assert row["Sold at"].startswith("2024-03-01 10:00:00")
    assert float(row["Price"]) == 12.5


def test_only_what_is_new_by_the_watermark_is_read(shop: sa.Engine, home: Path) -> None:
    asked = question(shop, watermark="Sold at")
    sell(shop, (1, 8), (2, 9))
    [first] = fetch_rows(asked, home)
    assert orders(first) == ["1", "2"]
    assert fetch_rows(asked, home) == [first], "nothing is new"
    sell(shop, (3, 9), (4, 12))
    files = fetch_rows(asked, home)
    assert files[0] == first
    assert [orders(path) for path in files[1:]] == [["2", "3", "4"]], "what came with the last hour, too"
    assert fetch_rows(asked, home) == files


def test_without_a_watermark_all_rows_are_one_file_that_gives_way(shop: sa.Engine, home: Path) -> None:
    sell(shop, (1, 8))
    [path] = fetch_rows(question(shop), home)
    sell(shop, (2, 9))
    assert fetch_rows(question(shop), home) == [path]
    assert orders(path) == ["1", "2"]


def test_rows_that_were_deleted_are_gone_from_a_table_that_is_read_whole(shop: sa.Engine, home: Path) -> None:
    sell(shop, (1, 8), (2, 9))
    [path] = fetch_rows(question(shop), home)
    with shop.begin() as connection:
        connection.execute(sa.delete(ORDERS).where(ORDERS.c["Order"] == 1))
    assert fetch_rows(question(shop), home) == [path]
    assert orders(path) == ["2"]


def test_one_more_of_the_very_same_rows_is_news(shop: sa.Engine, home: Path) -> None:
    asked = question(shop, watermark="Day")
    sell(shop, (1, 8))
    assert len(fetch_rows(asked, home)) == 1
    sell(shop, (1, 8))
    files = fetch_rows(asked, home)
    assert [orders(path) for path in files] == [["1"], ["1", "1"]]


@pytest.mark.parametrize("watermark", ["Order", "Day", "Price", "Weight", "Item"])
def test_a_watermark_can_be_a_number_a_day_or_a_text(shop: sa.Engine, home: Path, watermark: str) -> None:
    asked = question(shop, watermark=watermark)
    sell(shop, (1, 8))
    assert len(fetch_rows(asked, home)) == 1
    sell(shop, (2, 9))
    assert [orders(path) for path in fetch_rows(asked, home)][-1][-1] == "2"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"table": "elsewhere"}, "can't be read: no such table: elsewhere"),
        ({"watermark": "Nothing"}, "can't be read|has no column Nothing"),
        ({"table": "", "query": "SELECT nonsense"}, "can't be read: no such column: nonsense"),
        ({"url": "carrier://pigeon/shop"}, "url can't be used"),
    ],
)
def test_what_can_not_be_answered_is_said_with_the_setting(
    shop: sa.Engine, home: Path, other: dict[str, str], words: str
) -> None:
    sell(shop, (1, 8))
    url = other.pop("url", str(shop.url))
    asked = Question(url, **({"table": "order lines"} | other))
    with pytest.raises(SourceError, match=words) as refused:
        fetch_rows(asked, home)
    assert "[ledger.database]" in str(refused.value)
    assert "sqlalche.me" not in str(refused.value)


def test_a_table_without_rows_is_said_so(shop: sa.Engine, home: Path) -> None:
    with pytest.raises(SourceError, match="has no rows"):
        fetch_rows(question(shop), home)


def test_the_password_is_in_nothing_that_is_shown(home: Path) -> None:
    asked = Question("postgresql://me:secret@db.example.org/shop", query="SELECT *\n FROM orders")
    assert asked.origin == "database postgresql://db.example.org/shop SELECT * FROM orders"
    with pytest.raises(SourceAwayError, match="can't be reached") as refused:
        fetch_rows(Question("postgresql://me:secret@127.0.0.1:9/shop", table="orders"), home)
    assert "secret" not in str(refused.value)

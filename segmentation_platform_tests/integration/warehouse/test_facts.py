"""Figures asked of the database, on ledgers made by hand."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from segmentation_platform.contracts import CleanSales, Products, RejectedSales, RfmFeatures
from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.clean import Understanding, cleaned_ledger
from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.warehouse import facts
from segmentation_platform.warehouse.bulk import stream
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.loads import Load, current_lines_query
from segmentation_platform.warehouse.tables import replace_table
from segmentation_platform_tests.support.loads import load_whole
from segmentation_platform_tests.support.marked import marked_frame

READABLE = [
    "7",
    "\t7",
    "+7",
    "-7",
    "7.",
    ".7",
    "0.70",
    " 7 ",
    "\N{NO-BREAK SPACE}7\N{IDEOGRAPHIC SPACE}",
    "123456789",
]
READABLE += ["\t7", "7-", "(7)", "\N{MINUS SIGN}7", "7\N{EN DASH}", " (.70) ", "0.7-", "- 7", "7 -"]
UNREADABLE = [
    "",
    " ",
    "seven",
    "7 7",
    "7,5",
    "1_0",
    "0x10",
    "NaN",
    "inf",
    "7\n",
    "\x1f7",
    "--7",
    "-7-",
    "(-7)",
    "(7",
    "7)",
    "7--",
    "+7-",
    "-  7",
    "7  -",
    "( 7)",
    "()",
    "-",
    ".",
    "٧",
]
EXPONENTS = ["7e0", "7E+02", "7.5e-3", ".7e1", "7e-99", "7e99", "7e+10", "7e", "7e1.5", "e7", "1234567890", "7e100"]


def load_raw(database: Database, name: str, rows: Sequence[dict[str, str | None]]) -> Load:
    whole = {"invoice": "536365", "stock_code": "85123A", "invoice_date": "2010-12-01 08:26:00", "country": "France"}
    batch = pa.RecordBatch.from_pylist(
        [dict.fromkeys(TEXT_COLUMNS) | whole | row for row in rows],
        schema=pa.schema([(column, pa.string()) for column in TEXT_COLUMNS]),
    )
    return load_whole(database, LedgerFile(Path(name), name.ljust(64, "-"), 1, 1), iter([batch]))


def clean(database: Database) -> None:
    """Clean what is in use, as the pipeline does."""
    with (
        stream(database, current_lines_query()) as lines,
        cleaned_ledger(DuckDBEngine(None), lines, Understanding(online_retail())) as ledger,
    ):
        replace_table(database, CleanSales, ledger.clean)
        replace_table(database, RejectedSales, ledger.rejected)


def test_the_sums_read_in_text_are_those_of_the_cleaning_for_every_way_to_write_a_number(database: Database) -> None:
    texts = [*READABLE, *UNREADABLE, None]
    ledgers: list[list[tuple[str | None, str | None]]]
    ledgers = [[(text, f"{2 + i / 1000}") for i, text in enumerate([*texts, *EXPONENTS])]]
    ledgers += [[(f"{2 + i / 1000}", text) for i, text in enumerate(texts)]]
    ledgers += [[("7", exponent)] for exponent in EXPONENTS]  # one by one: they differ too much to be added up
    for number, ledger in enumerate(ledgers):
        rows = [{"quantity": q, "unit_price": p, "invoice": str(i)} for i, (q, p) in enumerate(ledger)]
        load_raw(database, f"ledger {number}", rows)
        clean(database)
        for balance in (*facts.row_balances(database), *facts.revenue_balances(database, online_retail())):
            assert balance.raw == pytest.approx(balance.clean + balance.rejected, rel=1e-12), ledger


def test_revenue_is_summed_over_lines_on_which_both_numbers_can_be_read(database: Database) -> None:
    rows: list[dict[str, str | None]] = [
        {"quantity": "2", "unit_price": " 1.5 "},
        {"quantity": "-1", "unit_price": "2e2", "invoice": "C1"},
        {"quantity": "two", "unit_price": "1000"},
        {"quantity": "1000", "unit_price": "\n5"},
        {"quantity": None, "unit_price": "1"},
    ]
    load = load_raw(database, "by hand", rows)
    clean(database)
    assert facts.row_balances(database) == [facts.Balance(load.load_id, 5, 2, 3)]
    assert facts.revenue_balances(database, online_retail()) == [facts.Balance(load.load_id, -197, -197, 0)]


def test_a_line_lost_or_doubled_in_cleaning_and_a_load_of_yesterday_show_in_the_balances(database: Database) -> None:
    old = load_raw(database, "old", [{"quantity": "1", "unit_price": "1"}])
    clean(database)
    new = load_raw(database, "new", [{"quantity": "1", "unit_price": "2", "invoice": str(i)} for i in range(3)])
    assert facts.row_balances(database) == [
        facts.Balance(old.load_id, 0, 1, 0),
        facts.Balance(new.load_id, 3, 0, 0),
    ]
    clean(database)
    with database.connect() as connection:
        connection.execute("DELETE FROM warehouse.clean_sales WHERE line_number = 1")
        connection.execute("INSERT INTO warehouse.clean_sales SELECT * FROM warehouse.clean_sales")
    assert facts.row_balances(database) == [facts.Balance(new.load_id, 3, 4, 0)]
    assert facts.revenue_balances(database, online_retail()) == [facts.Balance(new.load_id, 6, 8, 0)]


def sales(*lines: tuple[str, str | None, str]) -> pd.DataFrame:
    """Clean lines of a status, customer and moment."""
    frame = marked_frame(CleanSales, 1, rows=len(lines))
    status, customer, moment = zip(*lines, strict=True)
    return frame.assign(
        status=status, customer_id=customer, sold_at=pd.to_datetime(moment, format="ISO8601").as_unit("us")
    )


LINES = (
    ("completed", "a", "2011-01-01 08:00:00.000001"),
    ("completed", "a", "2011-01-02 00:00"),
    ("cancelled", "b", "2011-01-02 09:00"),
    ("completed", None, "2011-01-03 09:00"),
    ("completed", "b", "2011-01-04 23:59:59.999999"),
)


def test_there_is_no_period_before_the_first_sale(database: Database) -> None:
    assert facts.sales_period(database) is None
    replace_table(database, CleanSales, CleanSales.no_rows())
    assert facts.sales_period(database) is None


@pytest.mark.parametrize(
    ("before", "last", "lines"),
    [
        (date(2011, 1, 2), "2011-01-01 08:00:00.000001", 1),
        (date(2011, 1, 4), "2011-01-03 09:00", 4),
        (date(2011, 1, 5), "2011-01-04 23:59:59.999999", 5),
        (date.max, "2011-01-04 23:59:59.999999", 5),
    ],
)
def test_the_period_ends_with_the_last_line_before_the_day(
    database: Database, before: date, last: str, lines: int
) -> None:
    replace_table(database, CleanSales, sales(*LINES))
    first = datetime.fromisoformat("2011-01-01 08:00:00.000001")
    assert facts.sales_period(database, before) == facts.Period(first, datetime.fromisoformat(last), lines)
    assert facts.sales_period(database, date(2011, 1, 1)) is None


def test_paying_customers_are_known_and_bought_before_the_day(database: Database) -> None:
    replace_table(database, CleanSales, sales(*LINES))
    counted = [facts.paying_customers(database, date(2011, 1, day)) for day in (1, 2, 4, 5)]
    assert counted == [0, 1, 1, 2]


def test_repeated_keys_are_found_and_counted_and_no_others(database: Database) -> None:
    products = marked_frame(Products, 1, rows=4)
    replace_table(database, Products, pd.concat([products, products.iloc[[1, 1, 3]]]))
    assert facts.repeated_keys(database, Products) == [
        {"key": "00002", "rows": "3"},
        {"key": "00004", "rows": "2"},
    ]
    assert len(facts.repeated_keys(database, Products, limit=1)) == 1
    lines = marked_frame(CleanSales, 1, rows=3)
    replace_table(database, CleanSales, pd.concat([lines, lines.iloc[[2]], lines.assign(load_id=9)]))
    assert facts.repeated_keys(database, CleanSales) == [{"key": "3, 3", "rows": "2"}]
    replace_table(database, RfmFeatures, marked_frame(RfmFeatures, 1))
    assert facts.repeated_keys(database, RfmFeatures) == []

"""Lines and money as read, as cleaned and as rejected, on ledgers made by hand."""

import pandas as pd
import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.balances import Balance, Halves, Losses, losses, revenue_balances, row_balances
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform_tests.support.ledgers import Line, cleaned, raw_lines

ENGINE = DuckDBEngine()

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


def halves_of(*lines: Line, load_id: int = 1) -> Halves:
    raw = raw_lines(*lines, load_id=load_id)
    return Halves(raw, *cleaned(raw))


def test_the_sums_read_in_text_are_those_of_the_cleaning_for_every_way_to_write_a_number() -> None:
    texts = [*READABLE, *UNREADABLE, None]
    ledgers: list[list[tuple[str | None, str | None]]]
    ledgers = [[(text, f"{2 + i / 1000}") for i, text in enumerate([*texts, *EXPONENTS])]]
    ledgers += [[(f"{2 + i / 1000}", text) for i, text in enumerate(texts)]]
    ledgers += [[("7", exponent)] for exponent in EXPONENTS]  # one by one: they differ too much to be added up
    for ledger in ledgers:
        halves = halves_of(*({"quantity": q, "unit_price": p, "invoice": str(i)} for i, (q, p) in enumerate(ledger)))
        for balance in (*row_balances(ENGINE, halves), *revenue_balances(ENGINE, halves, online_retail())):
            assert balance.raw == pytest.approx(balance.clean + balance.rejected, rel=1e-12), ledger


def test_revenue_is_summed_over_lines_on_which_both_numbers_can_be_read() -> None:
    halves = halves_of(
        {"quantity": "2", "unit_price": " 1.5 "},
        {"quantity": "-1", "unit_price": "2e2", "invoice": "C1"},
        {"quantity": "two", "unit_price": "1000"},
        {"quantity": "1000", "unit_price": "\n5"},
        {"quantity": None, "unit_price": "1"},
    )
    assert row_balances(ENGINE, halves) == [Balance(1, 5, 2, 3)]
    assert revenue_balances(ENGINE, halves, online_retail()) == [Balance(1, -197, -197, 0)]


def test_a_line_lost_or_doubled_in_cleaning_and_a_load_of_yesterday_show_in_the_balances() -> None:
    old = halves_of({"quantity": "1", "unit_price": "1"})
    new = halves_of(*({"quantity": "1", "unit_price": "2", "invoice": str(i)} for i in range(3)), load_id=2)
    of_yesterday = Halves(new.raw, old.clean, old.rejected)
    assert row_balances(ENGINE, of_yesterday) == [Balance(1, 0, 1, 0), Balance(2, 3, 0, 0)]
    assert isinstance(new.clean, pd.DataFrame)
    doubled = Halves(new.raw, pd.concat([new.clean.iloc[1:]] * 2), new.rejected)
    assert row_balances(ENGINE, doubled) == [Balance(2, 3, 4, 0)]
    assert revenue_balances(ENGINE, doubled, online_retail()) == [Balance(2, 6, 8, 0)]


def test_lines_that_could_be_sales_are_lost_with_their_money_and_the_customers_who_have_no_other() -> None:
    halves = halves_of(
        {"quantity": "1", "unit_price": "60", "customer_id": "1"},
        {"quantity": "1", "unit_price": "20", "customer_id": "2"},
        {"quantity": "x", "unit_price": "5", "customer_id": "3.0"},
        {"quantity": "-3", "unit_price": "20", "customer_id": "1"},
        {"quantity": "1", "unit_price": "70", "customer_id": "4", "stock_code": "POST"},
    )
    assert isinstance(halves.rejected, pd.DataFrame)
    assert sorted(halves.rejected["reason"]) == [
        "negative_without_cancellation",
        "not_a_product",
        "unparseable_quantity",
    ]
    found = losses(ENGINE, halves.clean, halves.rejected)
    # The line that can't be read counts as the median of 60 and 20.
    assert (found.lines, found.money, found.customers) == pytest.approx((2, 100 / 180, 1 / 3))
    nothing = losses(ENGINE, halves.clean, halves.rejected.iloc[:0])
    assert nothing == Losses(0, 0.0, 0.0)

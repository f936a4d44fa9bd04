"""Whatever a ledger's profile says, the money read in its text is that of the cleaned and rejected lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.balances import Halves, revenue_balances, row_balances
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.profile.model import (
    Cancellations,
    Currencies,
    LedgerColumn,
    Lines,
    Numbers,
    ProductRules,
    Profile,
    Statuses,
)
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform_tests.support.ledgers import Line, cleaned, raw_lines

ENGINE = DuckDBEngine()

PLAIN = online_retail().but("cancellations", by="sign", prefix="")
SALE: Line = {
    "stock_code": "85123A",
    "invoice_date": "2010-12-01 08:26:00",
    "customer_id": "17850",
    "country": "France",
    "quantity": "1",
    "unit_price": "10",
}


def with_columns(profile: Profile, *added: LedgerColumn, without: Sequence[LedgerColumn] = ()) -> Profile:
    """The profile of a ledger that has some more columns and lacks others."""
    columns = {column: name for column, name in profile.columns.items() if column not in without}
    return profile.model_copy(update={"columns": {**columns, **{column: column for column in added}}})


@dataclass(frozen=True)
class Told:
    """A ledger and what it is worth by hand: all lines, those kept (with what discounts took off), those rejected."""

    profile: Profile
    lines: Sequence[Line]
    raw: float
    clean: float
    rejected: float


LEDGERS = {
    # 3 x 2.50 = 7.50 as a total, -5.00 by a sign of the total, -4.00 by a sign of the quantity; "x" can't be read.
    "line totals": Told(
        with_columns(PLAIN, "line_total", without=["unit_price"]),
        [
            {"quantity": "3", "line_total": "7.5"},
            {"quantity": "2", "line_total": "-5"},
            {"quantity": "-1", "line_total": "4"},
            {"quantity": "-2", "line_total": "-6"},
            {"quantity": "x", "line_total": "100"},
            {"quantity": "0", "line_total": "9"},
        ],
        raw=7.5 - 5 - 4 - 6,
        clean=7.5 - 5 - 4 - 6,
        rejected=0,
    ),
    "line totals under a prefix": Told(
        with_columns(online_retail(), "line_total", without=["unit_price"]),
        [
            {"quantity": "3", "line_total": "7.5"},
            {"invoice": "C1", "quantity": "2", "line_total": "5"},
            {"invoice": "C2", "quantity": "-2", "line_total": "-6"},
            {"invoice": "C3", "quantity": "-2", "line_total": "8"},
        ],
        raw=7.5 - 5 - 6 - 8,
        clean=7.5 - 5 - 6 - 8,
        rejected=0,
    ),
    "totals without quantities": Told(
        with_columns(PLAIN, "line_total", without=["unit_price", "quantity"]),
        [{"line_total": "12.5", "quantity": None}, {"line_total": "-2.5", "quantity": None}],
        raw=10,
        clean=10,
        rejected=0,
    ),
    # 2 x 1234.50 + 1000 x 0.99 + 1 x 1000000.01; 1.2345,00 is no number.
    "decimal comma and thousands": Told(
        PLAIN.model_copy(update={"numbers": Numbers(decimal=",", thousands=".")}),
        [
            {"quantity": "2", "unit_price": "1.234,50"},
            {"quantity": "1.000", "unit_price": "0,99"},
            {"quantity": "1", "unit_price": "1.000.000,01"},
            {"quantity": "1", "unit_price": "1.2345,00"},
        ],
        raw=2_469 + 990 + 1_000_000.01,
        clean=2_469 + 990 + 1_000_000.01,
        rejected=0,
    ),
    "lakhs and a sign before": Told(
        PLAIN.model_copy(update={"numbers": Numbers(thousands=",", signs=("₹", "Rs."))}),
        [{"unit_price": "₹ 1,23,456.50"}, {"unit_price": "Rs.12,000"}, {"unit_price": "99 ₹"}],
        raw=123_456.5 + 12_000 + 99,
        clean=123_456.5 + 12_000 + 99,
        rejected=0,
    ),
    "blanks and apostrophes as thousands": Told(
        PLAIN.model_copy(update={"numbers": Numbers(decimal=",", thousands=" ")}),
        [{"unit_price": "1\N{NO-BREAK SPACE}234,5"}, {"unit_price": "12\N{NARROW NO-BREAK SPACE}000"}],
        raw=13_234.5,
        clean=13_234.5,
        rejected=0,
    ),
    "minus behind and parentheses": Told(
        PLAIN,
        [
            {"quantity": "5"},
            {"quantity": "2-"},
            {"quantity": "(1)"},
            {"quantity": "3", "unit_price": "4.00-"},
            {"quantity": "\N{MINUS SIGN}2", "unit_price": "(4)"},
        ],
        raw=50 - 20 - 10 - 12 + 8,
        clean=50 - 20 - 10 - 12,
        rejected=8,  # of two signs one is too many: price_not_positive
    ),
    # 10 of 1.0, 10 of 0.5, 10 of 2.0; the yen has no rate and is rejected at its own figure.
    "currency rates": Told(
        with_columns(PLAIN, "currency").but("currency", name="EUR", rates={"USD": 0.5, "GBP": 2.0}),
        [
            {"currency": "EUR"},
            {"currency": " usd "},
            {"currency": "GBP", "quantity": "-1"},
            {"currency": None},
            {"currency": "JPY"},
        ],
        raw=10 + 5 - 20 + 10 + 10,
        clean=10 + 5 - 20 + 10,
        rejected=10,
    ),
    "currency rates by the sign of the price": Told(
        PLAIN.model_copy(
            update={
                "numbers": Numbers(signs=("$", "€")),
                "currency": Currencies(name="€", rates={"$": 0.5}),
            }
        ),
        [{"unit_price": "10 €"}, {"unit_price": "$10"}, {"unit_price": "-$4.00"}],
        raw=10 + 5 - 2,
        clean=10 + 5 - 2,
        rejected=0,
    ),
    "currency on one line of an order": Told(
        with_columns(PLAIN, "currency")
        .but("currency", name="EUR", rates={"USD": 0.5})
        .but("lines", filled_down=("currency",)),
        [
            {"invoice": "1", "currency": "USD"},
            {"invoice": "1", "currency": "", "unit_price": "4"},
            {"invoice": "2", "currency": None, "unit_price": "3"},
        ],
        raw=5 + 2 + 3,
        clean=5 + 2 + 3,
        rejected=0,
    ),
    "a status that returns": Told(
        with_columns(PLAIN, "status").model_copy(
            update={"status": Statuses(counted=("done",), not_counted=("open",), returned=("Refunded",))}
        ),
        [
            {"status": "done"},
            {"status": "refunded "},
            {"status": "REFUNDED", "quantity": "-2"},
            {"status": "Refunded", "unit_price": "-3"},
            {"status": "open"},
            {"status": "odd"},
        ],
        raw=10 - 10 - 20 - 3 + 10 + 10,
        clean=10 - 10 - 20 - 3,
        rejected=20,
    ),
    "a status on one line of an order": Told(
        with_columns(PLAIN, "status").model_copy(
            update={
                "status": Statuses(counted=("done",), returned=("refunded",)),
                "lines": Lines(filled_down=("status",)),
            }
        ),
        [
            {"invoice": "1", "status": "refunded"},
            {"invoice": "1", "status": None, "unit_price": "4"},
            {"invoice": "2", "status": "done"},
            {"invoice": "2", "status": "", "unit_price": "4"},
        ],
        raw=-10 - 4 + 10 + 4,
        clean=-10 - 4 + 10 + 4,
        rejected=0,
    ),
    "a prefix with positive quantities": Told(
        online_retail(),
        [
            {"invoice": "1"},
            {"invoice": "C2", "quantity": "3"},
            {"invoice": " c3", "quantity": "-1"},
            {"invoice": "4", "quantity": "-1"},
            {"invoice": "C5", "stock_code": "POST"},
        ],
        raw=10 - 30 - 10 - 10 - 10,
        clean=10 - 30 - 10,
        rejected=-20,
    ),
    "no cancellations": Told(
        PLAIN.model_copy(update={"cancellations": Cancellations(by="none")}),
        [{"quantity": "2"}, {"quantity": "-1"}, {"unit_price": "-4"}],
        raw=20 - 10 - 4,
        clean=20,
        rejected=-14,
    ),
    "discounts of lines": Told(
        with_columns(PLAIN, "discount"),
        [{"quantity": "3", "discount": "4.5"}, {"discount": "-"}, {"discount": "x"}],
        raw=50,
        clean=50,
        rejected=0,
    ),
    "totals under a prefix, whatever their sign": Told(
        with_columns(online_retail(), "line_total", without=["unit_price"]),
        [
            {"invoice": "C1", "quantity": "2", "unit_price": None, "line_total": "-5"},
            {"invoice": "C2", "quantity": "2", "unit_price": None, "line_total": "5"},
        ],
        raw=-5 - 5,
        clean=-10,
        rejected=0,
    ),
    "a status that returns, both signs negative": Told(
        with_columns(PLAIN, "status").model_copy(update={"status": Statuses(returned=("return",))}),
        [{"status": "Return", "quantity": "-2", "unit_price": "-3"}],
        raw=-6,
        clean=-6,
        rejected=0,
    ),
    # Of order 1 (30 + 10) 4 come off, of order 2 (10) the whole, so nothing was paid; a voucher of -2 is no product.
    "discounts of orders": Told(
        with_columns(PLAIN, "order_discount", "order_refund").model_copy(
            update={"products": ProductRules(discounts=("VOUCHER",)), "lines": Lines(filled_down=("order_discount",))}
        ),
        [
            {"invoice": "1", "quantity": "3", "order_discount": "4"},
            {"invoice": "1", "stock_code": "22633", "order_discount": None},
            {"invoice": "2", "order_refund": "10"},
            {"invoice": "3"},
            {"invoice": "3", "stock_code": "voucher", "unit_price": "-2"},
        ],
        raw=30 + 10 + 10 + 10 - 2,
        clean=50,
        rejected=10 - 2,
    ),
}


def halves_of(lines: Sequence[Line], profile: Profile) -> Halves:
    """The lines, cleaned as the pipeline does."""
    nothing = dict.fromkeys(TEXT_COLUMNS)
    raw = raw_lines(*({**nothing, **SALE, "invoice": str(n), **line} for n, line in enumerate(lines, 536_365)))
    return Halves(raw, *cleaned(raw, Understanding(profile)))


@pytest.mark.parametrize("name", LEDGERS)
def test_the_money_of_a_ledger_is_what_it_is_by_hand_as_read_as_cleaned_and_as_rejected(name: str) -> None:
    told = LEDGERS[name]
    halves = halves_of(told.lines, told.profile)
    [balance] = revenue_balances(ENGINE, halves, told.profile)
    found = (balance.raw, balance.clean, balance.rejected)
    assert found == pytest.approx((told.raw, told.clean, told.rejected), abs=1e-6)
    assert balance.raw == pytest.approx(balance.clean + balance.rejected, rel=1e-12)
    [rows] = row_balances(ENGINE, halves)
    assert rows.raw == rows.clean + rows.rejected == len(told.lines)

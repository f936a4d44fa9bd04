"""What a profile says decides what a line is, who bought it and what it is worth; all values here are by hand."""

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from segmentation_platform.contracts import CleanSales, RejectedSales
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.profile.model import (
    CustomerIds,
    Dates,
    LedgerColumn,
    Lines,
    Numbers,
    ProductRules,
    Profile,
    Statuses,
)
from segmentation_platform_tests.support.ledgers import SALE, Line, cleaned, raw_lines

NAMES: dict[LedgerColumn, str] = {
    "invoice": "Order",
    "stock_code": "Code",
    "description": "Name",
    "quantity": "Pieces",
    "invoice_date": "Date",
    "unit_price": "Price",
    "customer_id": "Customer",
    "country": "Country",
}


def shop(*added: LedgerColumn, without: Sequence[LedgerColumn] = (), **parts: object) -> Profile:
    """The profile of a shop of which nothing is special but what is said; its dates are as in `SALE`."""
    columns = {column: name for column, name in NAMES.items() if column not in without}
    columns |= dict.fromkeys(added, "Beside")
    plain = {"columns": columns, "dates": Dates(formats=("%Y-%m-%d %H:%M:%S",))}
    return Profile.model_validate({**plain, **parts})


def halves(profile: Profile, *lines: Line) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The clean and the rejected lines, both of which keep their contracts."""
    clean, rejected = cleaned(raw_lines(*lines), Understanding(profile))
    CleanSales.validate(clean)
    RejectedSales.validate(rejected)
    assert sorted([*clean["line_number"], *rejected["line_number"]]) == list(range(1, len(lines) + 1))
    return clean, rejected


def kept(profile: Profile, *lines: Line, columns: Sequence[str] = ("amount",)) -> list[object]:
    """What became of lines that are all genuine: one column's values, or rows of several."""
    clean, rejected = halves(profile, *lines)
    assert rejected.empty, rejected["reason"].tolist()
    found = clean[list(columns)].astype(object)
    rows = found.where(found.notna(), None).to_numpy().tolist()
    return [row[0] for row in rows] if len(columns) == 1 else [tuple(row) for row in rows]


def reasons(profile: Profile, *lines: Line) -> list[str | None]:
    """Why each line is rejected, None for a clean one."""
    clean, rejected = halves(profile, *lines)
    found = dict.fromkeys(clean["line_number"]) | dict(zip(rejected["line_number"], rejected["reason"], strict=True))
    return [found[number] for number in range(1, len(lines) + 1)]


def orders(*lines: Mapping[str, str | None]) -> list[Line]:
    """Lines of an order each."""
    return [{"invoice": str(number), **line} for number, line in enumerate(lines, 1)]


# --- amounts ---


def test_without_unit_prices_a_price_is_its_lines_total_by_the_piece_and_its_sign_tells_returns() -> None:
    profile = shop("line_total", without=["unit_price"])
    lines = orders(
        {"quantity": "4", "line_total": "10"},
        {"quantity": "2", "line_total": "-5"},
        {"quantity": "-2", "line_total": "5"},
        {"quantity": "-2", "line_total": "-5"},
    )
    columns = ("status", "quantity", "unit_price", "amount")
    back = ("cancelled", -2, 2.5, -5)
    assert kept(profile, *lines, columns=columns) == [("completed", 4, 2.5, 10), back, back, back]


def test_without_quantities_every_line_is_one_piece() -> None:
    profile = shop("line_total", without=["unit_price", "quantity"])
    lines = orders({"quantity": None, "line_total": "12.5"}, {"quantity": None, "line_total": "-2"})
    assert kept(profile, *lines, columns=("quantity", "amount")) == [(1, 12.5), (-1, -2)]


def test_a_total_of_no_pieces_is_no_unreadable_price() -> None:
    profile = shop("line_total", without=["unit_price"])
    lines = orders({"quantity": "0", "line_total": "10"}, {"quantity": "0", "line_total": "?"}, {"line_total": "?"})
    assert reasons(profile, *lines) == ["quantity_zero", "quantity_zero", "unparseable_price"]


def test_numbers_are_read_in_the_style_of_the_profile_and_in_no_other() -> None:
    numbers = Numbers(decimal=",", thousands=".", signs=("EUR", "€"))
    texts = ["1.234,50 €", "EUR 0,5", "12.000", "1234,5", ",5", "€ (1.000,00)"]
    profile = shop(numbers=numbers)
    lines = orders(*({"quantity": "1", "unit_price": text} for text in texts))
    assert kept(profile, *lines) == [1234.5, 0.5, 12_000, 1234.5, 0.5, -1000]
    wrong = orders(*({"unit_price": text} for text in ("1,234.50", "12.34,5", "$5", "1.2345")))
    assert reasons(profile, *wrong) == ["unparseable_price"] * 4


def test_days_of_a_spreadsheet_are_counted_from_the_end_of_1899() -> None:
    profile = shop(dates=Dates(formats=("serial", "%Y-%m-%d")))
    texts = ["40513", "40513.5", "2010-12-01", "40513.3513888889"]
    days = ["2010-12-01 00:00", "2010-12-01 12:00", "2010-12-01 00:00", "2010-12-01 08:26"]
    lines = orders(*({"invoice_date": text} for text in texts))
    assert kept(profile, *lines, columns=("sold_at",)) == [pd.Timestamp(day) for day in days]


@pytest.mark.parametrize("zone", ["-0500", "+02:00", " +0200", "Z", " UTC", "+00:00"])
def test_an_order_belongs_to_the_shops_own_day_whatever_its_time_zone(zone: str) -> None:
    line = {"invoice_date": f"2010-12-01 23:10:00{zone}"}
    assert kept(shop(), line, columns=("sold_at",)) == [pd.Timestamp("2010-12-01 23:10")]


# --- returns ---


def test_a_negative_quantity_or_price_is_a_return_where_the_sign_tells() -> None:
    lines = orders({"quantity": "2", "unit_price": "3"}, {"quantity": "-2"}, {"quantity": "2", "unit_price": "-3"})
    columns = ("status", "quantity", "unit_price")
    assert kept(shop(), *lines, columns=columns) == [
        ("completed", 2, 3),
        ("cancelled", -2, 2.55),
        ("cancelled", -2, 3),
    ]


def test_a_prefix_takes_back_also_where_the_quantity_has_no_sign() -> None:
    profile = shop(cancellations={"by": "prefix", "prefix": "R-"})
    later = {"invoice_date": "2010-12-02 08:00:00"}
    lines: list[Line] = [{"quantity": "5"}, {**later, "invoice": "r-1", "quantity": "2"}]
    found = kept(profile, *lines, columns=("status", "quantity", "amount", "net_quantity"))
    assert found == [("completed", 5, 12.75, 3), ("cancelled", -2, -5.1, 0)]


def test_where_nothing_takes_back_a_negative_quantity_is_no_sale_and_a_negative_price_no_price() -> None:
    lines = orders({}, {"quantity": "-1"}, {"unit_price": "-1"})
    found = reasons(shop(cancellations={"by": "none"}), *lines)
    assert found == [None, "negative_without_cancellation", "price_not_positive"]


# --- status ---

STATUS = Statuses(counted=("Shipped",), not_counted=("pending", "Canceled"), returned=("Returned to seller",))


def test_a_status_tells_whether_a_line_counts_whatever_its_case_and_blanks() -> None:
    texts = ["shipped", " SHIPPED ", "Pending", "CANCELED", "lost", "", None]
    found = reasons(shop("status", status=STATUS), *orders(*({"status": text} for text in texts)))
    assert found == [None, None, "status_not_counted", "status_not_counted", "status_unknown", None, None]


def test_a_status_of_return_takes_a_line_back_whatever_its_sign() -> None:
    back = {"status": "returned to seller", "invoice_date": "2010-12-02 08:00:00"}
    lines = orders(
        {"status": "Shipped", "quantity": "10", "unit_price": "2"},
        {**back, "quantity": "3", "unit_price": "2"},
        {**back, "quantity": "-1", "unit_price": "2"},
        {**back, "quantity": "2", "unit_price": "-2"},
    )
    found = kept(shop("status", status=STATUS), *lines, columns=("status", "quantity", "amount", "net_quantity"))
    back_rows = [("cancelled", -3, -6, 0), ("cancelled", -1, -2, 0), ("cancelled", -2, -4, 0)]
    assert found == [("completed", 10, 20, 4), *back_rows]


def test_a_status_plays_no_part_in_a_ledger_without_one() -> None:
    assert reasons(shop(status=STATUS), *orders({"status": "lost"}, {"status": None})) == [None, None]


# --- discounts ---


def test_a_discount_of_a_line_comes_off_its_price() -> None:
    lines = orders(
        {"quantity": "4", "unit_price": "5", "discount": "2"},
        {"quantity": "1", "unit_price": "5", "discount": ""},
        {"quantity": "1", "unit_price": "5", "discount": "none"},
    )
    found = kept(shop("discount"), *lines, columns=("unit_price", "amount", "discount"))
    assert found == [(4.5, 18, 2), (5, 5, 0), (5, 5, 0)]


def test_a_discount_of_an_order_comes_off_its_lines_by_their_share_of_its_money() -> None:
    lines: list[Line] = [
        {"invoice": "1", "quantity": "3", "unit_price": "10", "order_discount": "8"},
        {"invoice": "1", "stock_code": "B", "quantity": "1", "unit_price": "10", "order_discount": "8"},
        {"invoice": "2", "quantity": "1", "unit_price": "10", "order_discount": None},
    ]
    # 8 of 40 is a fifth: 6 off 30 and 2 off 10; that the order's 8 stands on both its lines makes it no 16.
    found = kept(shop("order_discount"), *lines, columns=("unit_price", "amount", "discount"))
    assert found == [(8, 24, 6), (8, 8, 2), (10, 10, 0)]


def test_discounts_of_line_and_order_and_what_was_paid_back_come_off_one_after_the_other() -> None:
    profile = shop("discount", "order_discount", "order_refund", lines=Lines(filled_down=("order_discount",)))
    lines: list[Line] = [
        {"invoice": "1", "quantity": "2", "unit_price": "30", "discount": "10", "order_discount": "-15"},
        {"invoice": "1", "stock_code": "B", "quantity": "1", "unit_price": "50", "order_refund": "10"},
    ]
    # 60 - 10 + 50 = 100 after the line's discount; 15 + 10 of it come off, a quarter of each line.
    found = kept(profile, *lines, columns=("unit_price", "amount", "discount"))
    assert found == [(18.75, 37.5, 22.5), (37.5, 37.5, 12.5)]


def test_what_nothing_was_paid_for_is_no_sale_however_much_came_off() -> None:
    lines: list[Line] = [{"order_refund": "15.30"}, {"invoice": "2", "order_refund": "1000"}, {"invoice": "3"}]
    clean, rejected = halves(shop("order_refund"), *lines)
    assert clean["line_number"].tolist() == [3]
    assert rejected["reason"].tolist() == ["nothing_paid", "nothing_paid"]
    assert rejected["amount"].tolist() == pytest.approx([15.3, 15.3])


def test_a_discount_of_a_line_is_what_comes_off_whatever_its_sign_and_never_more_than_the_line() -> None:
    lines: list[Line] = [
        {"quantity": "1", "unit_price": "10", "discount": "-4"},
        {"invoice": "2", "quantity": "1", "unit_price": "10", "discount": "15"},
    ]
    clean, rejected = halves(shop("discount"), *lines)
    assert clean[["amount", "discount"]].to_numpy().tolist() == [[6, 4]]
    assert rejected["reason"].tolist() == ["nothing_paid"]


def test_lines_of_discount_come_off_the_products_of_their_order_and_are_no_products() -> None:
    profile = shop(products=ProductRules(discounts=("Voucher",), services=("POST",)))
    lines: list[Line] = [
        {"invoice": "1", "quantity": "2", "unit_price": "10"},
        {"invoice": "1", "stock_code": " voucher", "quantity": "1", "unit_price": "-5"},
        {"invoice": "1", "stock_code": "post", "quantity": "1", "unit_price": "4"},
        {"invoice": "2", "quantity": "2", "unit_price": "10"},
    ]
    clean, rejected = halves(profile, *lines)
    assert clean[["line_number", "unit_price", "amount", "discount"]].to_numpy().tolist() == [
        [1, 7.5, 15, 5],
        [4, 10, 20, 0],
    ]
    assert rejected[["reason", "amount"]].to_numpy().tolist() == [["discount_line", -5], ["not_a_product", 4]]


def test_a_return_has_no_discount_of_its_order() -> None:
    lines: list[Line] = [
        {"invoice": "1", "quantity": "2", "unit_price": "10", "order_discount": "4"},
        {"invoice": "1", "stock_code": "B", "quantity": "-1", "unit_price": "10", "order_discount": "4"},
    ]
    found = kept(shop("order_discount"), *lines, columns=("amount", "discount"))
    assert found == [(16, 4), (-10, 0)]


# --- orders ---


def test_what_stands_on_one_line_of_an_order_holds_for_all_its_lines() -> None:
    filled = ("invoice_date", "customer_id", "country", "status", "currency")
    profile = shop("status", "currency", lines=Lines(filled_down=filled), status=STATUS)
    profile = profile.but("currency", name="EUR", rates={"USD": 0.5})
    head = {"invoice": "1", "customer_id": "7", "country": "Spain", "status": "shipped", "currency": "usd"}
    rest = {"invoice": "1", "customer_id": "", "country": None, "status": " ", "currency": None, "invoice_date": ""}
    other = {"invoice": "2", "customer_id": None, "country": "", "status": "", "currency": ""}
    lines: list[Line] = [{**rest, "unit_price": "4", "quantity": "1"}, {**head, "stock_code": "B"}, other]
    clean, rejected = halves(profile, *lines)
    assert rejected.empty
    assert clean["customer_id"].astype(object).where(clean["customer_id"].notna(), None).tolist() == ["7", "7", None]
    assert clean["country"].tolist() == ["Spain", "Spain", "Unspecified"]
    assert clean["sold_at"].tolist() == [pd.Timestamp("2010-12-01 08:26")] * 3
    assert clean["unit_price"].tolist() == [2, 1.275, 2.55]


def test_a_status_of_a_whole_order_that_does_not_count_leaves_out_all_its_lines() -> None:
    profile = shop("status", lines=Lines(filled_down=("status",)), status=STATUS)
    lines: list[Line] = [{"status": "pending"}, {"status": None, "stock_code": "B"}, {"invoice": "2", "status": ""}]
    assert reasons(profile, *lines) == ["status_not_counted", "status_not_counted", None]


def test_nothing_is_filled_down_that_the_profile_does_not_name() -> None:
    lines: list[Line] = [{"customer_id": "7"}, {"customer_id": None, "stock_code": "B"}]
    assert kept(shop(lines=Lines(filled_down=("country",))), *lines, columns=("customer_id",)) == ["7", None]


def test_without_order_numbers_what_a_customer_buys_on_a_day_is_an_order() -> None:
    profile = shop(without=["invoice"])
    nobody = {"invoice": None, "customer_id": None}
    lines: list[Line] = [
        {"invoice": None, "customer_id": "7", "invoice_date": "2010-12-01 08:00:00"},
        {"invoice": None, "customer_id": "7", "invoice_date": "2010-12-01 18:00:00"},
        {"invoice": None, "customer_id": "7", "invoice_date": "2010-12-02 08:00:00"},
        {"invoice": None, "customer_id": "8", "invoice_date": "2010-12-01 08:00:00"},
        nobody,
        nobody,
    ]
    found = kept(profile, *lines, columns=("invoice",))
    assert found[0] == found[1]
    assert len(set(found)) == 5


def test_identical_lines_of_an_order_are_pieces_where_the_profile_says_so() -> None:
    pieces = shop(lines=Lines(identical="pieces"))
    assert reasons(pieces, {}, {}, {}) == [None, None, None]
    assert reasons(shop(), {}, {}, {}) == [None, "duplicate_line", "duplicate_line"]


def test_pieces_of_an_order_that_is_exported_once_more_are_duplicates() -> None:
    order: list[Line] = [{}, {}, {"stock_code": "B"}]
    other: Line = {"invoice": "2"}
    found = reasons(shop(lines=Lines(identical="pieces")), *order, other, *order, other)
    assert found == [None] * 4 + ["duplicate_line"] * 4


# --- customers ---


def known(rules: CustomerIds, *texts: str | None) -> list[object]:
    """Which customer each text is."""
    lines = orders(*({"customer_id": text} for text in texts))
    return kept(shop(customers=rules), *lines, columns=("customer_id",))


def test_what_stands_for_an_unknown_customer_is_nobody_whatever_its_case() -> None:
    rules = CustomerIds(guests=("Guest", "0"))
    assert known(rules, "guest", " GUEST ", "0", "0.0", "guest2", "00") == [None, None, None, None, "guest2", "00"]
    assert known(CustomerIds(), "guest", "0") == ["guest", "0"]


def test_customers_that_differ_in_case_are_the_same_where_the_profile_says_so() -> None:
    assert known(CustomerIds(case="folded"), "Ann@X.com", "ann@x.com", "ANN@X.COM") == ["ann@x.com"] * 3
    assert known(CustomerIds(), "Ann@X.com", "ann@x.com") == ["Ann@X.com", "ann@x.com"]


def test_zeros_at_the_front_of_a_customer_are_dropped_where_the_profile_says_so() -> None:
    assert known(CustomerIds(leading_zeros="dropped"), "0042", "42", "42.0", "0", "000", "A007") == [
        "42", "42", "42", "0", "0", "A007",
    ]  # fmt: skip
    assert known(CustomerIds(), "0042", "42") == ["0042", "42"]


# --- products ---


def test_codes_get_back_the_zeros_that_a_spreadsheet_took() -> None:
    profile = shop(products=ProductRules(digits=6))
    texts = ["123", "000123", "1234567", "12A", "a"]
    lines = orders(*({"stock_code": text} for text in texts))
    assert kept(profile, *lines, columns=("stock_code",)) == ["000123", "000123", "1234567", "12A", "A"]


@pytest.mark.parametrize(
    ("missing", "codes"),
    [
        ("rejected", ["missing_product", "missing_product", "missing_product"]),
        ("by description", ["RED MUG", "RED MUG", "missing_product"]),
        ("one product", ["ANY PRODUCT", "ANY PRODUCT", "ANY PRODUCT"]),
    ],
)
def test_a_line_without_a_code_is_what_the_profile_says(missing: str, codes: list[str]) -> None:
    profile = shop(products={"missing_code": missing})
    texts = ["red  mug", " Red mug\t", None]
    clean, rejected = halves(
        profile, *orders(*({"stock_code": " ", "description": text} for text in texts)), {"invoice": "9"}
    )
    assert clean["stock_code"].iloc[-1] == "85123A", "a code that is there is taken"
    found = {**dict(zip(clean["line_number"], clean["stock_code"], strict=True))}
    found |= dict(zip(rejected["line_number"], rejected["reason"], strict=True))
    assert [found[number] for number in (1, 2, 3)] == codes


def test_the_shops_own_category_wins_over_that_of_the_description() -> None:
    lines = orders({"category": " Gifts  & toys "}, {"category": ""})
    found = kept(shop("category"), *lines, columns=("product_category",))
    assert found == ["Gifts & toys", "Candles & lighting"]


# --- currencies and countries ---


def test_amounts_in_another_currency_are_changed_by_their_rate_and_rejected_without_one() -> None:
    profile = shop("currency").but("currency", name="EUR", rates={"usd": 0.5, "GBP": 1.25})
    texts = ["EUR", " eur", "USD", "gbp ", "", None, "JPY"]
    lines = orders(*({"currency": text, "quantity": "2", "unit_price": "4"} for text in texts))
    clean, rejected = halves(profile, *lines)
    assert clean["amount"].tolist() == [8, 8, 4, 10, 8, 8]
    assert rejected[["line_number", "reason"]].to_numpy().tolist() == [[7, "other_currency"]]


def test_all_lines_are_of_the_country_of_the_profile_where_none_is_written() -> None:
    lines = orders({"country": None}, {"country": "Japan"})
    found = kept(shop(country="Germany"), *lines, columns=("country", "region"))
    assert found == [("Germany", "Germany"), ("Japan", "Japan")]


# --- what is no line ---


def test_headings_totals_and_blank_lines_are_no_lines_and_ragged_ones_are_unreadable() -> None:
    nothing = dict.fromkeys(SALE)
    found = reasons(
        shop(),
        {},
        {**nothing, "invoice": "Order", "stock_code": "Code", "quantity": "Pieces", "invoice_date": " DATE "},
        {**nothing, "description": "Total", "quantity": "6", "unit_price": "15.30"},
        {**nothing, "invoice": "Total", "quantity": "6"},
        {**nothing, "stock_code": "85123A", "quantity": "6", "unit_price": "15.30"},
        nothing,
        dict.fromkeys(SALE, " "),
        {**nothing, "description": "a;ragged;line"},
        {**nothing, "invoice": "2", "stock_code": "85123A", "quantity": "1", "unit_price": "2"},
        {**nothing, "customer_id": "7", "quantity": "1", "unit_price": "2"},
    )
    no_lines = ["not_a_line"] * 6
    assert found == [None, *no_lines, "unparseable_quantity", "unparseable_date", "unparseable_date"]

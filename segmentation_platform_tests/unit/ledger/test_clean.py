"""Every raw line comes out once: clean and understood, or rejected with the first reason that applies."""

from datetime import date
from itertools import combinations

import pandas as pd
import pytest
from pydantic import ValidationError

from segmentation_platform.contracts.ledger import REASONS, TEXT_COLUMNS
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.profile.dates import find_dates
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform_tests.support.ledgers import SALE, Line, cleaned, raw_lines

SPOILT: dict[str, Line] = {
    "not_a_line": {"invoice_date": " ", "customer_id": None, "stock_code": "", "description": "TOTAL"},
    "status_not_counted": {"status": "Pending "},
    "unparseable_quantity": {"quantity": "six"},
    "unparseable_price": {"unit_price": "£2.55"},
    "unparseable_date": {"invoice_date": "2011-02-30 10:00:00"},
    "missing_invoice": {"invoice": " "},
    "missing_product": {"stock_code": None},
    "status_unknown": {"status": "shiped"},
    "other_currency": {"currency": "usd"},
    "discount_line": {"stock_code": "voucher"},
    "not_a_product": {"stock_code": "POST"},
    "price_not_positive": {"unit_price": "0.0"},
    "quantity_zero": {"quantity": "0"},
    "negative_without_cancellation": {"quantity": "-6"},
}
"""One way to spoil a line for every reason; a duplicate needs a second line, and a date out of range many others."""

OTHER_REASONS = ("date_out_of_range", "nothing_paid", "duplicate_line", "superseded_line")


def judging() -> Profile:
    """The UCI ledger's profile, with a status and a currency of every line beside: each reason can apply."""
    profile = online_retail().but("status", counted=("shipped",), not_counted=("pending",))
    profile = profile.but("products", discounts=("VOUCHER",)).but("currency", name="GBP")
    return profile.model_copy(update={"columns": {**profile.columns, "status": "Status", "currency": "Currency"}})


def reasons(*lines: Line, profile: Profile | None = None) -> list[str | None]:
    """Why each line is rejected, None for a clean one."""
    clean, rejected = cleaned(raw_lines(*lines), Understanding(profile or online_retail()))
    found = dict.fromkeys(clean["line_number"]) | dict(zip(rejected["line_number"], rejected["reason"], strict=True))
    return [found[number] for number in range(1, len(lines) + 1)]


def clean_line(profile: Profile | None = None, **cells: str | None) -> pd.Series:
    """What becomes of one genuine line."""
    clean, _ = cleaned(raw_lines(cells), Understanding(profile or online_retail()))
    assert len(clean) == 1, "the line was rejected"
    return clean.iloc[0]


def understood(column: str, *written: str | None, into: str = "", profile: Profile | None = None) -> list[object]:
    """What becomes of genuine lines in which a column is written in some ways; None where nothing does."""
    lines = ({"invoice": str(number), column: text} for number, text in enumerate(written, 536_365))
    rules = CleaningRules(regions=("United Kingdom", "EIRE"))
    clean, _ = cleaned(raw_lines(*lines), Understanding(profile or online_retail(), rules))
    assert clean["line_number"].tolist() == list(range(1, len(written) + 1)), "a line was rejected"
    found = clean[into or column].astype(object)
    return found.where(found.notna(), None).tolist()


# --- what is rejected ---


@pytest.mark.parametrize("reason", SPOILT)
def test_a_line_that_is_spoilt_in_one_way_is_rejected_for_that_reason_as_it_stood(reason: str) -> None:
    clean, rejected = cleaned(raw_lines(SPOILT[reason]), Understanding(judging()))
    assert clean.empty
    assert rejected["reason"].tolist() == [reason]
    as_it_stood = rejected[list(TEXT_COLUMNS)].astype(object).iloc[0]
    expected = {**dict.fromkeys(TEXT_COLUMNS), **SALE, **SPOILT[reason]}
    assert as_it_stood.where(as_it_stood.notna(), None).to_dict() == expected


def test_of_two_reasons_the_earlier_one_is_given() -> None:
    pairs = [pair for pair in combinations(SPOILT, 2) if SPOILT[pair[0]].keys().isdisjoint(SPOILT[pair[1]])]
    lines = [{"customer_id": str(n), **SPOILT[first], **SPOILT[second]} for n, (first, second) in enumerate(pairs)]
    assert dict(zip(pairs, reasons(*lines, profile=judging()), strict=True)) == {pair: pair[0] for pair in pairs}
    assert len(pairs) > 60


def test_a_copy_of_a_spoilt_line_is_a_duplicate_only_where_no_earlier_reason_applies() -> None:
    found = reasons(*SPOILT.values(), *SPOILT.values(), profile=judging())
    copies = dict(zip(SPOILT, found[len(SPOILT) :], strict=True))
    is_earlier = {reason: REASONS.index(reason) < REASONS.index("duplicate_line") for reason in SPOILT}
    assert copies == {reason: reason if is_earlier[reason] else "duplicate_line" for reason in SPOILT}


def test_every_reason_of_the_contract_is_tested_here() -> None:
    assert {*SPOILT, *OTHER_REASONS} == set(REASONS)
    assert list(SPOILT) == [reason for reason in REASONS if reason not in OTHER_REASONS]


def test_a_date_out_of_range_is_told_before_a_status_and_after_a_missing_product() -> None:
    far = {"invoice_date": "1951-01-01 08:00:00"}
    ordinary = [{"invoice": str(number)} for number in range(1_000)]
    for spoilt, reason in (("missing_product", "missing_product"), ("status_unknown", "date_out_of_range")):
        found = reasons(*ordinary, {**SPOILT[spoilt], **far}, profile=judging())
        assert found == [None] * 1_000 + [reason]


def test_of_equal_lines_the_first_is_kept() -> None:
    assert reasons({}, {}, {"quantity": "7"}, {}) == [None, "duplicate_line", None, "duplicate_line"]


OTHER_CELLS = {
    "invoice": "536366",
    "stock_code": "85123B",
    "description": "CREAM HEART",
    "quantity": "7",
    "invoice_date": "2010-12-01 08:26:01",
    "unit_price": "2.56",
    "customer_id": "17851",
    "country": "EIRE",
    "status": "shipped",
}


@pytest.mark.parametrize("column", OTHER_CELLS)
def test_lines_that_differ_in_what_they_say_of_the_sale_are_no_duplicates(column: str) -> None:
    assert reasons({}, {column: OTHER_CELLS[column]}, profile=judging()) == [None, None]


@pytest.mark.parametrize(
    "cells",
    [
        {"invoice": " 536365"},
        {"stock_code": "85123a "},
        {"description": "White  hanging heart\tT-light holder "},
        {"quantity": "6.0"},
        {"unit_price": "2.550"},
        {"customer_id": "17850.0"},
        {"country": "United  Kingdom"},
        {"status": "Shipped "},
        {"currency": "gbp"},
    ],
    ids=lambda cells: next(iter(cells)),
)
def test_a_line_that_says_the_same_in_another_writing_is_a_duplicate(cells: Line) -> None:
    line = {"status": "shipped", "currency": "GBP"}
    assert reasons(line, {**line, **cells}, profile=judging()) == [None, "duplicate_line"]


def test_a_missing_cell_and_an_empty_one_say_the_same_and_a_filled_one_does_not() -> None:
    found = reasons({"description": None}, {"description": " "}, {"description": None}, {})
    assert found == [None, "duplicate_line", "duplicate_line", None]


def test_a_number_is_read_however_it_is_written() -> None:
    texts = ("6", " 6 ", "+6", "6.", "6.0", "006", "6e0", "0.6E+1", "\N{NO-BREAK SPACE}6\N{THIN SPACE}")
    assert understood("quantity", *texts) == [6] * len(texts)


def test_a_negative_number_is_read_however_it_is_written() -> None:
    by_sign = online_retail().but("cancellations", by="sign", prefix="")
    texts = ("-6", "6-", "(6)", "\N{MINUS SIGN}6", "6\N{EN DASH}", "(6.0)", " -6. ", "- 6", "6 -")
    assert understood("quantity", *texts, profile=by_sign) == [-6] * len(texts)


def test_a_small_price_is_read_however_a_spreadsheet_writes_it() -> None:
    assert understood("unit_price", "0.001", "1e-03", "1E-3", ".001", "+0.001") == [0.001] * 5


@pytest.mark.parametrize("column", ["quantity", "unit_price"])
def test_what_is_no_number_of_a_shop_is_rejected(column: str) -> None:
    texts = ["1,5", "1.2.3", "--6", "6 pcs", "nan", "inf", "1_000", "0x10", "٦", "9" * 400, "1e99", "", None]
    texts += ["-6-", "(-6)", "(6", "6)", "6--", "+6-", "-  6", "6  -", "( 6)", "6\n", "()", "-", "."]
    found = reasons(*({column: text} for text in texts))
    assert found == [f"unparseable_{column.removeprefix('unit_')}"] * len(texts)


def test_a_date_is_read_in_each_of_the_usual_formats() -> None:
    texts = [
        "2010-12-01 08:26:00",
        "2010-12-01T08:26:00",
        "2010-12-01 08:26",
        "12/1/2010 8:26",
        " 12/01/2010 08:26:00 ",
    ]
    found = find_dates(dict.fromkeys(texts, 1), today=date(2011, 1, 1))
    profile = online_retail().model_copy(update={"dates": found.dates})
    moments = understood("invoice_date", *texts, into="sold_at", profile=profile)
    assert moments == [pd.Timestamp("2010-12-01 08:26")] * len(texts)


def test_a_day_without_a_time_is_its_midnight() -> None:
    profile = online_retail().but("dates", formats=("%Y-%m-%d",))
    assert clean_line(profile, invoice_date="2010-12-01")["sold_at"] == pd.Timestamp("2010-12-01")


def test_a_date_that_no_shop_traded_on_is_rejected() -> None:
    texts = ["12/1/10 8:26", "0001-01-01", "9999-12-31", "infinity", "epoch", "2011-13-01", "today"]
    profile = online_retail().but("dates", formats=("%Y-%m-%d", "%m/%d/%Y %H:%M"))
    found = reasons(*({"invoice_date": text} for text in texts), profile=profile)
    assert found == ["unparseable_date"] * len(texts)


# --- what is understood ---


def test_a_customer_number_loses_what_spreadsheets_add() -> None:
    written = ["17850", "17850.0", " 17850.00 ", "A-10.5", "0042"]
    assert understood("customer_id", *written) == ["17850", "17850", "17850", "A-10.5", "0042"]


def test_a_line_without_a_customer_is_a_guests() -> None:
    assert understood("customer_id", None, "", "  ") == [None, None, None]


def test_a_product_code_is_trimmed_and_in_upper_case() -> None:
    assert understood("stock_code", "85123a", " 22633 ", "79323lp") == ["85123A", "22633", "79323LP"]


def test_a_description_is_in_upper_case_with_single_spaces_and_missing_if_empty() -> None:
    written = ["  white   red\theart ", "\tmug\n", "", " \t", None]
    assert understood("description", *written) == ["WHITE RED HEART", "MUG", None, None, None]


def test_a_country_has_its_continent_and_region() -> None:
    expected = {
        "United Kingdom": ("United Kingdom", "Europe", "United Kingdom"),
        "  united   kingdom\t": ("United Kingdom", "Europe", "United Kingdom"),
        "EIRE": ("EIRE", "Europe", "EIRE"),
        "Spain": ("Spain", "Europe", "Rest of Europe"),
        "Japan": ("Japan", "Asia", "Rest of world"),
        "Atlantis": ("Atlantis", "Unknown", "Rest of world"),
        "": ("Unspecified", "Unknown", "Rest of world"),
        None: ("Unspecified", "Unknown", "Rest of world"),
    }
    found = [understood("country", *expected, into=into) for into in ("country", "continent", "region")]
    assert dict(zip(expected, zip(*found, strict=True), strict=True)) == expected


@pytest.mark.parametrize(
    ("day", "year", "quarter"), [("2010-12-31", 2010, "Q4"), ("2011-01-01", 2011, "Q1"), ("2011-06-30", 2011, "Q2")]
)
def test_year_and_quarter_are_those_of_the_date(day: str, year: int, quarter: str) -> None:
    assert clean_line(invoice_date=f"{day} 12:00:00")[["year", "quarter"]].tolist() == [year, quarter]


def test_category_and_type_come_from_the_description_and_are_other_without_one() -> None:
    kinds = ["product_category", "product_type"]
    assert clean_line(description="red t-light holder")[kinds].tolist() == ["Candles & lighting", "T-light holder"]
    assert clean_line(description=None)[kinds].tolist() == ["OTHER", "OTHER"]


@pytest.mark.parametrize(
    ("invoice", "quantity", "status"),
    [("536365", "6", "completed"), ("C536365", "-6", "cancelled"), (" c536365", "-6", "cancelled")],
)
def test_the_invoice_number_tells_a_cancellation(invoice: str, quantity: str, status: str) -> None:
    line = clean_line(invoice=invoice, quantity=quantity)
    assert line["status"] == status
    assert line["amount"] == pytest.approx(float(quantity) * 2.55)


def test_a_cancellation_takes_units_from_the_sale_before_it_and_nets_to_nothing_itself() -> None:
    later = {"invoice": "C536400", "quantity": "-2", "invoice_date": "2010-12-02 10:00:00"}
    clean, _ = cleaned(raw_lines({}, later))
    assert clean["net_quantity"].tolist() == [4, 0]
    assert clean["net_amount"].tolist() == [10.2, 0]


def test_a_guests_cancellation_matches_nothing_and_their_sales_keep_all_units() -> None:
    guest = {"customer_id": None}
    clean, _ = cleaned(raw_lines(guest, {**guest, "invoice": "C536400", "quantity": "-2"}))
    assert clean["net_quantity"].tolist() == [6, 0]


def test_amounts_are_free_of_the_crumbs_of_binary_fractions() -> None:
    assert clean_line(quantity="6", unit_price="2.55")["amount"] == 15.3
    assert clean_line(quantity="3", unit_price="0.1")["net_amount"] == 0.3


# --- other rules ---


def test_any_code_can_be_made_a_product() -> None:
    any_code = online_retail().but("products", pattern=".+")
    assert clean_line(any_code, stock_code="POST")["stock_code"] == "POST"


def test_a_product_code_must_match_as_a_whole() -> None:
    digits_alone = online_retail().but("products", pattern="[0-9]{5}")
    assert reasons({"stock_code": "85123A"}, profile=digits_alone) == ["not_a_product"]


def test_cancellations_can_have_another_prefix() -> None:
    profile = online_retail().but("cancellations", prefix="ret-")
    assert clean_line(profile, invoice="RET-7", quantity="-1")["status"] == "cancelled"
    assert clean_line(profile, invoice="C7")["status"] == "completed"
    assert reasons({"invoice": "C7", "quantity": "-1"}, profile=profile) == ["negative_without_cancellation"]


def test_dates_can_be_written_day_first() -> None:
    profile = online_retail().but("dates", formats=("%d/%m/%Y %H:%M", "%d.%m.%y"))
    assert clean_line(profile, invoice_date="01/12/2010 08:26")["sold_at"] == pd.Timestamp("2010-12-01 08:26")
    assert clean_line(profile, invoice_date="31.12.10")["sold_at"] == pd.Timestamp("2010-12-31")
    assert reasons({"invoice_date": "12/31/2010 08:26"}, profile=profile) == ["unparseable_date"]


def test_regions_can_be_other_countries() -> None:
    rules = CleaningRules(regions=("japan",))
    lines = raw_lines({"country": "Japan"}, {"country": "Germany", "invoice": "2"})
    clean, _ = cleaned(lines, Understanding(online_retail(), rules))
    assert clean["region"].tolist() == ["japan", "Rest of Europe"]


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("products", {"pattern": "["}),
        ("products", {"patern": ".+"}),
        ("dates", {"formats": ("%H:%M",)}),
        ("cancellations", {"by": "prefix", "prefix": ""}),
        ("currency", {"rates": {"USD": 0.0}}),
        ("customers", {"case": "lower"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_a_profile_that_can_not_work_is_refused_by_the_name_of_its_part(part: str, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=part):
        Profile.model_validate({part: wrong})


def test_a_rule_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="product_cod"):
        CleaningRules.model_validate({"product_cod": ".+"})

"""Every raw line comes out once: clean and understood, or rejected with the first reason that applies."""

import re
from collections.abc import Sequence
from itertools import combinations

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from segmentation_platform.contracts import CleanSales, RejectedSales
from segmentation_platform.contracts.ledger import REASONS, TEXT_COLUMNS
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.categories import categorise, load_rules
from segmentation_platform.ledger.clean import cleaned_ledger
from segmentation_platform.ledger.countries import continent_of
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform_tests.support.ledgers import SALE, Line, cleaned, raw_lines, real, simulated
from segmentation_platform_tests.support.real_ledger import needs_real_ledger

SPOILT: dict[str, Line] = {
    "unparseable_quantity": {"quantity": "six"},
    "unparseable_price": {"unit_price": "£2.55"},
    "unparseable_date": {"invoice_date": "2011-02-30 10:00:00"},
    "missing_invoice": {"invoice": " "},
    "missing_product": {"stock_code": None},
    "not_a_product": {"stock_code": "POST"},
    "price_not_positive": {"unit_price": "0.0"},
    "quantity_zero": {"quantity": "0"},
    "negative_without_cancellation": {"quantity": "-6"},
}
"""One way to spoil a line for every reason; a duplicate needs a second line."""


def reasons(*lines: Line, rules: CleaningRules | None = None) -> list[str | None]:
    """Why each line is rejected, None for a clean one."""
    clean, rejected = cleaned(raw_lines(*lines), rules)
    found = dict.fromkeys(clean["line_number"]) | dict(zip(rejected["line_number"], rejected["reason"], strict=True))
    return [found[number] for number in range(1, len(lines) + 1)]


def clean_line(rules: CleaningRules | None = None, **cells: str | None) -> pd.Series:
    """What becomes of one genuine line."""
    clean, _ = cleaned(raw_lines(cells), rules)
    assert len(clean) == 1, "the line was rejected"
    return clean.iloc[0]


def understood(column: str, *written: str | None, into: str = "") -> list[object]:
    """What becomes of genuine lines in which a column is written in some ways; None where nothing does."""
    clean, _ = cleaned(raw_lines(*({column: text} for text in written)))
    assert clean["line_number"].tolist() == list(range(1, len(written) + 1)), "a line was rejected"
    found = clean[into or column].astype(object)
    return found.where(found.notna(), None).tolist()


# --- what is rejected ---


@pytest.mark.parametrize("reason", SPOILT)
def test_a_line_that_is_spoilt_in_one_way_is_rejected_for_that_reason_as_it_stood(reason: str) -> None:
    clean, rejected = cleaned(raw_lines(SPOILT[reason]))
    assert clean.empty
    assert rejected["reason"].tolist() == [reason]
    as_it_stood = rejected[list(TEXT_COLUMNS)].astype(object).iloc[0]
    assert as_it_stood.where(as_it_stood.notna(), None).to_dict() == {**SALE, **SPOILT[reason]}


def test_of_two_reasons_the_earlier_one_is_given() -> None:
    pairs = [pair for pair in combinations(SPOILT, 2) if SPOILT[pair[0]].keys().isdisjoint(SPOILT[pair[1]])]
    lines = [{**SPOILT[first], **SPOILT[second], "customer_id": str(n)} for n, (first, second) in enumerate(pairs)]
    assert dict(zip(pairs, reasons(*lines), strict=True)) == {pair: pair[0] for pair in pairs}
    assert len(pairs) > 25


def test_a_copy_of_a_spoilt_line_is_a_duplicate_only_where_no_earlier_reason_applies() -> None:
    found = reasons(*SPOILT.values(), *SPOILT.values())
    copies = dict(zip(SPOILT, found[len(SPOILT) :], strict=True))
    is_earlier = {reason: REASONS.index(reason) < REASONS.index("duplicate_line") for reason in SPOILT}
    assert copies == {reason: reason if is_earlier[reason] else "duplicate_line" for reason in SPOILT}


def test_every_reason_of_the_contract_is_tested_here() -> None:
    assert {*SPOILT, "duplicate_line"} == set(REASONS)
    assert list(SPOILT) == [reason for reason in REASONS if reason != "duplicate_line"]


def test_of_equal_lines_the_first_is_kept() -> None:
    assert reasons({}, {}, {"quantity": "7"}, {}) == [None, "duplicate_line", None, "duplicate_line"]


@pytest.mark.parametrize("column", TEXT_COLUMNS)
def test_lines_that_differ_in_any_column_are_no_duplicates(column: str) -> None:
    other = {"invoice_date": "2010-12-01 08:27:00", "quantity": "7", "unit_price": "3", "stock_code": "85123B"}
    assert reasons({}, {column: other.get(column, "other")}) == [None, None]


def test_lines_that_differ_only_in_what_is_missing_are_no_duplicates_but_missing_equals_missing() -> None:
    assert reasons({"description": None}, {"description": ""}, {"description": None}) == [
        None,
        None,
        "duplicate_line",
    ]


def test_a_number_is_read_however_it_is_written() -> None:
    assert understood("quantity", "6", " 6 ", "+6", "6.", "6.0", "006") == [6] * 6


def test_a_small_price_is_read_however_a_spreadsheet_writes_it() -> None:
    assert understood("unit_price", "0.001", "1e-03", "1E-3", ".001", "+0.001") == [0.001] * 5


@pytest.mark.parametrize("column", ["quantity", "unit_price"])
def test_what_is_no_number_of_a_shop_is_rejected(column: str) -> None:
    texts = ["1,5", "1.2.3", "--6", "6 pcs", "nan", "inf", "1_000", "0x10", "٦", "9" * 400, "1e99", "", None]
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
    assert understood("invoice_date", *texts, into="sold_at") == [pd.Timestamp("2010-12-01 08:26")] * len(texts)


def test_a_day_without_a_time_is_its_midnight() -> None:
    assert clean_line(invoice_date="2010-12-01")["sold_at"] == pd.Timestamp("2010-12-01")


def test_a_date_that_no_shop_traded_on_is_rejected() -> None:
    texts = ["12/1/10 8:26", "0001-01-01", "9999-12-31", "infinity", "epoch", "2011-13-01", "today"]
    assert reasons(*({"invoice_date": text} for text in texts)) == ["unparseable_date"] * len(texts)


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
        "  united   kingdom\t": ("united kingdom", "Europe", "United Kingdom"),
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
    ("date", "year", "quarter"), [("2010-12-31", 2010, "Q4"), ("2011-01-01", 2011, "Q1"), ("2011-06-30", 2011, "Q2")]
)
def test_year_and_quarter_are_those_of_the_date(date: str, year: int, quarter: str) -> None:
    assert clean_line(invoice_date=date)[["year", "quarter"]].tolist() == [year, quarter]


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
    assert clean_line(CleaningRules(product_code=".+"), stock_code="POST")["stock_code"] == "POST"


def test_a_product_code_must_match_as_a_whole() -> None:
    assert reasons({"stock_code": "85123A"}, rules=CleaningRules(product_code="[0-9]{5}")) == ["not_a_product"]


def test_cancellations_can_have_another_prefix() -> None:
    rules = CleaningRules(cancellation_prefix="ret-")
    assert clean_line(rules, invoice="RET-7", quantity="-1")["status"] == "cancelled"
    assert clean_line(rules, invoice="C7")["status"] == "completed"
    assert reasons({"invoice": "C7", "quantity": "-1"}, rules=rules) == ["negative_without_cancellation"]


def test_dates_can_be_written_day_first() -> None:
    rules = CleaningRules(date_formats=("%d/%m/%Y %H:%M", "%d.%m.%y"))
    assert clean_line(rules, invoice_date="01/12/2010 08:26")["sold_at"] == pd.Timestamp("2010-12-01 08:26")
    assert clean_line(rules, invoice_date="31.12.10")["sold_at"] == pd.Timestamp("2010-12-31")
    assert reasons({"invoice_date": "12/31/2010 08:26"}, rules=rules) == ["unparseable_date"]


def test_regions_can_be_other_countries() -> None:
    rules = CleaningRules(regions=("japan",))
    assert clean_line(rules, country="Japan")["region"] == "japan"
    assert clean_line(rules, country="Germany")["region"] == "Rest of Europe"


@pytest.mark.parametrize(
    "wrong",
    [{"product_code": "["}, {"cancellation_prefix": ""}, {"date_formats": ()}, {"product_cod": ".+"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_rule_that_can_not_work_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        CleaningRules.model_validate(wrong)


# --- nothing is lost ---


def number_of(text: str | None, pattern: str) -> float | None:
    stripped = (text or "").strip(" ")
    return float(stripped) if re.fullmatch(pattern, stripped) else None


def units_of(line: Line) -> float | None:
    return number_of(line["quantity"], r"[+-]?([0-9]{1,9}(\.[0-9]*)?|\.[0-9]+)")


def price_of(line: Line) -> float | None:
    return number_of(line["unit_price"], r"[+-]?([0-9]{1,9}(\.[0-9]*)?|\.[0-9]+)([eE](-[0-9]{1,2}|\+?0?[0-9]))?")


DATES = {"2010-12-01 08:26:00": True, "12/1/2010 8:26": True, "2011-02-30": False, "x": False, "": False, None: False}


def plain_reason(line: Line, seen: set[tuple[str | None, ...]]) -> str | None:
    """The rules of cleaning once more, told plainly."""
    units, price = units_of(line), price_of(line)
    code, invoice = (line["stock_code"] or "").strip(" ").upper(), (line["invoice"] or "").strip(" ").upper()
    is_known = tuple(line.values()) in seen
    seen.add(tuple(line.values()))
    tests = (
        units is None,
        price is None,
        not DATES[line["invoice_date"]],
        not invoice,
        not code,
        is_known,
        not re.fullmatch("[0-9]{5}[A-Z]{0,2}", code),
        price is not None and price <= 0,
        units == 0,
        units is not None and units < 0 and not invoice.startswith("C"),
    )
    return next((reason for reason, applies in zip(REASONS, tests, strict=True) if applies), None)


def cell(*usual: str | None, alphabet: str = "1 .-+eE0x") -> st.SearchStrategy[str | None]:
    return st.sampled_from(usual) | st.text(alphabet, max_size=6)


ANY_TEXT = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
DIRTY_LINE: st.SearchStrategy[Line] = st.fixed_dictionaries(
    {
        "invoice": cell("536365", "C536366", "c1", None, "", alphabet="C1 x"),
        "stock_code": cell("85123A", "22633", "post", None, alphabet="12345A "),
        "description": ANY_TEXT,
        "quantity": cell("6", "-6", "1e3", None),
        "invoice_date": st.sampled_from(list(DATES)),
        "unit_price": cell("2.55", "0", "1e-3", None),
        "customer_id": ANY_TEXT | st.sampled_from(["17850", "17850.0"]),
        "country": ANY_TEXT | st.sampled_from(["EIRE"]),
    }
)


@given(st.lists(DIRTY_LINE, max_size=12).map(lambda lines: lines + lines[:2]))
@settings(deadline=None, max_examples=25)
def test_whatever_the_lines_are_each_comes_out_once_with_the_reason_of_a_plain_telling(lines: list[Line]) -> None:
    clean, rejected = cleaned(raw_lines(*lines))
    CleanSales.validate(clean)
    RejectedSales.validate(rejected)
    assert sorted([*clean["line_number"], *rejected["line_number"]]) == list(range(1, len(lines) + 1))
    seen: set[tuple[str | None, ...]] = set()
    expected = {number: plain_reason(line, seen) for number, line in enumerate(lines, 1)}
    found = dict(zip(rejected["line_number"], rejected["reason"], strict=True))
    assert found == {number: reason for number, reason in expected.items() if reason}
    revenue = sum((units_of(line) or 0) * (price_of(line) or 0) for line in lines)
    assert clean["amount"].sum() + rejected["amount"].sum() == pytest.approx(revenue, rel=1e-9, abs=1e-5)


def test_a_ledger_without_lines_gives_two_halves_without_lines() -> None:
    clean, rejected = cleaned(raw_lines())
    CleanSales.validate(clean)
    RejectedSales.validate(rejected)
    assert clean.empty
    assert rejected.empty


def test_lines_of_several_loads_are_told_apart_and_duplicates_found_across_them() -> None:
    both = pa.concat_tables([raw_lines({}, {"quantity": "7"}, load_id=2), raw_lines({}, load_id=1)])
    clean, rejected = cleaned(both)
    assert clean[["load_id", "line_number"]].to_numpy().tolist() == [[1, 1], [2, 2]]
    assert rejected[["load_id", "line_number", "reason"]].to_numpy().tolist() == [[2, 1, "duplicate_line"]]


def test_reasons_are_counted_most_lines_first() -> None:
    lines: Sequence[Line] = [{"stock_code": "POST", "unit_price": "5"}, {}, {"quantity": "x"}, {}, {}]
    with cleaned_ledger(DuckDBEngine(), raw_lines(*lines), CleaningRules()) as ledger:
        found = ledger.reasons.to_numpy().tolist()
    assert found == [
        ["duplicate_line", 2, 30.6, "536365"],
        ["not_a_product", 1, 30.0, "POST"],
        ["unparseable_quantity", 1, 0.0, "x"],
    ]


# --- the simulated shop ---


def test_every_planted_dirty_line_of_a_simulated_shop_is_rejected_for_its_reason_and_no_other_line_is() -> None:
    shop = simulated()
    found = shop.rejected[["line_number", "reason"]].astype({"reason": object})
    pd.testing.assert_frame_equal(found, shop.truth.dirty_lines.astype({"reason": object}), check_dtype=False)
    assert set(found["reason"]) == set(REASONS)
    assert len(shop.clean) == shop.raw.num_rows - len(found)


def test_the_halves_of_a_simulated_ledger_keep_their_contracts() -> None:
    CleanSales.validate(simulated().clean, lazy=True)
    RejectedSales.validate(simulated().rejected, lazy=True)


def test_countries_and_categories_of_a_simulated_ledger_are_those_of_their_tables() -> None:
    clean = simulated().clean
    expected = clean["country"].map({name: continent_of(name) for name in clean["country"].unique()})
    assert (clean["continent"] == expected).all()
    kinds = categorise(clean["description"], load_rules()).set_index("description")
    for column in ("product_category", "product_type"):
        assert (clean[column] == clean["description"].map(kinds[column]).fillna("OTHER")).all()


# --- the real ledger ---


@pytest.mark.real_ledger
@pytest.mark.slow
@needs_real_ledger
class TestTheRealLedger:
    def test_every_line_is_clean_or_rejected_in_the_numbers_of_the_reference(self) -> None:
        raw, clean, rejected = real()
        assert (raw.num_rows, len(clean), len(rejected)) == (541_909, 531_172, 10_737)
        assert rejected["reason"].value_counts().to_dict() == {
            "duplicate_line": 5_268,
            "not_a_product": 2_989,
            "price_not_positive": 2_480,
        }

    def test_sales_and_cancellations_of_known_customers_are_those_of_the_reference(self) -> None:
        _, clean, _ = real()
        known = clean.dropna(subset="customer_id")
        assert known["status"].value_counts().to_dict() == {"completed": 391_150, "cancelled": 8_506}
        assert known.loc[known["status"] == "completed", "customer_id"].nunique() == 4_334

    def test_the_amounts_of_both_halves_add_up_to_the_ledgers_to_the_cent(self) -> None:
        _, clean, rejected = real()
        assert round(clean["amount"].sum() + rejected["amount"].sum(), 2) == round(9_747_747.934, 2)

    def test_both_halves_keep_their_contracts(self) -> None:
        _, clean, rejected = real()
        CleanSales.validate(clean, lazy=True)
        RejectedSales.validate(rejected, lazy=True)

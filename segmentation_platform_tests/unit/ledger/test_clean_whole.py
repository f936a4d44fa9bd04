"""Nothing of a ledger is lost in cleaning: of any lines, of a simulated shop's and of the real ledger's."""

import re
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts import CleanSales, RejectedSales
from segmentation_platform.contracts.ledger import REASONS
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.categories import categorise, load_rules
from segmentation_platform.ledger.clean import Understanding, cleaned_ledger
from segmentation_platform.ledger.countries import continent_of
from segmentation_platform.ledger.ground import Learned
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.ledger.simulation import dirt
from segmentation_platform.ledger.vocabulary import Vocabulary
from segmentation_platform_tests.support.ledgers import Line, cleaned, raw_lines, real, simulated
from segmentation_platform_tests.support.real_ledger import needs_real_ledger
from segmentation_platform_tests.support.variants import examples

CORE = r"([0-9]{1,9}(\.[0-9]*)?|\.[0-9]+)([eE](-[0-9]{1,2}|\+?0?[0-9]))?"
NEGATIVE = (rf"- ?({CORE})", rf"({CORE}) ?-", rf"\(({CORE})\)")


def number_of(text: str | None) -> float | None:
    stripped = (text or "").replace("\N{MINUS SIGN}", "-").strip(" ")
    for pattern in NEGATIVE:
        if match := re.fullmatch(pattern, stripped):
            return -float(match[1])
    return float(stripped.lstrip("+ ")) if re.fullmatch(rf"\+? ?{CORE}", stripped) else None


def invoice_of(line: Line) -> str:
    return (line["invoice"] or "").strip(" ")


def units_of(line: Line) -> float | None:
    """Units as they count: an invoice with the prefix takes them back, whatever their sign."""
    units = number_of(line["quantity"])
    return -abs(units) if units is not None and invoice_of(line).upper().startswith("C") else units


DATES = {
    "2010-12-01 08:26:00": "a moment",
    "12/1/2010 8:26": "a moment",
    "2011-02-30": None,
    "x": None,
    "": None,
    None: None,
}
TWO_FORMATS = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M")


def spaced(text: str | None) -> str:
    return re.sub("[\t\n\f\r ]+", " ", text or "").strip(" ")


def plain_reason(line: Line, seen: set[tuple[object, ...]]) -> str | None:
    """The rules of cleaning once more, told plainly."""
    units, price, moment = units_of(line), number_of(line["unit_price"]), DATES[line["invoice_date"]]
    code, invoice = (line["stock_code"] or "").strip(" ").upper(), invoice_of(line)
    customer = re.sub(r"\.0+\Z", "", (line["customer_id"] or "").strip(" ")).strip(" ")
    name, country = spaced(line["description"]).upper(), spaced(line["country"])
    typed = (invoice, code, name, units, moment, price, customer, country)
    is_known = typed in seen
    seen.add(typed)
    is_ragged = line["description"] is not None and line["quantity"] is None and line["unit_price"] is None
    applies = {
        "not_a_line": not (line["invoice_date"] or customer or (code and invoice) or is_ragged),
        "unparseable_quantity": units is None,
        "unparseable_price": price is None,
        "unparseable_date": moment is None,
        "missing_invoice": not invoice,
        "missing_product": not code,
        "duplicate_line": is_known,
        "not_a_product": not re.fullmatch("[0-9]{5}[A-Z]{0,2}", code),
        "price_not_positive": price is not None and price <= 0,
        "quantity_zero": units == 0,
        "negative_without_cancellation": units is not None and units < 0 and not invoice.upper().startswith("C"),
    }
    return next((reason for reason in REASONS if applies.get(reason)), None)


def cell(*usual: str | None, alphabet: str = "1 .-+eE0x()\N{MINUS SIGN}") -> st.SearchStrategy[str | None]:
    return st.sampled_from(usual) | st.text(alphabet, max_size=6)


ANY_TEXT = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
DIRTY_LINE: st.SearchStrategy[Line] = st.fixed_dictionaries(
    {
        "invoice": cell("536365", "C536366", "c1", None, "", alphabet="C1 x"),
        "stock_code": cell("85123A", "22633", "post", None, alphabet="12345A "),
        "description": ANY_TEXT | st.sampled_from(["MUG", " mug\t"]),
        "quantity": cell("6", "-6", "6-", "(6)", "1e3", None),
        "invoice_date": st.sampled_from(list(DATES)),
        "unit_price": cell("2.55", "2.550", "0", "1e-3", None),
        "customer_id": ANY_TEXT | st.sampled_from(["17850", "17850.0"]),
        "country": ANY_TEXT | st.sampled_from(["EIRE"]),
    }
)


@given(st.lists(DIRTY_LINE, max_size=12).map(lambda lines: lines + lines[:2]))
@settings(deadline=None, max_examples=examples(25))
def test_whatever_the_lines_are_each_comes_out_once_with_the_reason_of_a_plain_telling(lines: list[Line]) -> None:
    clean, rejected = cleaned(raw_lines(*lines), Understanding(online_retail().but("dates", formats=TWO_FORMATS)))
    CleanSales.validate(clean)
    RejectedSales.validate(rejected)
    assert sorted([*clean["line_number"], *rejected["line_number"]]) == list(range(1, len(lines) + 1))
    seen: set[tuple[object, ...]] = set()
    expected = {number: plain_reason(line, seen) for number, line in enumerate(lines, 1)}
    found = dict(zip(rejected["line_number"], rejected["reason"], strict=True))
    assert found == {number: reason for number, reason in expected.items() if reason}
    revenue = sum((units_of(line) or 0) * (number_of(line["unit_price"]) or 0) for line in lines)
    assert clean["amount"].sum() + rejected["amount"].sum() == pytest.approx(revenue, rel=1e-9, abs=1e-5)


def test_a_ledger_without_lines_gives_two_halves_without_lines() -> None:
    clean, rejected = cleaned(raw_lines())
    CleanSales.validate(clean)
    RejectedSales.validate(rejected)
    assert clean.empty
    assert rejected.empty


def test_lines_of_several_loads_are_told_apart_and_those_of_the_later_one_kept() -> None:
    both = pa.concat_tables([raw_lines({}, {"quantity": "7"}, load_id=2), raw_lines({}, load_id=1)])
    clean, rejected = cleaned(both)
    assert clean[["load_id", "line_number"]].to_numpy().tolist() == [[2, 1], [2, 2]]
    assert rejected[["load_id", "line_number", "reason"]].to_numpy().tolist() == [[1, 1, "superseded_line"]]


def test_reasons_are_counted_most_lines_first() -> None:
    lines: Sequence[Line] = [{"stock_code": "POST", "unit_price": "5"}, {}, {"quantity": "x"}, {}, {}]
    with cleaned_ledger(DuckDBEngine(), raw_lines(*lines), Understanding(online_retail())) as ledger:
        found = ledger.reasons.to_numpy().tolist()
    assert found == [
        ["duplicate_line", 2, 30.6, 1, "536365"],
        ["not_a_product", 1, 30.0, 1, "POST"],
        ["unparseable_quantity", 1, 0.0, 1, "x"],
    ]


# --- the simulated shop ---


def test_every_planted_dirty_line_of_a_simulated_shop_is_rejected_for_its_reason_and_no_other_line_is() -> None:
    shop = simulated()
    found = shop.rejected[["line_number", "reason"]].astype({"reason": object})
    pd.testing.assert_frame_equal(found, shop.truth.dirty_lines.astype({"reason": object}), check_dtype=False)
    assert set(found["reason"]) == set(dirt.REASONS)
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


# --- categories ---


def categories_of(names: Sequence[str], understanding: Understanding) -> tuple[dict[str, str], str]:
    """The category of each description, and how the ledger says that it names its products."""
    lines = raw_lines(*({"invoice": str(n), "description": name} for n, name in enumerate(names, 1)))
    with cleaned_ledger(DuckDBEngine(), lines, understanding) as ledger:
        clean = ledger.clean.read_all()
        named = dict(zip(clean["description"].to_pylist(), clean["product_category"].to_pylist(), strict=True))
        return named, ledger.ground.naming.words


def test_products_in_words_that_the_rules_know_are_named_by_them() -> None:
    named, words = categories_of(["RED T LIGHT HOLDER", "JUMBO BAG"], Understanding(online_retail()))
    assert named["RED T LIGHT HOLDER"] == "Candles & lighting"
    assert words == "the platform's own rules name 100% of the revenue"


def test_products_in_other_words_are_named_by_these_and_stay_so() -> None:
    things, colors = ("KERAMIKSKÅL", "ULLTEPPE", "GLASSVASE"), ("RØD", "GUL", "BLÅ")
    names = [f"{thing} {color}" for thing in things for color in colors]
    named, words = categories_of(names, Understanding(online_retail()))
    assert set(named.values()) in ({word.capitalize() for word in things}, {word.capitalize() for word in colors})
    assert words.startswith("words of the shop's own descriptions name 100% of the revenue: ")
    kept = Vocabulary(("KERAMIKSKÅL", "ULLTEPPE"))
    later, _ = categories_of([*names, "ULLTEPPE HVIT"], Understanding(online_retail(), learned=Learned(kept)))
    assert later["ULLTEPPE HVIT"] == "Ullteppe"
    assert later["KERAMIKSKÅL RØD"] == "Keramikskål"
    assert list(later.values()).count("OTHER") <= len(later) / 4

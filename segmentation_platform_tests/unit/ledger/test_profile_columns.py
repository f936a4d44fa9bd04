"""Names of columns and words in them: no name or word under two meanings, and columns found by name and content."""

import tomllib
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.inspection.columns import find_columns
from segmentation_platform.ledger.profile.model import LedgerColumn
from segmentation_platform.ledger.profile.names import (
    LEDGER_COLUMNS,
    NAMES_FILE,
    columns_named,
    is_known,
    plain_name,
)
from segmentation_platform.ledger.profile.words import WORDS_FILE, folded, guest_names, words

NAMES: Mapping[str, Sequence[str]] = tomllib.loads(NAMES_FILE.read_text(encoding="utf-8"))["names"]
WORDS: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
CELLS: dict[LedgerColumn, list[str | None]] = {
    "invoice": ["A-1", "A-2", "A-3"],
    "stock_code": ["20-X", "21-X", "22-X"],
    "description": ["Blue mug", "Red mug", "Oak tray"],
    "quantity": ["1", "2", "12"],
    "invoice_date": ["2024-01-03 10:00:00", "2024-01-04 11:00:00", "2024-01-05 12:00:00"],
    "unit_price": ["1.50", "2.25", "13.00"],
    "customer_id": ["K1", "K2", "K3"],
    "country": ["France", "Germany", "Spain"],
    "status": ["paid", "paid", "failed"],
    "line_total": ["1.50", "4.50", "156.00"],
    "currency": ["EUR", "EUR", "USD"],
    "category": ["Home", "Home", "Garden"],
}


def test_every_column_has_names_and_nothing_else_has() -> None:
    assert set(NAMES) == set(LEDGER_COLUMNS)


def test_no_name_stands_for_two_columns() -> None:
    homes: dict[str, set[str]] = {}
    for column, names in NAMES.items():
        for name in names:
            homes.setdefault(plain_name(name), set()).add(column)
    assert {name: columns for name, columns in homes.items() if len(columns) > 1} == {}


@pytest.mark.parametrize("group", list(WORDS))
def test_no_word_has_two_meanings(group: str) -> None:
    homes: dict[str, set[str]] = {}
    for kind in WORDS[group]:
        for word in WORDS[group][kind]:
            homes.setdefault(folded(word) or word, set()).add(kind)
    assert {word: kinds for word, kinds in homes.items() if len(kinds) > 1} == {}


def test_words_are_found_whatever_their_case_and_signs() -> None:
    assert folded("Partially_Refunded") in words("status", "counted")
    assert folded("pending-payment") in words("status", "not_counted")
    assert "walk-in" in guest_names()


@pytest.mark.parametrize("column", LEDGER_COLUMNS)
def test_every_name_of_the_list_is_known_for_its_column(column: LedgerColumn) -> None:
    assert [name for name in NAMES[column] if column not in columns_named(name)] == []


@pytest.mark.parametrize("column", list(CELLS))
def test_a_column_is_found_under_each_of_its_names(column: LedgerColumn) -> None:
    must: dict[LedgerColumn, str] = {"invoice_date": "the date", "unit_price": "the price"}
    said = {other: name for other, name in must.items() if other != column}
    others: dict[str, list[str | None]] = {name: CELLS[other] for other, name in said.items()}
    found = {name: find_columns({name: CELLS[column], **others}, said).columns.get(column) for name in NAMES[column]}
    assert [name for name, taken in found.items() if taken != name] == []


@given(st.sampled_from([name for names in NAMES.values() for name in names]), st.sampled_from("_- ./"), st.booleans())
def test_case_blanks_and_signs_make_no_difference(name: str, mark: str, upper: bool) -> None:
    spelled = name.replace(" ", mark)
    assert columns_named(spelled.upper() if upper else spelled.title()) == columns_named(name)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Unit Price (EUR)", "unit_price"), ("Price [incl. VAT]", "unit_price"), ("Cena (Kč)", "unit_price"),
        ("N° de pedido", "invoice"), ("Qté", "quantity"), ("Prix unitaire HT (€)",
        "unit_price"),
        ("Kunden-Nr.", "customer_id"), ("E-Mail", "customer_id"), ("Invoice#", "invoice"),
        ("Preis in EUR", "unit_price"),
    ],
)  # fmt: skip
def test_additions_to_a_name_make_no_difference(heading: str, column: LedgerColumn) -> None:
    assert column in columns_named(heading)


@pytest.mark.parametrize("name", ["", "  ", "Weather", "Notes", "xyz", "Shipping Method", "Tax"])
def test_other_names_are_not_known(name: str) -> None:
    assert not is_known(name)


def sample_of(**headings: str) -> dict[str, list[str | None]]:
    """A sample by what its columns hold, and how they are called."""
    return {name: CELLS[column] for column, name in headings.items()}  # type: ignore[index]


def test_content_decides_where_a_name_may_mean_two_things() -> None:
    sample: dict[str, list[str | None]] = sample_of(invoice_date="Date", unit_price="Price")
    sample["Total"] = ["a", "b", "c"]
    assert "line_total" not in find_columns(sample, {}).columns


def test_what_was_said_wins_and_a_blank_name_means_that_there_is_none() -> None:
    sample = sample_of(invoice="Order", invoice_date="Date", unit_price="Price", customer_id="Customer")
    found = find_columns(sample, {"customer_id": "", "description": "Order"})
    assert "customer_id" not in found.columns
    assert found.columns["description"] == "Order"
    assert "invoice" not in found.columns


def test_a_name_that_was_said_and_is_not_there_is_refused_with_the_setting() -> None:
    with pytest.raises(LedgerError, match=r"There is no column Preis for unit_price"):
        find_columns(sample_of(invoice_date="Date", unit_price="Price"), {"unit_price": "Preis"})


@pytest.mark.parametrize("left_out", ["invoice_date", "unit_price"])
def test_without_a_date_or_an_amount_it_is_refused_with_the_setting(left_out: str) -> None:
    headings = {"invoice": "Order", "invoice_date": "Date", "unit_price": "Price"}
    del headings[left_out]
    with pytest.raises(LedgerError, match=f"{left_out} = "):
        find_columns(sample_of(**headings), {})


def test_other_columns_that_could_have_been_taken_are_named() -> None:
    sample = {**sample_of(invoice_date="Order Date", unit_price="Price"), "Paid at": CELLS["invoice_date"]}
    assert find_columns(sample, {}).others["invoice_date"] == ["Paid at"]

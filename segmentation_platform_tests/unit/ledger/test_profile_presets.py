"""Kinds of export that are known by heart: recognised by their own headings, and no other kind's."""

import pytest

from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.profile.names import LEDGER_COLUMNS, plain_name
from segmentation_platform.ledger.profile.presets import Preset, online_retail, presets, recognised

IDS = [preset.name for preset in presets()]


def headings_of(preset: Preset) -> list[str]:
    """The columns that a file of a kind must have."""
    return [*sorted(preset.needs), *(min(group) for group in preset.any_of)]


@pytest.mark.parametrize("preset", presets(), ids=IDS)
def test_a_kind_is_recognised_by_its_own_headings(preset: Preset) -> None:
    found = recognised(headings_of(preset))
    assert found is not None
    assert found.name == preset.name


@pytest.mark.parametrize("preset", presets(), ids=IDS)
def test_a_kind_is_recognised_with_all_the_columns_that_it_says_it_has(preset: Preset) -> None:
    names = [name for name in preset.columns.values() if name]
    there = {plain_name(name) for name in names}
    found = recognised([*names, *(name for name in headings_of(preset) if name not in there)])
    assert found is not None
    assert found.name == preset.name


@pytest.mark.parametrize("preset", presets(), ids=IDS)
def test_a_kind_lacks_no_heading(preset: Preset) -> None:
    for name in preset.needs:
        assert not preset.fits([other for other in headings_of(preset) if other != name])


@pytest.mark.parametrize("preset", presets(), ids=IDS)
def test_the_columns_of_a_kind_are_columns_of_ledgers_each_with_a_name_of_its_own(preset: Preset) -> None:
    assert set(preset.columns) <= set(LEDGER_COLUMNS)
    names = [name for name in preset.columns.values() if name]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("preset", presets(), ids=IDS)
def test_the_rules_of_a_kind_are_fields_of_a_profile(preset: Preset) -> None:
    profile = Profile.model_validate({"columns": preset.columns, "products": {"pattern": preset.pattern}})
    assert profile.columns == preset.columns


def test_a_column_is_named_as_the_file_names_it() -> None:
    shopify = next(preset for preset in presets() if preset.name == "shopify")
    columns = shopify.columns_in(["NAME", "lineitem_price", "Created At"])
    assert columns["invoice"] == "NAME"
    assert columns["unit_price"] == "lineitem_price"
    assert "customer_id" not in columns, "what is not in the file is left out"
    assert columns["line_total"] == "", "what the kind does not have stays said"


def test_kinds_have_titles_of_their_own() -> None:
    assert len({preset.title for preset in presets()}) == len(presets())


def test_other_headings_are_no_known_kind() -> None:
    assert recognised(["Order", "Date", "Amount"]) is None
    assert recognised([]) is None


def test_the_published_ledger_is_recognised_in_both_of_its_spellings() -> None:
    first = list(online_retail().columns.values())
    second = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
    assert {found.name if (found := recognised(names)) else "" for names in (first, second)} == {"online_retail"}

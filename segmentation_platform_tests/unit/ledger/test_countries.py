"""Continents of country names."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.contracts.ledger import CONTINENTS
from segmentation_platform.ledger.countries import (
    continent_of,
    continents,
    country_key,
    read_continents,
    region_of,
)
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform_tests.support.ledgers import cleaned, raw_lines, simulated
from segmentation_platform_tests.support.real_ledger import REAL_LEDGER, needs_real_ledger


@pytest.mark.parametrize(
    ("name", "continent"),
    [
        ("EIRE", "Europe"),
        ("RSA", "Africa"),
        ("USA", "North America"),
        ("Channel Islands", "Europe"),
        ("European Community", "Europe"),
        ("Cyprus", "Europe"),
        ("Brazil", "South America"),
        ("Australia", "Oceania"),
        ("Hong Kong", "Asia"),
        ("Unspecified", "Unknown"),
        ("Atlantis", "Unknown"),
        ("", "Unknown"),
    ],
)
def test_a_country_has_the_continent_that_a_reader_expects(name: str, continent: str) -> None:
    assert continent_of(name) == continent


@pytest.mark.parametrize("name", ["united kingdom", "  United Kingdom ", "UNITED  \t KINGDOM"])
def test_case_and_spaces_make_no_difference(name: str) -> None:
    assert continent_of(name) == "Europe"


def test_every_continent_has_countries_and_no_key_stands_twice() -> None:
    table = continents()
    assert set(table["continent"]) == set(CONTINENTS)
    assert table["country_key"].is_unique
    assert len(table) > 200


def test_the_table_has_the_columns_that_sql_joins() -> None:
    table = continents()
    assert list(table.columns) == ["country_key", "continent"]
    assert (table["country_key"] == table["country_key"].map(country_key)).all()


def test_changing_the_returned_table_changes_nothing_for_the_next_reader() -> None:
    table = continents()
    table["continent"] = "Atlantis"
    assert continent_of("France") == "Europe"
    assert "Atlantis" not in set(continents()["continent"])


@given(st.text())
def test_any_text_has_one_of_the_known_continents(name: str) -> None:
    assert continent_of(name) in CONTINENTS
    assert country_key(country_key(name)) == country_key(name)


def test_a_name_listed_twice_is_refused_with_both_places() -> None:
    with pytest.raises(ValueError, match="'spain' is listed under Europe and again under Asia"):
        read_continents('[continents]\nEurope = ["Spain"]\nAsia = ["spain"]')


def test_an_unknown_continent_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'Mu' is not one of the continents"):
        read_continents('[continents]\nMu = ["Lemuria"]')


# --- regions ---


def test_the_region_of_every_country_of_a_shop_is_that_of_its_cleaned_lines() -> None:
    own = CleaningRules().regions
    known = simulated().clean[["country", "region"]].drop_duplicates()
    assert known["country"].is_unique
    assert {*own, "Rest of Europe", "Rest of world"} == set(known["region"])
    assert [region_of(country, own) for country in known["country"]] == known["region"].tolist()


@pytest.mark.parametrize("own", [CleaningRules().regions, ("Côte d'Ivoire", "usa"), ()])
def test_the_region_of_any_spelling_is_that_which_cleaning_gives(own: tuple[str, ...]) -> None:
    keys = continents()["country_key"].tolist()
    spellings = ["  eire", "UNITED \t kingdom ", "côte d'ivoire", "Atlantis", "Unspecified", "", " ", "Uſa"]
    names = [*spellings, *keys, *(key.lower() for key in keys), *(f" {key.title()}  " for key in keys)]
    lines = ({"country": name, "invoice": str(invoice)} for invoice, name in enumerate(names, 500_000))
    clean, _ = cleaned(raw_lines(*lines), CleaningRules(regions=own))
    assert len(clean) == len(names)
    said = dict(zip(names, clean["region"], strict=True))
    assert {name: region_of(name, own) for name in names} == said


def test_a_region_of_its_own_is_called_as_it_is_in_the_rules() -> None:
    assert region_of(" germany", ("Germany",)) == "Germany"
    assert region_of("Germany", ("France",)) == "Rest of Europe"
    assert region_of("Japan", ("France",)) == region_of("Atlantis", ("France",)) == "Rest of world"


@needs_real_ledger
@pytest.mark.real_ledger
def test_all_countries_of_the_real_ledger_are_in_the_table() -> None:
    assert REAL_LEDGER is not None
    names = pd.read_parquet(REAL_LEDGER, columns=["Country"])["Country"].drop_duplicates()
    unknown = {name for name in names if continent_of(name) == "Unknown"}
    assert len(names) == 38
    assert unknown == {"Unspecified"}

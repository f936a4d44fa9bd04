"""Which country a text means, what it is called, its continent and its region."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.contracts.ledger import CONTINENTS
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.countries import (
    COUNTRIES_FILE,
    continent_of,
    country_code,
    country_key,
    country_names,
    large_countries,
    read_continents,
    region_of,
)
from segmentation_platform.ledger.profile.presets import online_retail
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


def continents() -> dict[str, str]:
    """The table of continents that is shipped: the continent by the key of each name."""
    return read_continents(COUNTRIES_FILE.read_text(encoding="utf-8"))


def test_every_continent_has_countries_under_the_keys_that_they_are_looked_up_by() -> None:
    table = continents()
    assert set(table.values()) == set(CONTINENTS)
    assert all(key == country_key(key) for key in table)
    assert {key: continent_of(key) for key in table} == table
    assert len(table) > 200


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (("United Kingdom", "gb", "GBR", "UK", "England", "Vereinigtes Königreich", "Royaume-Uni"), "GB"),
        (("EIRE", "Ireland", "IE", "irl", "Irland", "Irlanda"), "IE"),
        (("Germany", "DE", "deu", "Deutschland", "Allemagne", "Alemania", "Niemcy", "Германия", "德国"), "DE"),
        (("United States", "USA", "us", "Estados Unidos", "Vereinigte Staaten", "アメリカ合衆国"), "US"),
        (("Netherlands", "Holland", "NL", "Nederland", "Pays-Bas"), "NL"),
        (("South Africa", "RSA", "ZA", "Südafrika"), "ZA"),
    ],
)
def test_a_country_is_told_by_its_codes_and_its_name_in_many_languages(written: tuple[str, ...], code: str) -> None:
    assert {text: country_code(text) for text in written} == dict.fromkeys(written, code)


def test_a_name_that_is_no_country_is_its_own_key() -> None:
    names = ["Channel  Islands", "European Community", "Atlantis", "Unspecified", ""]
    assert [country_code(name) for name in names] == [name.upper().replace("  ", " ") for name in names]


def names_of(*countries: tuple[str, int], own: tuple[str, ...] = ("Germany",)) -> dict[str, tuple[object, ...]]:
    """What each spelling of a ledger becomes: name, continent and region of its own."""
    rows = country_names(pd.DataFrame(countries, columns=["country", "lines"]), own)
    assert list(rows.columns) == ["country_key", "country", "continent", "region"]
    assert rows["country_key"].is_unique
    filled = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return {str(row["country_key"]): (row["country"], row["continent"], row["region"]) for row in filled}


def test_all_spellings_of_a_country_get_the_name_that_the_ledger_writes_most() -> None:
    found = names_of(("Deutschland", 5), ("germany", 3), ("DE", 90), ("Japan", 1))
    german = ("Deutschland", "Europe", "Germany")
    assert found == {"DEUTSCHLAND": german, "GERMANY": german, "DE": german, "JAPAN": ("Japan", "Asia", None)}


def test_a_country_that_is_written_by_its_codes_alone_gets_its_english_name() -> None:
    found = names_of(("DE", 5), ("deu", 2), ("fr", 1))
    assert found["DE"] == found["DEU"] == ("Germany", "Europe", "Germany")
    assert found["FR"] == ("France", "Europe", None)


def test_a_short_name_that_people_use_as_a_name_is_kept() -> None:
    assert names_of(("USA", 5), ("us", 9))["US"] == ("USA", "North America", None)


def test_a_name_that_is_no_country_stays_as_it_is() -> None:
    assert names_of(("Atlantis", 2))["ATLANTIS"] == ("Atlantis", "Unknown", None)


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
    known = simulated().clean[["country", "region"]].drop_duplicates()
    assert known["country"].is_unique
    own = tuple(set(known["region"]) - {"Rest of Europe", "Rest of world"})
    assert "United Kingdom" in own
    assert set(own) <= set(known["country"])
    assert [region_of(country, own) for country in known["country"]] == known["region"].tolist()


def lines_of(**countries: int) -> pd.DataFrame:
    return pd.DataFrame({"country": list(countries), "lines": list(countries.values())}).astype({"country": "str"})


def test_countries_with_a_hundredth_of_the_lines_are_a_region_of_their_own_however_they_are_written() -> None:
    found = large_countries(lines_of(Spain=600, Peru=380, ES=5, Norge=6, Norway=5, Chile=4, Unspecified=5_000))
    assert found == ("Spain", "Peru", "Norge")


def test_no_more_than_eight_countries_are_regions() -> None:
    countries = ["Spain", "Peru", "Chile", "Norway", "Japan", "France", "Italy", "Greece", "Malta", "Cyprus"]
    assert large_countries(lines_of(**dict.fromkeys(countries, 10))) == tuple(sorted(countries, key=country_code)[:8])


def test_a_region_stays_until_it_has_half_of_what_made_it_one() -> None:
    assert large_countries(lines_of(Spain=990, Peru=10)) == ("Spain", "Peru")
    assert large_countries(lines_of(Spain=994, Peru=6)) == ("Spain",)
    assert large_countries(lines_of(Spain=994, Peru=6), ("Spain", "Peru")) == ("Spain", "Peru")
    assert large_countries(lines_of(Spain=996, Peru=4), ("Spain", "Peru")) == ("Spain",)
    assert large_countries(lines_of(Unspecified=10)) == ()


@pytest.mark.parametrize("own", [("United Kingdom", "Germany", "France", "EIRE"), ("Côte d'Ivoire", "usa"), ()])
def test_the_region_of_any_spelling_is_that_which_cleaning_gives(own: tuple[str, ...]) -> None:
    keys = list(continents())
    spellings = ["  eire", "UNITED \t kingdom ", "côte d'ivoire", "Atlantis", "Unspecified", "", " ", "Uſa"]
    spellings += ["ie", "GBR", "Irland", "Elfenbeinküste", "Vereinigte Staaten", "日本"]
    names = [*spellings, *keys, *(key.lower() for key in keys), *(f" {key.title()}  " for key in keys)]
    lines = ({"country": name, "invoice": str(invoice)} for invoice, name in enumerate(names, 500_000))
    clean, _ = cleaned(raw_lines(*lines), Understanding(online_retail(), CleaningRules(regions=own)))
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

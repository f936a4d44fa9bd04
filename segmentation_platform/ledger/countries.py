"""Countries as they are written in sales ledgers: which one a text means, its continent and its region.

Here belongs: names in many languages, ISO codes, other spellings and continents. Names and codes are Unicode's (CLDR,
by Babel); continents and the spellings that CLDR lacks ship as `countries.toml`, because the library
`country_converter` (1.3) crashes under pandas 3. Not here: how regions are used for recommendations.
"""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from segmentation_platform.contracts.ledger import CONTINENTS

UNKNOWN: Final = "Unknown"
"""The continent of a name that is not known, or that says nothing ("Unspecified")."""

_UNSPECIFIED: Final = "UNSPECIFIED"
_LARGE: Final = 0.01
"""Share of a ledger's lines that makes a country a region of its own."""
_MOST_REGIONS: Final = 8

COUNTRIES_FILE: Final = Path(__file__).with_name("countries.toml")

_LANGUAGES: Final = (
    "de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb", "fi", "et", "lv", "lt", "pl", "cs", "sk", "sl", "hr",
    "hu", "ro", "bg", "sr", "el", "tr", "ru", "uk", "id", "ms", "vi", "th", "ja", "zh", "zh_Hant", "ko", "ar", "he",
)  # fmt: skip


def country_key(name: str) -> str:
    """Return the form of a country's name by which it is looked up: upper case, trimmed, single spaces.

    Examples:
        >>> country_key("  United   Kingdom ")
        'UNITED KINGDOM'

    """
    return " ".join(name.upper().split())


def country_code(name: str) -> str:
    """The country that a text means: its ISO 3166 code of two letters, or the key of a name that has none.

    Examples:
        >>> country_code("EIRE"), country_code("irl"), country_code("Irland"), country_code("Channel Islands")
        ('IE', 'IE', 'IE', 'CHANNEL ISLANDS')

    """
    key = country_key(name)
    code = _code_by_key().get(key)
    if code is None and key not in _continent_by_key():
        code = _code_by_foreign_name().get(key)
    return code or key


def country_names(countries: pd.DataFrame, own_regions: tuple[str, ...]) -> pd.DataFrame:
    """How each country of a ledger is called, and where it lies.

    Args:
        countries: columns `country` (as written) and `lines`, one row per spelling
        own_regions: countries that are a region of their own (`CleaningRules.regions`)

    Returns:
        One row per spelling: `country_key`, `country` (one name for all spellings of a country: the ledger's own most
        frequent one, or the English name where it writes codes alone), `continent`, `region` (null: not one of its
        own).

    """
    own = {country_code(name): name for name in own_regions}
    spelled: dict[str, str] = {}
    for row in countries.sort_values(["lines", "country"], ascending=[False, True]).to_dict("records"):
        name = str(row["country"])
        if not _is_code(name):
            spelled.setdefault(country_code(name), name)
    keys = dict.fromkeys(country_key(str(name)) for name in countries["country"])
    rows = [
        (key, spelled.get(code) or _english(code), continent_of(code), own.get(code))
        for key, code in ((key, country_code(key)) for key in keys)
    ]
    columns = ["country_key", "country", "continent", "region"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "str"))


def large_countries(countries: pd.DataFrame, before: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The countries of a ledger that are worth a region of their own, most lines first.

    Args:
        countries: columns country and lines
        before: those that were; one stays until it has less than half of what makes it one

    Returns:
        At most eight names, as the ledger writes them most often.

    """
    named = countries[countries["country"].map(country_key) != _UNSPECIFIED]
    lines = named.assign(code=named["country"].map(country_code)).groupby("code")["lines"].sum()
    spelled = country_names(named, ()).assign(code=lambda names: names["country_key"].map(country_code))
    name_of = dict(zip(spelled["code"], spelled["country"], strict=True))
    were = {country_code(name): name for name in before}
    shares = (lines / lines.sum()).sort_index().sort_values(ascending=False, kind="stable")
    large = [code for code, share in shares.items() if share >= _LARGE * (0.5 if code in were else 1.0)]
    return tuple(str(were.get(str(code), name_of[code])) for code in large[:_MOST_REGIONS])


def continent_of(name: str) -> str:
    """Return the continent of a country, `"Unknown"` for a name that is not in the table.

    Examples:
        >>> continent_of("EIRE")
        'Europe'
        >>> continent_of("Atlantis")
        'Unknown'

    """
    key = country_key(name)
    return _continent_by_key().get(key) or _continent_by_code().get(country_code(key), UNKNOWN)


def region_of(country: str, own_regions: tuple[str, ...]) -> str:
    """The region of a country, as `clean_sales` has it.

    Args:
        country: name, as it may be written
        own_regions: countries that are a region of their own (`CleaningRules.regions`)

    """
    own = {country_code(name): name for name in own_regions}
    rest = "Rest of Europe" if continent_of(country) == "Europe" else "Rest of world"
    return own.get(country_code(country), rest)


@lru_cache(maxsize=1)
def _code_by_key() -> dict[str, str]:
    """The code of two letters by every code, English name and other spelling of a country."""
    from babel.core import get_global

    found = {code: code for code in _codes()}
    for old, new in get_global("territory_aliases").items():
        if len(old) == 3 and old.isalpha() and len(new) == 1:
            found.setdefault(old, new[0])
    for code in _codes():
        found.setdefault(country_key(_english_names()[code]), code)
    for code, names in _document()["spellings"].items():
        found.update(dict.fromkeys(map(country_key, names), code))
    return found


@lru_cache(maxsize=1)
def _code_by_foreign_name() -> dict[str, str]:
    """The same by the names in other languages; reading them takes seconds, and many ledgers need none."""
    from babel import Locale

    found: dict[str, str] = {}
    for language in _LANGUAGES:
        territories = Locale.parse(language).territories
        for code in _codes():
            found.setdefault(country_key(territories.get(code, code)), code)
    return found


@lru_cache(maxsize=1)
def _codes() -> tuple[str, ...]:
    return tuple(code for code in _english_names() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY)


_NO_COUNTRY: Final = frozenset({"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"})
"""Codes of CLDR that stand for no country."""


def _is_code(name: str) -> bool:
    key = country_key(name)
    return len(key) <= 3 and key.isascii() and key.isalpha() and key not in _spelled_short()


@lru_cache(maxsize=1)
def _spelled_short() -> frozenset[str]:
    """Names of up to three letters that people use as names: UK, USA, RSA."""
    return frozenset(_document()["short_names"]["names"])


@lru_cache(maxsize=1)
def _english_names() -> dict[str, str]:
    from babel import Locale

    return dict(Locale("en").territories)


def _english(code: str) -> str | None:
    return _english_names().get(code) if len(code) == 2 else None


@lru_cache(maxsize=1)
def _continent_by_code() -> dict[str, str]:
    return {country_code(key): continent for key, continent in _continent_by_key().items()}


@lru_cache(maxsize=1)
def _document() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(COUNTRIES_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _continent_by_key() -> dict[str, str]:
    return read_continents(COUNTRIES_FILE.read_text(encoding="utf-8"))


def read_continents(text: str) -> dict[str, str]:
    """Read a table of continents from TOML: `[continents]`, each continent with its list of names.

    Returns:
        The continent by `country_key`.

    Raises:
        ValueError: for a continent that is not in `CONTINENTS` or a name that is listed twice.

    """
    found: dict[str, str] = {}
    for continent, names in tomllib.loads(text)["continents"].items():
        if continent not in CONTINENTS:
            raise ValueError(f"{continent!r} is not one of the continents {', '.join(CONTINENTS)}")
        for name in names:
            key = country_key(name)
            if key in found:
                raise ValueError(f"country {name!r} is listed under {found[key]} and again under {continent}")
            found[key] = continent
    return found

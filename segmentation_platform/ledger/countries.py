"""The continent of a country, as countries are written in sales ledgers.

Here belongs: country names, their other spellings and their continents (the table `countries.toml`).
Not here: how regions are used for recommendations. The table ships with the package because the library
`country_converter` (1.3) crashes under pandas 3.
"""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from segmentation_platform.contracts.ledger import CONTINENTS

UNKNOWN: Final = "Unknown"
"""The continent of a name that the table does not know, or that says nothing ("Unspecified")."""

COUNTRIES_FILE: Final = Path(__file__).with_name("countries.toml")


def country_key(name: str) -> str:
    """Return the form of a country's name by which it is looked up: upper case, trimmed, single spaces.

    Examples:
        >>> country_key("  United   Kingdom ")
        'UNITED KINGDOM'

    """
    return " ".join(name.upper().split())


def continents() -> pd.DataFrame:
    """Return the table that SQL joins: one row per known name.

    Returns:
        Columns `country_key` (unique, in the form of `country_key()`) and `continent` (one of `CONTINENTS`),
        sorted by key. A new frame at every call.

    """
    rows = sorted(_continent_by_key().items())
    return pd.DataFrame(rows, columns=["country_key", "continent"], dtype="str")


def continent_of(name: str) -> str:
    """Return the continent of a country, `"Unknown"` for a name that is not in the table.

    Examples:
        >>> continent_of("EIRE")
        'Europe'
        >>> continent_of("Atlantis")
        'Unknown'

    """
    return _continent_by_key().get(country_key(name), UNKNOWN)


def region_of(country: str, own_regions: tuple[str, ...]) -> str:
    """The region of a country, as `clean_sales` has it.

    Args:
        country: name, as it may be written
        own_regions: countries that are a region of their own (`CleaningRules.regions`)

    """
    own = {country_key(name): name for name in own_regions}
    rest = "Rest of Europe" if continent_of(country) == "Europe" else "Rest of world"
    return own.get(country_key(country), rest)


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

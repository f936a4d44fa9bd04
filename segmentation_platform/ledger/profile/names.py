"""Names that the columns of ledgers have (`columns.toml`), and the form in which names are compared."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, get_args

from segmentation_platform.ledger.profile.model import LedgerColumn

NAMES_FILE: Final = Path(__file__).with_name("columns.toml")
LEDGER_COLUMNS: Final[tuple[LedgerColumn, ...]] = get_args(LedgerColumn)

_ASIDE = re.compile(r"[(\[{].*?[)\]}]")
_SMALL = re.compile(r"\b(?:de|del|do|da|du|des|der|in|of|the|la|le|el)\b")
_UNITS = re.compile(
    r"\b(?:usd|eur|gbp|chf|sek|nok|dkk|pln|czk|huf|idr|inr|jpy|cny|brl|aud|cad|local currency|incl vat|excl vat)\b"
)


def plain_name(name: str) -> str:
    """The form in which names of columns are compared: no case, accents, blanks or signs.

    Examples:
        >>> plain_name("N° Facture")
        'nfacture'

    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if character.isalnum())


@lru_cache(maxsize=10_000)
def columns_named(name: str) -> Mapping[LedgerColumn, int]:
    """What a column of a name may hold, each with how far down its list the name stands; smaller is better."""
    without_aside = _ASIDE.sub("", name)
    bare = _UNITS.sub("", without_aside.casefold())
    for form in map(plain_name, (name, without_aside, bare, _SMALL.sub(" ", bare))):
        found = {column: names[form] for column, names in _names().items() if form in names}
        if found:
            return found
    return {}


def is_known(name: str) -> bool:
    """Whether ledgers have columns of this name."""
    return bool(name.strip()) and bool(columns_named(name))


@lru_cache(maxsize=1)
def _names() -> dict[LedgerColumn, dict[str, int]]:
    document = tomllib.loads(NAMES_FILE.read_text(encoding="utf-8"))["names"]
    tables: dict[LedgerColumn, dict[str, int]] = {}
    for column in LEDGER_COLUMNS:
        table: dict[str, int] = {}
        for place, name in enumerate(document[column]):
            table.setdefault(plain_name(name), place)
            table.setdefault(plain_name(_SMALL.sub(" ", name)), place)
        tables[column] = table
    return tables

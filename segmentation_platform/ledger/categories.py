"""Product category and product type from the words of a description.

Here belongs: reading the rules (`product_rules.toml`, whose head comment is their full description) and
applying them to descriptions. Not here: which description stands for a product (that is SQL), and any rule
for a single product. The result is product-sized and joined in SQL as a table.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from segmentation_platform.ledger.vocabulary import Vocabulary

OTHER: Final = "OTHER"
"""Category and type of a description that matches no rule."""

RULES_FILE: Final = Path(__file__).with_name("product_rules.toml")

_TABLES: Final = ("occasions", "products", "motifs")
_KNOWN_ENTRIES: Final = frozenset({"grammar", "plurals", *_TABLES})
_APOSTROPHES: Final = re.compile(r"['’‘`´]")
_CLAUSE_END: Final = re.compile(r"[,;](?=\s|$)|[()\[\]]")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Kind:
    """What a phrase says about a product."""

    category: str
    product_type: str
    words: int
    """Words of the phrase as it is written in the rules; the phrase with more words wins."""


@dataclass(frozen=True)
class ProductRules:
    """The rules in the form in which they are looked up; made by `load_rules()`.

    The three tables map a phrase's key (its folded words, joined without a space) to what it says.
    """

    occasions: Mapping[str, Kind]
    products: Mapping[str, Kind]
    motifs: Mapping[str, Kind]
    qualifiers: frozenset[str]
    plurals: Mapping[str, str]
    longest: int
    """Words of the longest phrase of all tables."""

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category that the rules can give, in the order of the file, `OTHER` last."""
        tables = (self.occasions, self.products, self.motifs)
        return (*dict.fromkeys(kind.category for table in tables for kind in table.values()), OTHER)


def load_rules(path: Path | None = None) -> ProductRules:
    """Read product rules from TOML; without a path, those that ship with the package.

    Raises:
        ValueError: naming the file and the entry, where the file is not TOML, an entry is unknown or not of
            the expected shape, a phrase has no word, is listed twice or can never match, or a type stands
            under two categories.

    """
    return _read_rules(path) if path else _shipped_rules()


@cache
def _shipped_rules() -> ProductRules:
    """Those of the package: a tenth of a second to read, and asked for several times a run."""
    return _read_rules(RULES_FILE)


def _read_rules(source: Path) -> ProductRules:
    try:
        return parse_rules(tomllib.loads(source.read_text(encoding="utf-8")))
    except ValueError as problem:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors too
        raise ValueError(f"product rules {source.name}: {problem}") from problem


def parse_rules(document: Mapping[str, Any]) -> ProductRules:
    """Make rules of a parsed TOML document; see `load_rules()` for the errors."""
    unknown = sorted(set(document) - _KNOWN_ENTRIES)
    if unknown:
        raise ValueError(f"unknown entry [{unknown[0]}]; known are {', '.join(sorted(_KNOWN_ENTRIES))}")
    plurals = _plurals(document)
    qualifiers = _texts("grammar.qualifiers", _table("grammar", document).get("qualifiers", []))
    collector = _Collector(plurals, frozenset(qualifiers))
    tables = {name: collector.table(name, document) for name in _TABLES}
    kinds = [kind for table in tables.values() for kind in table.values()]
    return ProductRules(
        occasions=tables["occasions"],
        products=tables["products"],
        motifs=tables["motifs"],
        qualifiers=frozenset(qualifiers),
        plurals=plurals,
        longest=max((kind.words for kind in kinds), default=0),
    )


def categorise(descriptions: "pd.Series[str] | Iterable[str]", rules: ProductRules) -> pd.DataFrame:
    """Give every distinct description its category and type.

    Args:
        descriptions: texts in any case; missing ones (None, NaN) are left out.
        rules: from `load_rules()`.

    Returns:
        One row per distinct description as it was given, in order of first appearance: `description`,
        `product_category`, `product_type` (both `OTHER` where no rule matches; never only one of them).

    Examples:
        >>> categorise(["RED T LIGHT HOLDER"], load_rules()).iloc[0].tolist()
        ['RED T LIGHT HOLDER', 'Candles & lighting', 'T-light holder']

    """
    distinct = pd.Series(descriptions, dtype="str").dropna().drop_duplicates()
    kinds = [_classify(text, rules) for text in distinct]
    return pd.DataFrame(
        {
            "description": distinct.reset_index(drop=True),
            "product_category": pd.Series([category for category, _ in kinds], dtype="str"),
            "product_type": pd.Series([product_type for _, product_type in kinds], dtype="str"),
        }
    )


def by_words(descriptions: "pd.Series[str]", vocabulary: Vocabulary) -> pd.DataFrame:
    """As `categorise`, by the words of a ledger's own descriptions."""
    kinds = [vocabulary.kind_of(text) or (OTHER, OTHER) for text in descriptions]
    named = [(category if category == OTHER else category.capitalize(), kind) for category, kind in kinds]
    return pd.DataFrame(
        {
            "description": descriptions.reset_index(drop=True),
            "product_category": pd.Series([category for category, _ in named], dtype="str"),
            "product_type": pd.Series([k if k == OTHER else k.capitalize() for _, k in named], dtype="str"),
        }
    )


def fold(word: str, plurals: Mapping[str, str]) -> str:
    """Return the form in which a plural and its singular meet (BOXES, BOX: BOX; COOKIES, COOKIE: COOKY).

    Args:
        word: in upper case.
        plurals: exceptions to the rule, plural to singular.

    """
    if word in plurals:
        return plurals[word]
    singular = _without_plural_ending(word)
    return f"{singular[:-2]}Y" if len(singular) > 3 and singular.endswith("IE") else singular


def _without_plural_ending(word: str) -> str:
    if len(word) <= 3 or not word.endswith("S") or word.endswith(("SS", "US", "IS")):
        return word
    if word.endswith("IES") and len(word) > 4:
        return f"{word[:-3]}Y"
    return word[:-2] if word.endswith(("SSES", "SHES", "CHES", "XES", "ZZES")) else word[:-1]


def _words(text: str, plurals: Mapping[str, str]) -> list[str]:
    return [fold(word, plurals) for word in _WORD.findall(_APOSTROPHES.sub("", text.upper()).replace("&", " AND "))]


def _classify(description: str, rules: ProductRules) -> tuple[str, str]:
    clauses = list(_clauses(description, rules))
    product = _first(clauses, rules.products, rules.longest)
    occasion = _best([word for clause in clauses for word in clause], rules.occasions, rules.longest)
    if occasion is not None:
        named = product if product and product.words >= occasion.words else occasion
        return occasion.category, named.product_type
    kind = product or _first(clauses, rules.motifs, rules.longest)
    return (kind.category, kind.product_type) if kind else (OTHER, OTHER)


def _clauses(description: str, rules: ProductRules) -> Iterator[list[str]]:
    """Yield the words of a description clause by clause; a qualifier (WITH, IN ...) begins a new one."""
    for part in _CLAUSE_END.split(description):
        clause: list[str] = []
        for word in _words(part, rules.plurals):
            if word in rules.qualifiers:
                yield clause
                clause = []
            clause.append(word)
        yield clause


def _first(clauses: Sequence[Sequence[str]], table: Mapping[str, Kind], longest: int) -> Kind | None:
    found = (_best(clause, table, longest) for clause in clauses)
    return next((kind for kind in found if kind is not None), None)


def _best(words: Sequence[str], table: Mapping[str, Kind], longest: int) -> Kind | None:
    """Return what the longest phrase among the words says, of equally long ones the last; None for none.

    Read from the right and, at each word, from the widest span, so that only a longer phrase replaces a find.
    """
    best: Kind | None = None
    for end in range(len(words), 0, -1):
        for start in range(max(0, end - longest), end):
            kind = table.get("".join(words[start:end]))
            if kind is not None and (best is None or kind.words > best.words):
                best = kind
    return best


class _Collector:
    """Reads the tables of phrases and refuses a phrase or a type that is claimed twice."""

    def __init__(self, plurals: Mapping[str, str], qualifiers: frozenset[str]) -> None:
        self._plurals = plurals
        self._qualifiers = qualifiers
        self._place_of_phrase: dict[str, str] = {}
        self._category_of_type: dict[str, str] = {}

    def table(self, name: str, document: Mapping[str, Any]) -> dict[str, Kind]:
        found: dict[str, Kind] = {}
        for category, types in _table(name, document).items():
            if not isinstance(types, dict):
                raise ValueError(f"{name}.{category} must be a table of product types, not {types!r}")
            for product_type, phrases in types.items():
                self._claim_type(category, product_type)
                place = f"{name}.{category}.{product_type}"
                for phrase in _texts(place, phrases):
                    key, words = self._claim_phrase(place, phrase)
                    found[key] = Kind(category, product_type, words)
        return found

    def _claim_type(self, category: str, product_type: str) -> None:
        other = self._category_of_type.setdefault(product_type, category)
        if other != category:
            raise ValueError(f"product type {product_type!r} stands under {other!r} and under {category!r}")

    def _claim_phrase(self, place: str, phrase: str) -> tuple[str, int]:
        words = _words(phrase, self._plurals)
        if not words:
            raise ValueError(f"{place}: phrase {phrase!r} has no word")
        if not place.startswith("occasions.") and not self._qualifiers.isdisjoint(words):
            raise ValueError(f"{place}: phrase {phrase!r} holds a qualifier, so it can never match")
        key = "".join(words)
        if key in self._place_of_phrase:
            first = self._place_of_phrase[key]
            raise ValueError(f"phrase {phrase!r} is listed under {first} and again under {place}")
        self._place_of_phrase[key] = place
        return key, len(words)


def _plurals(document: Mapping[str, Any]) -> dict[str, str]:
    plurals = _table("plurals", document)
    for plural, singular in plurals.items():
        if not isinstance(singular, str):
            raise ValueError(f"plurals.{plural} must be a text, not {singular!r}")
    return plurals


def _table(name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise ValueError(f"{name} must be a table, not {table!r}")
    return table


def _texts(place: str, values: object) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{place} must be a list of texts, not {values!r}")
    return values

"""Words that columns hold: statuses, names of guests, products that are none, answers (`words.toml`)."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

WORDS_FILE: Final = Path(__file__).with_name("words.toml")

_SIGNS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"[\d_]+")


def folded(text: str) -> str:
    """A text without case and signs, words apart by single blanks.

    Examples:
        >>> folded("Partially-Refunded ")
        'partially refunded'

    """
    return _SIGNS.sub(" ", text.casefold()).replace("_", " ").strip()


def bare_words(text: str) -> str:
    """The words of a text alone, without digits, amounts and signs.

    Examples:
        >>> bare_words("GIFT CARD £25 (001)")
        'gift card'

    """
    return " ".join(folded(_DIGITS.sub(" ", text)).split())


@lru_cache(maxsize=1)
def _document() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def words(group: str, kind: str) -> frozenset[str]:
    """The folded words of a kind."""
    return frozenset(folded(word) for word in _document()[group][kind])


@lru_cache(maxsize=1)
def guest_names() -> frozenset[str]:
    """What stands for a customer who is not known, in lower case."""
    return frozenset(name.casefold() for name in _document()["guests"]["names"])

"""Words that columns hold: statuses, names of guests, products that are none, answers (`words.toml`)."""

import re
import tomllib
from collections.abc import Iterable
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
    # The small letter of a Turkish İ comes with a dot of its own.
    return _SIGNS.sub(" ", text.casefold().replace("i\u0307", "i")).replace("_", " ").strip()


def lowered(text: str) -> str:
    """A text in small letters as the engine writes them: letter by letter, so that each stays one.

    Examples:
        >>> lowered("\u0130ADE")
        'iade'

    """
    return "".join(character.lower()[0] for character in text)


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


@lru_cache(maxsize=16)
def words(group: str, kind: str) -> frozenset[str]:
    """The folded words of a kind."""
    return frozenset(folded(word) for word in _document()[group][kind])


def tell_kinds(texts: Iterable[str]) -> bool:
    """Whether texts name kinds of documents, sales and what takes them back, and nothing else."""
    found = {folded(text) for text in texts}
    sales = words("kinds", "sale")
    return bool(found & sales) and found <= sales | words("kinds", "taken_back")


@lru_cache(maxsize=1)
def guest_names() -> frozenset[str]:
    """What stands for a customer who is not known, in lower case."""
    return frozenset(name.casefold() for name in _document()["guests"]["names"])

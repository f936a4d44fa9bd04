"""How numbers are written: which decimal mark, which thousands mark, which signs beside them.

The style of a ledger is the one under which most of its lines' numbers can be read. Where several remain, the look of
the texts decides: who marks thousands leaves no number of 1,000 unmarked, and who writes three decimals leaves no
number without them. Where that does not decide either, the ledger has a rival style and is asked about.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from segmentation_platform.ledger.profile.model import Numbers

Counts = Mapping[str, int]
"""Distinct texts, none of them blank, each with its lines."""

_BLANKS: Final = "".join(map(chr, (0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)))
BLANKS: Final = " \n\r" + _BLANKS
"""What a text may have around it."""
_MINUSES: Final = "\u2212\u2013"
ODD: Final = _BLANKS + _MINUSES + "\u2019"
"""Characters that stand for a plain one in a number: other blanks, typographic minus and apostrophe."""
USUAL: Final = " " * len(_BLANKS) + "-" * len(_MINUSES) + "'"
"""The plain characters that they stand for, one by one."""

_EXPONENT = "(?:[eE](?:-[0-9]{1,2}|[+]?0?[0-9]))?"
_SIGN = re.compile(
    r"[$£€¥₹₺₽₩₫฿₱₪₴₦₵₡]|(?:US|CA|AU|NZ|HK|A|C|R|S)\$|[A-Z]{3}|kr\.?|zł|Kč|Ft|Rp\.?|Rs\.?|R|лв\.?|руб\.?|р\.?|lei|Fr\.?"
    r"|円|元"
)
_AFFIXED = re.compile(r"([^0-9.,()+\-]*)[()+\-]*[0-9.,].*?[()\-]*([^0-9.,()\-]*)")
_STYLES = tuple(
    Numbers(decimal=decimal, thousands=thousands)
    for decimal, thousands in product((".", ","), ("", ",", ".", " ", "'"))
    if decimal != thousands
)


def number_pattern(style: Numbers) -> str:
    """A regular expression (RE2, Postgres and Python alike) that a number matches as a whole, once it is `plain`.

    Nine digits are more than anybody sells; without a bound a slip could become infinite.
    """
    mark, point, whole = re.escape(style.thousands), f"[{style.decimal}]", "[0-9]{1,9}"
    if mark:
        # Groups of two in the middle are lakhs and crores: 1,23,456.
        whole = f"(?:[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{2,3}}){{0,2}}{mark}[0-9]{{3}}|{whole})"
    core = f"(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)"
    if style.decimal == ".":
        core += _EXPONENT  # only programs write exponents, and they write a point
    return f"(?:[+-]? ?{core}|{core} ?-|[(]{core}[)])"


def signs_pattern(style: Numbers) -> str:
    """A regular expression of what a number is rid of before it is read; matches nothing where there are no signs."""
    # Longer ones first: of US$ no US shall remain.
    return "|".join(re.escape(sign) for sign in sorted(style.signs, key=len, reverse=True)) or "a^"


def plain(text: str, style: Numbers) -> str:
    """A number's text as SQL has it before it is read: plain blanks and minus, no signs, trimmed."""
    return re.sub(signs_pattern(style), "", text.translate(str.maketrans(ODD, USUAL))).strip(" ")


def read_number(text: str, style: Numbers) -> float | None:
    """The number that a text is in a style; None where it is none.

    Examples:
        >>> read_number("1.234,50-", Numbers(decimal=",", thousands="."))
        -1234.5

    """
    bare = plain(text, style)
    if not re.fullmatch(number_pattern(style), bare):
        return None
    value = float(bare.strip("()+- ").replace(style.thousands, "").replace(style.decimal, "."))
    return -value if bare[0] in "-(" or bare[-1] == "-" else value


@dataclass(frozen=True)
class StyleFound:
    """How the numbers of a ledger are written.

    Attributes:
        style: under which most lines can be read
        unread: texts that can't, each with its lines, most lines first
        rival: another style under which as many can be read, with other values, where nothing decides

    """

    style: Numbers
    unread: dict[str, int]
    rival: Numbers | None


def find_style(columns: Iterable[Counts], said: Numbers | None = None) -> StyleFound:
    """Tell how numbers are written.

    Args:
        columns: of numbers, each by its distinct texts
        said: fields of it that were said are taken as they are

    """
    columns, said = list(columns), said or Numbers()
    signs = said.signs if "signs" in said.model_fields_set else _signs(columns)
    styles = [style.model_copy(update={"signs": signs}) for style in _STYLES if _agrees(style, said)]
    unread = [_unread(columns, style) for style in styles]
    fewest = min(sum(texts.values()) for texts in unread)
    fitting = [(style, texts) for style, texts in zip(styles, unread, strict=True) if sum(texts.values()) == fewest]
    different = _by_values([style for style, _ in fitting], columns)
    best, rival = different[0], None
    if len(different) > 1:
        best, rival = _settled(different, columns)
    rival = rival or _thousands_alone(best, columns)
    texts = next(texts for style, texts in fitting if style == best)
    return StyleFound(best, dict(sorted(texts.items(), key=lambda each: -each[1])), rival)


def _agrees(style: Numbers, said: Numbers) -> bool:
    return all(getattr(style, name) == getattr(said, name) for name in said.model_fields_set - {"signs"})


def _signs(columns: Iterable[Counts]) -> tuple[str, ...]:
    found: dict[str, int] = {}
    for counts in columns:
        for text, lines in counts.items():
            match = _AFFIXED.fullmatch(plain(text, Numbers()))
            for sign in {part.strip(" ") for part in (match.groups() if match else ())}:
                if _SIGN.fullmatch(sign):
                    found[sign] = found.get(sign, 0) + lines
    return tuple(sorted(found, key=lambda sign: (-found[sign], sign)))


def _unread(columns: Iterable[Counts], style: Numbers) -> dict[str, int]:
    unread: dict[str, int] = {}
    for counts in columns:
        for text, lines in counts.items():
            if read_number(text, style) is None:
                unread[text] = unread.get(text, 0) + lines
    return unread


def _by_values(styles: list[Numbers], columns: list[Counts]) -> list[Numbers]:
    """One style, the plainest, of each reading of the numbers."""
    seen: dict[tuple[float | None, ...], Numbers] = {}
    for style in styles:
        seen.setdefault(tuple(read_number(text, style) for counts in columns for text in counts), style)
    return list(seen.values())


def _settled(styles: list[Numbers], columns: list[Counts]) -> tuple[Numbers, Numbers | None]:
    """The style that the look of the texts speaks for; the first and its rival where it does not."""
    for style in styles:
        if style.thousands and _marks_thousands(style, columns):
            return style, None
    for style in styles:
        if _writes_decimals(style, columns):
            return style, None
    return styles[0], styles[1]


def _thousands_alone(style: Numbers, columns: list[Counts]) -> Numbers | None:
    """Another style, if all numbers of a column have three digits behind what other columns say marks thousands."""
    if not style.thousands.strip(" '"):
        return None
    other = style.model_copy(update={"decimal": style.thousands, "thousands": ""})
    for counts in columns:
        numbers = [read_number(text, style) for text in counts]
        if counts and all(number is not None and abs(number) >= 1000 and number % 1 == 0 for number in numbers):
            marked = [text for text in counts if style.thousands in text]
            if len(marked) == len(counts) and all(read_number(text, other) is not None for text in counts):
                return other
    return None


def _marks_thousands(style: Numbers, columns: list[Counts]) -> bool:
    marked, bare = _marked(style.thousands, columns)
    return bool(marked and bare) and max(map(len, bare)) <= 3


def _writes_decimals(style: Numbers, columns: list[Counts]) -> bool:
    marked, bare = _marked(style.decimal, columns)
    return bool(marked and bare) and max(map(len, bare)) > 3


def _marked(mark: str, columns: list[Counts]) -> tuple[list[str], list[str]]:
    """The texts with and without a mark, of the columns that have any with it, as digits and marks alone."""
    marked: list[str] = []
    bare: list[str] = []
    for counts in columns:
        texts = [re.sub(r"[^0-9.,' ]", "", plain(text, Numbers())).strip() for text in counts]
        if any(mark in text for text in texts):
            marked += [text for text in texts if mark in text]
            bare += [text for text in texts if text.isdigit()]
    return marked, bare

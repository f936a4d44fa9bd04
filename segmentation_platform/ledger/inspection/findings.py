"""What an inspection of a ledger says: what it took and why, and what it doubts."""

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from pydantic import TypeAdapter

WORTH_ASKING: Final = 0.01
"""Share of the money or of the customers above which a doubt stops a run."""


@dataclass(frozen=True)
class Finding:
    """Something that was inferred.

    Attributes:
        part: of the profile
        took: what was taken
        because: the evidence

    """

    part: str
    took: str
    because: str


class DoubtKind(StrEnum):
    """What a doubt is about."""

    NUMBER_STYLE = auto()
    """Which mark stands before decimals."""
    SWAPPED_DAYS = auto()
    """Which number of a date is the day and which the month."""
    UNREAD_LINES = auto()
    """Numbers and dates that can't be read."""
    DAYS_OUT_OF_RANGE = auto()
    """Days after today, or far from all others."""
    CURRENCIES = auto()
    """Amounts in more than one currency."""
    MIXED_UNITS = auto()
    """Prices a hundred or a thousand times the usual one of their product."""
    UNIT_OR_TOTAL = auto()
    """Whether an amount is of one piece or of the whole line."""
    DIFFERENT_AMOUNTS = auto()
    """Price times quantity, where it is not the amount that stands beside it."""
    ORDER_AMOUNTS = auto()
    """Amounts that are of the whole order."""
    DISCOUNTS = auto()
    """Whether prices are before or after discount."""
    REPEATED_LINES = auto()
    """Lines that stand more than once in their order."""
    NEGATIVE_SALES = auto()
    """Negative quantities in orders that are not cancellations."""
    POSITIVE_CANCELLATIONS = auto()
    """Positive quantities in orders that are cancellations."""
    CREDIT_NOTES = auto()
    """Positive quantities in orders that look like credit notes."""
    UNKNOWN_STATUSES = auto()
    """Statuses of which it is not known whether they count."""
    UNLIKE_PRODUCTS = auto()
    """Product codes unlike the others."""
    OUTSIZED_CUSTOMER = auto()
    """A customer who may stand for all guests."""
    NO_CUSTOMERS = auto()
    """No column of customers."""
    SHORTENED_IDS = auto()
    """Order, product or customer numbers that a spreadsheet has shortened."""
    IDS_BY_CASE = auto()
    """Customer numbers that differ by upper and lower case alone."""
    IDS_BY_ZEROS = auto()
    """Customer numbers that differ by leading zeros alone."""
    MISREAD_LETTERS = auto()
    """Letters that were misread before the ledger was written."""
    OTHER_COLUMNS = auto()
    """Columns that could be meant as well."""
    QUANTITY_COLUMN = auto()
    """A column of quantities that is not called so."""
    ORDER_COLUMN = auto()
    """A column of order numbers that is not called so."""
    STATUS_COLUMN = auto()
    """A column that may say which lines count."""


@dataclass(frozen=True)
class Doubt:
    """Something that the ledger does not tell.

    Attributes:
        kind: what it is about
        says: what is doubtful, and what it would change
        setting: lines of segmentation.toml that decide it
        weight: share of the money or of the customers, whichever is greater, that hangs on it

    """

    kind: DoubtKind
    says: str
    setting: str
    weight: float
    is_loss: bool = False
    """Whether money or customers are lost by it, whatever is said; up to `tolerated` of the profile they may be."""


_DOUBTS: Final = TypeAdapter(tuple[Doubt, ...])


def doubts_to_json(doubts: Sequence[Doubt] | None) -> str:
    """Doubts as text, for those who are told them; an empty one for None, where nothing was inspected."""
    return "" if doubts is None else _DOUBTS.dump_json(tuple(doubts)).decode()


def doubts_from_json(text: str) -> tuple[Doubt, ...] | None:
    """Doubts from the text of `doubts_to_json`."""
    return _DOUBTS.validate_json(text) if text else None


def quoted(text: str) -> str:
    """A text as TOML writes it, whatever stands in it."""
    return json.dumps(text, ensure_ascii=False)


def listed(texts: Iterable[str]) -> str:
    """Texts as a list of TOML."""
    return f"[{', '.join(map(quoted, texts))}]"


def tolerating(share: float) -> str:
    """The lines of segmentation.toml that let a share of the money be lost."""
    return (
        f"[profile]\ntolerated = {min(1.0, round(share * 1.1 + 0.005, 2))}    # share of the money that may be lost"
    )


def settings_of(doubt: Doubt) -> list[tuple[str, str]]:
    """The settings that decide a doubt: part and field of the profile; no field for one of the profile itself."""
    found: list[tuple[str, str]] = []
    for part, fields in tomllib.loads(doubt.setting).get("profile", {}).items():
        found += [(part, field) for field in fields] if isinstance(fields, dict) else [(part, "")]
    return found


@dataclass(frozen=True)
class Inferred:
    """A part of a profile, as far as the ledger tells it.

    Attributes:
        fields: of the part, with what was taken
        findings: why
        doubts: what could be otherwise

    """

    fields: dict[str, object]
    findings: tuple[Finding, ...] = ()
    doubts: tuple[Doubt, ...] = ()

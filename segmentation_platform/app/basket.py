"""What somebody types into the form of a basket: read, told what is wrong with it, and put into an address."""

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date

from segmentation_platform.client import Purchase

_NUMBER = re.compile(r"\d+(\.\d+)?")
_MOST_LINES = 50


@dataclass(frozen=True)
class Line:
    """A line of the form, as it was typed; what is left empty is filled in.

    Attributes:
        product: code
        quantity: units; 1 where it is empty
        price: of one unit; the usual one where it is empty
        bought_on: day, as 2011-12-01; the reporting date where it is empty

    """

    product: str = ""
    quantity: str = ""
    price: str = ""
    bought_on: str = ""

    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(map(str.strip, astuple(self)))


@dataclass(frozen=True)
class Problem:
    """What can't be used, where it stands, and what would help."""

    row: int
    column: str
    words: str

    def __str__(self) -> str:
        """As it is told."""
        return f"Row {self.row}, {self.column}: {self.words}"


def purchases(lines: Sequence[Line]) -> tuple[list[Purchase], list[Problem]]:
    """What was bought, and what can't be read; lines that are blank are passed over."""
    bought, problems = [], []
    for row, line in enumerate(lines, 1):
        if line.is_blank():
            continue
        found = _problems(row, line)
        problems += found
        if not found:
            bought.append(_purchase(line))
    if not bought and not problems:
        problems.append(Problem(1, "product", "type the code of at least one product, for instance 85123A."))
    return bought, problems


def to_address(lines: Sequence[Line]) -> str:
    """The lines as one value of an address."""
    return ";".join(",".join(_typed(line)).rstrip(",") for line in lines if not line.is_blank())


def from_address(value: str) -> list[Line]:
    """The lines that stand in an address, whatever somebody wrote there."""
    return [Line(*line.split(",")[:4]) for line in value.split(";")[:_MOST_LINES] if line.strip(", ")]


def _typed(line: Line) -> list[str]:
    # What parts fields and lines in the address is in none of them: no code, number or day holds it.
    return [re.sub("[,;]", " ", str(field)).strip() for field in astuple(line)]


def _problems(row: int, line: Line) -> list[Problem]:
    found = []
    if not line.product.strip():
        found.append(Problem(row, "product", "type its code, or clear the row."))
    if line.quantity.strip() and (_number(line.quantity) or 0) <= 0:
        found.append(
            Problem(row, "quantity", f"“{line.quantity}” is no number above 0. Write it in figures, such as 6.")
        )
    if line.price.strip() and _number(line.price) is None:
        found.append(
            Problem(row, "price", f"“{line.price}” is no price. Write it in figures with a point, such as 2.55.")
        )
    if line.bought_on.strip() and _day(line.bought_on) is None:
        found.append(
            Problem(row, "date", f"“{line.bought_on}” is no day. Write year, month and day, such as 2011-12-01.")
        )
    return found


def _purchase(line: Line) -> Purchase:
    quantity = _number(line.quantity)
    return Purchase(
        line.product.strip().upper(),
        1.0 if quantity is None else quantity,
        _number(line.price),
        _day(line.bought_on),
    )


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text := text.strip()) and text.isascii() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

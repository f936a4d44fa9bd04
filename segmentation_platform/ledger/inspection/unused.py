"""Columns that are not used though they might matter: other ones for the same thing, and ones of names not known.

They are judged on the first lines of a ledger.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from segmentation_platform.ledger.inspection.columns import ColumnsFound, Sample
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind, quoted
from segmentation_platform.ledger.profile.model import LedgerColumn
from segmentation_platform.ledger.profile.names import columns_named
from segmentation_platform.ledger.profile.numbers import find_style, read_number
from segmentation_platform.ledger.profile.words import folded, tell_kinds, words

_MONEY: Final = ("quantity", "unit_price", "line_total")
_COUNT: Final = re.compile(r"[+-]?[0-9]{1,4}(?:[.,]0*)?-?")
_MINUS: Final = re.compile(r"^\s*[-(\u2212]|-\s*$")
_MOSTLY: Final = 0.95
_FEW: Final = 12
_TAKEN_BACK: Final = re.compile(
    r"cancel|void|storn|refund|return|delet|annul|anul|zrus|torol|iptal|batal|отмен|возврат", re.IGNORECASE
)


def unused_columns(sample: Sample, found: ColumnsFound, used: Mapping[LedgerColumn, str]) -> list[Doubt]:
    """What could be otherwise if other columns were used.

    Args:
        sample: the first lines
        found: which columns were found by their names
        used: those that the profile ends with

    """
    doubts = [
        _other(sample, column, name, others)
        for column, others in found.others.items()
        if (name := used.get(column)) is not None and name in sample
    ]
    left = [name for name in sample if name not in used.values()]
    doubts += _missing(sample, left, used)
    if not used.get("status"):
        doubts += [doubt for name in left if (doubt := _status(sample, name))]
    elif used["status"] in sample:
        doubts += [doubt for name in left if (doubt := _kinds_beside(sample, name, used))]
    return doubts


def _texts(sample: Sample, name: str) -> list[str]:
    return [cell.strip() for cell in sample[name] if cell and cell.strip()]


def _other(sample: Sample, column: LedgerColumn, name: str, others: Sequence[str]) -> Doubt:
    weight = max(_difference(sample, name, other) for other in others) if column in _MONEY else 0.0
    return Doubt(
        DoubtKind.OTHER_COLUMNS,
        f"{name} is taken for {column}; it could also be {', '.join(others)}.",
        f"[profile.columns]\n{column} = {quoted(name)}",
        weight,
    )


def _difference(sample: Sample, one: str, other: str) -> float:
    """By how much the sums of two columns differ, as a share of the greater."""
    sums = [abs(sum(_numbers(_texts(sample, name)))) for name in (one, other)]
    return abs(sums[0] - sums[1]) / max(sums) if max(sums) else 0.0


def _numbers(texts: list[str]) -> Iterable[float]:
    style = find_style([dict.fromkeys(texts, 1)]).style
    return (number for text in texts if (number := read_number(text, style)) is not None)


def _missing(sample: Sample, left: list[str], used: Mapping[LedgerColumn, str]) -> list[Doubt]:
    """A column of quantities or of order numbers is missing, and there is one that looks like it."""
    doubts = []
    if "quantity" not in used and (like := next((name for name in left if _is_count(sample, name)), None)):
        says = f"There is no column of quantities, so every line is one unit; {like} could be it."
        doubts.append(
            Doubt(
                DoubtKind.QUANTITY_COLUMN,
                says,
                f'[profile.columns]\nquantity = {quoted(like)}    # or "", if there is none',
                1.0,
            )
        )
    if "invoice" not in used and (like := next((name for name in left if _is_order(sample, name, used)), None)):
        says = f"There is no column of order numbers, so a customer's day is an order; {like} could be it."
        doubts.append(
            Doubt(
                DoubtKind.ORDER_COLUMN,
                says,
                f'[profile.columns]\ninvoice = {quoted(like)}    # or "", if there is none',
                1.0,
            )
        )
    return doubts


def _is_count(sample: Sample, name: str) -> bool:
    texts = _texts(sample, name)
    if not texts or set(columns_named(name)) & {"unit_price", "line_total", "category"}:
        return False
    counts = [text for text in texts if _COUNT.fullmatch(text)]
    return len(counts) >= _MOSTLY * len(sample[name]) and 1 < len(set(counts)) <= len(texts) / 2


def _is_order(sample: Sample, name: str, used: Mapping[LedgerColumn, str]) -> bool:
    """Whether lines that share a text of a column share day and customer as well, as those of an order do."""
    shared = [sample[used[column]] for column in ("invoice_date", "customer_id") if used.get(column) in sample]
    rows = [(cell, others) for cell, *others in zip(sample[name], *shared, strict=True) if cell and cell.strip()]
    groups: dict[str, list[list[str | None]]] = {}
    for cell, others in rows:
        groups.setdefault(cell, []).append(others)
    several = [group for group in groups.values() if len(group) > 1]
    if len(several) < _FEW or len(groups) < len(rows) / 20:
        return False
    return sum(all(others == group[0] for others in group) for group in several) >= _MOSTLY * len(several)


def _status(sample: Sample, name: str) -> Doubt | None:
    """A column that may say which lines don't count."""
    texts = _texts(sample, name)
    values = list(dict.fromkeys(texts))
    if not texts or len(values) > max(_FEW, len(texts) if _TAKEN_BACK.search(name) else 0):
        return None
    bad = _not_counted(name, texts, values)
    if not bad:
        return None
    weight = max(0.011, len(bad) / max(1, len(sample[name])))
    shown = ", ".join(values[:6])
    return Doubt(
        DoubtKind.STATUS_COLUMN,
        f"{name} is not used, and may say which lines don't count: {shown}. {len(bad):,} of the first "
        f"{len(sample[name]):,} lines seem not to.",
        f'[profile.columns]\nstatus = {quoted(name)}    # or "", if all lines count; then [profile.status]',
        weight,
    )


def _kinds_beside(sample: Sample, name: str, used: Mapping[LedgerColumn, str]) -> Doubt | None:
    """A column that tells returns beside the one of statuses, where no minus tells them."""
    if not tell_kinds(_texts(sample, name)):
        return None
    taken_back = words("kinds", "taken_back")
    amounts = [sample[used[column]] for column in _MONEY if used.get(column) in sample]
    positive = sum(
        folded(kind or "") in taken_back and not any(_MINUS.search(cell or "") for cell in cells)
        for kind, *cells in zip(sample[name], *amounts, strict=True)
    )
    if not positive:
        return None
    status, lines = used["status"], len(sample[name])
    return Doubt(
        DoubtKind.STATUS_COLUMN,
        f"{name} tells returns and is not used, because {status} is the column of statuses. {positive:,} of the "
        f"first {lines:,} lines are returns without a minus, and count as sales.",
        f"[profile.columns]\nstatus = {quoted(status)}    # or {quoted(name)}, to take returns off",
        max(0.011, positive / lines),
    )


def _not_counted(name: str, texts: list[str], values: list[str]) -> list[str]:
    good = words("status", "counted") | words("kinds", "sale")
    bad = words("status", "not_counted") | words("status", "returned") | words("kinds", "taken_back")
    found = [text for text in texts if folded(text) in bad]
    known = [text for text in texts if folded(text) in good | bad]
    # Some of its values may be no word that is known; all of them tell nothing, if no sale is among them.
    if found and (len(known) == len(texts) or len(texts) / 2 < len(known) > len(found)):
        return found
    if "status" in columns_named(name):
        return texts  # its values are no words; which of them count is for its owner to say
    if _TAKEN_BACK.search(name):
        yes, no = words("answers", "yes"), words("answers", "no")
        if all(folded(value) in yes | no for value in values):
            return [text for text in texts if folded(text) in yes]
        return texts
    return []

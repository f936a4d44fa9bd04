"""Which column of a file holds what, by the names of the columns and by what stands in them."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from segmentation_platform.ledger.addresses import belong_to_customers, is_address, is_hash
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.profile.dates import find_dates
from segmentation_platform.ledger.profile.model import LedgerColumn
from segmentation_platform.ledger.profile.names import LEDGER_COLUMNS, columns_named, plain_name
from segmentation_platform.ledger.profile.numbers import find_style
from segmentation_platform.ledger.profile.presets import Preset
from segmentation_platform.ledger.profile.words import tell_kinds

Sample = Mapping[str, Sequence[str | None]]
"""The first lines of a file by the names of its columns."""

NUMBERS: Final = ("quantity", "unit_price", "line_total", "discount", "order_discount", "order_refund")
_ESSENTIAL: Final[tuple[LedgerColumn, ...]] = ("quantity", "invoice_date", "unit_price")
_MOSTLY: Final = 0.7
_FEW_VALUES: Final = 40


@dataclass(frozen=True)
class ColumnsFound:
    """Which columns hold what.

    Attributes:
        columns: by what they hold; those that are not there are left out
        others: for what several columns could have held, those that were not taken

    """

    columns: dict[LedgerColumn, str]
    others: dict[LedgerColumn, list[str]] = field(default_factory=dict)


def find_columns(sample: Sample, said: Mapping[LedgerColumn, str], preset: Preset | None = None) -> ColumnsFound:
    """Tell which columns hold what.

    Args:
        sample: some lines
        said: what the owner said; an empty name: the ledger does not have it
        preset: the kind of export that it is, if known

    Raises:
        LedgerError: when a column that was named is not there, or there twice, or no date, or no amount can be found.

    """
    names = list(sample)
    for column, name in said.items():
        _check_said(column, name, names)
    fixed = {**(preset.columns_in(names) if preset else {}), **said}
    taken = {name for name in fixed.values() if name}
    candidates = _candidates(sample, taken)
    columns: dict[LedgerColumn, str] = {column: name for column, name in fixed.items() if name}
    others: dict[LedgerColumn, list[str]] = {}
    for column in LEDGER_COLUMNS:
        fitting = [name for name in candidates[column] if name not in columns.values()]
        if column in fixed or not fitting:
            continue
        columns[column], rest = fitting[0], fitting[1:]
        if rest:
            others[column] = rest
    if "email_hash" not in {**columns, **fixed} and (addresses := _addresses(sample, columns)):
        columns["email_hash"] = addresses
        others = {column: [name for name in found if name != addresses] for column, found in others.items()}
    if "status" not in {**columns, **fixed} and (kinds := _kinds_of_documents(sample, columns.values())):
        columns["status"] = kinds
    columns = _named_by_description(columns, sample, fixed)
    _require(columns, names)
    return ColumnsFound(columns, {column: found for column, found in others.items() if found})


def _check_said(column: str, name: str, names: Sequence[str]) -> None:
    if name and name not in names:
        raise LedgerError(
            f"There is no column {name} for {column}. The file has: {', '.join(names) or 'none'}.\n"
            f'Mend it in segmentation.toml:\n  [profile.columns]\n  {column} = "name in the file"'
        )
    if name and f"{name} (2)" in names:
        raise LedgerError(f"The file has more than one column {name}. Rename or remove all but one.")


def _candidates(sample: Sample, taken: set[str]) -> dict[LedgerColumn, list[str]]:
    """For each thing that a column can hold the columns that fit by name and content, the best name first."""
    places: dict[LedgerColumn, list[tuple[int, int, str]]] = {column: [] for column in LEDGER_COLUMNS}
    for order, name in enumerate(sample):
        if name in taken:
            continue
        texts = _texts(sample, name)
        for column, place in columns_named(name).items():
            if not texts or _fits(column, texts):
                places[column].append((place, order, name))
    fitting = {column: [name for _, _, name in sorted(found)] for column, found in places.items()}
    for column in _ESSENTIAL:
        # By its name alone: what can't be read of it is told then, rather than that there is none.
        if not fitting[column] and (column != "unit_price" or not fitting["line_total"]):
            fitting[column] = _by_name(sample, column, taken)
    if not fitting["status"]:
        # Statuses can be numbers; words tell more where there are both.
        fitting["status"] = [name for name in _by_name(sample, "status", taken) if _are_few(sample[name])]
    return fitting


def _addresses(sample: Sample, columns: Mapping[LedgerColumn, str]) -> str:
    """The customers' addresses, or hashes of them, beside the column that says who they are; empty for none.

    Names of e-mail columns are names of customers' columns: addresses are their numbers where there is no better one.
    """
    customers = columns.get("customer_id")
    if customers is None:
        return ""
    left = [name for name in sample if name not in columns.values()]
    called = [name for name in left if "customer_id" in columns_named(name)]
    named = [name for name in called if _are_mostly(_texts(sample, name), is_address)]
    named += [name for name in called if "mail" in plain_name(name) and _are_mostly(_texts(sample, name), is_hash)]
    others = (
        name
        for name in left
        if _are_mostly(_texts(sample, name), is_address) and belong_to_customers(sample[customers], sample[name])
    )
    return next(iter(named), next(others, ""))


def _texts(sample: Sample, name: str) -> list[str]:
    return [cell.strip() for cell in sample[name] if cell and cell.strip()]


def _are_mostly(texts: Sequence[str], kind: Callable[[str], bool]) -> bool:
    return bool(texts) and sum(map(kind, texts)) >= _MOSTLY * len(texts)


def _kinds_of_documents(sample: Sample, used: Collection[str]) -> str:
    """The first column that tells sales from returns by its values, whatever it is called; empty for none."""
    left = (name for name in sample if name not in used)
    return next((name for name in left if tell_kinds(_texts(sample, name))), "")


def _by_name(sample: Sample, column: LedgerColumn, taken: set[str]) -> list[str]:
    named = [(columns_named(name)[column], name) for name in sample if column in columns_named(name)]
    return [name for _, name in sorted(named) if name not in taken]


def _fits(column: LedgerColumn, texts: Sequence[str]) -> bool:
    if column in NUMBERS:
        return _share(texts, find_style([dict.fromkeys(texts, 1)]).unread) >= _MOSTLY
    fits = _FITTING.get(column)
    return fits(texts) if fits else not _are_moments(texts)


def _are_few(texts: Iterable[str | None]) -> bool:
    return len({text.strip().casefold() for text in texts if text}) <= _FEW_VALUES


def _share(texts: Sequence[str], unread: Mapping[str, int]) -> float:
    return sum(text not in unread for text in texts) / len(texts)


def _are_numbers(texts: Sequence[str]) -> bool:
    return _share(texts, find_style([dict.fromkeys(texts, 1)]).unread) > 1 - _MOSTLY


def _are_dates(texts: Sequence[str]) -> bool:
    return _share(texts, find_dates(dict.fromkeys(texts, 1)).unread) >= _MOSTLY


def _are_moments(texts: Sequence[str]) -> bool:
    return sum(bool(re.search(r"\d{1,2}:\d{2}", text)) for text in texts) > _MOSTLY * len(texts)


def _are_few_words(texts: Sequence[str]) -> bool:
    return _are_few(texts) and not _are_numbers(texts)


_FITTING: Final[Mapping[LedgerColumn, Callable[[Sequence[str]], bool]]] = {
    "invoice_date": _are_dates,
    "status": _are_few_words,
    "currency": _are_few_words,
    "channel": lambda texts: _are_few_words(texts) and not tell_kinds(texts),
    "email_hash": lambda texts: _are_mostly(texts, is_hash) or _are_mostly(texts, is_address),
    "country": lambda texts: not _are_numbers(texts),
    "category": lambda texts: not _are_numbers(texts),
    "description": lambda texts: any(re.search(r"[^\W\d_]", text) for text in texts),
}
"""What tells, beside its name, that a column holds something; for all that are not numbers."""


def _named_by_description(
    columns: dict[LedgerColumn, str], sample: Sample, fixed: Mapping[LedgerColumn, str]
) -> dict[LedgerColumn, str]:
    """A column of words alone is a description, whatever it is called, where it is the only one of the product."""
    code = columns.get("stock_code")
    if code and "description" not in columns and "stock_code" not in fixed:
        texts = _texts(sample, code)
        if texts and sum(" " in text and bool(re.search(r"[^\W\d_]{3}", text)) for text in texts) > len(texts) / 2:
            columns = {**columns, "description": code}
            del columns["stock_code"]
    return columns


def _require(columns: Mapping[LedgerColumn, str], names: Sequence[str]) -> None:
    missing = [] if "invoice_date" in columns else ["invoice_date"]
    missing += [] if {"unit_price", "line_total"} & set(columns) else ["unit_price"]
    if not missing:
        return
    example = "\n".join(f'  {column} = "name in the file"' for column in missing)
    also = "\n  (or line_total, where the file has the amount of a whole line)" if "unit_price" in missing else ""
    raise LedgerError(
        f"Column{'s' if len(missing) > 1 else ''} not found: {', '.join(missing)}. "
        f"The file has: {', '.join(names) or 'none'}.\n"
        f"Say in segmentation.toml which is which:\n  [profile.columns]\n{example}{also}"
    )

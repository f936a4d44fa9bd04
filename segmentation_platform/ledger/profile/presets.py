"""Kinds of export that are known by heart: recognised by the names of their columns, read from `presets.toml`."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from segmentation_platform.ledger.profile.model import (
    Cancellations,
    LedgerColumn,
    ProductRules,
    Profile,
)
from segmentation_platform.ledger.profile.names import plain_name

PRESETS_FILE: Final = Path(__file__).with_name("presets.toml")


@dataclass(frozen=True)
class Preset:
    """A kind of export.

    Attributes:
        name: of its table in `presets.toml`
        title: what people call it
        needs: names of columns that must all be there, in the form of `plain_name`
        any_of: groups of names, of each of which one must be there
        columns: what its columns hold; an empty name: it has no such column
        pattern: of its product codes, if it has one
        services: codes that its lines without a product have

    """

    name: str
    title: str
    needs: frozenset[str]
    any_of: tuple[frozenset[str], ...] = ()
    columns: dict[LedgerColumn, str] = field(default_factory=dict)
    pattern: str = ""
    services: frozenset[str] = frozenset()

    def fits(self, names: Sequence[str]) -> bool:
        """Whether a file with these columns is of this kind."""
        found = {plain_name(name) for name in names}
        return self.needs <= found and all(found & group for group in self.any_of)

    def columns_in(self, names: Sequence[str]) -> dict[LedgerColumn, str]:
        """Its columns, by the names that they have in a file, as far as they are there."""
        by_plain = {plain_name(name): name for name in reversed(names)}
        columns: dict[LedgerColumn, str] = {}
        for column, name in self.columns.items():
            if not name or plain_name(name) in by_plain:
                columns[column] = by_plain[plain_name(name)] if name else ""
        return columns


@lru_cache(maxsize=1)
def presets() -> tuple[Preset, ...]:
    """All presets, in the order in which they are tried."""
    document = tomllib.loads(PRESETS_FILE.read_text(encoding="utf-8"))
    return tuple(_preset(name, table) for name, table in document.items())


def recognised(names: Sequence[str]) -> Preset | None:
    """The kind of export that has columns of these names; None if none is known."""
    return next((preset for preset in presets() if preset.fits(names)), None)


def _preset(name: str, table: dict[str, Any]) -> Preset:
    return Preset(
        name,
        table["title"],
        frozenset(map(plain_name, table["needs"])),
        tuple(frozenset(map(plain_name, group)) for group in table.get("any_of", ())),
        table.get("columns", {}),
        table.get("pattern", ""),
        frozenset(table.get("pattern_services", ())),
    )


def online_retail() -> Profile:
    """The whole profile of the UCI ledger as it is published, which the simulated shop writes too."""
    names = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
    columns: tuple[LedgerColumn, ...] = (
        "invoice", "stock_code", "description", "quantity", "invoice_date", "unit_price", "customer_id", "country",
    )  # fmt: skip
    return Profile(
        preset="online_retail",
        columns=dict(zip(columns, names, strict=True)),
        dates={"formats": ("%Y-%m-%d %H:%M:%S",)},
        cancellations=Cancellations(by="prefix", prefix="C"),
        products=ProductRules(pattern="[0-9]{5}[A-Z]{0,2}"),
    )

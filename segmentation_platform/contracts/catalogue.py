"""All tables, found by their contracts: what is worked with, and what is published.

A contract that is declared in one of these modules is in the catalogue; there is no second list to keep.
"""

from typing import Final

from segmentation_platform.contracts import (
    campaigns,
    customers,
    insights,
    ledger,
    recommendations,
    scoring,
    segments,
    snapshots,
)
from segmentation_platform.contracts.base import Contract

_MODULES = (ledger, customers, segments, recommendations, scoring, insights, campaigns, snapshots)


def _declared() -> list[type[Contract]]:
    """The contracts in the order of the modules, and within each as they stand there."""
    return [
        value
        for module in _MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Contract) and value.__module__ == module.__name__
    ]


def _in_order(contracts: list[type[Contract]]) -> list[type[Contract]]:
    published = {found: contract for contract in contracts if (found := contract.published())}
    return [published[found] for found in sorted(published, key=lambda found: (found.chapter, found.place))]


WORKING: Final[tuple[type[Contract], ...]] = tuple(c for c in _declared() if c.is_working())
"""Every table of the schema `warehouse`, in the order of the flow."""

SHOWN: Final[tuple[type[Contract], ...]] = tuple(_in_order(_declared()))
"""Every published table, in the order in which a reader would look; a view of its name in `serving` shows it."""

PUBLISHED: Final[tuple[type[Contract], ...]] = tuple(
    c for c in SHOWN if (found := c.published()) and not found.spans_snapshots
)
"""Those of which every snapshot has rows of its own."""

HISTORY: Final = customers.CustomerSegmentHistory.table()
"""The one that is kept once for a ledger: the history of the customers' segments."""

"""What there is to read: the views of `serving` and their columns, as the contracts promise them."""

import hashlib

from segmentation_platform.client.errors import ClientError
from segmentation_platform.contracts import (
    HISTORY,
    INTERNAL,
    PUBLISHED,
    Column,
    CustomerSegmentHistory,
    Snapshots,
)

_OF_SNAPSHOTS = {column.name: column for column in Snapshots.columns()}

VIEWS: dict[str, tuple[Column, ...]] = {
    "snapshot": tuple(column for column in Snapshots.columns() if column.name not in INTERNAL),
    **{contract.table(): tuple(contract.columns()) for contract in PUBLISHED},
    HISTORY: tuple(CustomerSegmentHistory.columns()),
}
"""The columns of every view that shows the served snapshot."""

KEYS: dict[str, tuple[str, ...]] = {
    "snapshot": tuple(Snapshots.key()),
    **{contract.table(): tuple(contract.key()) for contract in PUBLISHED},
    HISTORY: tuple(CustomerSegmentHistory.key()),
}
"""The columns that name a row, which is also the order in which rows are given."""

_BY_SNAPSHOT = (_OF_SNAPSHOTS["snapshot_id"], _OF_SNAPSHOTS["as_of"])


def columns_of(view: str) -> tuple[Column, ...]:
    """The columns of a view, or of the `…_history` view with all snapshots.

    Raises:
        ClientError: when there is no such view.

    """
    if view in VIEWS:
        return VIEWS[view]
    shown = view.removesuffix("_history")
    if view == shown or shown not in VIEWS or shown == HISTORY:
        raise ClientError(f"There is no view {view}. There are: {', '.join(VIEWS)}.")
    if shown == "snapshot":
        return (*VIEWS[shown], _OF_SNAPSHOTS["is_served"])
    return (*_BY_SNAPSHOT, *VIEWS[shown])


def key_of(view: str) -> tuple[str, ...]:
    """The columns by which the rows of a view are ordered."""
    if view in KEYS:
        return KEYS[view]
    shown = view.removesuffix("_history")
    return KEYS[shown] if shown == "snapshot" else ("snapshot_id", *KEYS[shown])


def contract_hash() -> str:
    """A short hash of all views, columns and types: equal where files and database can be read alike."""
    promised = [(view, column.name, column.sql_type) for view, columns in VIEWS.items() for column in columns]
    return hashlib.sha256(repr(promised).encode()).hexdigest()[:16]

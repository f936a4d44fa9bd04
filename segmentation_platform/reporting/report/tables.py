"""Which published views the report tells, and how much of each."""

from collections.abc import Sequence

import pandas as pd

from segmentation_platform.client.query import Wanted
from segmentation_platform.client.tables import Tables
from segmentation_platform.contracts import EVERYWHERE

_WHOLE = (
    "snapshot",
    "segments",
    "segment_moves",
    "seasonality",
    "cancellations",
    "countries",
    "cohorts",
    "model_selection",
    "segment_drift",
    "recommendation_quality",
    "campaigns",
    "checks",
)
_SHOWN_RANKS = (1, 2, 3, 4, 5)


def read_tables(client: Tables, snapshots: Sequence[int]) -> dict[str, pd.DataFrame]:
    """The views of the served snapshot that a report is made of.

    Args:
        client: that stays with one snapshot (`Client.pinned`)
        snapshots: the numbers of all snapshots of its ledger, for what was before; those of other ledgers would be
            another shop's

    """
    earlier: dict[str, Wanted] = {"snapshot_id": list(snapshots)}
    first: dict[str, Wanted] = {"region": EVERYWHERE, "taste": EVERYWHERE, "rank": list(_SHOWN_RANKS)}
    return {
        **{view: client.table(view) for view in _WHOLE},
        "segments_history": client.table("segments_history", earlier),
        "snapshot_history": client.table("snapshot_history", earlier),
        "segment_recommendations": client.table("segment_recommendations", first),
    }

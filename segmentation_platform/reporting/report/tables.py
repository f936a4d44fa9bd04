"""Which published views the report tells, and how much of each."""

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
_SHOWN_BUNDLES = 8


def read_tables(client: Tables) -> dict[str, pd.DataFrame]:
    """The views of the served snapshot that a report is made of, and what was before it.

    Args:
        client: that stays with one snapshot (`Client.pinned`)

    """
    so_far = client.snapshots_so_far()
    first: dict[str, Wanted] = {"region": EVERYWHERE, "taste": EVERYWHERE, "rank": list(_SHOWN_RANKS)}
    return {
        **{view: client.table(view) for view in _WHOLE},
        "segments_history": client.history("segments", snapshot_id=so_far["snapshot_id"].tolist()),
        "snapshot_history": so_far,
        "segment_recommendations": client.table("segment_recommendations", first),
        "bundles": client.bundles(top=_SHOWN_BUNDLES),
    }

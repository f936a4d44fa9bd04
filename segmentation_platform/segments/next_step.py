"""What would move a customer up: the fewest further orders that bring a segment of higher worth.

Every order is imagined as one placed today for the customer's usual amount. This tells where the borders of the
segments are; it does not claim that an offer would make anybody order.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segmentation_platform.segments.model import Labels, SegmentModel
from segmentation_platform.segments.transforms import feature_values

_MOST_ORDERS = 6
_TOP = "In the segment of the highest worth already: keep them"
_FAR = f"More than {_MOST_ORDERS} orders away from a better segment"


def next_steps(customers: pd.DataFrame, model: SegmentModel, rank: Mapping[int, int]) -> pd.DataFrame:
    """Find the next better segment of every customer and how far it is.

    Args:
        customers: columns of `contracts.RfmFeatures`, and `segment_id`
        model: that assigned them
        rank: place of each segment id by money per customer at the fit, 1 the highest

    Returns:
        Columns `next_segment` (missing if none is within six orders) and `next_step` in words, indexed as
        `customers`.

    """
    orders, reached = _fewest_orders(customers, model, rank)
    is_within = orders > 0
    names = np.array([segment.name for segment in model.segments], dtype=object)
    better = pd.Series(names[reached], customers.index, dtype="str").where(is_within)
    found = pd.DataFrame({"orders": orders, "next_segment": better}, customers.index)
    is_top = customers["segment_id"].map(rank) == min(rank.values())
    otherwise = pd.Series(np.where(is_top.to_numpy(), _TOP, _FAR), customers.index, dtype="str")
    words = _orders(found, customers["average_order_value"]).where(is_within, otherwise)
    return pd.DataFrame({"next_segment": better, "next_step": words.astype("str")})


def _fewest_orders(customers: pd.DataFrame, model: SegmentModel, rank: Mapping[int, int]) -> tuple[Labels, Labels]:
    """The fewest orders that bring a better segment, 0 where none within reach does, and that segment's position."""
    recency, frequency, monetary = feature_values(customers).T
    more = np.arange(1, _MOST_ORDERS + 1)[:, None]
    spent = monetary + more * customers["average_order_value"].to_numpy(np.float64)
    imagined = np.stack([np.ones_like(spent), frequency + more, spent], axis=2)
    positions = model.positions_of(imagined.reshape(-1, 3)).reshape(_MOST_ORDERS, len(recency))
    places = np.array([rank[segment.segment_id] for segment in model.segments])[positions]
    is_better = places < customers["segment_id"].map(rank).to_numpy()
    first = is_better.argmax(axis=0) if len(recency) else np.empty(0, dtype=np.intp)
    return np.where(is_better.any(axis=0), first + 1, 0), positions[first, np.arange(len(recency))]


def _orders(found: pd.DataFrame, amount: pd.Series) -> pd.Series:
    several = found["orders"].astype("str") + " more orders"
    count = several.where(found["orders"] > 1, "One more order")
    about = amount.map("{:,.0f}".format).astype("str")
    return count + " of about " + about + " would make them " + found["next_segment"].fillna("")

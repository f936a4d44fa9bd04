"""What would move a customer up: the fewest further orders that bring a segment of higher worth.

Every order is imagined as one placed today for the customer's usual amount. This tells where the borders of the
segments are; it does not claim that an offer would make anybody order.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segmentation_platform.segments.model import SegmentModel

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
    best = customers["segment_id"].map(rank)
    found = pd.DataFrame({"next_segment": None, "orders": 0}, index=customers.index).astype({"next_segment": "str"})
    for orders in range(_MOST_ORDERS, 0, -1):
        imagined = customers.assign(
            recency_days=1,
            frequency=customers["frequency"] + orders,
            monetary=customers["monetary"] + orders * customers["average_order_value"],
        )
        then = model.assign(imagined)
        is_better = then["segment_id"].map(rank) < best
        found.loc[is_better, "next_segment"] = then.loc[is_better, "segment"]
        found.loc[is_better, "orders"] = orders
    stay = np.where(best == min(rank.values()), _TOP, _FAR)
    words = np.where(found["orders"] == 0, stay, _orders(found, customers["average_order_value"]))
    return pd.DataFrame({"next_segment": found["next_segment"], "next_step": pd.Series(words, found.index, "str")})


def _orders(found: pd.DataFrame, amount: pd.Series) -> pd.Series:
    several = found["orders"].astype("str") + " more orders"
    count = several.where(found["orders"] > 1, "One more order")
    about = amount.map("{:,.0f}".format).astype("str")
    return count + " of about " + about + " would make them " + found["next_segment"].fillna("")

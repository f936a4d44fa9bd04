"""Segments as a fit of a past day would have made them, for judging what is built on them."""

from datetime import date

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.segments.history import no_history, observe
from segmentation_platform.segments.lifecycle.refit import RegionInputs, first_night
from segmentation_platform.segments.matching import Naming
from segmentation_platform.segments.profiles import assign, customer_segments
from segmentation_platform.segments.rules import SegmentationRules, TransformKind


def fixed_fit(customers: pd.DataFrame, as_of: date, transform: TransformKind, k: int) -> pd.DataFrame:
    """Fit k segments on the customers of a day and put them into these.

    Args:
        customers: columns of `contracts.RfmFeatures`, as known on the day
        as_of: reporting date
        transform: of the features
        k: number of segments

    Returns:
        Columns of `contracts.CustomerSegments`, without history.

    Raises:
        SegmentationError: when there are too few customers.

    """
    rules = SegmentationRules(transform=transform, compared=(), k_min=k, k_max=k, bootstraps=2, halvings=2)
    fitted = first_night(RegionInputs(customers, as_of, Naming(1)), None, rules).in_force.fitted
    assigned = assign(customers, {EVERYWHERE: fitted})
    history = observe(no_history(), assigned, as_of)
    return customer_segments(assigned, history.intervals, as_of)

"""Ledgers that can be opened as of any day, for tests of the backtest."""

from datetime import date

import pandas as pd

from segmentation_platform.customers.features import rfm_features
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine, Session
from segmentation_platform.ledger.known import COLUMNS, known_sales
from segmentation_platform.recommendations.backtest import Past
from segmentation_platform.segments.choose import choose_model
from segmentation_platform.segments.profiles import customer_segments, segment_names
from segmentation_platform.segments.rules import SegmentRules


def five_segments(session: Session, as_of: date) -> pd.DataFrame:
    """The customers of a session in five segments, fitted anew."""
    customers = rfm_features(session, as_of, CustomerRules())
    model = choose_model(customers, SegmentRules(k_min=5, k_max=5, bootstraps=2)).chosen.model
    names = {number: kind.name for number, kind in segment_names(model, customers).items()}
    return customer_segments(customers, model, names)


def one_segment(session: Session, as_of: date) -> pd.DataFrame:
    """The customers of a session in a single segment."""
    customers = rfm_features(session, as_of, CustomerRules())
    return customers[["customer_id", "region", "taste"]].assign(segment_id=1, segment="Regulars")


def past_of(clean: pd.DataFrame) -> Past:
    """A cleaned ledger in five segments."""
    return Past(lambda as_of: known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of), five_segments)


def small_past(clean: pd.DataFrame) -> Past:
    """A cleaned ledger of few customers, in one segment."""
    return Past(lambda as_of: known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of), one_segment)

"""Ledgers that can be opened as of any day, for tests of the backtest."""

from datetime import date

import pandas as pd

from segmentation_platform.customers.features import rfm_features
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine, Session
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.recommendations.backtest import PastLedger
from segmentation_platform.segments.fixed_fit import fixed_fit


def five_segments(session: Session, as_of: date) -> pd.DataFrame:
    """The customers of a session in five segments, fitted again."""
    return fixed_fit(rfm_features(session, as_of, CustomerRules()), as_of, "yeo-johnson", 5)


def one_segment(session: Session, as_of: date) -> pd.DataFrame:
    """The customers of a session in a single segment."""
    customers = rfm_features(session, as_of, CustomerRules())
    return customers[["customer_id", "region", "taste"]].assign(segment_id=1, segment="Regulars")


def past_of(clean: pd.DataFrame) -> PastLedger:
    """A cleaned ledger in five segments."""
    return PastLedger(lambda as_of: known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of), five_segments)


def small_past(clean: pd.DataFrame) -> PastLedger:
    """A cleaned ledger of few customers, in one segment."""
    return PastLedger(lambda as_of: known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of), one_segment)

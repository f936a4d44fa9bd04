"""Customers as they were known on earlier days, and what they did next."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from segmentation_platform.customers.features import rfm_features
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import Engine, Session, TableLike, read_step
from segmentation_platform.ledger.point_in_time import hold_ledger, know_sales

_SPENDING = read_step(__package__, "spending")
_LEAST_DAYS = 30


@dataclass(frozen=True)
class OutlookWindow:
    """Customers as they were known on a day, and what they did in the days from then on.

    Attributes:
        customers: columns of `contracts.RfmFeatures`
        spent: per customer (same index) the money spent in the days from then on, 0 for none

    """

    customers: pd.DataFrame
    spent: pd.Series


@dataclass(frozen=True)
class Outlook:
    """Two windows, the second right after the first: one to learn from, one to be judged on."""

    learned: OutlookWindow
    judged: OutlookWindow


@dataclass(frozen=True)
class PastCustomers:
    """A cleaned ledger that can be looked at as of any day."""

    session: Session
    rules: CustomerRules

    def features(self, as_of: date) -> pd.DataFrame:
        """The customers as they were known on a day: columns of `contracts.RfmFeatures`."""
        know_sales(self.session, as_of)
        return rfm_features(self.session, as_of, self.rules)

    def window(self, start: date, days: int) -> OutlookWindow:
        """The customers as they were known on a day, and their spending (cancelled or not) in the days after."""
        customers = self.features(start)
        self.session.run(_SPENDING, {"start": start, "until": start + timedelta(days=days)})
        spending = self.session.frame(_SPENDING.name).set_index("customer_id")["spent"]
        spent = customers["customer_id"].map(spending).fillna(0.0).astype("float64")
        return OutlookWindow(customers, spent)


@contextmanager
def past_customers(engine: Engine, clean_sales: TableLike, rules: CustomerRules) -> Iterator[PastCustomers]:
    """Open a cleaned ledger to look back.

    Args:
        engine: runs the SQL
        clean_sales: the columns `ledger.known.COLUMNS` of the cleaned ledger
        rules: of customer features

    """
    with engine.session() as session:
        hold_ledger(session, clean_sales)
        yield PastCustomers(session, rules)


def outlook(past_customers: PastCustomers, first_sale: date, as_of: date, days: int) -> Outlook | None:
    """The last two windows before a day; None where the ledger is not a month longer than both."""
    learned_from, judged_from = as_of - timedelta(days=2 * days), as_of - timedelta(days=days)
    if learned_from < first_sale + timedelta(days=_LEAST_DAYS):
        return None
    return Outlook(past_customers.window(learned_from, days), past_customers.window(judged_from, days))

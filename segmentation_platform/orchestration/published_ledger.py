"""The published ledger, opened outside of a run: to score customers, to play past days again, to tune."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from segmentation_platform.contracts import (
    EVERYWHERE,
    PUBLISHED,
    CleanSales,
    CustomerSegments,
    ProductCatalog,
)
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.contracts.recommendations import SegmentRecommendations
from segmentation_platform.customers.features import rfm_features
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine, Engine, Session, Step
from segmentation_platform.ledger import known
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.plausible import summary
from segmentation_platform.ledger.readers import ReadOptions
from segmentation_platform.orchestration import registry
from segmentation_platform.orchestration.io_managers import StoredTable
from segmentation_platform.recommendations.backtest import Past
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.recommendations.sales import Sales
from segmentation_platform.recommendations.scorer import build_scorer
from segmentation_platform.scoring import CustomerScorer, Purchase, purchases_of
from segmentation_platform.segments.anew import segmented_anew
from segmentation_platform.segments.model import SegmentModel
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import facts, loads, models, snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import ServedSnapshot, SnapshotError

_OF_CUSTOMER = Step(
    "of_customer",
    "SELECT stock_code, net_quantity, unit_price, sold_at, invoice, region FROM known_sales"
    " WHERE customer_id = $customer ORDER BY sold_at, invoice, stock_code",
)

_NEEDED = (ProductCatalog, CustomerSegments, SegmentRecommendations)


@dataclass(frozen=True)
class OpenScorer:
    """A scorer, with the ledger of which its customers are.

    Attributes:
        scorer: segments and products
        session: holds `known_sales` as of the served snapshot's reporting date

    """

    scorer: CustomerScorer
    session: Session

    def purchases(self, customer_id: str) -> tuple[list[Purchase], str]:
        """What a customer of the ledger bought, and the region of the last order of which something was kept.

        Raises:
            ScoringError: when there is nothing of the kind.

        """
        self.session.run(_OF_CUSTOMER, {"customer": customer_id})
        lines = self.session.frame(_OF_CUSTOMER.name)
        kept = lines[lines["net_quantity"] > 0]
        if kept.empty:
            raise ScoringError(
                f"Customer {customer_id} has bought nothing before {self.scorer.as_of}, or kept nothing of it. "
                "Score what somebody buys with --basket, for instance --basket 85123A,71053."
            )
        return purchases_of(lines), str(kept["region"].iloc[-1])


@contextmanager
def open_scorer(database: Database, settings: Settings) -> Iterator[OpenScorer]:
    """Open the published ledger and learn from it what scoring needs; takes some seconds.

    Raises:
        SnapshotError: when nothing is published yet.

    """
    served = _served(database)
    with (
        StoredTable(database, CleanSales).stream(known.COLUMNS) as lines,
        known.known_sales(DuckDBEngine(), lines, served.as_of) as session,
    ):
        frames = {p.contract: snapshots.read_served(database, p) for p in PUBLISHED if p.contract in _NEEDED}
        catalog = frames[ProductCatalog]
        sales = Sales(session, frames[CustomerSegments], catalog)
        scorer = build_scorer(sales, frames[SegmentRecommendations], served.as_of, settings.recommendations)
        prices = dict(zip(catalog["stock_code"], catalog["price_median"], strict=True))
        in_use = registry.fitted(models.served_models(database))
        yield OpenScorer(CustomerScorer(in_use, scorer, prices, served.as_of), session)


def customers_of_file(path: Path, settings: Settings) -> dict[str, tuple[list[Purchase], str]]:
    """What the customers of a ledger file who kept something bought, and their region.

    Raises:
        LedgerError: when the file can't be used.
        ScoringError: when there is no genuine sale of a known customer in it.

    """
    options = ReadOptions(settings.ledger.encoding, {str(k): v for k, v in settings.ledger.columns.items()})
    cleaned = clean_file(DuckDBEngine(), path, options, settings.cleaning)
    lines = to_frame(cleaned.clean)
    kept = lines[lines["customer_id"].notna() & (lines["net_quantity"] > 0)].sort_values("sold_at")
    if kept.empty:
        rejected = summary(cleaned.reasons) or "nothing"
        raise ScoringError(f"{path}: no genuine sale of a known customer is in it. Rejected: {rejected}.")
    bought = lines[lines["customer_id"].isin(kept["customer_id"])].groupby("customer_id")
    regions = kept.groupby("customer_id")["region"].last()
    return {str(customer): (purchases_of(own), str(regions[customer])) for customer, own in bought}


@dataclass(frozen=True)
class Replayable:
    """The published ledger as it was known on past days, and its first and last day."""

    past: Past
    first_sale: date
    as_of: date


def replayable(database: Database, settings: Settings) -> Replayable:
    """Open the published ledger for a backtest.

    Raises:
        SnapshotError: when nothing is published yet.

    """
    served = _served(database)
    model = registry.fitted(models.served_models(database))[EVERYWHERE].model
    period = facts.sales_period(database)
    assert period is not None  # noqa: S101 - what is published has sales
    past = past_of(StoredTable(database, CleanSales), DuckDBEngine(), model, settings.customers)
    return Replayable(past, period.first_sale.date(), served.as_of)


def past_of(clean_sales: StoredTable, engine: Engine, model: SegmentModel, rules: CustomerRules) -> Past:
    """The cleaned ledger as a backtest needs it; segments are fitted anew, in the way and number of a model."""

    @contextmanager
    def opened(day: date) -> Iterator[Session]:
        with clean_sales.stream(known.COLUMNS) as lines, known.known_sales(engine, lines, day) as session:
            yield session

    def segmented(session: Session, day: date) -> pd.DataFrame:
        return segmented_anew(rfm_features(session, day, rules), day, model.transform.kind, model.k)

    return Past(opened, segmented)


def _served(database: Database) -> ServedSnapshot:
    served, load = snapshots.served_snapshot(database), loads.current_load(database)
    if served is None:
        raise SnapshotError("Nothing is published yet: segmentation-platform run")
    if load is None or load.source != served.source:
        raise SnapshotError(
            f"What is served is of {served.source}, and another ledger was loaded since: "
            f"segmentation-platform run --sales {served.source}"
        )
    if facts.sales_period(database) is None or not models.served_models(database):
        raise SnapshotError(
            "The platform was upgraded since the last run, which left tables to be made anew: "
            "segmentation-platform run"
        )
    return served

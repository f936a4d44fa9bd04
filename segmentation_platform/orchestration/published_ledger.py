"""The published ledger, opened outside of a run: to judge the lists as of past days, to tune, to measure."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from segmentation_platform.campaigns.measuring import bought_between
from segmentation_platform.contracts import EVERYWHERE, RecommendationMethods
from segmentation_platform.contracts.snapshot_record import Snapshot
from segmentation_platform.customers.features import rfm_features
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import Engine, ParquetFiles, Session
from segmentation_platform.ledger import facts, point_in_time
from segmentation_platform.orchestration import model_registry
from segmentation_platform.recommendations.backtest import Opened, PastLedger
from segmentation_platform.recommendations.methods import with_methods
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.segments.fixed_fit import fixed_fit
from segmentation_platform.segments.model import SegmentModel
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads, segment_models, snapshots
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.snapshots import SnapshotError


@dataclass(frozen=True)
class Replayable:
    """The published ledger as it was known on past days, its first and last day, and the rules of its lists."""

    past: PastLedger
    first_sale: date
    as_of: date
    rules: RecommendationRules


def replayable(lines: LedgerLines, engine: Engine, settings: Settings) -> Replayable:
    """Open the published ledger for a backtest.

    Raises:
        SnapshotError: when nothing is published yet.

    """
    database, clean_sales = lines.database, lines.clean()
    served = _served(lines)
    model = model_registry.fitted(segment_models.served_models(database))[EVERYWHERE].model
    period = facts.sales_period(engine, clean_sales)
    assert period is not None  # noqa: S101 - what is published has sales
    past = past_of(clean_sales, engine, model, settings.customers)
    methods = snapshots.read_served(database, RecommendationMethods)
    rules = settings.recommendations
    rules = with_methods(rules, methods) if len(methods) else rules
    return Replayable(past, period.first_sale.date(), served.as_of, rules)


def bought_by_customers(
    lines: LedgerLines, engine: Engine, starts_on: date, ends_on: date
) -> tuple[pd.DataFrame, date]:
    """What customers bought in a stretch of days, as far as the cleaned ledger knows.

    Returns:
        Columns as of `campaigns.measuring.bought_between`, and the last day that the ledger knows.

    Raises:
        SnapshotError: when nothing is published yet.

    """
    _served(lines)
    clean_sales = lines.clean().only(point_in_time.COLUMNS)
    period = facts.sales_period(engine, clean_sales)
    assert period is not None  # noqa: S101 - what is published has sales
    last = period.last_sale.date()
    with point_in_time.known_sales(engine, clean_sales, last + timedelta(days=1)) as session:
        return bought_between(session, starts_on, ends_on), last


def opened_on(clean_sales: ParquetFiles, engine: Engine) -> Opened:
    """The cleaned ledger as it was known on any day, read anew for each."""

    @contextmanager
    def opened(day: date) -> Iterator[Session]:
        with point_in_time.known_sales(engine, clean_sales.only(point_in_time.COLUMNS), day) as session:
            yield session

    return opened


def past_of(clean_sales: ParquetFiles, engine: Engine, model: SegmentModel, rules: CustomerRules) -> PastLedger:
    """The cleaned ledger as a backtest needs it; segments are fitted again, in the way and number of a model."""
    return PastLedger(opened_on(clean_sales, engine), _segmented(model, rules))


@contextmanager
def held_past(
    clean_sales: ParquetFiles, engine: Engine, model: SegmentModel, rules: CustomerRules
) -> Iterator[PastLedger]:
    """As `past_of`, read once for all days; one day can be open at a time."""
    with engine.session() as session:
        point_in_time.hold_ledger(session, clean_sales.only(point_in_time.COLUMNS))

        @contextmanager
        def opened(day: date) -> Iterator[Session]:
            point_in_time.know_sales(session, day)
            yield session

        yield PastLedger(opened, _segmented(model, rules))


def _segmented(model: SegmentModel, rules: CustomerRules) -> Callable[[Session, date], pd.DataFrame]:
    def segmented(session: Session, day: date) -> pd.DataFrame:
        return fixed_fit(rfm_features(session, day, rules), day, model.transform.kind, model.k)

    return segmented


def _served(lines: LedgerLines) -> Snapshot:
    database = lines.database
    served, ledger = snapshots.served_snapshot(database), loads.ledger_in_use(database)
    name = snapshots.served_ledger(database)
    if served is None:
        raise SnapshotError("Nothing is published yet: segmentation-platform run")
    if ledger is None or ledger.name != name:
        raise SnapshotError(
            f'What is served is of the ledger "{name}", and another one was loaded since: '
            f'segmentation-platform run --ledger "{name}"'
        )
    if not lines.clean().paths or not segment_models.served_models(database):
        raise SnapshotError(
            "The platform was upgraded since the last run, which left tables to be made again: "
            "segmentation-platform run"
        )
    return served

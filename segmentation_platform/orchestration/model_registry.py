"""Between the registry of models and the published history, as the database keeps them, and the segmentation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from segmentation_platform.recommendations.tastes import DatedTastes, TasteModel, tastes_of_night
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.segments.history import History, believed
from segmentation_platform.segments.lifecycle.refit import InForce, NightResult
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads, segment_models
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.history import published_history
from segmentation_platform.warehouse.segment_models import ModelRecord
from segmentation_platform.warehouse.taste_models import TasteRecord, register_tastes, tastes_in_force


@dataclass(frozen=True)
class Origin:
    """Where models come from: the ledger and the Dagster run."""

    ledger_name: str
    run_id: str


def ledger_name(database: Database) -> str:
    """Name of the ledger in use."""
    ledger = loads.ledger_in_use(database)
    return ledger.name if ledger else ""


def history(database: Database, ledger_name: str) -> History:
    """The published history of a ledger's customers, without the days from which one has rolled back."""
    published = published_history(database, ledger_name)
    return believed(History(published.intervals, published.observed), published.withdrawn)


def in_force(database: Database, ledger_name: str, as_of: date) -> dict[str, InForce]:
    """The models in force when the night of a reporting date begins, by region."""
    promotions = segment_models.in_force(database, ledger_name, as_of)
    records = segment_models.read_models(database, [promotion.model_version for promotion in promotions])
    documents = {record.model_version: FittedModel.from_json(record.model) for record in records}
    return {
        promotion.region: InForce(documents[promotion.model_version], promotion.since, promotion.reason)
        for promotion in promotions
    }


def next_segment_id(database: Database, ledger_name: str, as_of: date) -> int:
    """The lowest number above those of models of earlier days; a day that is done again gives the same numbers."""
    earlier = [record for record in segment_models.models_of(database, ledger_name) if record.as_of < as_of]
    known = [FittedModel.from_json(record.model).model for record in earlier]
    return max((segment.segment_id for model in known for segment in model.segments), default=0) + 1


def register(database: Database, nights: Mapping[str, NightResult], origin: Origin) -> list[ModelRecord]:
    """Put the models of a night into the registry, those that are there already only once."""
    records = [_record(region, night.in_force.fitted, origin) for region, night in nights.items()]
    return [replace(record, model_version=segment_models.register(database, record)) for record in records]


def fitted(records: Iterable[ModelRecord]) -> dict[str, FittedModel]:
    """The models of records, by region."""
    return {record.region: FittedModel.from_json(record.model) for record in records}


@dataclass(frozen=True)
class Purchases:
    """What customers bought up to a reporting date.

    Attributes:
        pairs: as from `recommendations.sales.customer_products`
        catalog: columns of `contracts.Products`
        as_of: reporting date

    """

    pairs: pd.DataFrame
    catalog: pd.DataFrame
    as_of: date


def tastes(database: Database, buys: Purchases, settings: Settings, run_id: str) -> pd.DataFrame:
    """Everybody's taste by the model in force, which is fitted or moved if that is due, and registered.

    Returns:
        Columns of `contracts.CustomerTastes`.

    """
    ledger, rules = ledger_name(database), settings.recommendations.tastes
    known = tastes_in_force(database, ledger, buys.as_of)
    earlier = DatedTastes(TasteModel.from_json(known.model), known.as_of) if known else None
    night = tastes_of_night(earlier, buys.pairs, buys.catalog, buys.as_of, rules)
    record = TasteRecord(night.as_of, ledger, len(night.model.names), run_id, night.model.to_json())
    version = register_tastes(database, record)
    return night.model.assign(buys.pairs, rules).reset_index().assign(taste_version=version)


def _record(region: str, fitted: FittedModel, origin: Origin) -> ModelRecord:
    return ModelRecord(
        as_of=fitted.as_of,
        ledger_name=origin.ledger_name,
        region=region,
        transform=fitted.model.transform.kind,
        k=fitted.model.k,
        customers=fitted.customers,
        silhouette=fitted.silhouette,
        min_jaccard=min(fitted.jaccards),
        run_id=origin.run_id,
        model=fitted.to_json(),
    )

"""A scorer from the published tables alone: no ledger, no settings, nothing to learn."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import pandas as pd
from pydantic import ValidationError

from segmentation_platform.contracts import (
    EVERYWHERE,
    Contract,
    ItemWeights,
    Models,
    ProductDemand,
    Products,
    RegionalDemand,
    SegmentRecommendations,
)
from segmentation_platform.contracts.scoring import RANKING, SEGMENTS
from segmentation_platform.recommendations.basket_recommender import BasketRecommender
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.recommendations.ranking_artifacts import read_ranking, rising_products
from segmentation_platform.recommendations.rules import CustomerListRules
from segmentation_platform.scoring.customer import CustomerScorer
from segmentation_platform.segments.fitted import FittedModel

NEEDED: tuple[type[Contract], ...] = (
    Models,
    ProductDemand,
    RegionalDemand,
    ItemWeights,
    Products,
    SegmentRecommendations,
)
"""The published tables from which a scorer is read; of the last one the rising lists over all regions are enough."""


@dataclass(frozen=True)
class RankingModel:
    """How products are ranked, and what the regions are.

    Attributes:
        rules: weights of the score and length of the lists
        own_regions: countries that are a region of their own

    """

    rules: CustomerListRules
    own_regions: tuple[str, ...]

    def to_json(self) -> str:
        """The model as JSON; `from_json` gives back an equal one."""
        return json.dumps({"rules": self.rules.model_dump(mode="json"), "own_regions": self.own_regions})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a model from its JSON.

        Raises:
            ScoringError: when another version of the platform wrote it.

        """
        document = json.loads(text)
        try:
            return cls(CustomerListRules.model_validate(document["rules"]), tuple(document["own_regions"]))
        except (ValidationError, KeyError):
            raise ScoringError(
                "Another version of the platform published the ranking: upgrade this one, or publish again with "
                "segmentation-platform run --force"
            ) from None


def models_table(segment_models: Mapping[str, tuple[int, str]], ranking: RankingModel) -> pd.DataFrame:
    """The models in force as published.

    Args:
        segment_models: version and JSON of the segment models, by region
        ranking: how products are ranked

    Returns:
        Columns of `contracts.Models`, ordered by its key.

    """
    rows = [(SEGMENTS, region, version, text) for region, (version, text) in segment_models.items()]
    rows.append((RANKING, EVERYWHERE, 0, ranking.to_json()))
    table = pd.DataFrame(rows, columns=Models.column_names()).astype(Models.no_rows().dtypes)
    return table.sort_values(Models.key(), ignore_index=True)


def read_models(table: pd.DataFrame) -> tuple[dict[str, FittedModel], RankingModel]:
    """The segment models by region, and the ranking.

    Args:
        table: columns of `contracts.Models`

    Raises:
        ScoringError: when the snapshot was published before models were.

    """
    rows = zip(table["kind"], table["region"], table["model"], strict=True)
    texts = {(kind, region): model for kind, region, model in rows}
    if (RANKING, EVERYWHERE) not in texts:
        raise ScoringError(
            "The snapshot was published by an earlier version, without what scoring needs: "
            "segmentation-platform run --force"
        )
    fitted = {region: FittedModel.from_json(text) for (kind, region), text in texts.items() if kind == SEGMENTS}
    return fitted, RankingModel.from_json(texts[RANKING, EVERYWHERE])


def read_scorer(tables: Mapping[str, pd.DataFrame], as_of: date) -> CustomerScorer:
    """A scorer from published tables; it says what the night would have said.

    Args:
        tables: of the contracts of `NEEDED`, by the names of their tables
        as_of: reporting date of the snapshot

    Raises:
        ScoringError: when the snapshot was published without what scoring needs.

    """
    models, ranking = read_models(tables[Models.table()])
    catalog = tables[Products.table()]
    artifacts = read_ranking(tables, catalog, ranking.rules, as_of)
    rising = rising_products(tables[SegmentRecommendations.table()])
    prices = dict(zip(catalog["stock_code"], catalog["price_median"], strict=True))
    return CustomerScorer(
        models, BasketRecommender(replace(artifacts, rising=rising)), prices, as_of, ranking.own_regions
    )

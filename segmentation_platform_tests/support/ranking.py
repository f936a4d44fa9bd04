"""A score in which everything counts, as it may be learned on a ledger: for tests that rank products."""

import pandas as pd

from segmentation_platform.contracts import CustomerRecommendations
from segmentation_platform.recommendations.customer_lists import customer_recommendations
from segmentation_platform.recommendations.ranking_artifacts import RankingArtifacts
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.weights import ScoreWeights

EVERYTHING = ScoreWeights(
    frequency_half_life=None,
    repurchase_power=1.0,
    affinity_owned=0.4,
    affinity_new=0.65,
    popularity_half_life=7,
    trend_half_life=7,
    trend_evidence=0.3,
    new_scale=0.9,
)

RULES = RecommendationRules().with_weights(EVERYTHING)


def customer_lists_of(segments: pd.DataFrame, pairs: pd.DataFrame, artifacts: RankingArtifacts) -> pd.DataFrame:
    """Both lists of every customer, in one table."""
    parts = customer_recommendations(segments, pairs, artifacts)
    return pd.concat([CustomerRecommendations.no_rows(), *parts], ignore_index=True)

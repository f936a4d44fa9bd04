"""A score in which everything counts, as it may be learned on a ledger: for tests that rank products."""

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

"""What can keep products from being recommended."""

from segmentation_platform.errors import BadInputError


class RecommendationError(BadInputError, ValueError):
    """There is nothing to recommend; the message says why and what would help."""


class ScoringError(BadInputError, ValueError):
    """A customer can't be scored; the message says why and what would help."""

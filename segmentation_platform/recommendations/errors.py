"""What can keep products from being recommended."""


class RecommendationError(ValueError):
    """There is nothing to recommend; the message says why and what would help."""


class ScoringError(ValueError):
    """A customer can't be scored; the message says why and what would help."""

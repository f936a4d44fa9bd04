"""What can keep products from being recommended."""


class RecommendationError(ValueError):
    """There is nothing to recommend; the message says why and what would help."""

"""What can keep customers from being segmented."""


class SegmentationError(ValueError):
    """The customers can't be segmented; the message says why and what would help."""

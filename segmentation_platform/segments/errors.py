"""What can keep customers from being segmented."""

from segmentation_platform.errors import BadInputError


class SegmentationError(BadInputError, ValueError):
    """The customers can't be segmented; the message says why and what would help."""

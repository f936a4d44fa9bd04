"""What can go wrong where a ledger comes from."""

from segmentation_platform.errors import BadInputError, PlatformError


class SourceError(BadInputError, RuntimeError):
    """A ledger can't be fetched as it is named; the message says why and what to do."""


class SourceAwayError(PlatformError, ConnectionError):
    """Where a ledger comes from can't be reached: it may be tried again."""

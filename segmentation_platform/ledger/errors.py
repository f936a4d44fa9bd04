"""What can be wrong with a ledger that is handed to the platform."""

from segmentation_platform.errors import BadInputError


class LedgerError(BadInputError, ValueError):
    """The ledger can't be used as it is; the message says why and what to do."""

"""What can be wrong with a ledger that is handed to the platform."""


class LedgerError(ValueError):
    """The ledger can't be used as it is; the message says why and what to do."""

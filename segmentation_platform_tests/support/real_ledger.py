"""Where the real ledger is, for the tests that read it."""

import os
from pathlib import Path
from typing import Final

import pytest

from segmentation_platform_tests.support.repository import REPOSITORY

_BESIDE_THE_CHECKOUT: Final = REPOSITORY.parent / "shared" / "data" / "online_retail.parquet"


def _locate() -> Path | None:
    """Return the path in `$SEGMENTATION_REAL_LEDGER`, else the copy beside the checkout; None if absent."""
    explicit = os.environ.get("SEGMENTATION_REAL_LEDGER")
    path = Path(explicit) if explicit else _BESIDE_THE_CHECKOUT
    return path if path.is_file() else None


REAL_LEDGER: Final[Path | None] = _locate()
"""The parquet file of the UCI "Online Retail" data set, or None where it is not on this machine."""

needs_real_ledger: Final = pytest.mark.skipif(
    REAL_LEDGER is None,
    reason="the real ledger is not here: set SEGMENTATION_REAL_LEDGER or put it at "
    "../shared/data/online_retail.parquet",
)
"""Skips a test, saying so, where the real ledger is not; use it beside `pytest.mark.real_ledger`."""

"""A ledger cleaned in memory, for what needs no database: scoring a file, benchmarks, tests."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from segmentation_platform.engine import Engine
from segmentation_platform.ledger.clean import Understanding, cleaned_ledger
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.inspection import Given, inspect, unclear
from segmentation_platform.ledger.readers import RAW_SCHEMA, numbered, read_ledger


@dataclass(frozen=True)
class Cleaned:
    """A cleaned ledger.

    Attributes:
        clean: columns of `contracts.CleanSales`
        rejected: columns of `contracts.RejectedSales`
        reasons: why lines were rejected, as in `clean.CleanedLedger`

    """

    clean: pa.Table
    rejected: pa.Table
    reasons: pd.DataFrame


def clean_file(engine: Engine, path: Path, given: Given) -> Cleaned:
    """Inspect, read and clean a ledger.

    Raises:
        LedgerError: when it can't be used, or can be read in more than one way. Lines that can't be read are no
            reason: they are told with the others that are rejected.

    """
    file = identify(path)
    inspection = inspect(engine, file, given)
    if any(not doubt.is_loss for doubt in inspection.stopping):
        raise LedgerError(unclear(inspection))
    text = pa.Table.from_batches(list(read_ledger(file, inspection.profile)))
    return clean_lines(engine, text, Understanding(inspection.profile, given.rules, given.today))


def clean_lines(engine: Engine, text: pa.Table, understanding: Understanding) -> Cleaned:
    """Clean lines as `read_ledger`, or a simulated shop, gives them."""
    with cleaned_ledger(engine, in_raw_columns(text), understanding) as ledger:
        return Cleaned(ledger.clean.read_all(), ledger.rejected.read_all(), ledger.reasons)


def in_raw_columns(text: pa.Table, load_id: int = 1) -> pa.Table:
    """The lines with the columns of `contracts.RawSales`; arguments as of `readers.numbered`."""
    return pa.Table.from_batches(numbered(text.to_batches(), load_id), RAW_SCHEMA)

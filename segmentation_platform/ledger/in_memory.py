"""A ledger cleaned in memory, for what needs no database: scoring a file, benchmarks, tests."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from segmentation_platform.contracts import RawSales
from segmentation_platform.engine import Engine
from segmentation_platform.ledger.clean import Understanding, cleaned_ledger
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.inspection import Given, inspect
from segmentation_platform.ledger.readers import read_ledger


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
        LedgerError: when it can't be used.

    """
    file = identify(path)
    profile = inspect(engine, file, given).profile
    text = pa.Table.from_batches(list(read_ledger(file, profile)))
    return clean_lines(engine, text, Understanding(profile, given.rules, given.today))


def clean_lines(engine: Engine, text: pa.Table, understanding: Understanding) -> Cleaned:
    """Clean lines as `read_ledger`, or a simulated shop, gives them."""
    with cleaned_ledger(engine, in_raw_columns(text), understanding) as ledger:
        return Cleaned(ledger.clean.read_all(), ledger.rejected.read_all(), ledger.reasons)


def in_raw_columns(text: pa.Table, load_id: int = 1) -> pa.Table:
    """The lines with the columns of `contracts.RawSales`, numbered from 1; columns that they lack are null.

    Args:
        text: the first columns of `TEXT_COLUMNS`, in this order
        load_id: of the lines

    """
    names = RawSales.column_names()
    keys = [pa.array([load_id] * text.num_rows, pa.int64()), pa.array(range(1, text.num_rows + 1), pa.int64())]
    rest = [pa.nulls(text.num_rows, pa.string())] * (len(names) - len(keys) - text.num_columns)
    return pa.Table.from_arrays([*keys, *text.columns, *rest], names=names)

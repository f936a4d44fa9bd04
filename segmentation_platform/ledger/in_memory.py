"""A ledger cleaned in memory, for what needs no database: scoring a file, benchmarks, tests."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from segmentation_platform.contracts import RawSales
from segmentation_platform.engine import Engine
from segmentation_platform.ledger.clean import cleaned_ledger
from segmentation_platform.ledger.readers import ReadOptions, read_ledger
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform.ledger.sources import identify


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


def clean_file(engine: Engine, path: Path, options: ReadOptions, rules: CleaningRules) -> Cleaned:
    """Read and clean a ledger file.

    Raises:
        LedgerError: when the file can't be used.

    """
    return clean_lines(engine, pa.Table.from_batches(list(read_ledger(identify(path), options))), rules)


def clean_lines(engine: Engine, text: pa.Table, rules: CleaningRules) -> Cleaned:
    """Clean lines as a reader, or a simulated shop, gives them: text columns in the order of `TEXT_COLUMNS`."""
    with cleaned_ledger(engine, in_raw_columns(text), rules) as ledger:
        return Cleaned(ledger.clean.read_all(), ledger.rejected.read_all(), ledger.reasons)


def in_raw_columns(text: pa.Table, load_id: int = 1) -> pa.Table:
    """The lines with the columns of `contracts.RawSales`, numbered from 1."""
    keys = [pa.array([load_id] * text.num_rows, pa.int64()), pa.array(range(1, text.num_rows + 1), pa.int64())]
    return pa.Table.from_arrays([*keys, *text.columns], names=RawSales.column_names())

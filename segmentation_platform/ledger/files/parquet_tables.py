"""Parquet files; numbers and moments become the text that a csv would have."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files.archives import Content
from segmentation_platform.ledger.files.text_table import ROWS, IsKnown, TextTable, batch_of
from segmentation_platform.ledger.profile.layout import Layout

_DAMAGED = (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError)


def parquet_table(content: Content, _layout: Layout, _is_known: IsKnown) -> TextTable:
    """Open a parquet file.

    Raises:
        LedgerError: when it is damaged.

    """
    try:
        names = list(pq.read_schema(content.path).names)
    except _DAMAGED as error:
        raise _damaged(error) from error
    return TextTable(content.name, names, _read(content, names))


def _read(content: Content, names: list[str]) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(content.path) as file:
            for batch in file.iter_batches(ROWS):
                yield batch_of([as_text(column) for column in batch.columns], names)
    except _DAMAGED as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> LedgerError:
    return LedgerError(f"The parquet file is damaged or can't be read: {error}. Export it again.")


def as_text(values: pa.Array) -> pa.Array:
    """Values as the text that a csv would have; nested ones as null."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_nested(values.type) or pa.types.is_null(values.type):
        return pa.nulls(len(values), pa.string())
    if pa.types.is_timestamp(values.type):
        whole = pc.all(pc.equal(pc.subsecond(values), 0)).as_py() is not False
        unit = pa.timestamp("s" if whole else "us", values.type.tz)
        return pc.strftime(values.cast(unit, safe=False), "%Y-%m-%d %H:%M:%S").cast(pa.string())
    if pa.types.is_floating(values.type):
        return _numbers_as_text(values)
    return values.cast(pa.string())


def _numbers_as_text(values: pa.Array) -> pa.Array:
    """Numbers without an exponent where they are whole: pandas keeps ids with gaps as 12345678901.0."""
    whole = pc.and_(pc.equal(pc.floor(values), values), pc.less(pc.abs(values), 2**53))
    text = pc.if_else(whole, values.cast(pa.int64(), safe=False).cast(pa.string()), values.cast(pa.string()))
    return pc.if_else(pc.is_nan(values), None, text)

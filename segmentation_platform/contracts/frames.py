"""From Arrow to frames with the few dtypes that contracts know."""

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa

from segmentation_platform.contracts.base import Column

_ARROW_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "numeric(14,2)": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


def arrow_schema(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow types in which columns of a contract travel."""
    return pa.schema([(column.name, _ARROW_TYPES[column.sql_type]) for column in columns])


def to_frame(table: pa.Table | pa.RecordBatch) -> pd.DataFrame:
    """A frame with whole numbers as int64, other numbers as float64, days and moments as datetime64[us]."""
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    frame: pd.DataFrame = table.cast(pa.schema([_plain(field) for field in table.schema])).to_pandas()
    return frame


def _plain(field: pa.Field) -> pa.Field:
    if pa.types.is_integer(field.type):
        return field.with_type(pa.int64())
    if pa.types.is_floating(field.type) or pa.types.is_decimal(field.type):
        return field.with_type(pa.float64())
    if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
        return field.with_type(pa.timestamp("us"))
    return field

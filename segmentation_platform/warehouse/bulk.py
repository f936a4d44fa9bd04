"""Tables in and out in bulk: in as Arrow → CSV → COPY, out as Arrow by ADBC."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import sql

from segmentation_platform.contracts import Contract
from segmentation_platform.contracts.frames import arrow_schema
from segmentation_platform.warehouse import adbc
from segmentation_platform.warehouse.database import Connection, Database

Tabular: TypeAlias = pa.Table | pa.RecordBatchReader | pd.DataFrame | Iterable[pd.DataFrame]
"""A table, whole or a part after the other."""

_WITHOUT_HEADER = pa_csv.WriteOptions(include_header=False)


def batches(contract: type[Contract], data: Tabular) -> Iterator[pa.RecordBatch]:
    """Cut a table into Arrow batches with the contract's columns, in its order and types.

    Raises:
        pa.ArrowInvalid, KeyError: when a column is missing or can't be of its type without loss.

    """
    schema = arrow_schema(contract.columns())
    for part in [data] if isinstance(data, pa.Table | pa.RecordBatchReader | pd.DataFrame) else data:
        for batch in _reader(part, schema):
            yield batch.select(schema.names).cast(schema)


def _reader(part: pa.Table | pa.RecordBatchReader | pd.DataFrame, schema: pa.Schema) -> pa.RecordBatchReader:
    if isinstance(part, pd.DataFrame):
        part = pa.Table.from_pandas(part[schema.names], schema=schema, preserve_index=False)
    return part.to_reader(max_chunksize=100_000) if isinstance(part, pa.Table) else part


def copy_in(
    connection: Connection, table: sql.Composable, columns: Sequence[str], data: Iterable[pa.RecordBatch]
) -> int:
    """Append batches to a table by COPY.

    Returns:
        The number of rows.

    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        table, sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    rows = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in data:
            text = pa.BufferOutputStream()
            # Arrow leaves null bare and quotes every string, so COPY tells null from the empty string.
            pa_csv.write_csv(batch, text, _WITHOUT_HEADER)
            copy.write(memoryview(text.getvalue()))
            rows += batch.num_rows
    return rows


@contextmanager
def stream(database: Database, query: str, parameters: Sequence[str] = ()) -> Iterator[pa.RecordBatchReader]:
    """Run a query and stream its rows as Arrow; numerics must be cast to float8 in the query.

    Args:
        database: where
        query: with $1, $2 … for its parameters
        parameters: text

    """
    with adbc.connection(database.url) as connection, connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        yield cursor.fetch_record_batch()

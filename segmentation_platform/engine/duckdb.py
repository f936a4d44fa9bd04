"""The default engine: DuckDB in this process, which spills to disk when memory runs short."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pandas as pd
import pyarrow as pa

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine.base import Parameters, Step, TableLike

NO_ROOM = (duckdb.IOException, duckdb.OutOfMemoryException)
"""Errors of a machine whose disk or memory is full, rather than of a query."""


class DuckDBSession:
    """A DuckDB connection in memory, with a folder of its own to spill into."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def add(self, name: str, data: TableLike) -> None:
        """Make `data` readable as the table `name`, in place of one that is there."""
        self._connection.register("_incoming", data)
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM _incoming')  # noqa: S608
        self._connection.unregister("_incoming")

    def run(self, step: Step, parameters: Parameters | None = None) -> None:
        """Compute a step into the table of its name, in place of one that is there."""
        named = set(re.findall(r"\$(\w+)", step.query))
        used = {key: value for key, value in (parameters or {}).items() if key in named}
        self._connection.execute(f'CREATE OR REPLACE TABLE "{step.name}" AS {step.query}', used)

    def read(self, name: str) -> pa.RecordBatchReader:
        """Stream a table."""
        # A cursor of its own, so that several tables can be streamed side by side.
        return self._connection.cursor().sql(f'SELECT * FROM "{name}"').to_arrow_reader(100_000)  # noqa: S608

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a frame."""
        return to_frame(self.read(name).read_all())


class DuckDBEngine:
    """Opens DuckDB sessions.

    Args:
        memory_limit: as DuckDB writes sizes, for instance `4GB`; above it a session spills to a temporary folder.

    """

    def __init__(self, memory_limit: str | None = None) -> None:
        self._memory_limit = memory_limit

    @contextmanager
    def session(self) -> Iterator[DuckDBSession]:
        """Open a session in memory."""
        with tempfile.TemporaryDirectory(prefix="segmentation-") as spill:
            config: dict[str, str | bool | int | float | list[str]] = {
                "temp_directory": spill,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
            if self._memory_limit:
                config["memory_limit"] = self._memory_limit
            with duckdb.connect(":memory:", config=config) as connection:
                yield DuckDBSession(connection)

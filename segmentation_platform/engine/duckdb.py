"""The default engine: DuckDB in this process, which spills to disk when memory runs short."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import duckdb
import pandas as pd
import pyarrow as pa

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine.base import Parameters, Step, TableLike
from segmentation_platform.engine.files import ParquetFiles
from segmentation_platform.engine.room import Room

NO_ROOM = (duckdb.IOException, duckdb.OutOfMemoryException)
"""Errors of a machine whose disk or memory is full, rather than of a query."""

_PARAMETER = re.compile(r"\$(\w+)")
_FULL = tuple(map(os.strerror, (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)))


class DuckDBSession:
    """A DuckDB connection in memory, with a folder of its own to spill into.

    Args:
        connection: in memory
        room: what it may take

    Everything raises `NoRoomError` when memory and disk are full.

    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, room: Room) -> None:
        self._connection, self._room = connection, room
        self._views: set[str] = set()

    def add(self, name: str, data: TableLike) -> None:
        """Make `data` readable as the table `name`, in place of one that is there."""
        if isinstance(data, ParquetFiles):
            self._attach(name, data)
            return
        self._connection.register("_incoming", data)
        with self._within_room():
            self._make(name, "SELECT * FROM _incoming")
        self._connection.unregister("_incoming")

    def _attach(self, name: str, files: ParquetFiles) -> None:
        if not files.paths:
            self.add(name, files.schema.empty_table())
            return
        self._drop(name)
        columns = ", ".join(f'"{column}"' for column in files.schema.names)
        if files.filesystem is None:
            source = f"read_parquet([{', '.join(map(_literal, files.paths))}], hive_partitioning = false)"
        else:
            # DuckDB's own way to a bucket is an extension that it would fetch from the internet.
            source = f'"files of {name}"'
            self._connection.register(source.strip('"'), files.dataset())
        self._connection.execute(f'CREATE VIEW "{name}" AS SELECT {columns} FROM {source}')  # noqa: S608
        self._views.add(name)

    def _make(self, name: str, query: str, parameters: Parameters | None = None) -> None:
        if name in self._views:
            self._drop(name)
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {query}', parameters)

    def _drop(self, name: str) -> None:
        kind = "VIEW" if name in self._views else "TABLE"
        self._connection.execute(f'DROP {kind} IF EXISTS "{name}"')
        self._views.discard(name)

    def define(self, step: Step, parameters: Parameters | None = None) -> None:
        """Let the name of a step stand for its query, in place of a table that is there."""
        given = parameters or {}
        # A view takes no parameters.
        query = _PARAMETER.sub(lambda found: _literal(given[found[1]]), step.query)
        self._drop(step.name)
        self._connection.execute(f'CREATE VIEW "{step.name}" AS {query}')
        self._views.add(step.name)

    def run(self, step: Step, parameters: Parameters | None = None) -> None:
        """Compute a step into the table of its name, in place of one that is there."""
        named = set(_PARAMETER.findall(step.query))
        used = {key: value for key, value in (parameters or {}).items() if key in named}
        with self._within_room():
            self._make(step.name, step.query, used)

    def read(self, name: str) -> pa.RecordBatchReader:
        """Stream a table."""
        # A cursor of its own, so that several tables can be streamed side by side.
        return self._connection.cursor().sql(f'SELECT * FROM "{name}"').to_arrow_reader(100_000)  # noqa: S608

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a frame."""
        with self._within_room():
            return to_frame(self.read(name).read_all())

    @contextmanager
    def _within_room(self) -> Iterator[None]:
        try:
            yield
        except NO_ROOM as error:
            if isinstance(error, duckdb.IOException) and not any(full in str(error) for full in _FULL):
                raise
            raise self._room.too_small(*self._held()) from error

    def _held(self) -> tuple[str, int]:
        """The limit of the memory, and the rows of all tables."""
        found = self._connection.execute(
            "SELECT current_setting('memory_limit'), coalesce(sum(estimated_size), 0) FROM duckdb_tables()"
        ).fetchone()
        assert found is not None  # noqa: S101 - an aggregate has a row
        return str(found[0]), int(found[1])


def _literal(value: object) -> str:
    """A value as it stands in SQL."""
    match value:
        case bool() | int() | float():
            return repr(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case date() if not isinstance(value, datetime):
            return f"DATE '{value.isoformat()}'"
    raise TypeError(f"{type(value).__name__} can't stand in a definition")


class DuckDBEngine:
    """Opens DuckDB sessions.

    Args:
        room: the memory above which a session spills, and where to

    """

    def __init__(self, room: Room | None = None) -> None:
        self._room = room or Room()

    @contextmanager
    def session(self) -> Iterator[DuckDBSession]:
        """Open a session in memory.

        Raises:
            NoRoomError: when there is no folder to spill into.

        """
        with self._room.folder() as spill:
            config: dict[str, str | bool | int | float | list[str]] = {
                "temp_directory": str(spill),
                "memory_limit": self._room.memory,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
            with duckdb.connect(":memory:", config=config) as connection:
                yield DuckDBSession(connection, self._room)

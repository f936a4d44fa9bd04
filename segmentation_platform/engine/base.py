"""What an engine offers: sessions in which named tables are added, computed step by step, and read."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol, TypeAlias

import pandas as pd
import pyarrow as pa

from segmentation_platform.engine.files import ParquetFiles

TableLike: TypeAlias = pa.Table | pa.RecordBatchReader | pd.DataFrame | ParquetFiles
Parameters: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Step:
    """One `SELECT` whose result becomes the table `name`; it may read tables of earlier steps."""

    name: str
    query: str


class Session(Protocol):
    """A scratch database that lives as long as the `with` block."""

    def add(self, name: str, data: TableLike) -> None:
        """Make `data` readable as the table `name`, in place of one that is there.

        A reader is drained, spilling to disk if it must; parquet files are read where they are, at every use.
        """

    def run(self, step: Step, parameters: Parameters | None = None) -> None:
        """Compute a step; `$name` in its query stands for the parameter of that name.

        A table of the same name gives way.
        """

    def define(self, step: Step, parameters: Parameters | None = None) -> None:
        """As `run`, but computed anew whenever it is read, of which only the columns asked for: nothing is copied.

        For what is as large as the ledger, and quickly made of what the session holds.
        """

    def read(self, name: str) -> pa.RecordBatchReader:
        """Stream a table, in no particular order."""

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a frame, for tables of the size of customers or products."""


class Engine(Protocol):
    """Something that runs SQL over Arrow tables."""

    def session(self) -> AbstractContextManager[Session]:
        """Open a session; all that it holds is gone at the end of the block."""

    def __hash__(self) -> int:
        """So that answers about files, which never change, can be kept by engine."""


def read_step(package: str, name: str) -> Step:
    """The step kept in `sql/<name>.sql` of a package."""
    return Step(name, files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))


def answer(
    engine: Engine, tables: Mapping[str, TableLike], *queries: str, parameters: Parameters | None = None
) -> list[pd.DataFrame]:
    """What queries say of some tables, for answers of the size of days, customers or products.

    Args:
        engine: runs the SQL
        tables: by the names that the queries have for them
        queries: one `SELECT` each
        parameters: as in `Session.run`

    """
    with engine.session() as session:
        for name, data in tables.items():
            session.add(name, data)
        found = []
        for query in queries:
            session.run(Step("answer", query), parameters)
            found.append(session.frame("answer"))
        return found

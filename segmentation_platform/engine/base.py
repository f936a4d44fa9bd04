"""What an engine offers: sessions in which named tables are added, computed step by step, and read."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol, TypeAlias

import pandas as pd
import pyarrow as pa

TableLike: TypeAlias = pa.Table | pa.RecordBatchReader | pd.DataFrame
Parameters: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Step:
    """One `SELECT` whose result becomes the table `name`; it may read tables of earlier steps."""

    name: str
    query: str


class Session(Protocol):
    """A scratch database that lives as long as the `with` block."""

    def add(self, name: str, data: TableLike) -> None:
        """Make `data` readable as the table `name`; a reader is drained, spilling to disk if it must."""

    def run(self, step: Step, parameters: Parameters | None = None) -> None:
        """Compute a step; `$name` in its query stands for the parameter of that name.

        A table of the same name gives way.
        """

    def read(self, name: str) -> pa.RecordBatchReader:
        """Stream a table, in no particular order."""

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a frame, for tables of the size of customers or products."""


class Engine(Protocol):
    """Something that runs SQL over Arrow tables."""

    def session(self) -> AbstractContextManager[Session]:
        """Open a session; all that it holds is gone at the end of the block."""


def read_step(package: str, name: str) -> Step:
    """The step kept in `sql/<name>.sql` of a package."""
    return Step(name, files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))

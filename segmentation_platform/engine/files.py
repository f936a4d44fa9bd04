"""Tables that lie in parquet files: an engine reads them where they are, and copies nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
from pyarrow import dataset, fs


@dataclass(frozen=True)
class ParquetFiles:
    """A table that some parquet files are together.

    Attributes:
        paths: of the files; none: the table has no rows
        schema: the columns that are read; the files may have more
        filesystem: where the paths are; None: on this machine

    """

    paths: tuple[str, ...]
    schema: pa.Schema
    filesystem: fs.FileSystem | None = None

    def only(self, columns: Sequence[str]) -> "ParquetFiles":
        """The same table with some of its columns."""
        return replace(self, schema=pa.schema([self.schema.field(name) for name in columns]))

    def dataset(self) -> dataset.Dataset:
        """The table as Arrow scans it."""
        if not self.paths:
            return dataset.dataset(self.schema.empty_table())
        return dataset.dataset(list(self.paths), schema=self.schema, format="parquet", filesystem=self.filesystem)

    def reader(self) -> pa.RecordBatchReader:
        """Stream the rows, in no particular order."""
        return self.dataset().scanner(columns=self.schema.names).to_reader()

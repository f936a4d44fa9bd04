"""A table of text, and helpers of those that read one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

WHOLE_LINE = "whole line"
"""Last column of every table: the text of a line that has too many or too few fields, whose other cells are null."""

ROWS = 50_000
"""Lines in a batch."""

HAS_NUL = (
    "has a NUL byte, so it is no text, or text of another encoding. Set the encoding in segmentation.toml, "
    "[profile.file] encoding = …, or export the ledger again as UTF-8."
)
"""What is said of a cell with a NUL byte."""

IsKnown: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True)
class TextTable:
    """A table whose cells are text as it stands in the file.

    Attributes:
        origin: of people's words: name of the file, or of the sheet in it
        names: of the columns, without `WHOLE_LINE`
        batches: all columns as strings, `WHOLE_LINE` last; in the order of the file, to be read once

    """

    origin: str
    names: list[str]
    batches: Iterator[pa.RecordBatch]


def batch_of(columns: Sequence[pa.Array], names: Sequence[str]) -> pa.RecordBatch:
    """A batch of whole lines."""
    rows = len(columns[0]) if columns else 0
    return pa.record_batch([*columns, pa.nulls(rows, pa.string())], schema=schema_of(names))


def ragged_line(text: str, names: Sequence[str]) -> pa.RecordBatch:
    """A batch of one line that has too many or too few fields."""
    return pa.record_batch([*[pa.nulls(1, pa.string())] * len(names), pa.array([text])], schema=schema_of(names))


def schema_of(names: Sequence[str]) -> pa.Schema:
    """The schema of a table of these columns."""
    return pa.schema([(name, pa.string()) for name in (*names, WHOLE_LINE)])

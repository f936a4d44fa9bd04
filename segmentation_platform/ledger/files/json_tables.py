"""JSON lines: one object a line; their keys are the columns."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa

from segmentation_platform.ledger.files.archives import Content
from segmentation_platform.ledger.files.encodings import encoding_of, unreadable
from segmentation_platform.ledger.files.text_table import ROWS, IsKnown, TextTable, batch_of, ragged_line
from segmentation_platform.ledger.profile.layout import Layout


def json_table(content: Content, layout: Layout, _is_known: IsKnown) -> TextTable:
    """Open a file of JSON lines; its columns are the keys of all of them, in order of appearance.

    Raises:
        LedgerError: when it can't be read in its encoding.

    """
    encoding = encoding_of(content.path, layout)
    try:
        with content.path.open(encoding=encoding) as file:
            # Keys alone: a column that the last line brings must not be left out.
            names = list(dict.fromkeys(key for line in file for key in _object(line) or ()))
    except (UnicodeError, LookupError) as error:
        raise unreadable(encoding, error) from error
    return TextTable(content.name, names, _read(content.path, encoding, names))


def _read(path: Path, encoding: str, names: list[str]) -> Iterator[pa.RecordBatch]:
    with path.open(encoding=encoding) as file:
        lines = (line for line in file if line.strip())
        while chunk := list(islice(lines, ROWS)):
            yield from _batches(chunk, names)


def _batches(lines: list[str], names: list[str]) -> Iterator[pa.RecordBatch]:
    whole: list[dict[str, object]] = []
    for line in lines:
        found = _object(line)
        if found is not None:
            whole.append(found)
            continue
        if whole:
            yield _batch(whole, names)
            whole = []
        yield ragged_line(line.rstrip("\r\n"), names)
    if whole:
        yield _batch(whole, names)


def _batch(objects: list[dict[str, object]], names: list[str]) -> pa.RecordBatch:
    columns = [pa.array([_text(found.get(name)) for found in objects], pa.string()) for name in names]
    return batch_of(columns, names)


def _object(line: str) -> dict[str, object] | None:
    try:
        # Numbers stay the text that they are: 12.50 and 00131 must not become 12.5 and 131.
        found = json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)

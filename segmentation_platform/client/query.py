"""Queries on the views, in SQL that Postgres and DuckDB read alike; values are always parameters, never text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

import numpy as np

from segmentation_platform.client.errors import ClientError
from segmentation_platform.client.views import columns_of, key_of
from segmentation_platform.contracts import Column

Scalar: TypeAlias = str | int | float | bool | date
Wanted: TypeAlias = Scalar | Sequence[Scalar] | None
"""What a column may be: one value, any of some, or, with None, anything."""


@dataclass
class Conditions:
    """What rows have to fulfil, and the values for it."""

    parts: list[str] = field(default_factory=list)
    values: list[Scalar] = field(default_factory=list)

    def add(self, text: str, *values: Scalar) -> None:
        """Add a condition in which {} stand for the values."""
        names = [f"${len(self.values) + place}" for place in range(1, len(values) + 1)]
        self.parts.append(text.format(*names))
        self.values.extend(value.item() if isinstance(value, np.generic) else value for value in values)

    def add_wanted(self, column: str, wanted: Wanted) -> None:
        """Ask for some values of a column."""
        if wanted is None:
            return
        if isinstance(wanted, Scalar | np.generic):
            self.add(f"{quoted(column)} = {{}}", wanted)
        elif len(wanted) == 0:
            self.add("1 = 0")
        else:
            self.add(f"{quoted(column)} IN ({', '.join(['{}'] * len(wanted))})", *wanted)

    def sql(self) -> str:
        """The WHERE clause; empty without conditions."""
        return f" WHERE {' AND '.join(self.parts)}" if self.parts else ""


@dataclass(frozen=True)
class Page:
    """Which rows of a result: by which columns, how many, after how many.

    Attributes:
        order_by: columns; one that begins with - is from the highest down. The view's key decides between equals
        limit: at most so many rows
        offset: after so many

    """

    order_by: Sequence[str] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True)
class Query:
    """A query and the columns that it gives."""

    sql: str
    values: Sequence[Scalar]
    columns: tuple[Column, ...]


def conditions(view: str, wanted: Mapping[str, Wanted]) -> Conditions:
    """Conditions on the columns of a view.

    Raises:
        ClientError: when the view has no such column.

    """
    found = Conditions()
    for name, value in wanted.items():
        found.add_wanted(_column(view, name).name, value)
    return found


def select(view: str, where: Conditions, names: Sequence[str] = (), page: Page | None = None) -> Query:
    """Rows of a view.

    Args:
        view: of `serving`
        where: what rows have to fulfil
        names: columns; all of them where none is named
        page: which rows; all of them, by the view's key, where it is not given

    """
    page = page or Page()
    columns = tuple(_column(view, name) for name in names) or columns_of(view)
    text = f"SELECT {', '.join(map(_readable, columns))} FROM serving.{view}{where.sql()}"  # noqa: S608 - names are checked
    text += f" ORDER BY {', '.join(_order(view, page.order_by))}"
    if page.limit is not None:
        text += f" LIMIT {int(page.limit)}"
    if page.offset:
        text += f" OFFSET {int(page.offset)}"
    return Query(text, where.values, columns)


def grouped(view: str, by: Sequence[str], figures: Mapping[str, str], where: Conditions) -> Query:
    """Figures over groups of rows.

    Args:
        view: of `serving`
        by: columns that name a group; without one the whole view is a group
        figures: SQL of each figure by its name; what begins with `count(` is a whole number
        where: what rows have to fulfil

    """
    keys = tuple(_column(view, name) for name in by)
    names = [_readable(column) for column in keys]
    found = [*names, *(f"{text} AS {quoted(name)}" for name, text in figures.items())]
    text = f"SELECT {', '.join(found)} FROM serving.{view}{where.sql()}"  # noqa: S608 - names are checked
    if keys:
        text += f" GROUP BY {', '.join(quoted(column.name) for column in keys)}"
        text += f" ORDER BY {', '.join(_ordered(column, down=False) for column in keys)}"
    kinds = {name: "integer" if sql.startswith("count(") else "double precision" for name, sql in figures.items()}
    return Query(text, where.values, (*keys, *(Column(name, kind, "", False) for name, kind in kinds.items())))


def number_column(view: str, name: str) -> str:
    """A column of numbers as SQL.

    Raises:
        ClientError: when it is none.

    """
    column = _column(view, name)
    if column.sql_type in ("text", "boolean", "date", "timestamp"):
        raise ClientError(f"{view}.{name} is no number but {column.sql_type}.")
    return f"{quoted(name)}::float8"


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return f'"{name}"'


def _column(view: str, name: str) -> Column:
    columns = {column.name: column for column in columns_of(view)}
    if name not in columns:
        raise ClientError(f"{view} has no column {name}. It has: {', '.join(columns)}.")
    return columns[name]


def _readable(column: Column) -> str:
    is_exact = column.sql_type.startswith("numeric")
    return f"{quoted(column.name)}::float8 AS {quoted(column.name)}" if is_exact else quoted(column.name)


def _order(view: str, order_by: Sequence[str]) -> list[str]:
    named = [(name.removeprefix("-"), name.startswith("-")) for name in order_by]
    names = {name for name, _ in named}
    named += [(name, False) for name in key_of(view) if name not in names]
    return [_ordered(_column(view, name), down=down) for name, down in named]


def _ordered(column: Column, *, down: bool) -> str:
    # By code point, wherever it is read: databases differ in how they sort words.
    collation = ' COLLATE "C"' if column.sql_type == "text" else ""
    return f"{quoted(column.name)}{collation}{' DESC' if down else ''} NULLS LAST"

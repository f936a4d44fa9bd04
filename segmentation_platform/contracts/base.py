"""What a contract is, and the kinds of column that contracts are made of."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
import pandera.pandas as pa

from segmentation_platform.contracts.shown import Published, Shown


@dataclass(frozen=True)
class Column:
    """One column as other parts need it: to create tables, to comment them, to show a schema."""

    name: str
    sql_type: str
    description: str
    nullable: bool


class Contract(pa.DataFrameModel):
    """Base of all contracts: exactly these columns, checked as they are (nothing is coerced).

    A contract says by class arguments how people meet its table: `published`, `shown`, and whether it `is_working`, a
    table of the schema `warehouse`.
    """

    # Names that begin with _ are no columns to pandera.
    _published: ClassVar[Published | None] = None
    _shown: ClassVar[Shown | None] = None
    _is_working: ClassVar[bool] = True

    class Config:
        """Shared by all contracts: a column too many or too few is a broken promise."""

        strict = True

    def __init_subclass__(
        cls,
        published: Published | None = None,
        shown: Shown | None = None,
        is_working: bool | None = None,
        **more: Any,
    ) -> None:
        """Keep what the contract says of its table beside the columns; what it does not say is its base's."""
        super().__init_subclass__(**more)  # type: ignore[no-untyped-call]
        cls._published = published or cls._published
        cls._shown = shown or cls._shown
        cls._is_working = cls._is_working if is_working is None else is_working

    @classmethod
    def published(cls) -> Published | None:
        """Where the table stands in the catalogue of what is published; None if it is not."""
        return cls._published

    @classmethod
    def shown(cls) -> Shown | None:
        """The page and the picture of the table; None for tables without an asset of their own."""
        return cls._shown

    @classmethod
    def is_working(cls) -> bool:
        """Whether it is a table of the schema `warehouse`."""
        return cls._is_working

    @classmethod
    def table(cls) -> str:
        """The name of the table."""
        return str(cls.to_schema().name)

    @classmethod
    def key(cls) -> list[str]:
        """The columns that name a row."""
        return list(cls.to_schema().unique or [])

    @classmethod
    def columns(cls) -> list[Column]:
        """The columns in order, with their SQL types."""
        return [
            Column(name, (column.metadata or {})["sql"], column.description or "", bool(column.nullable))
            for name, column in cls.to_schema().columns.items()
        ]

    @classmethod
    def column_names(cls) -> list[str]:
        """The names of the columns, in order."""
        return list(cls.to_schema().columns)

    @classmethod
    def summary(cls) -> str:
        """The first paragraph of the contract's docstring, on one line."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())

    @classmethod
    def no_rows(cls) -> pd.DataFrame:
        """A frame without rows that keeps the contract."""
        dtypes = {column.name: _PANDAS_TYPES[column.sql_type] for column in cls.columns()}
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})


_PANDAS_TYPES = {
    "text": "str",
    "integer": "int64",
    "bigint": "int64",
    "double precision": "float64",
    "numeric(14,2)": "float64",
    "date": "datetime64[us]",
    "timestamp": "datetime64[us]",
    "boolean": "bool",
}


def _column(sql_type: str, description: str, **rules: Any) -> Any:
    return pa.Field(description=description, metadata={"sql": sql_type}, **rules)


def text(description: str, **rules: Any) -> Any:
    """A string."""
    return _column("text", description, **rules)


def whole(description: str, **rules: Any) -> Any:
    """A whole number, never negative unless told."""
    return _column("integer", description, **{"ge": 0, **rules})


def number(description: str, **rules: Any) -> Any:
    """A floating-point number."""
    return _column("double precision", description, **rules)


def money(description: str, **rules: Any) -> Any:
    """An amount in the ledger's currency, kept to the cent."""
    return _column("numeric(14,2)", description, **rules)


def share(description: str, **rules: Any) -> Any:
    """A fraction from 0 to 1."""
    return _column("double precision", description, **{"ge": 0, "le": 1, **rules})


def day(description: str, **rules: Any) -> Any:
    """A calendar day."""
    return _column("date", description, **rules)


def moment(description: str, **rules: Any) -> Any:
    """A point in time, in the shop's own time zone unless the description says otherwise."""
    return _column("timestamp", description, **rules)


def flag(description: str, **rules: Any) -> Any:
    """True or false."""
    return _column("boolean", description, **rules)

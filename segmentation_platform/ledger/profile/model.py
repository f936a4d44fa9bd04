"""How a shop's ledger is to be read: what a profile says."""

from functools import lru_cache
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from segmentation_platform.ledger.profile.layout import Layout

LedgerColumn = Literal[
    "invoice",
    "stock_code",
    "description",
    "quantity",
    "invoice_date",
    "unit_price",
    "customer_id",
    "country",
    "status",
    "line_total",
    "discount",
    "order_discount",
    "order_refund",
    "currency",
    "category",
    "channel",
    "email_hash",
]
"""What a column of a ledger can hold."""

SERIAL_DAYS = "serial"
"""Among date formats: days since 1899-12-30, as spreadsheets count them."""

# A day that comes back as itself only when day, month and year are written.
_KEEPS_THE_DAY = (
    "SELECT try_strptime(strftime(TIMESTAMP '2009-11-27 13:34:56', $format), $format)::VARCHAR LIKE '2009-11-27%'"
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Numbers(_Part):
    """How numbers are written. A minus before or behind, and parentheses, are understood always."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    signs: tuple[str, ...] = ()
    """What may stand before or behind a number, such as $ or EUR."""


class Dates(_Part):
    """How dates are written. A time zone's offset is left out: an order of 23:10 -0500 belongs to that day."""

    order: Literal["", "day first", "month first", "year first"] = ""
    """Which of the two comes first where digits alone don't tell; empty: the one that the dates speak for."""
    formats: tuple[str, ...] = ()
    """strptime formats, the first that fits a text counts; `serial` for a spreadsheet's day numbers."""

    @field_validator("formats")
    @classmethod
    def _tell_days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for date_format in value:
            if date_format != SERIAL_DAYS and (problem := _problem_of_format(date_format)):
                raise ValueError(problem)
        return value


@lru_cache(maxsize=1000)
def _problem_of_format(date_format: str) -> str:
    """What is wrong with a strptime format; empty where nothing is."""
    # By the engine that will use it. Not every start needs it.
    import duckdb

    try:
        with duckdb.connect() as connection:
            row = connection.execute(_KEEPS_THE_DAY, {"format": date_format}).fetchone()
    except duckdb.Error as error:
        return f"{date_format!r} is not a strptime format: {_first_line(error)}"
    if row is None or not row[0]:
        return f"{date_format!r} doesn't tell day, month and year; write it like %d/%m/%Y %H:%M"
    return ""


class Lines(_Part):
    """What a line is."""

    identical: Literal["errors", "pieces"] = "errors"
    """Whether a line that stands twice in an order was written twice by mistake, or is a second piece."""
    earlier: Literal["kept", "replaced"] = "kept"
    """What becomes of an earlier file's lines whose order, on that day, a later file has, too, and without them."""
    filled_down: tuple[LedgerColumn, ...] = ()
    """Columns that stand on one line of an order only and hold for all of its lines."""


class Cancellations(_Part):
    """Which lines take a sale back."""

    by: Literal["sign", "prefix", "none"] = "sign"
    """`sign`: a negative quantity or amount; `prefix`: an invoice number that begins so; `none`: the ledger has none,
    and negative quantities are no genuine lines."""
    prefix: str = ""

    @model_validator(mode="after")
    def _has_prefix(self) -> Self:
        if self.by == "prefix" and not self.prefix.strip():
            raise ValueError('by is "prefix", and there is no prefix: say how order numbers of cancellations begin')
        return self


class Statuses(_Part):
    """Which values of the status column count as sales; compared without case."""

    counted: tuple[str, ...] = ()
    not_counted: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    """Values of lines that take a sale back, whatever the sign of their quantity."""


class ProductRules(_Part):
    """Which lines are products."""

    pattern: str = ""
    """Regular expression that a genuine product's upper-case code matches as a whole; empty: every code is one."""
    services: tuple[str, ...] = ()
    """Codes that are no products, beside those that their words tell: postage, fees; `[]`: there are none."""
    discounts: tuple[str, ...] = ()
    """Codes of lines that come off the other lines of their order, beside those that their words tell; `[]`: none."""
    missing_code: Literal["rejected", "by description", "one product"] = "rejected"
    """What becomes of lines without a code: the description names the product, or nothing does."""
    digits: int = Field(default=0, ge=0, le=20)
    """Codes of fewer digits alone lost zeros at the front, and get them back; 0: codes are as they stand."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        if problem := _problem_of_pattern(value):
            raise ValueError(problem)
        return value


@lru_cache(maxsize=1000)
def _problem_of_pattern(pattern: str) -> str:
    """What is wrong with a regular expression; empty where nothing is."""
    # By the engine that will use it: RE2 has no lookarounds and no references. Not every start needs it.
    import duckdb

    try:
        with duckdb.connect() as connection:
            connection.execute("SELECT regexp_full_match('', ?)", [pattern])
    except duckdb.Error as error:
        return f"{pattern!r} is not a regular expression that DuckDB takes: {_first_line(error)}"
    return ""


class CustomerIds(_Part):
    """Which customer numbers are the same customer's."""

    case: Literal["kept", "folded"] = "kept"
    leading_zeros: Literal["kept", "dropped"] = "kept"
    guests: tuple[str, ...] = ()
    """What stands for a customer who is not known, beside the usual names, without case; `[]`: all are customers."""


class Currencies(_Part):
    """What amounts are in."""

    name: str = ""
    """The ledger's currency; lines in another one that has no rate are rejected. Empty: all lines are in one."""
    rates: dict[str, float] = Field(default_factory=dict)
    """What one unit of another currency is worth in the ledger's."""

    @field_validator("rates")
    @classmethod
    def _positive(cls, value: dict[str, float]) -> dict[str, float]:
        for name, rate in value.items():
            if not 0 < rate < float("inf"):
                raise ValueError(f"the rate of {name} must be greater than 0, not {rate}")
        return value

    @model_validator(mode="after")
    def _has_name(self) -> Self:
        if self.rates and not self.name.strip():
            raise ValueError("there are rates, and no name: say which currency the ledger is in")
        return self


ADDED: Final = {"products": ("services", "discounts"), "customers": ("guests",)}
"""Lists that are said beside what words tell; an empty one says that there is none."""
_GROWING: Final = {"numbers": ("signs",), "dates": ("formats",), **ADDED}
"""Lists that are told anew from each file."""
_WORDS: Final = {"status": ("counted", "not_counted", "returned")}
"""Lists that hold what was said already, and grow with each file."""


class Profile(_Part):
    """How a ledger is read; the section `[profile]`.

    What is not said there is inferred from the file. The defaults are neutral: nothing of one shop is among them.
    """

    preset: str = ""
    """Name of the kind of export that the ledger was recognised as; says nothing by itself."""
    file: Layout = Layout()
    columns: dict[LedgerColumn, str] = Field(default_factory=dict)
    """What each column is called in the file; an empty name: the ledger does not have it."""
    numbers: Numbers = Numbers()
    dates: Dates = Dates()
    lines: Lines = Lines()
    cancellations: Cancellations = Cancellations()
    status: Statuses = Statuses()
    products: ProductRules = ProductRules()
    customers: CustomerIds = CustomerIds()
    country: str = ""
    """Of all lines, where the ledger has no column for it."""
    currency: Currencies = Currencies()
    tolerated: float = Field(default=0.01, ge=0, le=1)
    """Share of the money or of the customers that may hang on lines that can't be read before a run stops."""
    accepted: tuple[str, ...] = ()
    """Doubts that a run was told to go on with, by the settings that would decide them, such as `lines.identical`."""

    def decisions(self) -> "Profile":
        """The profile as what was said, without lists that may grow from file to file: words, signs, formats."""
        document = self.model_dump()
        for part, growing in _GROWING.items():
            for name in growing:
                del document[part][name]
        return Profile.model_validate(document)

    def grown_by(self, other: "Profile") -> "Profile":
        """The profile for lines of its own and of another's: with the words, signs and formats of both."""
        document = other.model_dump(exclude_unset=True)
        for part, growing in {**_GROWING, **_WORDS}.items():
            for name in growing:
                both = (*getattr(getattr(self, part), name), *getattr(getattr(other, part), name))
                document.setdefault(part, {})[name] = tuple(dict.fromkeys(both))
        return Profile.model_validate({**document, "columns": {**other.columns, **self.columns}})

    def overridden_by(self, said: "Profile") -> "Profile":
        """The profile, with what was said in place of its own."""
        document = self.model_dump(exclude_unset=True)
        for part, value in said.model_dump(exclude_unset=True).items():
            if isinstance(value, dict):
                document[part] = {**document.get(part, {}), **value}
            else:
                document[part] = value
        return Profile.model_validate(document)

    def agrees_with(self, said: "Profile") -> bool:
        """Whether nothing of what was said contradicts it."""
        return self.model_dump() == self.overridden_by(said).model_dump()

    def says(self, part: str, field: str = "") -> bool:
        """Whether something was said, rather than left to its default."""
        if part not in self.model_fields_set:
            return False
        return not field or field in getattr(self, part).model_fields_set

    def but(self, part: str, **fields: Any) -> "Profile":
        """The profile with fields of a part changed; what was said of the part before stays said."""
        changed = getattr(self, part).model_copy(update=fields)
        return self.model_copy(update={part: changed})

    def has(self, column: LedgerColumn) -> bool:
        """Whether the ledger has a column."""
        return bool(self.columns.get(column))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
